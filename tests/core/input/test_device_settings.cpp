// Calibration and the settings that are kept.
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "core/input/rest_calibration.h"
#include "core/input/teacher_profiles.h"

using namespace nudge;

namespace {
RawInput resting(double wander, int i) {
  RawInput raw;
  raw.connected = true;
  raw.axes.fill(0.08 + wander * (i % 2 ? 1 : -1));
  return raw;
}
}  // namespace

class TestDeviceSettings : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void calibrationFindsTheRest() {
    RestCalibration calibration(5.0);
    for (int i = 0; i <= 600; ++i) calibration.add(resting(0.02, i), 5.0 + i / 60.0);
    QVERIFY(calibration.done(15.0));
    const auto result = calibration.result(standardSettings(DeviceKind::SpaceMouse));
    QVERIFY(result.ok());
    for (double value : centred(result->feel, resting(0.0, 0).axes)) QVERIFY(std::abs(value) < 0.01);
    for (double value : applyFeel(result->feel, resting(0.02, 1).axes)) QCOMPARE(value, 0.0);
    QVERIFY(result->grip.enter > 2.0 * 0.02);
  }

  void aWanderingDeviceGetsWiderThresholds() {
    RestCalibration calibration(0.0);
    for (int i = 0; i < 600; ++i) calibration.add(resting(0.2, i), i / 60.0);
    const auto result = calibration.result(standardSettings(DeviceKind::SpaceMouse));
    QVERIFY(result.ok());
    QVERIFY(result->grip.exit >= 0.3 - 1e-9 && result->grip.enter >= 0.6 - 1e-9);
    QVERIFY(result->feel.axes[0].deadZone >= 0.3 - 1e-9);
  }

  void aTouchedOrLostDeviceChangesNothing() {
    RestCalibration touched(0.0), lost(0.0), none(0.0);
    for (int i = 0; i < 600; ++i) {
      RawInput raw = resting(0.0, i);
      if (i == 300) raw.axes[2] = 0.9;
      touched.add(raw, i / 60.0);
      raw.connected = i != 300;
      raw.axes[2] = 0.08;
      lost.add(raw, i / 60.0);
    }
    QCOMPARE(touched.result({}).error().code, ErrorCode::InvalidInput);
    QCOMPARE(lost.result({}).error().code, ErrorCode::Disconnected);
    QCOMPARE(none.result({}).error().code, ErrorCode::Disconnected);
  }

  void settingsComeBackByDeviceAndTask() {
    QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("devices.json").toStdString();
    TeacherProfiles profiles = TeacherProfiles::load(path).value();  // no file yet
    DeviceSettings puck = standardSettings(DeviceKind::SpaceMouse),
                   pad = standardSettings(DeviceKind::Gamepad);
    QVERIFY(profiles.get(DeviceKind::SpaceMouse, "", "bottle") == puck);
    puck.grip.mode = GripMode::Hold;
    puck.feel.axes[2].invert = true;
    puck.feel.rest[4] = 0.05;
    puck.buttons[1] = ButtonAction::Discard;
    pad.feel.frame = MoveFrame::Tool;
    profiles.set(DeviceKind::SpaceMouse, "", "bottle", puck);
    profiles.set(DeviceKind::Gamepad, "", "highway", pad);
    QVERIFY(profiles.save(path).ok());
    const TeacherProfiles again = TeacherProfiles::load(path).value();
    QVERIFY(again.get(DeviceKind::SpaceMouse, "", "bottle") == puck);
    QVERIFY(again.get(DeviceKind::SpaceMouse, "", "highway") ==
            puck);  // a task not seen yet starts with what was set last
    QVERIFY(again.get(DeviceKind::Gamepad, "", "highway") == pad);
  }

  void everyTeacherHasTheirOwn() {
    QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("devices.json").toStdString();
    const std::string ann = "Ann \"\xC3\xA9\" / \n", mad = "\xFF\xFE";
    DeviceSettings soft = standardSettings(DeviceKind::SpaceMouse), hard = soft;
    soft.feel.sensitivity = 0.4;
    hard.feel.sensitivity = 2.0;
    TeacherProfiles profiles;
    profiles.set(DeviceKind::SpaceMouse, "", "bottle", hard);
    profiles.set(DeviceKind::SpaceMouse, ann, "bottle", soft);
    profiles.setReaction(ann, {0.42, 0.38, 0.51, 16, 1, 0});
    profiles.setHand(ann, HandSide::Left);
    profiles.setHand(mad, HandSide::Right);  // no UTF-8: kept under a readable name
    QVERIFY(profiles.save(path).ok());
    const TeacherProfiles again = TeacherProfiles::load(path).value();
    QVERIFY(again.get(DeviceKind::SpaceMouse, ann, "bottle") == soft);
    QVERIFY(again.get(DeviceKind::SpaceMouse, "Bob", "bottle") == hard);  // a newcomer starts as nobody in particular
    QVERIFY(again.reaction(ann) == (ReactionTime{0.42, 0.38, 0.51, 16, 1, 0}));
    QVERIFY(!again.reaction("").has_value() && !again.reaction("Bob").has_value());
    QVERIFY(again.hand(ann) == HandSide::Left && again.hand("Bob") == HandSide::Both);
  }

  void theFirstFormatIsOfNobodyInParticular() {
    QTemporaryDir folder;
    QFile file(folder.filePath("devices.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{\"nudge_devices\": 1, \"profiles\": {\"spacemouse/\": {\"sensitivity\": 0.5}}}");
    file.close();
    const TeacherProfiles profiles = TeacherProfiles::load(file.fileName().toStdString()).value();
    QCOMPARE(profiles.get(DeviceKind::SpaceMouse, "Ann", "bottle").feel.sensitivity, 0.5);
  }

  void brokenProfilesAreRefusedAndLeft_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("not json") << QByteArray("hello");
    QTest::newRow("cut") << QByteArray(
        "{\"nudge_devices\": 1, \"profiles\": {\"spacemouse/\": {\"enter\": 0.");
    QTest::newRow("foreign") << QByteArray("[1, 2, 3]");
    QTest::newRow("newer") << QByteArray("{\"nudge_devices\": 3, \"teachers\": {}}");
    QTest::newRow("wrong type") << QByteArray(
        "{\"nudge_devices\": 1, \"profiles\": {\"spacemouse/\": {\"enter\": \"much\"}}}");
  }
  void brokenProfilesAreRefusedAndLeft() {
    QFETCH(QByteArray, content);
    QTemporaryDir folder;
    QFile file(folder.filePath("devices.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    const auto profiles = TeacherProfiles::load(file.fileName().toStdString());
    QVERIFY(!profiles.ok());
    QCOMPARE(profiles.error().code, ErrorCode::Corrupt);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), content);
  }

  void madNumbersInAFileAreBroughtIntoRange() {
    QTemporaryDir folder;
    QFile file(folder.filePath("devices.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(
        "{\"nudge_devices\": 1, \"profiles\": {\"spacemouse/\": {\"mode\": 99, \"enter\": -3, \"exit\": "
        "1e300, \"sensitivity\": 1e9}}}");
    file.close();
    const DeviceSettings settings =
        TeacherProfiles::load(file.fileName().toStdString())->get(DeviceKind::SpaceMouse, "", "");
    QVERIFY(settings == sane(settings));
    QVERIFY(settings.feel.sensitivity <= 3.0 && settings.grip.enter > 0.0);
  }
};

QTEST_APPLESS_MAIN(TestDeviceSettings)
#include "test_device_settings.moc"
