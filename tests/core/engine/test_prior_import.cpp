// A policy from elsewhere against a task: its numbers meet the task's by name, scale and offset.
#include <QtTest>
#include <cmath>

#include "core/engine/prior_import.h"
#include "tests/core/policy/linear_actor.h"

using namespace nudge;
using test::kBias, test::kWeight, test::linearActor;

namespace {

TaskSpec spec() {
  TaskSpec task;
  task.id = "arm";
  task.observation = {{"elbow", "rad", "", 2.0}, {"wrist", "rad", "", 0.5}};
  task.action = {{"elbow_position", "rad", ""}, {"wrist_position", "rad", ""}};
  task.actionScale = {1.5, 0.8};
  return task;
}

}  // namespace

class PriorImportTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// As Isaac Lab's joint positions: observed relative to a default pose, told as default + scale · a; one axis turned.
  void offsetsAndNegativeScalesGoIntoTheLayers() {
    ImportContract contract;
    contract.observation = {{"wrist", "rad", -0.25, 0.1}, {"elbow", "rad", 1.0, -0.4}};
    contract.action = {{"wrist_position", "rad", -0.5, 0.1}, {"elbow_position", "", {}, -0.4}};
    contract.squash = Squash::Clip;
    contract.sigma = {0.1, 0.3};
    const auto imported = importPrior(linearActor(), spec(), {"hand.onnx", contract});
    QVERIFY2(imported.ok(), imported ? "" : imported.error().message.c_str());
    QCOMPARE(imported->policy.info.at("sigma"), std::string("stated 0.1 0.3"));
    const double elbow_rad = 0.7, wrist_rad = -0.2;
    const std::vector<float> observation{static_cast<float>(elbow_rad / 2.0), static_cast<float>(wrist_rad / 0.5)};
    std::vector<float> mean(2), logStd(2);
    Policy policy = imported->policy;
    policy.actor.gaussian()->distribution(observation, mean, logStd);
    const double x[] = {(wrist_rad - 0.1) / -0.25, elbow_rad + 0.4};
    const auto out = [&x](int i) { return double(kWeight[2 * i]) * x[0] + double(kWeight[2 * i + 1]) * x[1] + double(kBias[i]); };
    const double wanted[] = {out(1) + -0.4 / 1.5, (0.1 - 0.5 * out(0)) / 0.8};
    for (std::size_t i = 0; i < 2; ++i) QVERIFY(std::abs(double(mean[i]) - wanted[i]) < 1e-5);
    QVERIFY(std::abs(double(logStd[0]) - std::log(0.3)) < 1e-6 && std::abs(double(logStd[1]) - std::log(0.1)) < 1e-6);
  }

  void itIsSaidWhoNamesAnotherNumber() {
    TaskSpec larger = spec();
    larger.observation.push_back({"hand", "rad", ""});
    ImportContract contract;
    contract.squash = Squash::Clip;
    const auto message = [&] { return importPrior(linearActor(), larger, {"hand.onnx", contract}).error().message; };
    QVERIFY(message().find("an observation of 2 numbers, the task has 3") != std::string::npos);
    contract.observation = {{"hand", "rad", {}}};
    QVERIFY(message().find("an observation of 2 numbers, the contract has 1") != std::string::npos);
  }
};

QTEST_GUILESS_MAIN(PriorImportTest)
#include "test_prior_import.moc"
