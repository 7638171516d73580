// A policy from elsewhere, through the real program: imported, run, taught from. The actor is written with the onnx
// protobuf library as PyTorch lays out an SAC actor of stable-baselines3.
#include <onnx/onnx_pb.h>

#include <QDir>
#include <QFile>
#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "core/policy/policy.h"
#include "core/sim/task.h"
#include "sessions/store.h"
#include "tests/core/sim/folder/task_folder.h"
#include "tests/support/ran.h"

using namespace nudge;
using test::Ran;

namespace {

Ran cli(const QStringList& arguments) {
  return test::run(NUDGE_BIN_DIR "/nudge-cli", arguments);
}

/// The shipped prior as an actor that sees the observation backwards and in units: latent_pi, mu, log_std, tanh.
class Sb3Actor {
 public:
  Sb3Actor(const Policy& prior, const TaskSpec& spec, bool withSigma) {
    model_.set_ir_version(7);
    model_.set_producer_name("pytorch");
    model_.add_opset_import()->set_version(13);
    auto& input = *model_.mutable_graph()->add_input();
    input.set_name("observation");
    auto& type = *input.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    for (const auto size : {std::size_t{1}, spec.observation.size()})
      type.mutable_shape()->add_dim()->set_dim_value(static_cast<std::int64_t>(size));
    const GaussianPolicy& policy = *prior.actor.gaussian();
    std::vector<DenseLayer> layers = policy.actor().layers();
    const DenseLayer first = layers[0];
    const auto n = static_cast<Eigen::Index>(spec.observation.size());
    for (Eigen::Index i = 0; i < n; ++i)
      layers[0].weight.col(i) = first.weight.col(n - 1 - i) / static_cast<float>(spec.observation[std::size_t(n - 1 - i)].scale);
    std::string x = "observation";
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
      const std::string name = "latent_pi." + std::to_string(2 * i);
      gemm(name, layers[i].weight, layers[i].bias, x, name + ".out");
      node("Relu", {name + ".out"}, x = name + ".relu");
    }
    const Eigen::Index actions = policy.actionSize();
    gemm("mu", layers.back().weight.topRows(actions), layers.back().bias.head(actions), x, "mean");
    node("Tanh", {"mean"}, "actions");
    output("actions");
    if (!withSigma) return;
    output("mean");
    output("log_std");
    gemm("log_std", layers.back().weight.bottomRows(actions), layers.back().bias.tail(actions), x, "raw");
    scalar("low", policy.logStdMin());
    scalar("high", policy.logStdMax());
    node("Clip", {"raw", "low", "high"}, "log_std");
  }
  void write(const QString& path) const {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    const std::string bytes = model_.SerializeAsString();
    QCOMPARE(file.write(bytes.data(), qint64(bytes.size())), qint64(bytes.size()));
  }

 private:
  void output(const char* name) { model_.mutable_graph()->add_output()->set_name(name); }
  onnx::NodeProto& node(const char* type, const std::vector<std::string>& inputs, const std::string& to) {
    auto& n = *model_.mutable_graph()->add_node();
    n.set_op_type(type);
    n.set_name(std::string("/").append(to));
    for (const auto& from : inputs) n.add_input(from);
    n.add_output(to);
    return n;
  }
  void scalar(const char* name, float value) {
    auto& t = *model_.mutable_graph()->add_initializer();
    t.set_name(name);
    t.set_data_type(onnx::TensorProto::FLOAT);
    t.add_float_data(value);
  }
  void gemm(const std::string& name, const decltype(DenseLayer::weight)& weight, const Eigen::VectorXf& bias, const std::string& from,
            const std::string& to) {
    auto& w = *model_.mutable_graph()->add_initializer();
    w.set_name(name + ".weight");
    w.set_data_type(onnx::TensorProto::FLOAT);
    w.add_dims(weight.rows()), w.add_dims(weight.cols());
    w.set_raw_data(weight.data(), sizeof(float) * std::size_t(weight.size()));
    auto& b = *model_.mutable_graph()->add_initializer();
    b.set_name(name + ".bias");
    b.set_data_type(onnx::TensorProto::FLOAT);
    b.add_dims(bias.size());
    b.set_raw_data(bias.data(), sizeof(float) * std::size_t(bias.size()));
    auto& transB = *node("Gemm", {from, name + ".weight", name + ".bias"}, to).add_attribute();
    transB.set_name("transB");
    transB.set_type(onnx::AttributeProto::INT);
    transB.set_i(1);
  }
  onnx::ModelProto model_;
};

}  // namespace

class ImportTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  Policy prior_;
  TaskSpec spec_;
  QString at(const QString& name) const { return folder_.filePath(name); }

  /// Names the observation backwards, in units.
  void writeContract(const QString& path, const QString& firstName = {}) {
    QJsonArray observation;
    for (auto q = spec_.observation.rbegin(); q != spec_.observation.rend(); ++q)
      observation.append(QJsonObject{{"name", QString::fromStdString(q->name)}, {"unit", QString::fromStdString(q->unit)}, {"scale", 1.0}});
    if (!firstName.isEmpty()) observation[0] = firstName;
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QJsonDocument(QJsonObject{{"task", "bottle"}, {"observation", observation}}).toJson());
  }

  double apart(Policy other) {
    Random random(1);
    double largest = 0.0;
    for (int n = 0; n < 50; ++n) {
      std::vector<float> observation(spec_.observation.size()), mean[2], logStd[2];
      for (float& value : observation) value = static_cast<float>(random.normal());
      for (int i = 0; i < 2; ++i) {
        mean[i].resize(spec_.action.size()), logStd[i].resize(spec_.action.size());
        (i == 0 ? prior_ : other).actor.gaussian()->distribution(observation, mean[i], logStd[i]);
      }
      for (std::size_t k = 0; k < mean[0].size(); ++k)
        largest = std::max({largest, std::abs(double(mean[0][k] - mean[1][k])), std::abs(double(logStd[0][k] - logStd[1][k]))});
    }
    return largest;
  }

 private Q_SLOTS:
  void initTestCase() {
    QVERIFY(folder_.isValid());
    prior_ = shippedPolicy("bottle", "prior").value();
    spec_ = makeTask("bottle").value()->spec();
  }

  void anActorFromElsewhereIsImportedRunAndTaught() {
    const QString model = at("sac.onnx"), policy = at("sac.safetensors");
    Sb3Actor(prior_, spec_, true).write(model);
    writeContract(at("sac.contract.json"));  // beside the model: found by itself
    const Ran imported = cli({"import-prior", model, "--task", "bottle", "--out", policy, "--json"});
    QVERIFY2(imported.code == 0, imported.err);
    QVERIFY(imported.json()["trial"].toObject()["success_rate"].toDouble() > 0.5);
    QCOMPARE(imported.json()["sigma"].toString(), QString("from the file"));
    auto read = loadPolicyFile(policy.toStdString());
    QVERIFY(read.ok());
    QVERIFY2(apart(*read) < 1e-3, QByteArray::number(apart(*read)));
    QCOMPARE(read->info["source"], std::string("sac.onnx"));
    QCOMPARE(read->info["source_sha256"].size(), std::size_t{64});
    QVERIFY(read->info["contract"].find(spec_.observation.back().name) != std::string::npos);

    const Ran run = cli({"run-policy", policy, "--task", "bottle", "--episodes", "40", "--seed", "5", "--json"});
    QVERIFY2(run.code == 0, run.err);
    const Ran own = cli({"run-policy", "prior", "--task", "bottle", "--episodes", "40", "--seed", "5", "--json"});
    QVERIFY(std::abs(run.json()["success_rate"].toDouble() - own.json()["success_rate"].toDouble()) < 0.11);

    const QString lesson = at("lesson.nudge");
    const Ran taught = cli({"teach", lesson, "--task", "bottle", "--prior", policy, "--rounds", "1", "--steps-per-round", "450", "--seed", "1",
                            "--set", "updates_per_theta_step=100", "--json"});
    QVERIFY2(taught.code == 0, taught.err);
    QVERIFY2(taught.out.contains("\"outcome\":\"new-policy\""), taught.out);
    const auto store = Store::open(lesson.toStdString(), OpenMode::ReadOnly);
    QVERIFY(store.ok());
    QFile file(policy);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto weights = store->policyVersion(0)->weights;
    QCOMPARE(QByteArray(reinterpret_cast<const char*>(weights.data()), qsizetype(weights.size())), file.readAll());
  }

  void whatOnlyGivesActionsIsImitatedAlone() {
    const QString model = at("mean.onnx"), policy = at("mean.safetensors"), lesson = at("mean.nudge");
    Sb3Actor(prior_, spec_, false).write(model);
    writeContract(at("mean.contract.json"));
    const Ran imported = cli({"import-prior", model, "--task", "bottle", "--out", policy, "--deterministic"});
    QVERIFY2(imported.code == 0, imported.err);
    QVERIFY2(imported.out.contains("MEReQ cannot learn from it"), imported.out);
    const QStringList teach{"teach", lesson, "--task", "bottle", "--prior", policy, "--rounds", "1", "--steps-per-round", "450",
                            "--set", "updates_per_theta_step=100", "--json"};
    const Ran refused = cli(teach);
    QCOMPARE(refused.code, 2);
    QVERIFY2(refused.err.count('\n') == 1 && refused.err.contains("only gives actions") && refused.err.contains("hg-dagger-ft"), refused.err);
    QVERIFY(!QFile::exists(lesson));
    const Ran taught = cli(teach + QStringList{"--method", "hg-dagger-ft"});
    QVERIFY2(taught.code == 0, taught.err);
    QVERIFY2(taught.out.contains("\"outcome\":\"new-policy\""), taught.out);
    const Ran again = cli({"update", lesson, "--json"});  // with MEReQ
    QCOMPARE(again.code, 2);
    QVERIFY2(again.err.count('\n') == 1 && again.err.contains("only gives actions"), again.err);
    const Ran iwr = cli({"update", lesson, "--method", "iwr-ft", "--set", "updates_per_theta_step=50", "--json"});
    QVERIFY2(iwr.code == 0 && iwr.out.contains("new-policy"), iwr.err);
  }

  void whatThisProgramExportsComesBack() {
    QVERIFY2(cli({"export-policy", "prior", "--task", "bottle", "--out", at("package")}).code == 0, "export");
    const QString policy = at("back.safetensors");
    const Ran imported = cli({"import-prior", at("package/policy.onnx"), "--task", "bottle", "--out", policy});
    QVERIFY2(imported.code == 0, imported.err);
    QVERIFY2(imported.out.contains("policy.json"), imported.out);
    auto read = loadPolicyFile(policy.toStdString());
    QVERIFY(read.ok());
    QVERIFY2(apart(*read) < 1e-3, QByteArray::number(apart(*read)));
  }

  /// A task of a person's own without a prior: trained from its own reward, with its curve, and found by the commands. Named
  /// without a slash, the folder is still where its policies go; and a policy in it finds its task from anywhere.
  void aFolderWithoutPriorGetsOne() {
    test::TaskFolder place;
    for (const QString folder : {"slide/", "other/slide/"}) {
      place.write(folder + "scene.xml", test::kSlideMjcf);
      place.write(folder + "task.toml", QByteArray(test::kSlideToml).replace("id = \"slide\"", folder == "slide/" ? "id = \"slide\"" : "id = \"slyde\""));
    }
    const QString whole = QString::fromStdString(place.path()), path = whole + "/slide", prior = path + "/priors/prior.safetensors";
    const auto in = [](const QString& folder, const QStringList& arguments) {
      QDir::setCurrent(folder);
      return cli(arguments);
    };
    const Ran none = cli({"run-policy", "prior", "--task", path, "--episodes", "1"});
    QCOMPARE(none.code, 2);
    QVERIFY2(none.err.contains("train-prior"), none.err);
    const Ran trained = in(whole, {"train-prior", "slide", "--steps", "3500", "--json"});
    QVERIFY2(trained.code == 0, trained.err);
    int progress = 0;
    for (const QByteArray& line : trained.out.split('\n')) progress += QJsonDocument::fromJson(line)["event"] == QLatin1String("progress");
    QVERIFY2(progress > 0, trained.out.left(500));
    const QImage curve(path + "/priors/prior.png");
    QVERIFY(curve.width() > 400 && curve.height() > 200);
    QVERIFY(QFile::exists(path + "/priors/prior.json"));
    QVERIFY(!QFile::exists(NUDGE_SOURCE_DIR "/resources/priors/slide-prior.safetensors"));
    const Ran run = cli({"run-policy", "prior", "--task", path, "--episodes", "5", "--json"});
    QVERIFY2(run.code == 0, run.err);
    for (const Ran& again : {in(path, {"train-prior", "."}), in(whole, {"import-prior", "x.onnx", "--task", "slide"})}) {
      QCOMPARE(again.code, 2);
      QVERIFY2(again.err.contains((prior + " exists already").toUtf8()) && again.err.count('\n') == 1, again.err);
    }

    const Ran named = in(whole + "/other", {"run-policy", prior, "--episodes", "1"});
    QVERIFY2(named.code == 0, named.err);
    const Ran prepared = in(whole + "/other", {"prepare-prior", prior, "--steps", "100", "--updates", "1"});
    QVERIFY2(prepared.code == 0, prepared.err);
    QVERIFY2(prepared.err.contains("foreseeing") && !prepared.err.contains("-1 s left"), prepared.err);
    const QByteArray listed = in(whole, {"tasks", "slide"}).out;
    QVERIFY2(listed.startsWith("slide: slide\n  20 decisions"), listed);  // it has no description
    QVERIFY(QFile::copy(prior, whole + "/copy.safetensors"));
    for (const char* command : {"run-policy", "prepare-prior"}) {
      const Ran away = in(whole, {command, whole + "/copy.safetensors"});
      QVERIFY2(away.code == 2 && away.err.contains("does not lie in that task's folder: give --task"), away.err);
    }
  }

  void wrongUseEndsWithTwoAndOneLine_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char* name, const QStringList& arguments, const char* says) { QTest::newRow(name) << arguments << QByteArray(says); };
    row("no file", {"nothing.onnx", "--task", "bottle"}, "nothing.onnx");
    row("no model", {"text.onnx", "--task", "bottle"}, "no ONNX model");
    row("no task", {"sac.onnx", "--task", "juggling"}, "there is no task 'juggling'");
    row("another kind of task", {"sac.onnx", "--task", "highway", "--contract", "empty.json"}, "the model takes an observation of");
    row("wrong name", {"sac.onnx", "--task", "bottle", "--contract", "wrong.json"}, "the task has no observation 'elbow'");
    row("no contract", {"sac.onnx", "--task", "bottle", "--contract", "none.json"}, "none.json");
    row("contract is text", {"sac.onnx", "--task", "bottle", "--contract", "text.onnx"}, "the contract is no JSON");
    row("sigma twice", {"sac.onnx", "--task", "bottle", "--sigma", "0.1"}, "its own sigma");
    row("exists", {"sac.onnx", "--task", "bottle", "--out", "text.onnx"}, "exists already");
    row("sigma and none", {"sac.onnx", "--task", "bottle", "--sigma", "0.1", "--deterministic"}, "sigma");
  }
  void wrongUseEndsWithTwoAndOneLine() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, says);
    QDir::setCurrent(folder_.path());
    QFile text(at("text.onnx")), empty(at("empty.json"));
    QVERIFY(text.open(QIODevice::WriteOnly) && empty.open(QIODevice::WriteOnly));
    text.write("this is no model");
    empty.write("{}");
    text.close(), empty.close();
    writeContract(at("wrong.json"), "elbow");
    if (!QFile::exists(at("sac.onnx"))) Sb3Actor(prior_, spec_, true).write(at("sac.onnx"));
    const Ran ran = cli(QStringList{"import-prior"} + arguments);
    QCOMPARE(ran.code, 2);
    QVERIFY2(ran.err.contains(says) && ran.err.count('\n') == 1, ran.err);
    QVERIFY(ran.out.isEmpty());
  }
};

QTEST_GUILESS_MAIN(ImportTest)
#include "import_test.moc"
