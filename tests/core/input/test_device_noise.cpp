// Recordings of a device that nobody means, and of hands that do, through the reader as the window has it. They lie in
// NUDGE_SOURCE_DIR/tests/data/device_noise.
#include <QtTest>

#include "tests/core/input/noise_player.h"

using namespace nudge;
using test::kMinute_s;
using test::Packet;
using test::play;
using test::Played;
using test::recording;

class TestDeviceNoise : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void tenMinutesOfItTakeNothing_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"drift", "knocks", "twitches"}) QTest::newRow(name) << name;
  }
  void tenMinutesOfItTakeNothing() {
    QFETCH(QString, name);
    const Played played = play(name, 10 * kMinute_s);
    QCOMPARE(played.takes, 0);
    QCOMPARE(played.losses, 0u);
  }

  void theNoiseIsNotTooQuiet() {
    // Louder than what a push needs, or the test above would show nothing.
    const double enter = standardSettings(DeviceKind::SpaceMouse).grip.enter;
    for (const char* name : {"knocks", "twitches"}) {
      int loud = 0;
      for (const Packet& packet : recording(name))
        loud += std::any_of(packet.axes.begin(), packet.axes.end(), [&](double value) { return std::abs(value) > enter; });
      QVERIFY2(loud > 50, name);
    }
  }

  void withoutADeviceTheReaderMayRest() {
    class Nothing : public DeviceSource {
     public:
      DeviceKind kind() const override { return DeviceKind::Gamepad; }
      const RawInput& poll(double) override { return raw; }
      const DeviceInfo& info() const override { return info_; }
      bool vouches() const override { return true; }
      RawInput raw;

     private:
      DeviceInfo info_{"", 0, -1, "no gamepad"};
    };
    auto owned = std::make_unique<Nothing>();
    Nothing& source = *owned;
    DeviceReader reader(std::move(owned));
    reader.tick(1.0);
    QVERIFY(!reader.present());
    source.raw.connected = true;
    reader.tick(1.1);
    QVERIFY(reader.present());  // at once at its full pace, before it may drive
    source.raw.connected = false;
    reader.tick(1.2);
    QVERIFY(!reader.present());
  }

  void everyPushIsTakenOnceAndInTime() {
    const Played played = play("pushes", 10 * kMinute_s);
    QVERIFY(played.pushes >= 200);
    QCOMPARE(played.takes, played.pushes);  // none missed, and no bounce of the spring is one more
    const double dwell_s = standardSettings(DeviceKind::SpaceMouse).grip.enterDwell_s;
    QVERIFY2(played.slowest_s <= 0.060 + dwell_s, qPrintable(QString::number(played.slowest_s)));
    QCOMPARE(played.losses, 0u);
  }
};

QTEST_APPLESS_MAIN(TestDeviceNoise)
#include "test_device_noise.moc"
