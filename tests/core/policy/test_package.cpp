#include <onnx/checker.h>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/files.h"
#include "core/policy/package/package.h"
#include "tests/core/policy/onnx_evaluator.h"
#include "tests/core/policy/random_policy.h"

using namespace nudge;
using nlohmann::json;

namespace {
constexpr int kObservation = 5, kAction = 2;

PackageContract contractOf(int observation = kObservation) {
  PackageContract contract;
  contract.task = "bottle";
  contract.title = "Bottle pushing";
  contract.description = "an \"example\"";
  contract.mjcfHash = std::string(64, 'a');
  contract.mujocoVersion = "2.2.2";
  contract.created = "2026-01-01T00:00:00Z";
  contract.controlRate_hz = 20.0;
  contract.episodeSteps = 150;
  for (int i = 0; i < observation; ++i)
    contract.observation.push_back({std::string("o").append(std::to_string(i)), "m", "", 0.1 + 0.2 * i});
  contract.action = {{"vx", "m/s", "", 0.25}, {"vz", "m/s", "up", 0.5}};
  contract.features = {{"height", "tool height", 0.0, -0.8}};
  contract.version = 1;
  contract.lineage = {{0, -1, std::string(64, '0'), "", {}, 0, 0, 0},
                      {1, 0, std::string(64, '1'), "", {{"height", -0.8}}, 120, 300, 10}};
  return contract;
}

std::vector<std::uint8_t> weightsOf(std::uint64_t seed = 1) {
  return serializePolicy(test::randomPolicy(kObservation, kAction, 16, seed));
}

constexpr int kChoices = 4;

PackageContract choiceContract() {
  PackageContract contract = contractOf();
  contract.task = "highway";
  contract.action.clear();
  contract.discreteActions = {"LEFT", "IDLE", "RIGHT", "FASTER"};
  return contract;
}

/// A prior of two networks with a residual: three terms.
Policy choicePolicy(std::uint64_t seed) {
  Random random(seed);
  std::vector<CategoricalPolicy::Term> terms;
  for (const float weight : {10.0f, 10.0f, -20.0f})
    terms.push_back({test::randomMlp({kObservation, 16, 16, kChoices}, random), weight});
  Policy policy;
  policy.residualCritics = Critics({terms.back().network});
  policy.actor = CategoricalPolicy::create(std::move(terms)).value();
  policy.info = {{"task", "highway"}};
  return policy;
}

std::string text(const QString& path) {
  const auto bytes = readFile(path.toStdString(), 1u << 26);
  return bytes ? std::string(bytes->begin(), bytes->end()) : std::string();
}

QStringList everythingIn(const QString& folder) {
  return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
}
}  // namespace

class TestPackage : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void graphEqualsOurNetwork();
  void goldenVectorsHoldForTheGraph();
  void choicesGraphEqualsOurNetworks();
  void choicesComeBack();
  void choicesThatDoNotFitAreRefused();
  void nothingIsLost();
  void exampleRuns();
  void onlyOwnFoldersAreReplaced();
  void failedExportLeavesNothing();
  void contractsThatDoNotFitAreRefused();
  void damageIsFound();
  void foreignFoldersAreRefused();
};

void TestPackage::graphEqualsOurNetwork() {
  Policy policy = test::randomPolicy(kObservation, kAction, 32, 3);
  const PackageContract contract = contractOf();
  const auto bytes = onnxModel(policy, contract);
  QVERIFY2(bytes.ok(), bytes ? "" : bytes.error().message.c_str());
  const test::OnnxEvaluator graph(*bytes);
  onnx::checker::check_model(graph.model());
  QCOMPARE(graph.model().graph().input_size(), 1);
  QCOMPARE(graph.model().graph().output(0).name(), std::string("action"));

  Random random(4);
  const std::size_t batch = 64;
  test::Matrix observations{batch, kObservation, {}};
  for (std::size_t i = 0; i < batch * kObservation; ++i) observations.data.push_back(3.0 * random.normal());
  const auto outputs = graph.run(observations);
  bool clamped = false, free = false;
  for (std::size_t row = 0; row < batch; ++row) {
    std::vector<float> scaled(kObservation), mean(kAction), logStd(kAction), mode(kAction);
    for (std::size_t i = 0; i < kObservation; ++i)
      scaled[i] = static_cast<float>(observations.at(row, i) / contract.observation[i].scale);
    policy.actor.gaussian()->distribution(scaled, mean, logStd);
    policy.actor.mode(scaled, mode);
    for (std::size_t i = 0; i < kAction; ++i) {
      QVERIFY(std::abs(outputs.at("mean").at(row, i) - static_cast<double>(mean[i])) < 1e-4);
      QVERIFY(std::abs(outputs.at("log_std").at(row, i) - static_cast<double>(logStd[i])) < 1e-4);
      QVERIFY(std::abs(outputs.at("action").at(row, i) -
                       static_cast<double>(mode[i]) * contract.action[i].scale) < 1e-5);
      (logStd[i] == policy.actor.gaussian()->logStdMin() || logStd[i] == policy.actor.gaussian()->logStdMax() ? clamped : free) =
          true;
    }
  }
  QVERIFY(clamped && free);  // or the test would not see a missing Clip
}

void TestPackage::goldenVectorsHoldForTheGraph() {
  QTemporaryDir parent;
  const QString folder = parent.filePath("out");
  QVERIFY(exportPackage(folder.toStdString(), weightsOf(), contractOf()).ok());
  const test::OnnxEvaluator graph(text(folder + "/policy.onnx"));
  const json golden = json::parse(text(folder + "/golden.json"));
  QVERIFY(golden.size() >= 16);
  for (const json& vector : golden) {
    const auto outputs = graph.run({1, kObservation, vector["observation"].get<std::vector<double>>()});
    for (const char* name : {"action", "mean", "log_std"})
      for (std::size_t i = 0; i < kAction; ++i)
        QVERIFY(std::abs(outputs.at(name).at(0, i) - vector[name][i].get<double>()) < 1e-5);
  }
  std::map<std::string, std::string> metadata;
  for (const auto& property : graph.model().metadata_props()) metadata[property.key()] = property.value();
  QCOMPARE(metadata["observation_names"], std::string("o0,o1,o2,o3,o4"));
  QCOMPARE(metadata["action_units"], std::string("m/s,m/s"));
}

void TestPackage::choicesGraphEqualsOurNetworks() {
  Policy policy = choicePolicy(5);
  const PackageContract contract = choiceContract();
  const auto bytes = onnxModel(policy, contract);
  QVERIFY2(bytes.ok(), bytes ? "" : bytes.error().message.c_str());
  const test::OnnxEvaluator graph(*bytes);
  onnx::checker::check_model(graph.model());
  QCOMPARE(graph.model().graph().output(0).name(), std::string("action"));
  QCOMPARE(graph.model().graph().output(0).type().tensor_type().elem_type(), int{onnx::TensorProto::INT64});
  QCOMPARE(graph.model().graph().output(1).name(), std::string("logits"));

  Random random(4);
  const std::size_t batch = 64;
  test::Matrix observations{batch, kObservation, {}};
  for (std::size_t i = 0; i < batch * kObservation; ++i) observations.data.push_back(3.0 * random.normal());
  const auto outputs = graph.run(observations);
  std::set<int> chosen;
  for (std::size_t row = 0; row < batch; ++row) {
    std::vector<float> scaled(kObservation), logP(kChoices);
    for (std::size_t i = 0; i < kObservation; ++i)
      scaled[i] = static_cast<float>(observations.at(row, i) / contract.observation[i].scale);
    policy.actor.categorical()->logProbabilities(scaled, logP);
    for (std::size_t i = 0; i < kChoices; ++i) {
      const double given = outputs.at("logits").at(row, i);
      QVERIFY(std::abs(given - static_cast<double>(logP[i])) < 1e-4 * (1.0 + std::abs(given)));
    }
    const int mode = policy.actor.categorical()->mode(scaled);
    QCOMPARE(outputs.at("action").at(row, 0), static_cast<double>(mode));
    chosen.insert(mode);
  }
  QVERIFY(chosen.size() > 2);
}

void TestPackage::choicesComeBack() {
  QTemporaryDir parent;
  const QString folder = parent.filePath("out");
  const auto weights = serializePolicy(choicePolicy(6));
  const auto exported = exportPackage(folder.toStdString(), weights, choiceContract());
  QVERIFY2(exported.ok(), exported ? "" : exported.error().message.c_str());
  const auto package = loadPackage(folder.toStdString());
  QVERIFY2(package.ok(), package ? "" : package.error().message.c_str());
  QCOMPARE(serializePolicy(package->policy), weights);
  QCOMPARE(package->contract.discreteActions, choiceContract().discreteActions);
  QVERIFY(package->contract.action.empty());

  const test::OnnxEvaluator graph(text(folder + "/policy.onnx"));
  for (const json& vector : json::parse(text(folder + "/golden.json"))) {
    const auto outputs = graph.run({1, kObservation, vector["observation"].get<std::vector<double>>()});
    QCOMPARE(outputs.at("action").at(0, 0), vector["action"][0].get<double>());
    for (std::size_t i = 0; i < kChoices; ++i)
      QVERIFY(std::abs(outputs.at("logits").at(0, i) - vector["logits"][i].get<double>()) < 1e-3);
  }
  const json document = json::parse(text(folder + "/policy.json"));
  QCOMPARE(document["discrete_actions"][3].get<std::string>(), std::string("FASTER"));
  QProcess example;
  example.start(QCoreApplication::applicationDirPath() + "/package_example", {folder});
  QVERIFY(example.waitForFinished());
  QCOMPARE(example.exitCode(), 0);

  json golden = json::parse(text(folder + "/golden.json"));
  golden[2]["logits"][0] = golden[2]["logits"][0].get<double>() + 0.1;
  QVERIFY(writeFile((folder + "/golden.json").toStdString(), golden.dump()).ok());
  QCOMPARE(loadPackage(folder.toStdString()).error().code, ErrorCode::Corrupt);
  golden = json::parse(golden.dump());
  golden[2]["logits"] = golden[1]["logits"];
  golden[2]["action"][0] = 7;
  QVERIFY(writeFile((folder + "/golden.json").toStdString(), golden.dump()).ok());
  QCOMPARE(loadPackage(folder.toStdString()).error().code, ErrorCode::Corrupt);
}

void TestPackage::choicesThatDoNotFitAreRefused() {
  const Policy policy = choicePolicy(7);
  const auto refused = [&](auto change) {
    PackageContract contract = choiceContract();
    change(contract);
    const auto model = onnxModel(policy, contract);
    return !model && model.error().code == ErrorCode::InvalidInput;
  };
  QVERIFY(refused([](auto& c) { c.discreteActions.pop_back(); }));
  QVERIFY(refused([](auto& c) { c.discreteActions[1] = c.discreteActions[0]; }));
  QVERIFY(refused([](auto& c) { c.discreteActions[1].clear(); }));
  QVERIFY(refused([](auto& c) { c.action = contractOf().action; }));
  PackageContract continuous = contractOf();
  continuous.discreteActions = {"LEFT", "RIGHT"};
  QVERIFY(!onnxModel(test::randomPolicy(kObservation, kAction, 8, 1), continuous));
}

void TestPackage::nothingIsLost() {
  QTemporaryDir parent;
  const std::string folder = parent.filePath("out/").toStdString();  // a slash at the end is fine
  QVERIFY(exportPackage(folder, weightsOf(), contractOf()).ok());
  QCOMPARE(everythingIn(parent.path()), QStringList{"out"});
  QCOMPARE(everythingIn(parent.filePath("out")).size(), 6);
  const auto package = loadPackage(folder);
  QVERIFY2(package.ok(), package ? "" : package.error().message.c_str());
  QCOMPARE(package->weights, weightsOf());
  QCOMPARE(serializePolicy(package->policy), weightsOf());
  const PackageContract& contract = package->contract;
  QCOMPARE(contract.observation[3].name, std::string("o3"));
  QCOMPARE(contract.observation[3].scale, 0.1 + 0.2 * 3);
  QCOMPARE(contract.action[1].unit, std::string("m/s"));
  QCOMPARE(contract.features[0].theta, -0.8);
  QCOMPARE(contract.lineage.size(), std::size_t{2});
  QCOMPARE(contract.lineage[0].parent, -1);
  QCOMPARE(contract.lineage[1].theta.at("height"), -0.8);
  QCOMPARE(contract.lineage[1].expertSteps, 120);

  const json document = json::parse(text(parent.filePath("out/policy.json")));
  QCOMPARE(document["policy"]["sha256"].get<std::string>(), sha256Hex(weightsOf()));
  QCOMPARE(document["action"][1]["max"].get<double>(), 0.5);
  QCOMPARE(document["frame"].get<std::string>(), std::string("world"));
  QVERIFY(!document["nudge_version"].get<std::string>().empty());
}

void TestPackage::exampleRuns() {
  QTemporaryDir parent;
  const QString folder = parent.filePath("out");
  QVERIFY(exportPackage(folder.toStdString(), weightsOf(), contractOf()).ok());
  QFile source(NUDGE_SOURCE_DIR "/core/policy/package/texts/example.cpp");
  QVERIFY(source.open(QIODevice::ReadOnly));
  QCOMPARE(text(folder + "/example.cpp"), source.readAll().toStdString());
  QProcess example;
  example.start(QCoreApplication::applicationDirPath() + "/package_example", {folder});
  QVERIFY(example.waitForFinished());
  QCOMPARE(example.exitCode(), 0);
  QVERIFY(example.readAllStandardOutput().contains("32 golden vectors"));
}

void TestPackage::onlyOwnFoldersAreReplaced() {
  QTemporaryDir parent;
  const QString folder = parent.filePath("out");
  QVERIFY(QDir().mkdir(folder));
  QVERIFY(exportPackage(folder.toStdString(), weightsOf(1), contractOf()).ok());
  QVERIFY(exportPackage(folder.toStdString(), weightsOf(2), contractOf()).ok());
  QCOMPARE(loadPackage(folder.toStdString())->weights, weightsOf(2));
  QCOMPARE(everythingIn(parent.path()), QStringList{"out"});

  QVERIFY(writeFile((folder + "/notes.txt").toStdString(), "mine").ok());
  const auto refused = exportPackage(folder.toStdString(), weightsOf(3), contractOf());
  QVERIFY(!refused && refused.error().message.find("notes.txt") != std::string::npos);
  QCOMPARE(loadPackage(folder.toStdString())->weights, weightsOf(2));

  const QString foreign = parent.filePath("foreign");
  QVERIFY(QDir().mkdir(foreign));
  QVERIFY(writeFile((foreign + "/policy.json").toStdString(), "{\"format\":\"other\"}").ok());
  QVERIFY(!exportPackage(foreign.toStdString(), weightsOf(), contractOf()));
  QCOMPARE(text(foreign + "/policy.json"), std::string("{\"format\":\"other\"}"));
  const QString file = parent.filePath("file");
  QVERIFY(writeFile(file.toStdString(), "x").ok());
  QVERIFY(!exportPackage(file.toStdString(), weightsOf(), contractOf()));
  QVERIFY(!exportPackage(parent.filePath("a/b").toStdString(), weightsOf(), contractOf()));
}

void TestPackage::failedExportLeavesNothing() {
  QTemporaryDir parent;
  const QString folder = parent.filePath("out");
  auto weights = weightsOf();
  weights.resize(weights.size() / 2);
  QVERIFY(!exportPackage(folder.toStdString(), weights, contractOf()));
  QVERIFY(everythingIn(parent.path()).isEmpty());
  QVERIFY(!exportPackage("/proc/nudge-export", weightsOf(), contractOf()));
}

void TestPackage::contractsThatDoNotFitAreRefused() {
  QTemporaryDir parent;
  const auto refused = [&](auto change) {
    PackageContract contract = contractOf();
    change(contract);
    return !exportPackage(parent.filePath("out").toStdString(), weightsOf(), contract);
  };
  QVERIFY(refused([](auto& c) { c.observation.pop_back(); }));
  QVERIFY(refused([](auto& c) { c.action.pop_back(); }));
  QVERIFY(refused([](auto& c) { c.observation[1].name = c.observation[0].name; }));
  QVERIFY(refused([](auto& c) { c.observation[1].scale = 0.0; }));
  QVERIFY(refused([](auto& c) { c.action[1].scale = std::nan(""); }));
  QVERIFY(refused([](auto& c) { c.controlRate_hz = 0.0; }));
  QVERIFY(refused([](auto& c) { c.task = "highway"; }));
  QVERIFY(everythingIn(parent.path()).isEmpty());
}

void TestPackage::damageIsFound() {
  QTemporaryDir parent;
  const QString folder = parent.filePath("out");
  const auto afterChange = [&](const QString& name, auto change) {
    QDir(folder).removeRecursively();
    if (!exportPackage(folder.toStdString(), weightsOf(), contractOf())) return QString("export failed");
    std::string content = text(folder + "/" + name);
    change(content);
    if (!writeFile((folder + "/" + name).toStdString(), content)) return QString("write failed");
    const auto package = loadPackage(folder.toStdString());
    return package ? QString() : QString::fromStdString(package.error().message);
  };
  const auto edited = [](auto edit) {
    return [edit](std::string& content) {
      json document = json::parse(content);
      edit(document);
      content = document.dump();
    };
  };
  QCOMPARE(afterChange("policy.json", [](std::string&) {}), QString());
  for (const char* name : {"policy.onnx", "policy.safetensors"})
    QVERIFY(afterChange(name, [](std::string& c) { c[c.size() / 2] ^= 1; }).contains("hash"));
  for (const char* name : {"policy.json", "golden.json"})
    QVERIFY(afterChange(name, [](std::string& c) { c.resize(c.size() / 2); }).contains("damaged"));
  QVERIFY(
      afterChange("policy.json", edited([](json& d) { d["observation"].erase(0); })).contains("4 numbers"));
  QVERIFY(afterChange("policy.json", edited([](json& d) {
                        std::swap(d["observation"][0]["scale"], d["observation"][1]["scale"]);
                      }))
              .contains("does not come out"));
  QVERIFY(afterChange("policy.json", edited([](json& d) { d["observation"][0]["scale"] = "much"; }))
              .contains("damaged"));
  QVERIFY(afterChange("policy.json", edited([](json& d) { d["format_version"] = 9; })).contains("newer"));
  QVERIFY(
      afterChange("policy.json", edited([](json& d) { d["files"].erase("policy.onnx"); })).contains("hash"));
  QVERIFY(afterChange("golden.json",
                      edited([](json& d) { d[7]["mean"][1] = d[7]["mean"][1].get<double>() + 0.01; }))
              .contains("golden vector 7 does not come out"));
  QVERIFY(afterChange("golden.json", edited([](json& d) { d[3]["observation"].erase(0); })).contains("size"));
  QVERIFY(afterChange("golden.json", edited([](json& d) { d = json::array(); })).contains("no golden"));
  QVERIFY(afterChange("golden.json", edited([](json& d) { d[0]["action"] = json::array(); }))
              .contains("does not come out"));
}

void TestPackage::foreignFoldersAreRefused() {
  QTemporaryDir folder;
  const std::string path = folder.path().toStdString();
  const auto message = [&](const std::string& where) {
    const auto package = loadPackage(where);
    return package ? QString() : QString::fromStdString(package.error().message);
  };
  QVERIFY(message(path + "/missing").contains("no folder"));
  QVERIFY(message(path).contains("not a policy package"));
  QVERIFY(writeFile(path + "/policy.json", "[]").ok());
  QVERIFY(message(path).contains("not the contract"));
  QVERIFY(writeFile(path + "/policy.json", std::string(100000, '[')).ok());
  QVERIFY(message(path).contains("damaged"));
  QVERIFY(writeFile(path + "/file", "x").ok());
  QVERIFY(message(path + "/file").contains("not a folder"));
}

QTEST_GUILESS_MAIN(TestPackage)
#include "test_package.moc"
