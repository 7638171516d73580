// The bottle task: does the world behave, do the numbers mean what they say, does the state repeat?
#include <mujoco/mujoco.h>

#include <QTest>
#include <array>
#include <cmath>

#include "core/base/random.h"
#include "core/sim/tasks/bottle/bottle_task.h"
#include "tests/support/task_values.h"

using namespace nudge;

namespace {

using Action = std::array<float, 3>;

std::unique_ptr<Task> bottle() { return makeTask("bottle").value(); }

std::array<double, 3> bottleOf(Task& task) {
  const double* p = task.data().xpos + 3 * mj_name2id(&task.model(), mjOBJ_BODY, "bottle");
  return {p[0], p[1], p[2]};
}
/// Goes to the height first, then straight ahead, centred on the bottle.
Action pushAt(Task& task, double height_m) {
  const auto tool = toolOf(task), foot = bottleOf(task);
  const bool there = std::abs(tool[2] - height_m) < 0.01;
  const std::array<double, 3> v_W{there ? 0.1 : 0.0, 4.0 * (foot[1] - tool[1]), 6.0 * (height_m - tool[2])};
  Action action{};
  task.toolVelocityToAction(v_W, action);
  return action;
}

/// Largest force between the tool and anything, N.
double toolForce(Task& task) {
  const int tip = mj_name2id(&task.model(), mjOBJ_GEOM, "tip");
  double largest = 0.0;
  for (int i = 0; i < task.data().ncon; ++i) {
    const mjContact& contact = task.data().contact[i];
    if (contact.geom1 != tip && contact.geom2 != tip) continue;
    double force[6];
    mj_contactForce(&task.model(), &task.data(), i, force);
    largest = std::max(largest, std::hypot(force[0], force[1], force[2]));
  }
  return largest;
}

}  // namespace

class TestBottle : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void registryKnowsItsTasks() {
    for (const auto& id : taskIds()) QCOMPARE((*makeTask(id))->spec().id, id);
    const auto unknown = makeTask("juggling");
    QCOMPARE(unknown.error().code, ErrorCode::NotFound);
    QVERIFY(QString::fromStdString(unknown.error().message).contains("bottle"));
  }

  void specIsAsShipped() {
    const auto task = bottle();
    const TaskSpec& spec = task->spec();
    QCOMPARE(task->observationSize(), 16);
    QCOMPARE(task->actionSize(), 3);
    const std::array<const char*, 4> features{"tip_to_bottle", "bottle_to_goal", "control_effort",
                                              "tool_height"};
    for (std::size_t i = 0; i < features.size(); ++i)
      QCOMPARE(spec.features[i].name, std::string(features[i]));
    QVERIFY(spec.features[3].style && spec.features[3].teacherWeight == -0.8);
    QVERIFY(task->mjcf() == bottleMjcf());
  }

  void foreignModelIsRefused() {
    QCOMPARE(makeBottleTask("<mujoco>").error().code, ErrorCode::Corrupt);
    QCOMPARE(makeBottleTask("<mujoco><worldbody/></mujoco>").error().code, ErrorCode::Corrupt);
    std::string other = bottleMjcf();
    other.replace(other.find("name=\"goal\""), 11, "name=\"gaol\"");
    QCOMPARE(makeBottleTask(other).error().code, ErrorCode::Corrupt);
  }

  void standsStill() {
    const auto task = bottle();
    task->reset(3);
    const auto before = bottleOf(*task), tool = toolOf(*task);
    for (int step = 0; step < 200; ++step) QVERIFY(!task->step(Action{}).diverged);
    QVERIFY(task->status().maxTilt_rad < 0.1 * M_PI / 180.0);
    QVERIFY(std::hypot(bottleOf(*task)[0] - before[0], bottleOf(*task)[1] - before[1]) < 1e-4);
    QVERIFY(std::abs(toolOf(*task)[2] - tool[2]) < 1e-3);
  }

  void pushedLowItGlidesPushedHighItTopples() {
    const auto task = bottle();
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      task->reset(seed);
      const double before = bottleOf(*task)[0];
      for (int step = 0; step < 100; ++step) task->step(pushAt(*task, 0.03));
      QVERIFY(bottleOf(*task)[0] - before > 0.1);
      QVERIFY2(task->status().maxTilt_rad < 0.1, qPrintable(QString::number(task->status().maxTilt_rad)));
      QVERIFY(!task->status().failure);

      task->reset(seed);
      bool ended = false;
      for (int step = 0; step < 150; ++step) ended |= task->step(pushAt(*task, 0.175)).terminated;
      QVERIFY(task->status().failure && !task->status().success);
      QVERIFY(!ended);  // toppling does not end the task
    }
  }

  void startsCoverTheirRanges() {
    const auto task = bottle();
    double lowest = 1.0, highest = 0.0, nearest = 1.0, farthest = 0.0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      task->reset(seed);
      const auto tool = toolOf(*task), foot = bottleOf(*task);
      const double* goal = task->data().mocap_pos;
      lowest = std::min(lowest, tool[2]);
      highest = std::max(highest, tool[2]);
      const double distance = std::hypot(goal[0] - foot[0], goal[1] - foot[1]);
      nearest = std::min(nearest, distance);
      farthest = std::max(farthest, distance);
      QVERIFY(foot[0] - tool[0] >= 0.079 && foot[0] - tool[0] <= 0.2191);
      QVERIFY(std::abs(std::atan2(goal[1] - foot[1], goal[0] - foot[0])) <= 0.7501);
      QCOMPARE(task->stepIndex(), 0);
      QVERIFY(!task->status().success && !task->status().failure);
    }
    QVERIFY(lowest > 0.0299 && lowest < 0.035 && highest < 0.2001 && highest > 0.195);
    QVERIFY(nearest > 0.1499 && farthest < 0.3501);
  }

  void trainingCapsTheHeightInMostEpisodes() {
    const auto task = bottle(), copy = bottle();
    const Action up{0.0F, 0.0F, 1.0F};
    int capped = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      task->resetForTraining(seed);
      QVERIFY(copy->restore(stateOf(*task)).ok());
      for (int step = 0; step < 30; ++step) task->step(up), copy->step(up);
      capped += toolOf(*task)[2] < 0.21;
      QCOMPARE(toolOf(*copy), toolOf(*task));  // the ceiling is part of the state
    }
    QVERIFY(capped >= 48 && capped <= 72);
    task->reset(0);
    for (int step = 0; step < 30; ++step) task->step(up);
    QVERIFY(toolOf(*task)[2] > 0.29);  // an ordinary episode has no ceiling
  }

  void featuresMeanWhatTheySay() {
    const auto task = bottle();
    task->reset(11);
    task->step(Action{1.0F, -1.0F, 1.0F});
    QCOMPARE(featuresOf(*task)[2], 1.0F);
    QVERIFY(std::abs(featuresOf(*task)[3] - (toolOf(*task)[2] - 0.015) / 0.25) < 1e-6);
    for (int step = 0; step < 80; ++step) task->step(pushAt(*task, 0.06));
    QVERIFY(featuresOf(*task)[0] < 0.02F);  // touching

    const double* goal = task->data().mocap_pos;
    double* foot = task->data().qpos + 6;
    foot[0] = goal[0] + 0.03;
    foot[1] = goal[1];
    QVERIFY(task->restore(stateOf(*task)).ok());
    QVERIFY(std::abs(featuresOf(*task)[1] - 0.03F / 0.4F) < 1e-5F);
    QVERIFY(task->status().success);
  }

  void pressingOnTheTableOrALyingBottleIsHarmless() {
    const auto task = bottle();
    const Action down{0.0F, 0.0F, -1.0F};
    task->reset(4);
    for (int step = 0; step < 100; ++step) {
      task->step(down);
      QVERIFY(toolForce(*task) == 0.0);  // the workspace ends above the table
    }
    // A bottle lying under the tool, squeezed against the table.
    task->reset(4);
    const auto tool = toolOf(*task);
    const double half = std::sqrt(0.5);
    const std::array<double, 7> lying{tool[0] - 0.1, tool[1], 0.037, half, 0.0, half, 0.0};
    std::copy(lying.begin(), lying.end(), task->data().qpos + 6);
    QVERIFY(task->restore(stateOf(*task)).ok());
    double impact_N = 0.0, lasting_N = 0.0;
    for (int step = 0; step < 50; ++step) {
      QVERIFY(!task->step(down).diverged);
      double& largest_N = step < 20 ? impact_N : lasting_N;
      largest_N = std::max(largest_N, toolForce(*task));
    }
    QVERIFY2(impact_N > 30.0 && impact_N < 150.0, qPrintable(QString::number(impact_N)));
    QVERIFY2(lasting_N < 65.0, qPrintable(QString::number(lasting_N)));
  }

  void restoredWorldHasTheSameFuture() {
    const auto first = bottle(), second = bottle();
    for (const double height : {0.03, 0.12, 0.19}) {
      first->resetForTraining(21);
      for (int step = 0; step < 60; ++step) first->step(pushAt(*first, height));
      const auto saved = stateOf(*first);
      second->reset(99);
      QVERIFY(second->restore(saved).ok());
      QCOMPARE(stateOf(*second), saved);
      QCOMPARE(observationOf(*second), observationOf(*first));
      QCOMPARE(featuresOf(*second), featuresOf(*first));
      for (int step = 0; step < 120; ++step) {
        const Action action = pushAt(*first, height);
        first->step(action);
        second->step(action);
        QCOMPARE(stateOf(*first), stateOf(*second));
      }
      QCOMPARE(second->stepIndex(), 180);
      QCOMPARE(second->status().maxTilt_rad, first->status().maxTilt_rad);
    }
  }

  void teachersVelocityIsInUnitsOfFullSpeed() {
    const auto task = bottle();
    Action action{};
    task->toolVelocityToAction(std::array{0.05, -0.125, 0.0}, action);
    QCOMPARE(action, (Action{0.2F, -0.5F, 0.0F}));
  }
};

QTEST_GUILESS_MAIN(TestBottle)
#include "test_bottle.moc"
