// run-policy and export-policy as a person calls them: the real nudge-cli in a process of its own.
#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <limits>

#include "core/base/files.h"
#include "core/sim/task.h"
#include "sessions/store.h"
#include "tests/core/policy/random_policy.h"
#include "tests/support/ran.h"

using namespace nudge;
using test::Ran;

namespace {

Ran cli(const QStringList& arguments) {
  return test::run(NUDGE_BIN_DIR "/nudge-cli", arguments);
}
/// Weights for the bottle task's 16 observations and 3 actions.
Policy bottlePolicy(std::uint64_t seed) {
  return test::randomPolicy(16, 3, 16, seed);
}

/// What must be equal in two runs of one policy: everything but the name and the times.
QJsonObject figures(QJsonObject json) {
  for (const char* key : {"policy", "seconds", "steps_per_s"}) json.remove(QLatin1String(key));
  return json;
}
}  // namespace

class TestCliPolicy : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void reportsFigures();
  void stepsAreLines();
  void sameSeedSameFigures();
  void sessionToPackageAndBack();
  void shippedPolicies();
  void preparingKeepsTheBehaviour();
  void badInputEndsWithTwo_data();
  void badInputEndsWithTwo();
  void exportKeepsForeignFolders();

 private:
  QString at(const QString& name) const { return folder_.filePath(name); }
  void writePolicy(const QString& name, const Policy& policy) {
    QVERIFY(savePolicyFile(policy, at(name).toStdString()).ok());
  }
  void writeSession();

  QTemporaryDir folder_;
};

void TestCliPolicy::initTestCase() {
  QVERIFY(folder_.isValid());
  qputenv("NUDGE_RESOURCES", folder_.path().toUtf8());  // the shipped policies of this test
  QVERIFY(QDir(folder_.path()).mkdir("priors"));
  writePolicy("priors/bottle-prior.safetensors", bottlePolicy(1));
  writePolicy("good.safetensors", bottlePolicy(2));
  writePolicy("narrow.safetensors", test::randomPolicy(15, 3, 8, 3));
  writePolicy("two.safetensors", test::randomPolicy(16, 2, 8, 3));
  Policy other = bottlePolicy(4);
  other.info["task"] = "highway";
  writePolicy("highway.safetensors", other);
  other.info.clear();
  writePolicy("anonymous.safetensors", other);

  auto bytes = serializePolicy(bottlePolicy(5));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(bytes.data() + bytes.size() - 4, &nan, 4);
  QVERIFY(writeFile(at("nan.safetensors").toStdString(), bytes).ok());
  bytes.resize(bytes.size() / 2);
  QVERIFY(writeFile(at("half.safetensors").toStdString(), bytes).ok());
  QVERIFY(writeFile(at("text.safetensors").toStdString(), "hello").ok());
  QVERIFY(writeFile(at("empty.nudge").toStdString(), "").ok());
  QVERIFY(writeFile(at("text.nudge").toStdString(), "SQLite format 3, not really").ok());
  QVERIFY(QDir(folder_.path()).mkdir("nothing"));
  writeSession();
}

void TestCliPolicy::writeSession() {
  const auto task = makeTask("bottle");
  QVERIFY(task.ok());
  const TaskSpec& spec = (*task)->spec();
  LessonInfo info;
  info.task = spec.id;
  info.mjcf = (*task)->mjcf();
  info.mujocoVersion = mujocoVersion();
  for (const auto& q : spec.observation) info.observation.push_back(q.name);
  for (const auto& q : spec.action) info.action.push_back(q.name);
  for (const auto& f : spec.features) info.features.push_back(f.name);
  info.stateSize = (*task)->stateSize();
  auto store = Store::create(at("lesson.nudge").toStdString(), info, serializePolicy(bottlePolicy(1)));
  QVERIFY2(store.ok(), store ? "" : store.error().message.c_str());

  Update update;
  const auto id = store->beginUpdate(update);
  QVERIFY(id.ok());
  update.id = *id;
  update.outcome = UpdateOutcome::NewPolicy;
  update.theta = {0.0, 0.0, 0.0, -0.5};
  update.thetaHalfWidth = {0.1, 0.1, 0.1, 0.1};
  update.expertSteps = 120;
  PolicyVersion version;
  version.parent = 0;
  version.weights = serializePolicy(bottlePolicy(2));
  version.hash = sha256Hex(version.weights);
  version.theta = update.theta;
  const auto number = store->finishUpdate(update, &version);
  QVERIFY2(number.ok(), number ? "" : number.error().message.c_str());
  QCOMPARE(*number, 1);
}

void TestCliPolicy::reportsFigures() {
  const Ran ran = cli(
      {"run-policy", at("good.safetensors"), "--task", "bottle", "--episodes", "2", "--seed", "5", "--json"});
  QVERIFY2(ran.code == 0, ran.err);
  const QJsonObject json = ran.json();
  QCOMPARE(json["task"].toString(), "bottle");
  QCOMPARE(json["episodes"].toInt(), 2);
  QCOMPARE(json["seed"].toInt(), 5);
  QCOMPARE(json["steps"].toInt(), 300);
  for (const char* key : {"success_rate", "toppling_rate", "diverged_rate"})
    QVERIFY(json[QLatin1String(key)].toDouble(-1) >= 0.0 && json[QLatin1String(key)].toDouble(-1) <= 1.0);
  QCOMPARE(json["features"].toObject().size(), 4);
  for (const auto& value : json["features"].toObject()) {
    const QJsonObject spread = value.toObject();
    double last = 0.0;
    for (const char* key : {"min", "q1", "median", "q3", "max"}) {
      QVERIFY(spread[QLatin1String(key)].toDouble(-1) >= last);
      last = spread[QLatin1String(key)].toDouble();
    }
    QVERIFY(last <= 1.0);
  }
  QVERIFY(json["prior_reward"].toDouble() < 0.0);
  QVERIFY(json["teacher_reward"].toDouble() < json["prior_reward"].toDouble());  // it also minds the height
  QVERIFY(json["steps_per_s"].toDouble() > 0.0);
  QCOMPARE(json["policy"].toObject()["sha256"].toString().toStdString(),
           sha256Hex(serializePolicy(bottlePolicy(2))));

  const Ran text = cli({"run-policy", at("good.safetensors"), "--episodes", "1"});  // the file names its task
  QVERIFY2(text.code == 0, text.err);
  QVERIFY(text.out.contains("success") && text.out.contains("tool_height"));
}

void TestCliPolicy::stepsAreLines() {
  const Ran ran =
      cli({"run-policy", at("good.safetensors"), "--episodes", "1", "--steps", "--deterministic"});
  QVERIFY2(ran.code == 0, ran.err);
  const auto lines = ran.out.trimmed().split('\n');
  QCOMPARE(lines.size(), 151);
  const QJsonObject step = QJsonDocument::fromJson(lines[149]).object();
  QCOMPARE(step["event"].toString(), "step");
  QCOMPARE(step["step"].toInt(), 149);
  QVERIFY(QJsonDocument::fromJson(lines[150]).object()["deterministic"].toBool());
}

void TestCliPolicy::sameSeedSameFigures() {
  const auto run = [&](const QString& seed) {
    return figures(
        cli({"run-policy", at("good.safetensors"), "--episodes", "2", "--seed", seed, "--json"}).json());
  };
  const QJsonObject first = run("7");
  QVERIFY(!first.isEmpty());
  QCOMPARE(run("7"), first);
  QVERIFY(run("8")["features"] != first["features"]);
}

void TestCliPolicy::sessionToPackageAndBack() {
  const QStringList options{"--episodes", "2", "--seed", "3", "--json"};
  const Ran session = cli(QStringList{"run-policy", at("lesson.nudge"), "--version", "1"} + options);
  QVERIFY2(session.code == 0, session.err);
  QCOMPARE(session.json()["policy"].toObject()["version"].toInt(), 1);
  const Ran prior = cli(QStringList{"run-policy", at("lesson.nudge"), "--version", "0"} + options);
  QVERIFY(figures(prior.json()) != figures(session.json()));

  const Ran out = cli({"export-policy", at("lesson.nudge"), "--version", "1", "--out", at("out"), "--json"});
  QVERIFY2(out.code == 0, out.err);
  QCOMPARE(out.json()["sha256"].toString().toStdString(), sha256Hex(serializePolicy(bottlePolicy(2))));
  QFile file(at("out/policy.json"));
  QVERIFY(file.open(QIODevice::ReadOnly));
  const QJsonObject contract = QJsonDocument::fromJson(file.readAll()).object();
  QCOMPARE(contract["lineage"].toArray().size(), 2);
  QCOMPARE(contract["lineage"][1]["theta"]["tool_height"].toDouble(), -0.5);
  QCOMPARE(contract["lineage"][1]["learned_from_steps"]["expert"].toInt(), 120);
  QCOMPARE(contract["observation"][0]["scale"].toDouble(), 0.2);
  QCOMPARE(contract["action"][0]["max"].toDouble(), 0.25);

  const Ran package = cli(QStringList{"run-policy", at("out"), "--task", "bottle"} + options);
  QVERIFY2(package.code == 0, package.err);
  QCOMPARE(package.err, QByteArray());
  QCOMPARE(figures(package.json()), figures(session.json()));
  const Ran again = cli({"export-policy", at("out"), "--out", at("copy")});
  QVERIFY2(again.code == 0, again.err);
  for (const char* name : {"policy.json", "policy.onnx", "golden.json", "policy.safetensors"})
    QCOMPARE(readFile((at("copy/") + name).toStdString(), 1 << 22).value(),
             readFile((at("out/") + name).toStdString(), 1 << 22).value());
}

void TestCliPolicy::shippedPolicies() {
  const Ran run = cli({"run-policy", "prior", "--task", "bottle", "--episodes", "1", "--json"});
  QVERIFY2(run.code == 0, run.err);
  const Ran out = cli({"export-policy", "prior", "--task", "bottle", "--out", at("prior-out")});
  QVERIFY2(out.code == 0, out.err);
  QVERIFY(QFile::exists(at("prior-out/policy.onnx")));
}

void TestCliPolicy::preparingKeepsTheBehaviour() {
  const QStringList few{"--steps", "300", "--updates", "60", "--json"};
  const Ran ran = cli(QStringList{"prepare-prior", at("good.safetensors"), "--out", at("prepared.safetensors")} + few);
  QVERIFY2(ran.code == 0, ran.err);
  QVERIFY(ran.out.contains("\"event\":\"progress\"") && ran.out.contains("\"event\":\"done\""));
  auto before = loadPolicyFile(at("good.safetensors").toStdString()), after = loadPolicyFile(at("prepared.safetensors").toStdString());
  QVERIFY(before.ok() && after.ok());
  QCOMPARE(after->residualCritics.networks()[0].outputSize(), 5);  // four features, and what the policy itself costs
  QVERIFY(after->info["prepared"].find("prepare-prior") != std::string::npos);
  for (Policy* policy : {&*before, &*after}) {
    policy->residualCritics = {};
    policy->info.clear();
  }
  QCOMPARE(serializePolicy(*before), serializePolicy(*after));
}

void TestCliPolicy::badInputEndsWithTwo_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QString>("says");
  const auto run = [&](const char* name, const QStringList& arguments, const char* says) {
    QTest::newRow(name) << QStringList{"run-policy"} + arguments << says;
  };
  const QStringList bottle{"--task", "bottle", "--episodes", "1"};
  run("no policy", {}, "POLICY");
  run("unknown policy", QStringList{"nobody"} + bottle, "there is no policy 'nobody'");
  run("unknown task", {at("good.safetensors"), "--task", "juggling"}, "known tasks");
  run("prior of no task", {"prior"}, "--task");
  run("teacher not shipped", QStringList{"teacher"} + bottle, "there is no policy");
  run("task unsaid", {at("anonymous.safetensors")}, "give --task");
  run("other task", QStringList{at("highway.safetensors")} + bottle, "highway");
  run("observations", QStringList{at("narrow.safetensors")} + bottle, "15 observations");
  run("actions", QStringList{at("two.safetensors")} + bottle, "2 actions");
  run("NaN", QStringList{at("nan.safetensors")} + bottle, "NaN");
  run("truncated", QStringList{at("half.safetensors")} + bottle, "safetensors");
  run("foreign", QStringList{at("text.safetensors")} + bottle, "safetensors");
  run("empty folder", QStringList{at("nothing")} + bottle, "not a policy package");
  run("missing folder", QStringList{at("gone/")} + bottle, "there is no policy");
  run("empty session", QStringList{at("empty.nudge")} + bottle, "");
  run("broken session", QStringList{at("text.nudge")} + bottle, "");
  run("version of a file", QStringList{at("good.safetensors"), "--version", "1"} + bottle, "--version");
  run("no such version", QStringList{at("lesson.nudge"), "--version", "9"} + bottle, "9");
  run("no episodes", {at("good.safetensors"), "--episodes", "0"}, "episodes");
  run("negative seed", {at("good.safetensors"), "--seed", "-1"}, "seed");
  const QStringList train{"train-prior", "bottle", "--out", at("new.safetensors")};
  QTest::newRow("train another task") << QStringList{"train-prior", "juggling"} << "juggling";
  QTest::newRow("train nothing") << QStringList{"train-prior"} << "task";
  QTest::newRow("train another kind") << train + QStringList{"--kind", "hero"} << "hero";
  QTest::newRow("train too briefly") << train + QStringList{"--steps", "10"} << "steps";
  QTest::newRow("train from a negative seed") << train + QStringList{"--seed", "-1"} << "seed";
  QTest::newRow("train into nowhere")
      << QStringList{"train-prior", "bottle", "--out", at("gone/new.safetensors")} << "no folder";
  QTest::newRow("train into a folder") << QStringList{"train-prior", "bottle", "--out", folder_.path()} << "cannot write";
  const auto prepare = [&](const char* name, const QStringList& arguments, const char* says) {
    QTest::newRow(name) << QStringList{"prepare-prior"} + arguments << says;
  };
  prepare("prepare nothing", {}, "prior");
  prepare("prepare what is missing", {at("gone.safetensors")}, "gone");
  prepare("prepare half a file", {at("half.safetensors")}, "safetensors");
  prepare("prepare without a task", {at("anonymous.safetensors")}, "--task");
  prepare("prepare for choices", {at("highway.safetensors")}, "needs no preparation");
  prepare("prepare for another size", {at("narrow.safetensors")}, "does not fit");
  prepare("prepare into nowhere", {at("good.safetensors"), "--out", at("gone/new.safetensors")}, "no folder");
  prepare("prepare with no updates", {at("good.safetensors"), "--updates", "0"}, "updates");
  QTest::newRow("teach from a negative seed") << QStringList{"teach", at("new.nudge"), "--seed", "-1"} << "seed";
  QTest::newRow("update from a negative seed") << QStringList{"update", at("lesson.nudge"), "--seed", "-1"} << "seed";
  QTest::newRow("export without a place") << QStringList{"export-policy", at("lesson.nudge")} << "--out";
  QTest::newRow("export into nowhere")
      << QStringList{"export-policy", at("lesson.nudge"), "--out", at("gone/deep/out")} << "no folder";
}

void TestCliPolicy::badInputEndsWithTwo() {
  QFETCH(QStringList, arguments);
  QFETCH(QString, says);
  const Ran ran = cli(arguments);
  QCOMPARE(ran.code, 2);
  QVERIFY2(QString::fromUtf8(ran.err).contains(says), ran.err);
  QVERIFY2(ran.err.startsWith("nudge-cli: ") && ran.err.count('\n') == 1, ran.err);
  QCOMPARE(ran.out, QByteArray());
  QVERIFY(!QFile::exists(at("new.safetensors")) && !QFile::exists(at("new.nudge")));
}

void TestCliPolicy::exportKeepsForeignFolders() {
  QVERIFY(QDir(folder_.path()).mkdir("mine"));
  QVERIFY(writeFile(at("mine/thesis.txt").toStdString(), "years of work").ok());
  const Ran ran = cli({"export-policy", at("lesson.nudge"), "--out", at("mine")});
  QCOMPARE(ran.code, 2);
  QVERIFY2(ran.err.contains("thesis.txt"), ran.err);
  QCOMPARE(QDir(at("mine")).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList{"thesis.txt"});
}

QTEST_GUILESS_MAIN(TestCliPolicy)
#include "test_cli_policy.moc"
