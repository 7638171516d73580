// The real libspnav against the real spacenavd, fed by a device on a pseudo-terminal.
#include <QtTest>

#include "core/base/clock.h"
#include "core/input/device_reader.h"
#include "core/input/spacemouse.h"
#include "tests/core/input/serial_magellan.h"

extern "C" int spnav_cfg_get_led(void);  // spnav.h brings the macros of Xlib

using namespace nudge;

namespace {
constexpr int kPatience_ms = 15000;
}

class TestSpaceMouse : public QObject {
  Q_OBJECT

  std::unique_ptr<test::SerialMagellan> device_;
  std::unique_ptr<test::Spacenavd> daemon_;
  std::unique_ptr<DeviceReader> reader_;

  const DeviceReport& look() {
    reader_->tick(monotonic_s());
    reader_->reports().refresh();
    return reader_->reports().front();
  }
  bool connected() { return look().raw.connected; }

 private Q_SLOTS:
  void initTestCase() {
    if (!test::Spacenavd::installed()) QSKIP("spacenavd is not installed");
    device_ = std::make_unique<test::SerialMagellan>();
    daemon_ = std::make_unique<test::Spacenavd>(device_->path());
    reader_ = std::make_unique<DeviceReader>(std::make_unique<SpaceMouse>());
    ReaderOrder order;
    order.settings = standardSettings(DeviceKind::SpaceMouse);
    reader_->orders().write(order);
  }

  void withoutADaemonItSaysSo() {
    QVERIFY(!connected());
    QVERIFY(QString::fromStdString(look().info.problem).contains("spacenavd"));
  }

  void theDaemonIsFoundWhenItComes() {
    daemon_->start();
    QTRY_VERIFY2_WITH_TIMEOUT(connected(), daemon_->log().constData(), kPatience_ms);
    QCOMPARE(look().info.name, std::string("Magellan SpaceMouse"));
    QCOMPARE(look().info.buttons, 9);
    QTRY_COMPARE(look().grip, GripState::Idle);
  }

  void everyAxisMoves() {
    // Where the device's x, y, z and turns arrive, and with which sign.
    constexpr std::pair<std::size_t, double> kArrives[] = {{0, 1.0}, {2, 1.0}, {1, -1.0},
                                                           {3, 1.0}, {5, 1.0}, {4, -1.0}};
    for (std::size_t axis = 0; axis < 6; ++axis) {
      std::array<int, 6> counts{};
      counts[axis] = 200;
      device_->move(counts);
      const auto& [where, sign] = kArrives[axis];
      QTRY_VERIFY(look().raw.axes[where] * sign > 0.3);
      for (std::size_t other = 0; other < 6; ++other)
        QVERIFY(other == where || look().raw.axes[other] == 0.0);
      device_->move({});
      QTRY_VERIFY(look().raw.axes == Axes{});
    }
  }

  void bothButtons() {
    device_->buttons(1);
    QTRY_COMPARE(look().raw.buttons, 1u);
    device_->buttons(2);
    QTRY_COMPARE(look().raw.buttons, 2u);
    device_->buttons(0);
    QTRY_COMPARE(look().raw.buttons, 0u);
    const ButtonPress* press = reader_->presses().readable();
    QVERIFY(press && press->button == 0 && press->action == ButtonAction::MarkGood);
    reader_->presses().release();
    press = reader_->presses().readable();
    QVERIFY(press && press->action == ButtonAction::MarkBad);
    reader_->presses().release();
    QVERIFY(!reader_->presses().readable());
  }

  void aPushDrives() {
    device_->move({0, 0, -300, 0, 0, 0});  // away from the person
    QTRY_COMPARE(look().grip, GripState::Driving);
    QVERIFY(look().v_W[0] > 0.0);  // away from the robot's base as well
    QVERIFY(reader_->device().poll({.now_s = monotonic_s()}).engaged);
  }

  void theLightSaysWhoDrivesAndIsPutBack() {
    const QByteArray configuration = daemon_->configuration();
    device_->move({});
    QTRY_COMPARE(look().grip, GripState::Idle);
    const int before = spnav_cfg_get_led();
    QVERIFY(before >= 0);
    ReaderOrder order;
    order.settings = standardSettings(DeviceKind::SpaceMouse);
    QVERIFY(!order.settings.light);  // it is everybody's: only on request
    order.settings.light = true;
    reader_->orders().write(order);
    QTRY_COMPARE((look(), spnav_cfg_get_led()), 0);
    device_->move({0, 0, -300, 0, 0, 0});
    QTRY_COMPARE(look().grip, GripState::Driving);
    QCOMPARE(spnav_cfg_get_led(), 1);
    device_->move({});
    QTRY_COMPARE(look().grip, GripState::Idle);
    QCOMPARE(spnav_cfg_get_led(), 0);
    order.settings.light = false;
    reader_->orders().write(order);
    QTRY_COMPARE((look(), spnav_cfg_get_led()), before);
    QCOMPARE(daemon_->configuration(), configuration);  // nothing outlives the daemon
    device_->move({0, 0, -300, 0, 0, 0});
    QTRY_COMPARE(look().grip, GripState::Driving);
  }

  void aDaemonThatDiesIsALossWithinATenthOfASecond() {
    const std::uint32_t before = reader_->device().losses(monotonic_s());
    daemon_->kill();
    const double killed_s = monotonic_s();
    while (reader_->device().losses(monotonic_s()) == before && monotonic_s() - killed_s < 5.0) look();
    const double heard_s = monotonic_s() - killed_s;
    QVERIFY2(heard_s < 0.1, qPrintable(QString::number(heard_s)));
    QVERIFY(!reader_->device().poll({.now_s = monotonic_s()}).engaged);
    QVERIFY(!connected());
    QVERIFY(!look().info.problem.empty());
  }

  void itComesBackByItself() {
    device_->move({});
    daemon_->start();
    QTRY_VERIFY2_WITH_TIMEOUT(connected(), daemon_->log().constData(), kPatience_ms);
    QTRY_COMPARE(look().grip, GripState::Idle);
    device_->move({0, 0, -300, 0, 0, 0});
    QTRY_COMPARE(look().grip, GripState::Driving);
  }

  /// spacenavd does not notice that a serial device is gone: to it, and to us, the value is stuck.
  void aDeviceThatVanishesWithoutAWordDoesNotDriveForEver() {
    ReaderOrder order;
    order.settings = standardSettings(DeviceKind::SpaceMouse);
    order.settings.grip.stillAfter_s = 0.3;
    order.settings.grip.fade_s = 0.1;
    order.settings.grip.stuckAfter_s = 0.8;
    reader_->orders().write(order);
    const std::uint32_t before = reader_->device().losses(monotonic_s());
    device_->unplug();
    QTRY_COMPARE((look(), reader_->device().losses(monotonic_s())), before + 1);
    QVERIFY(!reader_->device().poll({.now_s = monotonic_s()}).engaged);
    QCOMPARE(look().grip, GripState::Blocked);
  }
};

QTEST_GUILESS_MAIN(TestSpaceMouse)
#include "test_spacemouse.moc"
