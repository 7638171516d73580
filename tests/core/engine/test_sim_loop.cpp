#include <QtTest>
#include <limits>

#include "core/input/synthetic_device.h"
#include "tests/core/engine/loop_fixture.h"

using namespace nudge;
using test::Bench;
using test::oneSlice;

class TestSimLoop : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void anEpisodeIsRecordedWhole() {
    Bench bench;
    QCOMPARE(bench.run(41), 41);
    QCOMPARE(bench.picture(), "S" + QString(40, 'r') + "ESr");
    const EpisodeStart& start = bench.records[0].start;
    QCOMPARE(start.episode, std::int64_t{1});
    QCOMPARE(start.seed, deriveSeed(1, 1));
    QCOMPARE(start.policyVersion, 3);
    QCOMPARE(start.round, 1);
    QCOMPARE(bench.records[42].start.seed, deriveSeed(1, 2));

    const EpisodeFinished& end = bench.records[41].end;
    const auto steps = bench.steps();
    test::PointTask replay;
    std::vector<double> state(5);
    for (int i = 0; i < 40; ++i) {
      QCOMPARE(steps[i].index, i);
      QVERIFY(std::abs(steps[i].wallTime_s - 0.05 * i) < 1e-9);
      QVERIFY(replay.restore(steps[i].state).ok());
      replay.step(steps[i].action);
      replay.save(state);
      QCOMPARE(state, i + 1 < 40 ? steps[i + 1].state : end.end.state);
    }
    QCOMPARE(end.episode, std::int64_t{1});
    QCOMPARE(end.end.outcome, EpisodeOutcome::TimeLimit);
    QCOMPARE(static_cast<float>(end.end.state[0]), end.end.observation[0]);
    QVERIFY(end.end.maxTilt_rad > 0.0);
  }

  void slicesShowTheSameWorld() {
    Bench whole, sliced(oneSlice(4));  // 4 does not divide the 10 substeps
    whole.run(45);
    QCOMPARE(sliced.run(180), 180);
    QCOMPARE(sliced.picture(), whole.picture());
    for (std::size_t i = 0; i < 45; ++i) QCOMPARE(sliced.steps()[i].action, whole.steps()[i].action);
    sliced.tick();  // in the middle of a step: the frame shows the world as it moves
    const double before = sliced.frame().state[0];
    sliced.tick();
    QVERIFY(sliced.frame().state[0] > before);
    QCOMPARE(Bench(oneSlice(1000)).loop.slicePeriod_s(), 0.005);  // no more slices than substeps
  }

  void theTeacherHasTheRobotInTheSameStep() {
    Bench bench;
    bench.run(5);
    bench.hand.grab(-0.25);
    bench.run(3);
    bench.hand.letGo();
    bench.run(8);
    QCOMPARE(bench.picture(), QString("SrrrrrTTTrrrrrrrr"));
    const auto steps = bench.steps();
    QCOMPARE(steps[5].action[0], -0.5f);
    QVERIFY(steps[5].proposal[0] > 0.09f);  // what the robot would have done is kept
    // The ramp of .3 s: the record is the robot's, the command still partly the teacher's, and exactly noted.
    for (int i = 8; i < 13; ++i) {
      const float share = 1.0f - static_cast<float>(i - 7) * 0.05f / 0.3f;
      QVERIFY(std::abs(steps[i].action[0] - (share * -0.5f + (1.0f - share) * steps[i].proposal[0])) < 1e-5f);
    }
    QCOMPARE(steps[14].action, steps[14].proposal);
    QCOMPARE(bench.frame().teacherSteps, std::int64_t{3});
    QCOMPARE(bench.frame().robotSteps, std::int64_t{13});
  }

  void limitsHoldForPeople() {
    Bench bench;
    bench.hand.grab(1e300, -50.0);
    bench.run(1);
    QCOMPARE(bench.steps()[0].action[0], 1.0f);
    QCOMPARE(bench.steps()[0].action[1], -1.0f);
  }

  void aTargetPullsTheTool() {
    Bench bench;
    bench.hand.grab(0.3, -0.2, 0.1);
    bench.hand.state.mode = DeviceMode::Target;
    bench.run(39);
    for (const auto& [axis, wanted] : {std::pair{0, 0.3}, {1, -0.2}, {2, 0.1}}) {
      const double start = bench.steps()[0].state[axis];  // 39 steps move by .975 m at most
      const double reached = start + std::clamp(wanted - start, -0.975, 0.975);
      QVERIFY(std::abs(bench.frame().p_WT[axis] - reached) < 0.02);
    }
  }

  void devicesSeeTheRobotsProposal() {
    Bench bench;
    bench.trouble.failAt = 1;
    bench.run(3);
    QCOMPARE(bench.hand.lastView.stepIndex, 2);
    QVERIFY(bench.hand.lastView.proposal[0] > 0.09f);
    QVERIFY(bench.hand.lastView.failure);
    QVERIFY(!bench.hand.lastView.paused);
    QCOMPARE(bench.hand.episodes, 1);
  }

  void aSilentDeviceDoesNotDriveForEver() {
    Bench bench;
    bench.hand.grab(-0.25);
    bench.hand.state.time_s = bench.now_s - 0.001;
    bench.hand.fresh = false;
    bench.run(20);
    QCOMPARE(bench.picture(), "S" + QString(10, 'T'));  // nobody knows what the teacher wants: nobody drives
    QVERIFY(bench.frame().hold == HoldReason::DeviceLost);
    QCOMPARE(bench.frame().device, 0);
    bench.hand.state.time_s = bench.now_s;  // it speaks again
    bench.run(3);
    QVERIFY(bench.frame().hold == HoldReason::None);
    QVERIFY(bench.frame().driver == Driver::Teacher);
  }

  void pauseStepResume() {
    Bench bench(oneSlice(5));
    bench.run(7);
    bench.send(Pause{});
    QCOMPARE(bench.run(20), 0);
    QVERIFY(bench.frame().paused);
    QCOMPARE(bench.frame().realTimeFactor, 0.0);
    bench.send(StepOnce{});
    QCOMPARE(bench.run(20), 3);  // the rest of the step under way
    bench.send(StepOnce{});
    QCOMPARE(bench.run(20), 5);
    bench.send(Resume{});
    QCOMPARE(bench.run(20), 20);
    bench.send(StepOnce{});  // means nothing while it runs
    bench.send(Pause{});
    QCOMPARE(bench.run(5), 0);
  }

  void takingTheHandleWhilePausedSetsTheWorldGoing() {
    Bench bench;
    bench.run(5);
    bench.send(Pause{});
    bench.run(5);
    QVERIFY(bench.hand.lastView.paused);
    bench.hand.grab(0.1);
    QCOMPARE(bench.run(3), 3);
    QVERIFY(!bench.frame().paused);
    QCOMPARE(bench.picture(), QString("SrrrrrTTT"));
    // Holding on through a pause is no new grip.
    bench.send(Pause{});
    QCOMPARE(bench.run(5), 0);
    bench.hand.letGo();
    QCOMPARE(bench.run(5), 0);
    bench.hand.grab(0.1);
    QCOMPARE(bench.run(1), 1);
  }

  void escStopsAlways() {
    Bench bench(oneSlice(5));
    bench.hand.grab(0.25);
    bench.run(13);
    bench.send(StopRobot{});
    const std::vector<double> state = bench.frame().state;
    QCOMPARE(bench.run(10), 0);
    QCOMPARE(bench.frame().state, state);  // not even the rest of the step
    QCOMPARE(bench.frame().hold, HoldReason::Stopped);
    bench.hand.letGo();
    bench.run(2);
    bench.hand.grab(0.25);  // after Esc the handle does not wake it
    bench.send(StepOnce{});
    QCOMPARE(bench.run(5), 0);
    bench.send(NextEpisode{});  // nor does another world
    QCOMPARE(bench.run(5), 0);
    bench.send(Resume{});
    QCOMPARE(bench.run(5), 5);
    QCOMPARE(bench.frame().hold, HoldReason::None);
  }

  void speedIsLimited() {
    Bench bench;
    for (const auto& [wanted, period] : {std::pair{2.0, 0.025}, {100.0, 0.0125}, {0.0, 0.5}, {-3.0, 0.5}}) {
      bench.send(SetSpeed{wanted});
      bench.tick();
      QCOMPARE(bench.loop.slicePeriod_s(), period);
    }
    bench.send(SetSpeed{std::numeric_limits<double>::quiet_NaN()});
    bench.tick();
    QCOMPARE(bench.loop.slicePeriod_s(), 0.5);
  }

  void resetIsTheSameWorldNextAnother() {
    Bench bench;
    bench.run(5);
    bench.send(ResetEpisode{});
    bench.run(5);
    bench.send(NextEpisode{});
    bench.run(5);
    QCOMPARE(bench.picture(), QString("SrrrrrESrrrrrESrrrrr"));
    const auto steps = bench.steps();
    QCOMPARE(steps[5].state, steps[0].state);
    QVERIFY(steps[10].state != steps[0].state);
    QCOMPARE(bench.records[6].end.end.outcome, EpisodeOutcome::Reset);
    QCOMPARE(bench.records[7].start.seed, deriveSeed(1, 1));
    QCOMPARE(bench.records[7].start.episode, std::int64_t{2});
    QCOMPARE(bench.records[14].start.seed, deriveSeed(1, 3));
    QVERIFY(steps[5].proposal != steps[0].proposal);  // another sample of the policy
  }

  void aResetInTheMiddleOfAStepDropsItsBeginning() {
    Bench bench(oneSlice(5));
    bench.run(12);
    bench.send(NextEpisode{});
    bench.run(5);
    QCOMPARE(bench.picture(), QString("SrrESr"));
    test::PointTask replay;
    std::vector<double> state(5);
    QVERIFY(replay.restore(bench.steps()[1].state).ok());
    replay.step(bench.steps()[1].action);
    replay.save(state);
    QCOMPARE(bench.records[3].end.end.state, state);
  }

  void episodesWaitWhenTold() {
    SimLoopSettings settings = oneSlice();
    settings.autoNextEpisode = false;
    Bench bench(settings);
    QVERIFY(!bench.loop.episodeOver());
    QCOMPARE(bench.run(60), 40);
    QVERIFY(bench.loop.episodeOver());
    bench.send(NextEpisode{});
    QCOMPARE(bench.run(3), 3);
    QVERIFY(!bench.loop.episodeOver());
  }

  void terminationIsNotTheClock() {
    Bench bench;
    bench.trouble.terminateAt = 4;
    bench.run(5);
    QCOMPARE(bench.picture(), QString("SrrrrrE"));
    QCOMPARE(bench.records.back().end.end.outcome, EpisodeOutcome::Terminated);
  }

  void theEndOfASittingClosesTheEpisode() {
    Bench bench(oneSlice(5));
    bench.run(5 * 3 + 2);  // in the middle of the fourth step
    bench.loop.closeEpisode();
    bench.drain();
    QCOMPARE(bench.picture(), QString("SrrrE"));
    const EpisodeEnd& end = bench.records.back().end.end;
    QVERIFY(end.outcome == EpisodeOutcome::Reset);
    QVERIFY(end.state != bench.steps().back().state);  // what the last step led to
    QCOMPARE(end.state.size(), bench.steps().back().state.size());
    bench.loop.closeEpisode();
    bench.drain();
    QCOMPARE(bench.picture(), QString("SrrrE"));
  }

  void aNewPolicyWaitsForTheNextEpisode() {
    Bench bench;
    bench.run(3);
    bench.send(SetPolicy{test::drifting(-1.0f), 4});
    bench.send(SetRound{2});
    bench.run(37);
    for (const Step& step : bench.steps()) QVERIFY(step.proposal[0] > 0.0f);
    bench.run(1);
    QVERIFY(bench.steps().back().proposal[0] < -0.7f);
    const EpisodeStart& start = bench.records[bench.records.size() - 2].start;
    QCOMPARE(start.policyVersion, 4);
    QCOMPARE(start.round, 2);
    QCOMPARE(bench.frame().policyVersion, 4);
  }

  void aNewPolicyCountsAtOnceBeforeTheFirstStep() {
    Bench bench;
    bench.send(Pause{});
    bench.run(2);
    bench.send(SetPolicy{test::drifting(-1.0f), 4});
    bench.send(Resume{});
    bench.run(1);
    QCOMPARE(bench.records[0].start.policyVersion, 4);
    QVERIFY(bench.steps()[0].proposal[0] < -0.7f);
  }

  void sameSeedsSameRecords() {
    const auto lesson = [](std::uint64_t seed) {
      SimLoopSettings settings = oneSlice();
      settings.seed = seed;
      Bench bench(settings, std::make_shared<Policy>(test::linearPolicy(3, 3, -1.0f, 0.0f, -1.0f)));
      for (int i = 0; i < 200; ++i) {
        if (i % 30 == 10) bench.hand.grab(0.01 * i);
        if (i % 30 == 20) bench.hand.letGo();
        bench.run(1);
      }
      return bench.steps();
    };
    const auto first = lesson(5), again = lesson(5), other = lesson(6);
    QCOMPARE(first.size(), again.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
      QCOMPARE(first[i].action, again[i].action);
      QCOMPARE(first[i].state, again[i].state);
      QCOMPARE(first[i].driver, again[i].driver);
      QCOMPARE(first[i].wallTime_s, again[i].wallTime_s);
    }
    QVERIFY(first[0].action != other[0].action);
  }

  void aSyntheticTeacherCorrectsTheRobot() {
    // The robot stands still; the teacher brings the point home through the path of every device.
    Policy policy = test::linearPolicy(3, 3, -20.0f);
    policy.critics = test::distanceCritics(3, 3, 1.0f, 0.025f);
    const TeacherGate gate{.tauOn = 1.0, .tauOff = 0.5, .stallGain = 0.1, .stallSteps = 8};
    SyntheticDevice device(SyntheticTeacher(policy, gate, {}, 20.0, 1), 3, false);
    SimLoopSettings settings = oneSlice();
    settings.autoNextEpisode = false;
    SimLoop loop(std::make_unique<test::PointTask>(), test::drifting(0.0f), 0, {&device}, settings);
    float before = 0.0f, after = 0.0f;
    for (int i = 0; i < 40; ++i) {
      loop.tick(0.05 * i);
      loop.frames().refresh();
      after = loop.frames().front().features[0];
      if (i == 0) before = after;
    }
    QVERIFY(loop.frames().front().teacherSteps > 5);
    QVERIFY2(after < 0.4f * before, qPrintable(QString("%1 -> %2").arg(before).arg(after)));
  }

  void realTimeFactorAndLagAreMeasured() {
    Bench bench;
    bench.hand.grab(0.1);
    bench.hand.fresh = false;
    bench.hand.state.time_s = bench.now_s - 0.02;
    bench.run(1);
    QVERIFY(std::abs(bench.frame().commandLag_s - 0.02) < 1e-9);
    bench.run(3);
    QVERIFY(std::abs(bench.frame().commandLag_s - 0.02) < 1e-9);  // nothing new was said: no other lag
    bench.hand.fresh = true;
    bench.run(60);
    QVERIFY(std::abs(bench.frame().realTimeFactor - 1.0) < 0.06);
  }
};

QTEST_APPLESS_MAIN(TestSimLoop)
#include "test_sim_loop.moc"
