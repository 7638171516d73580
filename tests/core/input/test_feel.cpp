// From raw axes to a wish.
#include <QtTest>
#include <limits>

#include "core/input/device_reader.h"
#include "tests/support/hand_source.h"

using namespace nudge;

namespace {
FeelSettings straight() {
  FeelSettings feel;
  for (AxisFeel& axis : feel.axes) axis.deadZone = 0.0, axis.curve = 1.0;
  return feel;
}
bool near(double a, double b) { return std::abs(a - b) < 1e-9; }
}  // namespace

class TestFeel : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theDeadZoneHasNoStepAtItsEdge() {
    FeelSettings feel = straight();
    feel.axes[0].deadZone = 0.2;
    QCOMPARE(applyFeel(feel, {0.2})[0], 0.0);
    QCOMPARE(applyFeel(feel, {-0.19})[0], 0.0);
    QVERIFY(applyFeel(feel, {0.21})[0] < 0.02);
    QVERIFY(near(applyFeel(feel, {0.6})[0], 0.5));
    QVERIFY(near(applyFeel(feel, {-1.0})[0], -1.0));
  }

  void curveGainInvertLockSwap() {
    FeelSettings feel = straight();
    feel.axes[0].curve = 2.0;
    QVERIFY(near(applyFeel(feel, {-0.5})[0], -0.25));
    feel.axes[0].gain = 2.0;
    feel.axes[0].invert = true;
    QVERIFY(near(applyFeel(feel, {-0.5})[0], 0.5));
    QVERIFY(near(applyFeel(feel, {-1.0})[0], 1.0));  // never more than a full push
    feel.axes[0].locked = true;
    QCOMPARE(applyFeel(feel, {1.0})[0], 0.0);
    feel = straight();
    std::swap(feel.axes[0].source, feel.axes[5].source);
    const Axes wish = applyFeel(feel, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6});
    QVERIFY(near(wish[0], 0.6) && near(wish[5], 0.1) && near(wish[1], 0.2));
    feel.sensitivity = 0.5;
    QVERIFY(near(applyFeel(feel, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6})[0], 0.3));
  }

  void dominantAxisAndTranslateOnly() {
    FeelSettings feel = straight();
    feel.dominantAxis = true;
    QCOMPARE(applyFeel(feel, {0.1, -0.4, 0.3, 0.0, 0.0, 0.2}), (Axes{0.0, -0.4, 0.0, 0.0, 0.0, 0.0}));
    feel.translateOnly = true;  // first, so that a turn takes nothing from the strongest move
    QCOMPARE(applyFeel(feel, {0.1, -0.4, 0.3, 0.0, 0.0, 0.9}), (Axes{0.0, -0.4, 0.0, 0.0, 0.0, 0.0}));
  }

  void restIsTakenOff() {
    FeelSettings feel = straight();
    feel.rest = {0.1, 0.0, -0.05, 0.0, 0.0, 0.0};
    const Axes wish = applyFeel(feel, feel.rest);
    for (double value : wish) QVERIFY(near(value, 0.0));
    QVERIFY(near(centred(feel, {0.3})[0], 0.2));
  }

  void nonsenseIsRest() {
    const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
    for (double value : applyFeel(straight(), {nan, infinity, -infinity, nan, 1e300, -1e300}))
      QVERIFY(std::isfinite(value) && std::abs(value) <= 1.0);
    FeelSettings mad = straight();
    for (AxisFeel& axis : mad.axes) axis = {99, nan, -infinity, nan, false, false};
    mad.sensitivity = nan;
    mad.rest.fill(nan);
    mad.frame = MoveFrame(200);
    mad = sane(mad);
    for (double value : applyFeel(mad, {1.0, -1.0, 0.5, 0.5, 0.5, 0.5})) QVERIFY(std::isfinite(value));
    QVERIFY(mad.frame == MoveFrame::View);
    QCOMPARE(mad.axes[3].source, 3);
  }

  void theLeftHandHasTheOtherStick() {
    const DeviceSettings right = standardSettings(DeviceKind::Gamepad), left = leftHanded(right);
    const Axes otherThumb{0.0, 0.0, 1.0, 0.0, 0.0, 1.0};  // its stick to the right and up
    QVERIFY(applyFeel(left.feel, otherThumb)[0] > 0.9);
    QVERIFY(applyFeel(left.feel, otherThumb)[1] > 0.9);
    QVERIFY(leftHanded(left) == right);
  }

  void directionsAreMeantInTheFrameThatWasChosen() {
    LatestValue<RawInput> wire;
    DeviceReader reader(std::make_unique<test::HandSource>(wire));
    RawInput raw;
    raw.connected = true;
    raw.axes[1] = 1.0;  // forward
    wire.write(raw);
    ReaderOrder order;
    order.speed_m_s = 0.2;
    order.R_WV = {1, 0, 0, 0, 1, 0, 0, 0, 1};   // forward is y
    order.R_WT = {1, 0, 0, 0, 0, -1, 0, 1, 0};  // forward is z
    const auto along = [&](MoveFrame frame) {
      order.settings.feel.frame = frame;
      reader.orders().write(order);
      reader.tick(1.0);
      reader.reports().refresh();
      return reader.reports().front().v_W;
    };
    QCOMPARE(along(MoveFrame::World), (std::array<double, 3>{0.2, 0.0, 0.0}));
    QCOMPARE(along(MoveFrame::View), (std::array<double, 3>{0.0, 0.2, 0.0}));
    QCOMPARE(along(MoveFrame::Tool), (std::array<double, 3>{0.0, 0.0, 0.2}));
  }
};

QTEST_APPLESS_MAIN(TestFeel)
#include "test_feel.moc"
