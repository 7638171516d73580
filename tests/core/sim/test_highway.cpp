// The highway task: do the numbers mean what they say, does the state repeat, is the picture right?
#include <mujoco/mujoco.h>

#include <QTest>
#include <array>
#include <cmath>
#include <ctime>
#include <limits>
#include <set>

#include "core/base/random.h"
#include "core/sim/tasks/highway/highway_task.h"
#include "tests/core/sim/placed_cars.h"

using namespace nudge;
using namespace nudge::highway;

namespace {

std::unique_ptr<Task> highwayTask() {
  return makeTask("highway").value();
}

std::vector<double> stateOf(const Task& task) {
  std::vector<double> state(static_cast<std::size_t>(task.stateSize()));
  task.save(state);
  return state;
}
std::vector<float> observationOf(const Task& task) {
  std::vector<float> all(25);
  task.observe(all);
  return all;
}
std::array<float, 3> featuresOf(const Task& task) {
  std::array<float, 3> all{};
  task.features(all);
  return all;
}
StepOutcome choose(Task& task, Choice choice) {
  return task.step(std::array{static_cast<float>(choice)});
}
Choice anyChoice(Random& random) {
  return static_cast<Choice>(random.index(5));
}

/// Share of episodes with a crash, and the mean length.
template <typename Driver>
std::pair<double, double> crashRate(Task& task, int episodes, Driver driver) {
  int crashes = 0, steps = 0;
  for (int episode = 0; episode < episodes; ++episode) {
    task.reset(static_cast<std::uint64_t>(episode));
    bool over = false;
    for (int step = 0; step < 40 && !over; ++step, ++steps) over = choose(task, driver()).terminated;
    crashes += over;
  }
  return {double(crashes) / episodes, double(steps) / episodes};
}

}  // namespace

class TestHighway : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // ---- the task ---------------------------------------------------------------------------------
  void specIsComplete() {
    const auto task = highwayTask();
    const TaskSpec& spec = task->spec();
    QCOMPARE(task->observationSize(), 25);
    QCOMPARE(task->actionSize(), 1);
    QCOMPARE(spec.discreteActions,
             (std::vector<std::string>{"LANE_LEFT", "IDLE", "LANE_RIGHT", "FASTER", "SLOWER"}));
    QCOMPARE(spec.controlRate_hz, 1.0);
    QCOMPARE(spec.episodeSteps, 40);
    QCOMPARE(spec.discount, 0.8);
    QCOMPARE(spec.stepReward, 1.0);
    std::set<std::string> names;
    for (const auto& one : spec.observation)
      QVERIFY(names.insert(one.name).second && !one.description.empty());
    const std::array<std::array<double, 3>, 2> weights{{{-0.5, 0.0, 0.4}, {-0.5, 0.5, 0.4}}};
    for (std::size_t i = 0; i < 3; ++i) {
      QCOMPARE(spec.features[i].priorWeight, weights[0][i]);
      QCOMPARE(spec.features[i].teacherWeight, weights[1][i]);
      QCOMPARE(spec.features[i].style, i == 1);
    }
    for (const auto& camera : spec.cameras)
      QVERIFY(mj_name2id(&task->model(), mjOBJ_CAMERA, camera.c_str()) >= 0);
  }

  void observationHasThePublishedLayout() {
    // The ego car in the middle; cars at −9 m (seen), −11 m (not), +30, +60, +90 and +120 m (one too many).
    Car ego = carAt(150, 1, 25);
    ego.heading = 0.1;
    const Traffic traffic = trafficOf({ego, carAt(141, 0, 24), carAt(139, 2, 22), carAt(270, 1, 23),
                                       carAt(180, 2, 21), carAt(210, 0, 22), carAt(240, 1, 23)});
    std::vector<float> seen(25, 7.0F);
    highway::observe(traffic, seen);
    const double vx = 25.0 * std::cos(0.1), vy = 25.0 * std::sin(0.1);
    const std::vector<double> wanted{1, 150.0 / 200.0, 1.0,  vx / 16.0,          vy / 16.0,   // ego, absolute
                                     1, -9.0 / 40.0,   -1.0, (24.0 - vx) / 16.0, -vy / 16.0,  // nearest first
                                     1, 30.0 / 40.0,   1.0,  (21.0 - vx) / 16.0, -vy / 16.0,
                                     1, 60.0 / 40.0,   -1.0, (22.0 - vx) / 16.0, -vy / 16.0,
                                     1, 90.0 / 40.0,   0.0,  (23.0 - vx) / 16.0, -vy / 16.0};
    for (std::size_t i = 0; i < 25; ++i)
      QVERIFY2(near(seen[i], wanted[i], 1e-6), qPrintable(QString("%1: %2").arg(i).arg(double(seen[i]))));

    // Nobody within 200 m: empty rows; the ego car's place is clipped.
    highway::observe(trafficOf({carAt(1000, 2, 30), carAt(1200.5, 2, 20)}), seen);
    QCOMPARE(seen[1], 1.0F);
    QCOMPARE(seen[2], 2.0F);
    for (std::size_t i = 5; i < 25; ++i) QCOMPARE(seen[i], 0.0F);
  }

  void featuresMeanWhatTheySay() {
    const auto task = highwayTask();
    task->reset(5);
    QCOMPARE(featuresOf(*task)[0], 0.0F);
    QCOMPARE(featuresOf(*task)[2], 0.5F);  // 25 m/s
    const float before = featuresOf(*task)[1];
    QVERIFY(before == 0.0F || before == 0.5F || before == 1.0F);
    // A lane counts from the moment it is chosen.
    task->begin(std::array{before < 1.0F ? 2.0F : 0.0F});
    QCOMPARE(std::abs(featuresOf(*task)[1] - before), 0.5F);
  }

  void crashIsTerminationAndTheClockIsNot() {
    const auto task = highwayTask();
    int terminated = 0, whole = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      task->reset(seed);
      bool over = false;
      int step = 0;
      for (; step < 60 && !over; ++step)
        over = choose(*task, seed % 2 ? Choice::Slower : Choice::Faster).terminated;
      QCOMPARE(over, featuresOf(*task)[0] == 1.0F);
      QCOMPARE(task->status().failure, over);
      QCOMPARE(task->status().success, !over);
      QCOMPARE(task->stepIndex(), step);
      (over ? terminated : whole) += 1;
    }
    QVERIFY(terminated >= 8 && whole >= 8);  // and the whole ones went on past the 40th second
  }

  void theCarNeverLeavesTheRoad() {
    const auto task = highwayTask();
    Random random(3);
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      task->reset(seed);
      for (int step = 0; step < 40; ++step) {
        if (choose(*task, anyChoice(random)).terminated) break;
        const double y = static_cast<double>(observationOf(*task)[2]) * 4.0;
        QVERIFY(y > -2.0 && y < 10.0);
        for (const float one : observationOf(*task)) QVERIFY(std::abs(one) <= 5.0F);
        for (const float one : featuresOf(*task)) QVERIFY(one >= 0.0F && one <= 1.0F);
      }
    }
  }

  void resetRepeats() {
    const auto first = highwayTask(), second = highwayTask();
    second->reset(7);
    for (int step = 0; step < 10; ++step) choose(*second, Choice::Slower);
    first->reset(42);
    second->resetForTraining(42);
    QCOMPARE(stateOf(*first), stateOf(*second));
    QCOMPARE(observationOf(*first), observationOf(*second));
    second->reset(43);
    QVERIFY(stateOf(*first) != stateOf(*second));
  }

  void restoredWorldHasTheSameFuture() {
    const auto first = highwayTask(), second = highwayTask();
    Random random(9);
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      first->reset(seed);
      for (int step = 0; step < 8; ++step) choose(*first, anyChoice(random));  // also past a crash
      const auto saved = stateOf(*first);
      second->reset(99);
      QVERIFY(second->restore(saved).ok());
      QCOMPARE(stateOf(*second), saved);
      QCOMPARE(second->stepIndex(), 8);
      for (int step = 0; step < 15; ++step) {
        const Choice choice = anyChoice(random);
        choose(*first, choice);
        choose(*second, choice);
        QCOMPARE(stateOf(*first), stateOf(*second));
        QCOMPARE(observationOf(*first), observationOf(*second));
      }
    }
  }

  void badStatesAreRefusedAndChangeNothing() {
    const auto task = highwayTask();
    task->reset(1);
    const auto good = stateOf(*task);
    auto bad = good;
    bad.pop_back();
    QCOMPARE(task->restore(bad).error().code, ErrorCode::InvalidInput);
    QCOMPARE(task->restore({}).error().code, ErrorCode::InvalidInput);
    // A number that is none, a lane that is not there, half a crash, half a step.
    const std::size_t last = good.size() - 1;
    for (const auto& [place, value] :
         std::vector<std::pair<std::size_t, double>>{{0, std::numeric_limits<double>::quiet_NaN()},
                                                     {3, 1e300},
                                                     {5, 3.0},
                                                     {5, 0.5},
                                                     {8, 0.5},
                                                     {last, 13.0},
                                                     {last - 1, -1.0}}) {
      bad = good;
      bad[place] = value;
      QCOMPARE(task->restore(bad).error().code, ErrorCode::InvalidInput);
    }
    QCOMPARE(stateOf(*task), good);
  }

  void oddActionsDoNothing() {
    const auto task = highwayTask(), idle = highwayTask();
    const float nan = std::numeric_limits<float>::quiet_NaN(),
                infinity = std::numeric_limits<float>::infinity();
    for (const float odd : {nan, infinity, -infinity, -1.0F, 5.0F, 1e30F}) {
      task->reset(2);
      idle->reset(2);
      task->step(std::array{odd});
      choose(*idle, Choice::Idle);
      QCOMPARE(stateOf(*task), stateOf(*idle));
    }
  }

  void teachersPushNamesAChoice() {
    const auto task = highwayTask();
    const auto choiceOf = [&task](double x, double y) {
      std::array<float, 1> action{};
      task->toolVelocityToAction(std::array{x, y, 0.3}, action);
      return static_cast<Choice>(static_cast<int>(action[0]));
    };
    QCOMPARE(choiceOf(1, 0), Choice::Faster);
    QCOMPARE(choiceOf(-1, 0.2), Choice::Slower);
    QCOMPARE(choiceOf(0.1, 0.2), Choice::LaneLeft);
    QCOMPARE(choiceOf(0, -1), Choice::LaneRight);
    QCOMPARE(choiceOf(0, 0), Choice::Idle);
  }

  // ---- what is drawn ----------------------------------------------------------------------------
  void theDrawingFollowsTheCars() {
    const auto task = highwayTask();
    task->reset(4);
    const mjModel& model = task->model();
    const int ego = mj_name2id(&model, mjOBJ_BODY, "ego"), first = mj_name2id(&model, mjOBJ_BODY, "car1");
    const auto place = [&](int body) { return task->data().xpos + 3 * body; };
    const auto state = stateOf(*task);
    QVERIFY(near(place(ego)[0], 0.0) && near(place(ego)[1], 4.0 - state[1]));
    QVERIFY(near(place(first)[0], state[15] - state[0]));
    std::array<double, 3> p_WT{};
    task->toolPosition(p_WT);
    QVERIFY(near(p_WT[1], place(ego)[1]));
    // In parts of a step the picture moves evenly, in another instance that only sees the states too.
    const auto shown = highwayTask();
    QVERIFY(shown->restore(state).ok());
    task->begin(std::array{1.0F});
    double last = place(first)[0];
    std::vector<double> moves;
    for (int part = 0; part < task->spec().substeps; ++part) {
      task->advance(1);
      QVERIFY(shown->restore(stateOf(*task)).ok());
      QVERIFY(near(shown->data().xpos[3 * first], place(first)[0]));
      moves.push_back(place(first)[0] - last);
      last = place(first)[0];
    }
    for (const double move : moves) QVERIFY(std::abs(move - moves.front()) < 0.05);
    task->end();
    QVERIFY(near(last, stateOf(*task)[15] - stateOf(*task)[0]));
  }

  void partsOfAStepAddUpAndLookingChangesNothing() {
    const auto whole = highwayTask(), parts = highwayTask();
    Random random(8);
    whole->reset(8);
    parts->reset(8);
    for (int step = 0; step < 20; ++step) {
      const std::array action{static_cast<float>(anyChoice(random))};
      whole->step(action);
      parts->begin(action);
      for (const int slice : {1, 0, 29, 13, 17}) {
        parts->advance(slice);
        mj_forward(&parts->model(), &parts->data());
      }
      parts->end();
      QCOMPARE(stateOf(*whole), stateOf(*parts));
    }
  }

  void foreignModelIsRefused() {
    QCOMPARE(makeHighwayTask("<mujoco>").error().code, ErrorCode::Corrupt);
    QCOMPARE(makeHighwayTask("<mujoco><worldbody/></mujoco>").error().code, ErrorCode::Corrupt);
    std::string other = highwayMjcf();
    other.replace(other.find("name='car7'"), 11, "name='cart'");
    QCOMPARE(makeHighwayTask(other).error().code, ErrorCode::Corrupt);
  }

  // ---- as a whole -------------------------------------------------------------------------------
  void simpleDriversCrashAsMuchAsTheyShould() {
    const auto task = highwayTask();
    Random random(1);
    constexpr int kEpisodes = 300;
    const auto [anyhow, anyhowSteps] = crashRate(*task, kEpisodes, [&random] { return anyChoice(random); });
    const auto [idle, idleSteps] = crashRate(*task, kEpisodes, [] { return Choice::Idle; });
    const std::clock_t before = std::clock();  // of the processor: other programs do not count
    const auto [slow, slowSteps] = crashRate(*task, kEpisodes, [] { return Choice::Slower; });
    const double rate = kEpisodes * slowSteps / (static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC);
    qInfo(
        "crashes an episode (mean steps): random %.2f (%.1f), idle %.2f (%.1f), slow %.2f (%.1f); %.0f "
        "steps/s of a core",
        anyhow, anyhowSteps, idle, idleSteps, slow, slowSteps, rate);
    QVERIFY(anyhow > 0.93);
    QVERIFY(idle > 0.95);
    QVERIFY(slow < 0.08);
  }
};

QTEST_GUILESS_MAIN(TestHighway)
#include "test_highway.moc"
