// Actors from elsewhere: PyTorch's own exports against PyTorch's answers (actors/), our own exports on the way back, and
// files that are no actors.
#include <onnx/onnx_pb.h>

#include <QElapsedTimer>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/base/files.h"
#include "core/policy/package/import_contract.h"
#include "core/policy/package/onnx_actor.h"
#include "core/policy/package/package.h"
#include "tests/core/policy/contract_texts.h"
#include "tests/core/policy/random_policy.h"

using namespace nudge;
using nlohmann::json;

namespace {
constexpr int kObservation = 5, kAction = 2, kChoices = 3;

std::vector<std::uint8_t> fileOf(const std::string& name) {
  return readFile(std::string(NUDGE_SOURCE_DIR "/tests/core/policy/actors/") + name, 1u << 20).value();
}

OnnxMapping mappingOf(int observation = kObservation, int action = kAction) {
  OnnxMapping mapping;
  mapping.observationSize = observation;
  for (int i = 0; i < observation; ++i) mapping.observation.push_back(i);
  for (int i = 0; i < action; ++i) mapping.action.push_back(i);
  mapping.observationScale.assign(static_cast<std::size_t>(observation), 1.0);
  mapping.actionScale.assign(static_cast<std::size_t>(action), 1.0);
  return mapping;
}

double largest(const std::vector<float>& a, const std::vector<double>& b) {
  double apart = a.size() == b.size() ? 0.0 : 1e9;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) apart = std::max(apart, std::abs(static_cast<double>(a[i]) - b[i]));
  return apart;
}

struct Answer {
  std::vector<float> mean, logStd, action;
};
Answer ask(Actor& actor, const std::vector<float>& observation) {
  const auto actions = static_cast<std::size_t>(actor.actionSize());
  Answer answer{std::vector<float>(actions), std::vector<float>(actions), std::vector<float>(actions)};
  actor.gaussian()->distribution(observation, answer.mean, answer.logStd);
  actor.mode(observation, answer.action);
  return answer;
}

// ---- graphs by hand ----------------------------------------------------------------------------
struct Model {
  onnx::ModelProto proto;
  Model() {
    proto.set_ir_version(7);
    proto.add_opset_import()->set_version(13);
    auto& input = *proto.mutable_graph()->add_input();
    input.set_name("obs");
    auto& type = *input.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    type.mutable_shape()->add_dim()->set_dim_value(1);
    type.mutable_shape()->add_dim()->set_dim_value(kObservation);
    proto.mutable_graph()->add_output()->set_name("actions");
  }
  onnx::TensorProto& tensor(const std::string& name, const std::vector<std::int64_t>& dims, const std::vector<float>& values) {
    auto& t = *proto.mutable_graph()->add_initializer();
    t.set_name(name);
    t.set_data_type(onnx::TensorProto::FLOAT);
    for (const auto dim : dims) t.add_dims(dim);
    t.mutable_float_data()->Add(values.begin(), values.end());
    return t;
  }
  onnx::NodeProto& node(const std::string& type, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs) {
    auto& n = *proto.mutable_graph()->add_node();
    n.set_op_type(type);
    n.set_name("the " + type);
    for (const auto& input : inputs) n.add_input(input);
    for (const auto& output : outputs) n.add_output(output);
    return n;
  }
  void attribute(onnx::NodeProto& n, const std::string& name, std::int64_t value) {
    auto& a = *n.add_attribute();
    a.set_name(name);
    a.set_type(onnx::AttributeProto::INT);
    a.set_i(value);
  }
  /// policy_net.0 as PyTorch lays it out: Gemm with transB on weight [out, in].
  void linear(const std::string& name, int in, int out, const std::string& from, const std::string& to) {
    tensor(name + ".weight", {out, in}, std::vector<float>(static_cast<std::size_t>(in * out), 0.1f));
    tensor(name + ".bias", {out}, std::vector<float>(static_cast<std::size_t>(out), 0.01f));
    attribute(node("Gemm", {from, name + ".weight", name + ".bias"}, {to}), "transB", 1);
  }
  /// Two layers that make a sound actor.
  static Model sound() {
    Model model;
    model.linear("policy_net.0", kObservation, 4, "obs", "h");
    model.node("Tanh", {"h"}, {"t"});
    model.linear("action_net", 4, kAction, "t", "actions");
    return model;
  }
  std::vector<std::uint8_t> bytes() const {
    const std::string text = proto.SerializeAsString();
    return {text.begin(), text.end()};
  }
};

Result<OnnxActor> readHand(const Model& model) {
  OnnxMapping mapping = mappingOf();
  mapping.squash = Squash::Clip;
  mapping.sigma = {0.2};
  return readOnnxActor(model.bytes(), mapping);
}

PackageContract contractFor(const Policy& policy) {
  PackageContract contract;
  contract.task = "bottle";
  contract.controlRate_hz = 20.0;
  for (int i = 0; i < policy.actor.observationSize(); ++i)
    contract.observation.push_back({std::string("o").append(std::to_string(i)), "m", "", 0.3 + 0.2 * i});
  if (policy.actor.discrete())
    contract.discreteActions = {"LEFT", "IDLE", "RIGHT"};
  else
    contract.action = {{"vx", "m/s", "", 0.25}, {"vz", "m/s", "", 0.5}};
  return contract;
}
}  // namespace

class OnnxActorTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void matchesPyTorch_data() {
    QTest::addColumn<int>("squash");  // −1: the file says it
    QTest::addColumn<int>("expectedSquash");
    QTest::addColumn<int>("sigma");
    const auto row = [](const char* name, int squash, Squash expected, Sigma sigma) {
      QTest::newRow(name) << squash << int(expected) << int(sigma);
    };
    row("sb3_ppo", int(Squash::Clip), Squash::Clip, Sigma::Clamped);
    row("sb3_sac", -1, Squash::Tanh, Sigma::Clamped);
    row("sb3_td3", -1, Squash::Tanh, Sigma::Clamped);
    row("rl_games", int(Squash::Clip), Squash::Clip, Sigma::Clamped);
    row("rsl_rl", int(Squash::Clip), Squash::Clip, Sigma::Clamped);
    row("cleanrl_ppo", int(Squash::Clip), Squash::Clip, Sigma::Clamped);
    row("cleanrl_sac", int(Squash::Tanh), Squash::Tanh, Sigma::Squashed);
    row("cleanrl_td3", -1, Squash::Clip, Sigma::Clamped);
    row("silu", -1, Squash::Clip, Sigma::Clamped);
  }
  void matchesPyTorch() {
    QFETCH(int, squash);
    QFETCH(int, expectedSquash);
    QFETCH(int, sigma);
    const std::string name = QTest::currentDataTag();
    const auto answersText = fileOf("answers.json");
    const json document = json::parse(answersText.begin(), answersText.end());
    const json& answers = document["answers"][name];
    OnnxMapping mapping = mappingOf();
    if (squash >= 0) mapping.squash = static_cast<Squash>(squash);
    if (!answers.contains("log_std")) mapping.sigma = {0.3};
    auto read = readOnnxActor(fileOf(name + ".onnx"), mapping);
    QVERIFY2(read.ok(), read.ok() ? "" : read.error().message.c_str());
    QCOMPARE(int(read->actor.gaussian()->head().squash), expectedSquash);
    QCOMPARE(int(read->actor.gaussian()->head().sigma), sigma);
    // Through the file form and back, as every program gets it.
    Policy policy;
    policy.actor = read->actor;
    const auto bytes = serializePolicy(policy);
    auto again = parsePolicy(bytes);
    QVERIFY2(again.ok(), again.ok() ? "" : again.error().message.c_str());
    QVERIFY(serializePolicy(*again) == bytes);
    for (std::size_t n = 0; n < document["observations"].size(); ++n) {
      const auto got = ask(again->actor, document["observations"][n].get<std::vector<float>>());
      if (answers.contains("mean")) QVERIFY(largest(got.mean, answers["mean"][n].get<std::vector<double>>()) < 2e-5);
      if (answers.contains("log_std"))
        QVERIFY(largest(got.logStd, answers["log_std"][n].get<std::vector<double>>()) < 2e-5);
      else
        QVERIFY(largest(got.logStd, std::vector<double>(kAction, std::log(0.3))) < 1e-6);
      if (!answers.contains("action")) continue;
      auto action = answers["action"][n].get<std::vector<double>>();
      for (double& a : action) a = std::clamp(a, -1.0, 1.0);
      QVERIFY(largest(got.action, action) < 2e-5);
    }
  }

  void choicesMatchPyTorch() {
    const auto answersText = fileOf("answers.json");
    const json document = json::parse(answersText.begin(), answersText.end());
    OnnxMapping mapping = mappingOf(kObservation, kChoices);
    mapping.choices = true;
    mapping.action = {2, 0, 1};  // the task's first choice is the file's third
    auto read = readOnnxActor(fileOf("choices.onnx"), mapping);
    QVERIFY2(read.ok(), read.ok() ? "" : read.error().message.c_str());
    for (std::size_t n = 0; n < document["observations"].size(); ++n) {
      const auto logits = document["answers"]["choices"]["logits"][n].get<std::vector<double>>();
      std::vector<float> got(kChoices);
      read->actor.categorical()->logProbabilities(document["observations"][n].get<std::vector<float>>(), got);
      const double total = std::log(std::exp(logits[0]) + std::exp(logits[1]) + std::exp(logits[2]));
      QVERIFY(largest(got, {logits[2] - total, logits[0] - total, logits[1] - total}) < 2e-5);
    }
  }

  /// The file sees three of five numbers, in another order and scale; its actions are swapped and scaled.
  void numbersMeetByPlaceAndScale() {
    OnnxMapping straight = mappingOf();
    straight.squash = Squash::Clip;
    auto reference = readOnnxActor(fileOf("rl_games.onnx"), straight);
    QVERIFY(reference.ok());
    OnnxMapping mapping = straight;
    mapping.observationSize = 6;
    mapping.observation = {4, 0, 5, 1, 2};
    mapping.observationScale = {2.0, 1.0, 0.5, 1.0, -1.0};
    mapping.action = {1, 0};
    mapping.actionScale = {0.5, 2.0};  // of the file's actions
    auto read = readOnnxActor(fileOf("rl_games.onnx"), mapping);
    QVERIFY2(read.ok(), read.ok() ? "" : read.error().message.c_str());
    Random random(3);
    for (int n = 0; n < 10; ++n) {
      const auto task = test::randomVector(6, random);
      const auto theirs = ask(reference->actor, {2.0f * task[4], task[0], 0.5f * task[5], task[1], -task[2]});
      const auto ours = ask(read->actor, task);
      QVERIFY(largest(ours.mean, {2.0 * double(theirs.mean[1]), 0.5 * double(theirs.mean[0])}) < 2e-5);
      QVERIFY(largest(ours.logStd, {std::log(2.0) + double(theirs.logStd[1]), std::log(0.5) + double(theirs.logStd[0])}) < 2e-5);
    }
  }

  void whatThisProgramExportsComesBack_data() {
    QTest::addColumn<QString>("from");
    for (const char* name : {"own", "sb3_sac", "rl_games", "rsl_rl", "cleanrl_sac", "silu", "choices", "deterministic"}) QTest::newRow(name) << name;
  }
  void whatThisProgramExportsComesBack() {
    QFETCH(QString, from);
    const bool choices = from == "choices", deterministic = from == "deterministic";
    OnnxMapping mapping = mappingOf(kObservation, choices ? kChoices : kAction);
    mapping.choices = choices;
    Policy policy = test::randomPolicy(kObservation, kAction, 16, 3);
    if (from != "own") {
      mapping.deterministic = deterministic;
      if (!choices && from != "cleanrl_sac" && from != "sb3_sac" && from != "silu") mapping.squash = Squash::Clip;
      if (from == "cleanrl_sac") mapping.squash = Squash::Tanh;
      mapping.usualSigma = 0.2;
      auto read = readOnnxActor(fileOf((deterministic ? "rsl_rl" : from.toStdString()) + ".onnx"), mapping);
      QVERIFY2(read.ok(), read.ok() ? "" : read.error().message.c_str());
      policy.actor = read->actor;
    }
    const PackageContract contract = contractFor(policy);
    auto model = onnxModel(policy, contract);
    QVERIFY2(model.ok(), model.ok() ? "" : model.error().message.c_str());
    // Our model takes units: the task's number is the unit's divided by the scale.
    OnnxMapping back = mappingOf(kObservation, choices ? kChoices : kAction);
    back.choices = choices;
    back.deterministic = deterministic;
    for (std::size_t i = 0; i < kObservation; ++i) back.observationScale[i] = contract.observation[i].scale;
    auto again = readOnnxActor({reinterpret_cast<const std::uint8_t*>(model->data()), model->size()}, back);
    QVERIFY2(again.ok(), again.ok() ? "" : again.error().message.c_str());
    Random random(4);
    for (int n = 0; n < 10; ++n) {
      const auto observation = test::randomVector(kObservation, random);
      std::vector<float> a(1), b(1);
      if (choices) {
        a.resize(kChoices), b.resize(kChoices);
        policy.actor.categorical()->logProbabilities(observation, a);
        again->actor.categorical()->logProbabilities(observation, b);
      } else {
        const auto x = ask(policy.actor, observation), y = ask(again->actor, observation);
        a = x.mean, b = y.mean;
        if (!deterministic) a.insert(a.end(), x.logStd.begin(), x.logStd.end()), b.insert(b.end(), y.logStd.begin(), y.logStd.end());
        QVERIFY(largest(x.action, {y.action.begin(), y.action.end()}) < 2e-5);
      }
      QVERIFY(largest(a, {b.begin(), b.end()}) < 5e-5);
    }
  }

  void aDeterministicPolicyHasNoDensity() {
    OnnxMapping mapping = mappingOf();
    mapping.deterministic = true;
    auto read = readOnnxActor(fileOf("sb3_td3.onnx"), mapping);
    QVERIFY(read.ok());
    QVERIFY(!read->actor.hasDensity());
    Random random(1);
    std::vector<float> observation(kObservation, 0.4f), sampled(kAction), mode(kAction);
    read->actor.sample(observation, random, sampled);
    read->actor.mode(observation, mode);
    QVERIFY(sampled == mode);
    QVERIFY(std::isinf(read->actor.logProbability(observation, mode)));
  }

  void whatIsNotSaidIsAskedFor() {
    const auto message = [](const char* file, const OnnxMapping& mapping) {
      auto read = readOnnxActor(fileOf(file), mapping);
      return read.ok() ? std::string("it was read") : read.error().message;
    };
    OnnxMapping mapping = mappingOf();
    mapping.sigma = {0.2};
    QVERIFY(message("rsl_rl.onnx", mapping).find("--squash") != std::string::npos);
    mapping.squash = Squash::Clip;
    QVERIFY(message("rl_games.onnx", mapping).find("its own sigma") != std::string::npos);
    mapping.sigma = {0.2, 0.3, 0.4};
    QVERIFY(message("rsl_rl.onnx", mapping).find("sigma has 3 numbers, the task has 2 actions") != std::string::npos);
    mapping.sigma = {std::nan("")};
    QVERIFY(message("rsl_rl.onnx", mapping).find("the sigma that is stated must lie between") != std::string::npos);
    mapping.sigma.clear();
    QVERIFY(message("rsl_rl.onnx", mapping).find("has to be stated") != std::string::npos);
    mapping.outputs = {{"mean", "nothing"}};
    QVERIFY(message("rsl_rl.onnx", mapping).find("'nothing'") != std::string::npos);
    mapping = mappingOf(6);
    QVERIFY(message("rsl_rl.onnx", mapping).find("observation of 5 numbers, the task has 6") != std::string::npos);
    mapping = mappingOf(5, 3);
    QVERIFY(message("rsl_rl.onnx", mapping).find("has 2 numbers, the task has 3 actions") != std::string::npos);
    mapping = mappingOf();
    mapping.squash = Squash::Tanh;
    mapping.actionScale = {0.5, 0.5};
    QVERIFY(message("cleanrl_sac.onnx", mapping).find("with tanh") != std::string::npos);
    mapping.actionScale = {1.0, 1.0};
    mapping.actionOffset = {0.0, 0.1};
    QVERIFY(message("cleanrl_sac.onnx", mapping).find("with tanh") != std::string::npos);
  }

  void badFilesAreRefused_data() {
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const Model& model, const char* says) {
      const auto bytes = model.bytes();
      QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size())) << QString(says);
    };
    QTest::newRow("empty") << QByteArray() << "no ONNX model";
    QTest::newRow("text") << QByteArray("hello, I am no model at all") << "";
    QTest::newRow("zeros") << QByteArray(1000, '\0') << "no ONNX model";
    {
      Model m = Model::sound();
      m.node("Conv", {"obs"}, {"c"}).set_name("conv1");
      m.proto.mutable_graph()->mutable_node(0)->set_input(0, "c");
      row("unsupported operator", m, "operator 'Conv' of node 'conv1'");
    }
    {
      Model m = Model::sound();
      m.proto.mutable_graph()->mutable_node(1)->set_domain("com.microsoft");
      row("foreign operator", m, "operator 'com.microsoft.Tanh'");
    }
    {
      Model m = Model::sound();
      m.proto.mutable_graph()->mutable_initializer(0)->set_dims(1, 7);
      row("wrong shape", m, "its shape asks for 28 numbers, its data has 20");
    }
    {
      Model m = Model::sound();
      auto& t = *m.proto.mutable_graph()->mutable_initializer(0);
      t.set_dims(0, 5), t.set_dims(1, 4);
      row("weights turned", m, "do not fit each other");
    }
    {
      Model m = Model::sound();
      auto& t = *m.proto.mutable_graph()->mutable_initializer(0);
      t.set_dims(0, std::int64_t{1} << 40), t.set_dims(1, std::int64_t{1} << 40);
      row("huge tensor", m, "declares more numbers");
    }
    {
      Model m = Model::sound();
      m.proto.mutable_graph()->mutable_initializer(0)->set_dims(0, -4);
      row("negative dimension", m, "negative dimension");
    }
    {
      Model m = Model::sound();
      auto& t = *m.proto.mutable_graph()->mutable_initializer(0);
      t.set_data_location(onnx::TensorProto::EXTERNAL);
      auto& entry = *t.add_external_data();
      entry.set_key("location"), entry.set_value("../../etc/passwd");
      row("external data", m, "lies in another file");
    }
    {
      Model m = Model::sound();
      m.proto.mutable_graph()->mutable_initializer(0)->set_float_data(3, std::nanf(""));
      row("NaN weight", m, "holds NaN");
    }
    {
      Model m = Model::sound();
      m.proto.mutable_graph()->mutable_initializer(1)->set_float_data(0, INFINITY);
      row("infinite weight", m, "NaN or infinity");
    }
    {
      Model m = Model::sound();
      m.proto.mutable_graph()->mutable_initializer(0)->set_data_type(onnx::TensorProto::FLOAT16);
      row("half floats", m, "element type FLOAT16");
    }
    {
      Model m = Model::sound();
      m.proto.mutable_graph()->mutable_initializer(0)->set_data_type(9999);
      row("no type", m, "element type 9999");
    }
    {
      Model m = Model::sound();
      m.proto.mutable_graph()->mutable_initializer()->DeleteSubrange(0, 1);
      row("missing weights", m, "nothing gives 'policy_net.0.weight'");
    }
    {
      Model m = Model::sound();
      m.proto.mutable_graph()->mutable_node(0)->set_input(0, "actions");
      row("circle", m, "in a circle");
    }
    {
      Model m = Model::sound();
      m.node("Relu", {"h"}, {"t"});
      row("two producers", m, "two nodes give 't'");
    }
    {
      Model m = Model::sound();
      m.proto.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::STRING);
      row("input of text", m, "floating-point");
    }
    {
      Model m = Model::sound();
      *m.proto.mutable_graph()->add_input() = m.proto.graph().input(0);
      m.proto.mutable_graph()->mutable_input(1)->set_name("hidden_state");
      row("two inputs", m, "'obs', 'hidden_state'");
    }
    {
      Model m = Model::sound();
      m.proto.mutable_graph()->clear_output();
      row("no output", m, "no outputs");
    }
    {
      Model m = Model::sound();
      m.proto.mutable_opset_import(0)->set_version(1000);
      row("newer operators", m, "version 1000");
    }
    {
      Model m;
      m.tensor("shape", {1}, {1e12f});
      m.node("ConstantOfShape", {"shape"}, {"big"});
      m.node("Add", {"obs", "big"}, {"actions"});
      row("huge constant", m, "impossible");
    }
    {
      Model m;  // every step doubles
      m.tensor("one", {1024}, std::vector<float>(1024, 1.0f));
      std::string last = "one";
      for (int i = 0; i < 40; ++i) {
        const std::string next = "c" + std::to_string(i);
        m.attribute(m.node("Concat", {last, last}, {next}), "axis", 0);
        last = next;
      }
      m.node("Add", {"obs", last}, {"actions"});
      row("doubling", m, "too large");
    }
    {
      Model m = Model::sound();
      for (int i = 0; i < 20'000; ++i) m.node("Relu", {"obs"}, {"r" + std::to_string(i)});
      row("too many nodes", m, "nodes");
    }
    {
      Model m;
      std::string last = "obs";
      for (int i = 0; i < 4000; ++i) {
        const std::string next = i == 3999 ? "actions" : "d" + std::to_string(i);
        m.node("Tanh", {last}, {next});
        last = next;
      }
      row("deep", m, "");
    }
    {
      Model m = Model::sound();
      m.node("Sqrt", {"t"}, {"s"});
      m.proto.mutable_graph()->mutable_node(2)->set_input(0, "s");
      row("root of the observation", m, "operator 'Sqrt' of node 'the Sqrt'");
    }
    {
      Model m = Model::sound();
      m.node("Mul", {"t", "t"}, {"s"});
      m.proto.mutable_graph()->mutable_node(2)->set_input(0, "s");
      row("square", m, "both of its inputs");
    }
    {
      Model m = Model::sound();
      m.tensor("zero", {1}, {0.0f});
      m.node("Div", {"t", "zero"}, {"s"});
      m.proto.mutable_graph()->mutable_node(2)->set_input(0, "s");
      row("division by zero", m, "division by zero");
    }
    {
      Model m = Model::sound();
      auto& a = *m.proto.mutable_graph()->mutable_node(0)->mutable_attribute(0);
      a.set_type(onnx::AttributeProto::STRING), a.set_s("yes");
      row("attribute of another type", m, "another type");
    }
    {
      Model m = Model::sound();
      m.proto.mutable_graph()->mutable_node(2)->clear_input();
      row("no operands", m, "is missing");
    }
  }
  void badFilesAreRefused() {
    QFETCH(QByteArray, file);
    QFETCH(QString, says);
    QElapsedTimer timer;
    timer.start();
    OnnxMapping mapping = mappingOf();
    mapping.squash = Squash::Clip;
    mapping.sigma = {0.2};
    const auto* data = reinterpret_cast<const std::uint8_t*>(file.constData());
    auto read = readOnnxActor({data, static_cast<std::size_t>(file.size())}, mapping);
    QVERIFY(!read.ok());
    const QString message = QString::fromStdString(read.error().message);
    QVERIFY2(message.contains(says), qPrintable(message));
    QVERIFY2(!message.contains('\n') && message.size() < 500, qPrintable(message));
    QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
  }

  void aSoundGraphByHandIsRead() {
    auto read = readHand(Model::sound());
    QVERIFY2(read.ok(), read.ok() ? "" : read.error().message.c_str());
    QCOMPARE(int(read->actor.gaussian()->actor().layers().front().activation), int(Activation::Tanh));
    const auto got = ask(read->actor, {1, 2, 3, 4, 5});
    const double hidden = std::tanh(0.1 * 15 + 0.01);
    QVERIFY(largest(got.mean, std::vector<double>(kAction, 0.4 * hidden + 0.01)) < 1e-6);
  }

  /// Wherever a file is cut off or damaged: an error or a sound policy, never a crash.
  void damagedFilesNeverCrash() {
    const auto whole = fileOf("rl_games.onnx");
    OnnxMapping mapping = mappingOf();
    mapping.squash = Squash::Clip;
    int refused = 0;
    for (std::size_t size = 0; size < whole.size(); size += 7)
      refused += !readOnnxActor(std::span(whole).first(size), mapping).ok();
    QVERIFY(refused > int(whole.size() / 7) * 9 / 10);
    Random random(11);
    for (int n = 0; n < 3000; ++n) {
      auto damaged = whole;
      for (int i = 0; i < 1 + n % 4; ++i) damaged[random.index(damaged.size())] = static_cast<std::uint8_t>(random.index(256));
      auto read = readOnnxActor(damaged, mapping);
      if (read) QVERIFY(read->actor.observationSize() == kObservation);
    }
  }

  /// A few bytes that ask for much memory when parsed: 20 million empty nodes in 40 MB.
  void amplificationIsBounded() {
    std::string graph;
    for (int i = 0; i < 20'000'000; ++i) graph += {'\x0a', '\x00'};
    std::string bytes("\x3a", 1);
    for (std::size_t size = graph.size(); size > 0; size >>= 7) bytes += static_cast<char>((size & 127) | (size > 127 ? 128 : 0));
    bytes += graph;
    auto read = readOnnxActor({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, mappingOf());
    QVERIFY(!read.ok());
    QVERIFY2(read.error().message.find("too large") != std::string::npos, read.error().message.c_str());
  }

  void anErrorOfAContractReadsWell() {
    QCOMPARE(readImportContract(test::kRepeatedContract).error().message, std::string("the contract says 'name' twice"));
    QCOMPARE(readImportContract(test::kWrongSigmaContract).error().message,
             std::string("the contract's sigma is neither a positive number, nor a list of them, nor \"none\""));
  }

  void contractsAreRead() {
    auto contract = readImportContract(test::kWholeContract);
    QVERIFY2(contract.ok(), contract.ok() ? "" : contract.error().message.c_str());
    QCOMPARE(contract->observation[1].name, std::string("b"));
    QCOMPARE(*contract->observation[1].scale, 2.0);
    QVERIFY(!contract->observation[0].scale && contract->squash == Squash::Clip);
    QVERIFY(contract->observation[0].offset == 0.5 && contract->action[0].scale == -2.0);
    QVERIFY((contract->sigma == std::vector{0.3, 0.4}));
    auto again = readImportContract(writeImportContract(*contract));
    QVERIFY(again.ok());
    QCOMPARE(writeImportContract(*again), writeImportContract(*contract));
    QVERIFY(readImportContract(test::kDeterministicContract)->deterministic);
    for (const char* bad : test::kBadContracts)
      QVERIFY2(!readImportContract(bad).ok(), bad);
  }
};

QTEST_GUILESS_MAIN(OnnxActorTest)
#include "test_onnx_actor.moc"
