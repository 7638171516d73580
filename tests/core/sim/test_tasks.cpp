// What every built-in task of the arm promises: the same seed the same world, the same state the same future, and
// nothing that comes in breaks it.
#include <mujoco/mujoco.h>

#include <QTest>
#include <cmath>
#include <limits>
#include <set>

#include "tests/support/task_values.h"

using namespace nudge;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::unique_ptr<Task> make() {
  QFETCH(QString, id);
  return makeTask(id.toStdString()).value();
}

void armTasks() {
  QTest::addColumn<QString>("id");
  for (const char* id : {"bottle", "erasing", "pillow"}) QTest::newRow(id) << id;
}

/// Held for ten steps each, so that the arm gets somewhere: mostly down and ahead, where the things are.
std::vector<float> wander(const Task& task, Random& random) {
  std::vector<float> action(static_cast<std::size_t>(task.actionSize()));
  for (float& one : action) one = static_cast<float>(random.uniform(-1.0, 1.0));
  return action;
}

}  // namespace

class TestTasks : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void specIsComplete_data() { armTasks(); }
  void specIsComplete() {
    const auto task = make();
    const TaskSpec& spec = task->spec();
    std::set<std::string> names;
    for (const auto& one : spec.observation) {
      QVERIFY(!one.unit.empty() && !one.description.empty() && one.scale > 0.0);
      QVERIFY(names.insert(one.name).second);
    }
    QCOMPARE(spec.actionScale.size(), spec.action.size());
    QVERIFY(spec.features.size() >= 3 && spec.features.size() <= 5);
    int style = 0;
    for (const Feature& feature : spec.features) {
      QVERIFY(!feature.title.empty() && !feature.description.empty());
      style += feature.style;
      if (feature.style) QVERIFY(feature.priorWeight == 0.0 && feature.teacherWeight != 0.0);
      else QCOMPARE(feature.priorWeight, feature.teacherWeight);
    }
    QCOMPARE(style, 1);
    for (const auto& camera : spec.cameras)
      QVERIFY(mj_name2id(&task->model(), mjOBJ_CAMERA, camera.c_str()) >= 0);
    QCOMPARE(spec.substeps * task->model().opt.timestep * spec.controlRate_hz, 1.0);
    QVERIFY(spec.gripAction < task->actionSize());
  }

  void resetRepeats_data() { armTasks(); }
  void resetRepeats() {
    const auto first = make(), second = make();
    Random random(1);
    second->reset(7);
    for (int step = 0; step < 50; ++step) second->step(wander(*second, random));
    first->reset(42);
    second->reset(42);
    QCOMPARE(stateOf(*first), stateOf(*second));
    QCOMPARE(observationOf(*first), observationOf(*second));
    second->reset(43);
    QVERIFY(stateOf(*first) != stateOf(*second));
    first->resetForTraining(5);
    second->resetForTraining(5);
    QCOMPARE(stateOf(*first), stateOf(*second));
  }

  void startsAreInReachAndUnsolved_data() { armTasks(); }
  void startsAreInReachAndUnsolved() {
    const auto task = make(), still = make();
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      task->reset(seed);
      const auto before = toolOf(*task);
      QVERIFY(!task->status().success && !task->status().failure);
      for (int step = 0; step < 3; ++step)
        QVERIFY(!task->step(std::vector<float>(static_cast<std::size_t>(task->actionSize()))).diverged);
      for (std::size_t i = 0; i < 3; ++i)
        QVERIFY2(std::abs(toolOf(*task)[i] - before[i]) < 2e-3, qPrintable(QString::number(seed)));
    }
  }

  void featuresStayInRangeAndObservationsNearOne_data() { armTasks(); }
  void featuresStayInRangeAndObservationsNearOne() {
    const auto task = make();
    Random random(5);
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      task->resetForTraining(seed);
      std::vector<float> held;
      for (int step = 0; step < 200; ++step) {
        if (step % 10 == 0) held = wander(*task, random);
        const auto outcome = task->step(held);
        QVERIFY(!outcome.terminated && !outcome.diverged);  // also past the time limit
        for (const float one : featuresOf(*task)) QVERIFY(one >= 0.0F && one <= 1.0F);
        for (const float one : observationOf(*task)) QVERIFY(std::abs(one) < 30.0F);
      }
      QCOMPARE(task->stepIndex(), 200);
    }
  }

  void oddActionsAreHarmless_data() { armTasks(); }
  void oddActionsAreHarmless() {
    const auto task = make(), still = make();
    task->reset(2);
    still->reset(2);
    std::vector<float> odd(static_cast<std::size_t>(task->actionSize()), 0.5F), none(odd.size()), most(odd.size(), 1.0F);
    for (const float value : {kNan, std::numeric_limits<float>::infinity()}) {
      for (float& one : odd) {
        const float kept = std::exchange(one, value);
        task->step(odd);
        still->step(none);
        QCOMPARE(stateOf(*task), stateOf(*still));  // as if told to stand still
        one = kept;
      }
    }
    std::fill(odd.begin(), odd.end(), 1e30F);
    task->step(odd);
    still->step(most);
    QCOMPARE(stateOf(*task), stateOf(*still));
  }

  void restoredWorldHasTheSameFuture_data() { armTasks(); }
  void restoredWorldHasTheSameFuture() {
    const auto first = make(), second = make();
    Random random(9);
    for (std::uint64_t seed = 20; seed < 23; ++seed) {
      first->resetForTraining(seed);
      for (int step = 0; step < 40; ++step) first->step(wander(*first, random));
      const auto saved = stateOf(*first);
      second->reset(99);
      QVERIFY(second->restore(saved).ok());
      QCOMPARE(stateOf(*second), saved);
      QCOMPARE(observationOf(*second), observationOf(*first));
      QCOMPARE(featuresOf(*second), featuresOf(*first));
      std::vector<float> held;
      for (int step = 0; step < 60; ++step) {
        if (step % 10 == 0) held = wander(*first, random);
        first->step(held);
        second->begin(held);
        for (const int slice : {1, 0, 2, 3, 4}) {
          second->advance(slice);
          mj_forward(&second->model(), &second->data());  // a viewer looks in between
        }
        second->end();
        QCOMPARE(stateOf(*first), stateOf(*second));
        QCOMPARE(second->status().success, first->status().success);
      }
      QCOMPARE(second->stepIndex(), 100);
    }
  }

  void badStatesAreRefusedAndChangeNothing_data() { armTasks(); }
  void badStatesAreRefusedAndChangeNothing() {
    const auto task = make();
    task->reset(1);
    const auto good = stateOf(*task);
    auto bad = good;
    bad.pop_back();
    QCOMPARE(task->restore(bad).error().code, ErrorCode::InvalidInput);
    QCOMPARE(task->restore({}).error().code, ErrorCode::InvalidInput);
    for (const double value : {std::numeric_limits<double>::quiet_NaN(), 1e300}) {
      for (const std::size_t place : {std::size_t{5}, good.size() - 1}) {
        bad = good;
        bad[place] = value;
        QCOMPARE(task->restore(bad).error().code, ErrorCode::InvalidInput);
      }
    }
    QCOMPARE(stateOf(*task), good);
  }

  void divergedWorldSaysSoUntilReset_data() { armTasks(); }
  void divergedWorldSaysSoUntilReset() {
    const auto task = make();
    task->reset(1);
    const auto good = stateOf(*task);
    const std::vector<float> none(static_cast<std::size_t>(task->actionSize()));
    task->data().qvel[3] = 1e9;
    bool diverged = false;
    for (int step = 0; step < 20; ++step) diverged = task->step(none).diverged;
    QVERIFY(diverged);
    for (const float one : featuresOf(*task)) QVERIFY(one >= 0.0F && one <= 1.0F);
    QVERIFY(task->restore(good).ok());
    QVERIFY(!task->step(none).diverged);
    task->reset(1);
    QCOMPARE(stateOf(*task), good);
  }

  void teachersVelocityKeepsItsDirection_data() { armTasks(); }
  void teachersVelocityKeepsItsDirection() {
    const auto task = make();
    std::vector<float> action(static_cast<std::size_t>(task->actionSize()), 0.7F);
    task->toolVelocityToAction(std::array{1.0, -0.5, 0.25}, action);
    QCOMPARE(std::vector<float>(action.begin(), action.begin() + 3), (std::vector<float>{1.0F, -0.5F, 0.25F}));
    for (std::size_t i = 3; i < action.size(); ++i) QCOMPARE(action[i], 0.0F);
  }
};

QTEST_GUILESS_MAIN(TestTasks)
#include "test_tasks.moc"
