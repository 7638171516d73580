// Whatever breaks, the robot holds still, the lesson keeps what it has, and the way on is open.
#include <QtTest>

#include "tests/core/engine/loop_fixture.h"

using namespace nudge;
using test::Bench;
using test::oneSlice;

namespace {

/// Finite weights whose products overflow: infinity minus infinity is no action.
std::shared_ptr<const Policy> overflowing() {
  const float huge = 3e38f;
  const DenseLayer first{Eigen::MatrixXf::Zero(2, 3), Eigen::VectorXf::Constant(2, huge)};
  DenseLayer last{Eigen::MatrixXf::Constant(6, 2, huge), Eigen::VectorXf::Zero(6)};
  last.weight.col(1).setConstant(-huge);
  Policy policy;
  policy.actor = GaussianPolicy::create(Mlp::fromLayers({first, last}).value(), -3.0f, 1.0f).value();
  return std::make_shared<Policy>(policy);
}

}  // namespace

class TestSimLoopFaults : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aBadPolicyHolds_data() {
    QTest::addColumn<int>("kind");
    QTest::newRow("none") << 0;
    QTest::newRow("wrong observation") << 1;
    QTest::newRow("wrong action") << 2;
    QTest::newRow("nan") << 3;
  }
  void aBadPolicyHolds() {
    QFETCH(int, kind);
    std::shared_ptr<const Policy> bad;
    if (kind == 1) bad = std::make_shared<Policy>(test::linearPolicy(4, 3, 0.0f));
    if (kind == 2) bad = std::make_shared<Policy>(test::linearPolicy(3, 2, 0.0f));
    if (kind == 3) bad = overflowing();
    Bench bench;
    bench.run(3);
    bench.send(SetPolicy{bad, 9});
    bench.run(37);
    const auto before = bench.records.size();
    QCOMPARE(bench.run(5), 0);
    QCOMPARE(bench.frame().hold, HoldReason::BadPolicy);
    bench.send(Resume{});  // tries again, in vain
    QCOMPARE(bench.run(5), 0);
    QCOMPARE(bench.frame().hold, HoldReason::BadPolicy);
    QCOMPARE(bench.records.size(), before);  // nothing that was kept is touched
    bench.send(SetPolicy{test::drifting(), 10});
    QCOMPARE(bench.run(5), 5);
    QCOMPARE(bench.frame().hold, HoldReason::None);
    QCOMPARE(bench.records[before].start.policyVersion, 10);
  }

  void divergedPhysicsKeepsTheLesson_data() {
    QTest::addColumn<int>("kind");
    QTest::newRow("reported") << 0;
    QTest::newRow("nan state") << 1;
    QTest::newRow("thrown") << 2;
  }
  void divergedPhysicsKeepsTheLesson() {
    QFETCH(int, kind);
    Bench bench(oneSlice(2));
    (kind == 0 ? bench.trouble.divergeAt : kind == 1 ? bench.trouble.nanAt : bench.trouble.throwAt) = 4;
    bench.run(20);
    QCOMPARE(bench.picture(), QString("SrrrrE"));
    const EpisodeEnd& end = bench.records.back().end.end;
    QCOMPARE(end.outcome, EpisodeOutcome::Diverged);
    for (const double value : end.state) QVERIFY(std::isfinite(value));
    QCOMPARE(bench.frame().hold, HoldReason::Diverged);
    QCOMPARE(bench.frame().state, end.state);
    QCOMPARE(bench.run(5), 0);
    bench.trouble = {};
    bench.send(Resume{});
    QCOMPARE(bench.run(4), 4);
    QCOMPARE(bench.picture(), QString("SrrrrESrr"));
  }

  void aWorldThatCannotBeginHolds() {
    Bench bench;
    bench.trouble.throwOnReset = 0;
    QCOMPARE(bench.run(3), 0);
    QCOMPARE(bench.frame().hold, HoldReason::Diverged);
    bench.trouble = {};
    bench.send(NextEpisode{});
    QCOMPARE(bench.run(3), 3);
  }

  void aSlowRecorderHoldsAndLosesNothing() {
    for (std::size_t capacity : {3u, 4u, 7u, 50u}) {
      SimLoopSettings settings = oneSlice();
      settings.recordCapacity = capacity;
      Bench bench(settings);
      bench.drains = false;
      QVERIFY(bench.run(100) < 100);
      QCOMPARE(bench.frame().hold, HoldReason::RecorderFull);
      QVERIFY(bench.frame().refusedRecords > 0);
      bench.send(NextEpisode{});  // the end of the old one still fits
      bench.run(3);
      bench.drain();
      QVERIFY(bench.picture().endsWith('E'));
      for (int i = 0; i < 200; ++i) {
        bench.run(3);
        bench.drain();
      }
      QVERIFY(bench.steps().size() > 100);
      int index = -1;  // of the next step; −1 between episodes
      for (const Record& record : bench.records) {
        if (record.kind == Record::Kind::Step) QCOMPARE(record.step.index, index++);
        else QCOMPARE(index == -1, record.kind == Record::Kind::Start);
        if (record.kind == Record::Kind::Start) index = 0;
        if (record.kind == Record::Kind::End) index = -1;
      }
    }
  }

  void withoutReserveLossesAreCounted() {
    SimLoopSettings settings = oneSlice();
    settings.recordCapacity = 10;
    settings.reserveRecords = false;
    Bench bench(settings);
    bench.drains = false;
    QCOMPARE(bench.run(30), 30);
    QCOMPARE(bench.frame().refusedRecords, std::int64_t{21});  // ten places: a start and nine steps
  }

  void aDeviceThatTalksNonsenseDoesNotDrive() {
    Bench bench;
    bench.hand.grab(std::numeric_limits<double>::quiet_NaN());
    bench.run(3);
    bench.hand.grab(0.0, std::numeric_limits<double>::infinity());
    bench.run(3);
    QCOMPARE(bench.picture(), QString("Srrrrrr"));
    for (const Step& step : bench.steps()) QCOMPARE(step.action, step.proposal);
  }

  void nonsenseInTheMiddleOfDrivingHolds() {
    Bench bench;
    bench.hand.grab(0.2);
    bench.run(3);
    bench.hand.grab(std::numeric_limits<double>::quiet_NaN());
    QCOMPARE(bench.run(5), 0);
    QCOMPARE(bench.frame().hold, HoldReason::DeviceLost);
    QCOMPARE(bench.picture(), QString("STTT"));
  }

  void aLostDeviceHoldsBetweenTwoSlices() {
    Bench bench(oneSlice(10));
    bench.hand.grab(0.2);
    bench.run(13);
    QVERIFY(bench.frame().driver == Driver::Teacher);
    ++bench.hand.lost;
    bench.hand.letGo();  // unplugged: it says nothing any more
    const double unplugged_s = bench.now_s;
    QCOMPARE(bench.run(1), 0);  // in the tick that hears of it
    QVERIFY(bench.now_s - unplugged_s < 0.1);
    QCOMPARE(bench.frame().hold, HoldReason::DeviceLost);
    QCOMPARE(bench.run(200), 0);  // and nobody drives off by himself
    bench.hand.grab(0.2);         // it is back, in the teacher's hand
    QCOMPARE(bench.run(20), 20);
    QVERIFY(bench.frame().driver == Driver::Teacher);
    ++bench.hand.lost;
    bench.hand.letGo();
    QCOMPARE(bench.run(5), 0);
    bench.send(Resume{});  // or the person lets the robot go on
    QCOMPARE(bench.run(20), 20);
    QVERIFY(bench.frame().driver == Driver::Robot);
    for (const Step& step : bench.steps()) QVERIFY(std::isfinite(step.action[0]));
  }

  void aComputerThatSleptWhileTheTeacherDroveHolds() {
    Bench bench;
    bench.hand.grab(0.2);
    bench.run(3);
    bench.hand.fresh = false;  // the last word of before
    bench.now_s += 3600.0;
    QCOMPARE(bench.run(20), 0);
    QCOMPARE(bench.frame().hold, HoldReason::DeviceLost);
    QCOMPARE(bench.picture(), QString("STTT"));  // and the hour is not caught up
    bench.hand.fresh = true;
    QCOMPARE(bench.run(5), 5);
    QVERIFY(bench.frame().driver == Driver::Teacher);
  }

  void aDeviceThatIsLostWhileTheRobotDrivesHoldsNothing() {
    Bench bench;
    bench.run(3);
    ++bench.hand.lost;
    QCOMPARE(bench.run(5), 5);
    QCOMPARE(bench.frame().hold, HoldReason::None);
  }

  void escIsStrongerThanALostDevice() {
    Bench bench;
    bench.hand.grab(0.2);
    bench.run(3);
    ++bench.hand.lost;
    bench.run(2);
    bench.send(StopRobot{});
    bench.run(1);
    QCOMPARE(bench.frame().hold, HoldReason::Stopped);
    QCOMPARE(bench.run(5), 0);  // still in the hand: not after Esc
    bench.send(Resume{});
    QCOMPARE(bench.run(5), 5);
  }

  void aPolicyThatIsAlwaysLateHolds() {
    static double clock_s = 0.0, takes_s = 0.0;
    SimLoopSettings settings = oneSlice();
    settings.clock = [] { return clock_s += takes_s; };
    Bench bench(settings);
    takes_s = 0.04;  // a control step lasts 0.05 s
    QCOMPARE(bench.run(5), 5);
    takes_s = 0.06;
    QCOMPARE(bench.run(2), 2);  // a computer that was busy once
    takes_s = 0.0;
    QCOMPARE(bench.run(1), 1);
    takes_s = 0.06;
    QCOMPARE(bench.run(10), 2);
    QCOMPARE(bench.frame().hold, HoldReason::LatePolicy);
    takes_s = 0.0;
    bench.send(Resume{});
    QCOMPARE(bench.run(5), 5);
  }
};

QTEST_APPLESS_MAIN(TestSimLoopFaults)
#include "test_sim_loop_faults.moc"
