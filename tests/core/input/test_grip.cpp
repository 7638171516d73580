// The arbiter: when a hand holds a device, and when it does not.
#include <QtTest>

#include "core/input/feel.h"
#include "core/input/grip.h"
#include "tests/core/input/device_noise.h"

using namespace nudge;

namespace {

constexpr double kDt = 0.004;

/// A device in the test's hand, looked at every 4 ms.
struct Hand {
  GripSettings settings;
  GripInput input{.connected = true};
  Grip grip;
  double now_s = 10.0;

  Hand() {
    input.change_s = now_s;
    run(0.1);
  }
  void push(double strength) { set({0.0, strength, 0.0, 0.0, 0.0, 0.0}); }
  void set(const Axes& axes) {
    if (axes != input.axes) input.change_s = now_s;
    input.axes = axes;
  }
  void button(bool down) {
    input.buttonClicked = down && !input.buttonDown;
    input.buttonDown = down;
    input.change_s = now_s;
  }
  GripState tick() {
    const GripState state = grip.update(settings, input, now_s);
    now_s += kDt;
    input.buttonClicked = false;
    return state;
  }
  GripState run(double time_s) {
    GripState state = grip.state();
    for (const double end_s = now_s + time_s; now_s < end_s;) state = tick();
    return state;
  }
  /// The same with a hand's tremor on every axis.
  GripState tremble(double time_s, double strength) {
    GripState state = grip.state();
    for (const double end_s = now_s + time_s; now_s < end_s;) {
      push(strength + (std::fmod(now_s, 0.2) < 0.1 ? 0.003 : -0.003));
      state = tick();
    }
    return state;
  }
};

}  // namespace

class TestGrip : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aPushTakesTheWheelAfterTheDwell() {
    Hand hand;
    QCOMPARE(hand.grip.state(), GripState::Idle);
    hand.push(0.5);
    QCOMPARE(hand.tick(), GripState::Arming);
    QCOMPARE(hand.run(0.06), GripState::Arming);
    QCOMPARE(hand.run(0.04), GripState::Driving);
    QVERIFY(hand.grip.engaged());
  }

  void thresholdsHaveHysteresis() {
    Hand hand;
    QCOMPARE((hand.push(0.19), hand.run(1.0)), GripState::Idle);
    QCOMPARE((hand.push(0.21), hand.run(0.2)), GripState::Driving);
    QCOMPARE(hand.tremble(5.0, 0.12), GripState::Driving);
    QCOMPARE((hand.push(0.05), hand.run(0.06)), GripState::Releasing);
    QVERIFY(hand.grip.engaged());  // still the teacher's
    QCOMPARE((hand.push(0.15), hand.run(0.02)), GripState::Driving);
    QCOMPARE((hand.push(0.05), hand.run(0.2)), GripState::Idle);
    QVERIFY(!hand.grip.engaged());
    QCOMPARE(hand.grip.losses(), 0u);
  }

  void aPushThatTurnsRoundStartsAgain() {
    Hand hand;
    for (int i = 0; i < 20; ++i)
      QVERIFY((hand.push(i % 2 ? 0.6 : -0.6), hand.run(0.06)) == GripState::Arming);
  }

  void holdDrivesWhileTheButtonIsDown() {
    Hand hand;
    hand.settings.mode = GripMode::Hold;
    QCOMPARE((hand.push(1.0), hand.run(1.0)), GripState::Idle);  // motion alone does nothing
    hand.button(true);
    QCOMPARE(hand.tick(), GripState::Driving);  // at once
    hand.push(0.0);
    QCOMPARE(hand.run(30.0), GripState::Driving);  // standing still is a wish too, and moves nothing
    hand.button(false);
    QCOMPARE(hand.tick(), GripState::Idle);
  }

  void toggleTakesAndGivesBack() {
    Hand hand;
    hand.settings.mode = GripMode::Toggle;
    hand.button(true);
    QCOMPARE(hand.tick(), GripState::Driving);
    hand.button(false);
    QCOMPARE(hand.tick(), GripState::Driving);
    hand.button(true);
    QCOMPARE(hand.tick(), GripState::Idle);
  }

  void aButtonTakesTheWheelAtOnceInMotionModeToo() {
    Hand hand;
    hand.button(true);
    QCOMPARE(hand.tick(), GripState::Driving);
    QCOMPARE(hand.run(1.0), GripState::Driving);
    hand.button(false);
    QCOMPARE(hand.run(0.2), GripState::Idle);
  }

  void nothingDrivesWithoutTheFocus() {
    Hand hand;
    hand.push(0.8);
    QCOMPARE(hand.run(0.2), GripState::Driving);
    hand.input.allowed = false;
    QCOMPARE(hand.tick(), GripState::Blocked);
    QCOMPARE(hand.grip.losses(), 0u);  // a person's choice, not a fault
    hand.input.allowed = true;
    QCOMPARE(hand.run(1.0), GripState::Blocked);  // still pushed: not a new wish
    hand.push(0.0);
    QCOMPARE(hand.tick(), GripState::Idle);
    hand.push(0.8);
    QCOMPARE(hand.run(0.2), GripState::Driving);
  }

  void unplugIsALossAndComingBackNeedsRest() {
    Hand hand;
    hand.push(0.8);
    hand.run(0.2);
    hand.input.connected = false;
    QCOMPARE(hand.tick(), GripState::Absent);
    QCOMPARE(hand.grip.losses(), 1u);
    hand.run(1.0);
    QCOMPARE(hand.grip.losses(), 1u);
    hand.input.connected = true;
    QCOMPARE(hand.run(0.5), GripState::Blocked);
    hand.push(0.0);
    hand.run(0.1);
    hand.push(0.8);
    QCOMPARE(hand.run(0.2), GripState::Driving);
    hand.push(0.0);
    hand.run(0.3);
    hand.input.connected = false;
    hand.run(0.1);
    QCOMPARE(hand.grip.losses(), 1u);  // nobody drove: nothing is lost
  }

  /// Silence and a stuck value are told apart by the tremor of a hand.
  void aPuckHeldStillKeepsTheWheel() {
    Hand hand;
    QCOMPARE(hand.tremble(120.0, 0.6), GripState::Driving);
    QCOMPARE(hand.grip.strength(), 1.0);
    hand.push(0.61);
    QCOMPARE(hand.run(1.9), GripState::Driving);  // silence alone is no release
    QCOMPARE(hand.grip.strength(), 1.0);
  }

  void aStuckValueStopsDriving() {
    Hand hand;
    hand.push(0.6);
    QCOMPARE(hand.run(2.3), GripState::Driving);
    QVERIFY(hand.grip.strength() > 0.0 && hand.grip.strength() < 1.0);
    QCOMPARE(hand.run(0.5), GripState::Driving);
    QCOMPARE(hand.grip.strength(), 0.0);  // the command is gone, the wheel is still the teacher's
    hand.push(0.55);
    hand.tick();
    QCOMPARE(hand.grip.strength(), 1.0);  // it was a hand after all
    QCOMPARE(hand.run(7.0), GripState::Blocked);
    QCOMPARE(hand.grip.losses(), 1u);
    QCOMPARE(hand.tremble(20.0, 0.6), GripState::Blocked);  // not before it has been at rest
  }

  void aStickOnItsEndStopIsBelieved() {
    Hand hand;
    hand.input.vouched = true;
    hand.push(1.0);
    QCOMPARE(hand.run(300.0), GripState::Driving);
    QCOMPARE(hand.grip.strength(), 1.0);
  }

  void escLetsGoUntilRest() {
    Hand hand;
    hand.tremble(0.3, 0.6);
    hand.grip.letGo();
    QVERIFY(!hand.grip.engaged());
    QCOMPARE(hand.tremble(2.0, 0.6), GripState::Blocked);
    hand.push(0.0);
    QCOMPARE(hand.run(0.1), GripState::Idle);
  }

  void nonsenseNeverDrives() {
    Hand hand;
    const double nan = std::numeric_limits<double>::quiet_NaN(),
                 infinity = std::numeric_limits<double>::infinity();
    for (int i = 0; i < 200; ++i) {
      hand.set(centred(FeelSettings{}, {nan, nan, -nan, infinity * 0.0, nan, nan}));
      QCOMPARE(hand.tick(), GripState::Idle);
    }
    const GripSettings mad = sane({GripMode(77), nan, infinity, -1.0, nan, nan, nan, -infinity});
    QVERIFY(mad.mode == GripMode::Motion);
    QVERIFY(mad.enter >= mad.exit && mad.enterDwell_s >= 0.0 && mad.stuckAfter_s > mad.stillAfter_s);
  }

  void tenMinutesOfNoiseTakeNothing() {
    Hand hand;
    Random random(5);
    double knock_s = -9.0, frequency_hz = 0.0, strength = 0.0, twitch_s = -9.0, length_s = 0.0,
           next_s = hand.now_s + 1.0;
    int knocks = 0;
    for (const double end_s = hand.now_s + 600.0; hand.now_s < end_s;) {
      if (hand.now_s > next_s) {
        next_s = hand.now_s + random.uniform(0.5, 3.0);
        ++knocks;
        if (random.uniform() < 0.6) {
          knock_s = hand.now_s;
          frequency_hz = random.uniform(9.0, 20.0);
          strength = random.uniform(0.2, 0.9);
        } else {
          twitch_s = hand.now_s;
          length_s = random.uniform(0.004, 0.06);
        }
      }
      Axes axes = test::drift(hand.now_s, random);
      axes = test::sum(axes, test::knock(hand.now_s - knock_s, frequency_hz, strength));
      hand.set(test::sum(axes, test::twitch(hand.now_s - twitch_s, length_s, 0.8)));
      hand.tick();
      QVERIFY2(
          !hand.grip.engaged(),
          qPrintable(
              QString("after %1 s: knock of %2 Hz, %3").arg(hand.now_s).arg(frequency_hz).arg(strength)));
    }
    QVERIFY(knocks > 200);
  }

  void everyTruePushIsTakenInTimeAndLetGoOnce() {
    Hand hand;
    Random random(6);
    double worst_s = 0.0;
    for (int i = 0; i < 200; ++i) {
      const double begin_s = hand.now_s, length_s = random.uniform(0.4, 3.0),
                   strength = random.uniform(0.35, 1.0) * (i % 2 ? 1 : -1);
      double taken_s = -1.0;
      int takes = 0;
      bool engaged = false;
      while (hand.now_s < begin_s + length_s + 1.0) {
        hand.set(test::sum(test::drift(hand.now_s, random, 0.06),
                           test::push(hand.now_s - begin_s, length_s, strength, random)));
        hand.tick();
        if (hand.grip.engaged() && !engaged) {
          ++takes;
          if (taken_s < 0.0) taken_s = hand.now_s - begin_s;
        }
        engaged = hand.grip.engaged();
      }
      QCOMPARE(takes, 1);  // the bounce of the spring is no second take-over
      QVERIFY(!engaged);
      worst_s = std::max(worst_s, taken_s);
    }
    QVERIFY2(worst_s <= 0.060 + hand.settings.enterDwell_s, qPrintable(QString::number(worst_s)));
    QCOMPARE(hand.grip.losses(), 0u);
  }
};

QTEST_APPLESS_MAIN(TestGrip)
#include "test_grip.moc"
