#include <QtTest>
#include <limits>

#include "core/input/posted_device.h"
#include "core/input/synthetic_device.h"
#include "core/input/take_over.h"
#include "tests/support/hand_policy.h"

using namespace nudge;

namespace {
constexpr double kDt = 0.05;

DeviceState holding(double x, double time_s) { return {true, DeviceMode::Velocity, {x, 0.0, 0.0}, time_s}; }

/// An arbiter over two devices with its own clock.
struct Table {
  explicit Table(const TakeOverSettings& settings = {}) : arbiter(settings) {}
  TakeOverDecision step() {
    now_s += kDt;
    return arbiter.decide(states, now_s, kDt);
  }
  TakeOver arbiter;
  double now_s = 0.0;
  std::vector<DeviceState> states{2};
};
}  // namespace

class TestTakeOver : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theTeacherHasTheRobotAtOnce() {
    Table table;
    QCOMPARE(table.step().driver, Driver::Robot);
    table.states[1] = holding(0.2, table.now_s);
    const TakeOverDecision decision = table.step();
    QCOMPARE(decision.driver, Driver::Teacher);
    QCOMPARE(decision.teacherShare, 1.0);
    QCOMPARE(decision.device, 1);
    QCOMPARE(decision.state.value[0], 0.2);
  }

  void aRampOnTakingEatsNoStepOfTheRecord() {
    Table table({.takeOverRamp_s = 0.1});
    table.states[0] = holding(0.2, 0.0);
    TakeOverDecision decision = table.step();
    QCOMPARE(decision.driver, Driver::Teacher);
    QCOMPARE(decision.teacherShare, 0.5);
    decision = table.step();
    QCOMPARE(decision.teacherShare, 1.0);
  }

  void lettingGoRampsOnlyTheCommand() {
    Table table({.handBackRamp_s = 0.2});
    table.states[0] = holding(0.2, 0.0);
    table.step();
    table.states[0].engaged = false;
    double last = 1.0;
    for (double expected : {0.75, 0.5, 0.25, 0.0, 0.0}) {
      const TakeOverDecision decision = table.step();
      QCOMPARE(decision.driver, Driver::Robot);  // the record follows the request
      QCOMPARE(decision.device, -1);
      QVERIFY(std::abs(decision.teacherShare - expected) < 1e-9);
      QVERIFY(decision.teacherShare <= last);
      QCOMPARE(decision.state.value[0], 0.2);  // the command it lets go of
      last = decision.teacherShare;
    }
  }

  void takingAgainDuringTheRamp() {
    Table table({.handBackRamp_s = 0.2, .takeOverRamp_s = 0.1});
    table.states[0] = holding(0.2, 0.0);
    table.step(), table.step();
    table.states[0].engaged = false;
    table.step();  // .75
    table.states[0] = holding(-0.1, table.now_s);
    const TakeOverDecision decision = table.step();
    QCOMPARE(decision.driver, Driver::Teacher);
    QCOMPARE(decision.teacherShare, 1.0);
    QCOMPARE(decision.state.value[0], -0.1);
  }

  void noRampAtZero() {
    Table table({.handBackRamp_s = 0.0});
    table.states[0] = holding(0.2, 0.0);
    table.step();
    table.states[0].engaged = false;
    QCOMPARE(table.step().teacherShare, 0.0);
  }

  void aSilentDeviceIsLetGo() {
    Table table({.handBackRamp_s = 0.2, .staleAfter_s = 0.5});
    table.states[0] = holding(0.2, kDt);
    int driven = 0;
    TakeOverDecision decision;
    for (int i = 0; i < 40; ++i) {
      decision = table.step();
      driven += decision.driver == Driver::Teacher;
    }
    QCOMPARE(driven, 11);  // .05 … .55 s
    QCOMPARE(decision.teacherShare, 0.0);
    table.states[0].time_s = table.now_s;  // it speaks again
    QCOMPARE(table.step().driver, Driver::Teacher);
  }

  void aDeadCommandIsNotObeyedDuringTheRamp() {
    Table table({.handBackRamp_s = 0.2, .staleAfter_s = 0.1});
    table.states[0] = holding(0.2, 0.0);
    table.step(), table.step();
    const TakeOverDecision decision = table.step();
    QCOMPARE(decision.driver, Driver::Robot);
    QVERIFY(decision.teacherShare > 0.0);
    QCOMPARE(decision.state.value[0], 0.0);
  }

  void nonsenseIsNotEngaged_data() {
    QTest::addColumn<double>("value");
    QTest::addColumn<double>("time");
    const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
    QTest::newRow("nan value") << nan << 0.0;
    QTest::newRow("infinite value") << infinity << 0.0;
    QTest::newRow("nan time") << 0.1 << nan;
    QTest::newRow("long ago") << 0.1 << -infinity;
  }
  void nonsenseIsNotEngaged() {
    QFETCH(double, value);
    QFETCH(double, time);
    Table table;
    table.states[0] = holding(value, time);
    const TakeOverDecision decision = table.step();
    QCOMPARE(decision.driver, Driver::Robot);
    QCOMPARE(decision.teacherShare, 0.0);
    // Nonsense in the middle of driving: let go, and the ramp starts from standing still.
    table.states[0] = holding(0.2, table.now_s);
    QCOMPARE(table.step().driver, Driver::Teacher);
    table.states[0] = holding(value, time);
    const TakeOverDecision after = table.step();
    QCOMPARE(after.driver, Driver::Robot);
    QCOMPARE(after.state.value[0], 0.0);
  }

  void whoHasTheWheelKeepsIt() {
    Table table;
    table.states[1] = holding(0.1, 0.0);
    QCOMPARE(table.step().device, 1);
    table.states[0] = holding(0.3, 0.0);  // listed earlier, but the wheel is taken
    QCOMPARE(table.step().device, 1);
    table.states[1].engaged = false;
    const TakeOverDecision decision = table.step();  // passed on without a robot step between
    QCOMPARE(decision.device, 0);
    QCOMPARE(decision.driver, Driver::Teacher);
    table.arbiter.reset();
    table.states[1] = holding(0.1, table.now_s);
    QCOMPARE(table.step().device, 0);  // a free wheel goes to the first listed
  }

  void noDevicesMeansTheRobot() {
    TakeOver arbiter({});
    QCOMPARE(arbiter.decide({}, 1.0, kDt).driver, Driver::Robot);
  }

  void resetForgetsTheRamp() {
    Table table;
    table.states[0] = holding(0.2, 0.0);
    table.step();
    table.states[0].engaged = false;
    table.arbiter.reset();
    QCOMPARE(table.step().teacherShare, 0.0);
  }

  void postedDeviceTellsTheNewest() {
    PostedDevice device("mouse");
    QVERIFY(!device.poll({}).engaged);
    device.post(holding(0.1, 1.0));
    device.post(holding(0.2, 2.0));
    QCOMPARE(device.poll({}).value[0], 0.2);
    QCOMPARE(device.poll({}).time_s, 2.0);  // asked again, it is as old as it was
  }

  void syntheticDeviceSpeaksActions() {
    Policy policy = test::linearPolicy(3, 3, -50.0f);
    policy.critics = test::distanceCritics(3, 3, 1.0f, 0.1f);
    SyntheticDevice device(SyntheticTeacher(policy, {.stepsOn = 2}, {}, 20.0, 1), 3, false);
    const std::vector<float> observation{1.0f, -1.0f, 1.0f}, away{1.0f, -1.0f, 1.0f};
    DeviceView view{.now_s = 3.0, .observation = observation, .proposal = away};
    QVERIFY(!device.poll(view).engaged);
    view.paused = true;
    for (int i = 0; i < 10; ++i) QVERIFY(!device.poll(view).engaged);  // a pause is no reason to take over
    view.paused = false;
    const DeviceState state = device.poll(view);
    QVERIFY(state.engaged);
    QCOMPARE(state.mode, DeviceMode::Action);
    QCOMPARE(state.time_s, 3.0);
    const std::array<float, 3> back{-1.0f, 1.0f, -1.0f};
    for (std::size_t i = 0; i < 3; ++i) QVERIFY(std::abs(state.action[i] - back[i]) < 5e-3f);
    device.episodeStarted(2);
    QVERIFY(!device.poll(view).engaged);
  }
};

QTEST_APPLESS_MAIN(TestTakeOver)
#include "test_take_over.moc"
