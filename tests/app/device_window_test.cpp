// The whole window with a device in the teacher's hand.
#include <QAction>
#include <QComboBox>
#include <QTest>

#include "tests/app/lesson_folder.h"
#include "tests/support/hand_source.h"
#include "ui/model/device_hub.h"
#include "ui/widgets/device_dialog.h"
#include "ui/widgets/main_window.h"

using namespace nudge;
using test::kPatience_ms;

namespace {
/// A window whose teacher holds a SpaceMouse.
struct Desk {
  explicit Desk(const QString& profile = {}) : hub(sources(), profile) {}
  std::vector<std::unique_ptr<DeviceSource>> sources() {
    std::vector<std::unique_ptr<DeviceSource>> list;
    list.push_back(std::make_unique<test::HandSource>(wire));
    return list;
  }
  LessonSettings settings() {
    LessonSettings settings;
    settings.engine.devices = hub.devices();
    return settings;
  }
  void hold(double forward, std::uint32_t buttons = 0) {
    RawInput raw;
    raw.connected = true;
    raw.axes[1] = forward;
    raw.buttons = buttons;
    wire.write(raw);
  }
  void unplug() { wire.write(RawInput{}); }
  GripState grip() const { return hub.report(DeviceKind::SpaceMouse).grip; }

  LatestValue<RawInput> wire;
  DeviceHub hub;
};
}  // namespace

class DeviceWindowTest : public QObject, test::LessonFolder {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { keepSettingsApart(); }

  void aPushTakesOverAndAnUnpluggedDeviceHolds() {
    Desk desk;
    MainWindow window(open(fresh(), false, desk.settings()));
    window.setDevices(&desk.hub);
    window.show();
    window.activateWindow();
    desk.hub.start();
    EngineBridge* robot = window.lesson().robot();
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().step > 2, kPatience_ms);

    desk.hold(0.0);
    QTRY_COMPARE_WITH_TIMEOUT(desk.grip(), GripState::Idle, kPatience_ms);
    desk.hold(0.8);
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().driver == Driver::Teacher, kPatience_ms);
    desk.hold(0.0);
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().driver == Driver::Robot, kPatience_ms);
    desk.hold(0.8);
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().driver == Driver::Teacher, kPatience_ms);

    desk.unplug();
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().hold == HoldReason::DeviceLost, kPatience_ms);
    QTRY_VERIFY(window.banners().texts().join(' ').contains(QStringLiteral("the spacemouse was unplugged")));
    const int step = robot->frame().step;
    QTest::qWait(300);
    QCOMPARE(robot->frame().step, step);  // nobody drives off by himself
    desk.hold(0.0);
    QTRY_COMPARE_WITH_TIMEOUT(desk.grip(), GripState::Idle, kPatience_ms);
    desk.hold(0.8);  // back in the hand: it goes on
    QTRY_VERIFY_WITH_TIMEOUT(
        robot->frame().driver == Driver::Teacher && robot->frame().hold == HoldReason::None, kPatience_ms);

    QTest::keyClick(&window, Qt::Key_Escape);
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().hold == HoldReason::Stopped, kPatience_ms);
    QTRY_COMPARE_WITH_TIMEOUT(desk.grip(), GripState::Blocked, kPatience_ms);
    window.close();
  }

  void aFumbledCorrectionIsDiscarded() {
    Desk desk;
    MainWindow window(open(fresh(), false, desk.settings()));
    window.setDevices(&desk.hub);
    window.show();
    window.activateWindow();
    desk.hub.start();
    EngineBridge* robot = window.lesson().robot();
    desk.hold(0.0);
    QTRY_COMPARE_WITH_TIMEOUT(desk.grip(), GripState::Idle, kPatience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().step > 2, kPatience_ms);
    desk.hold(0.8);
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().driver == Driver::Teacher, kPatience_ms);
    const qint64 episode = robot->frame().episode, seed = static_cast<qint64>(robot->frame().seed);
    QTest::qWait(300);
    desk.hold(0.0);
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().driver == Driver::Robot, kPatience_ms);
    window.actionSet().action(ActionId::DiscardCorrection)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().episode > episode, kPatience_ms);
    QCOMPARE(static_cast<qint64>(robot->frame().seed), seed);  // from the same start
    const auto isLeftOut = [&] {
      const EpisodeView* view = window.lesson().document().episode(episode);
      if (!view) return false;
      for (const Segment& segment : view->segments)
        for (int step = segment.begin; step < segment.end; ++step)
          if (view->drivers[std::size_t(step)] == Driver::Teacher && segment.verdict != Verdict::Excluded)
            return false;
      return true;
    };
    QTRY_VERIFY_WITH_TIMEOUT(isLeftOut(), kPatience_ms);
    window.close();
  }

  void thePanelChangesAndKeepsSettings() {
    const QString profile = folder_.filePath(QStringLiteral("config/devices.json"));
    {
      Desk desk(profile);
      MainWindow window(open(fresh(), false, desk.settings()));
      window.setDevices(&desk.hub);
      window.show();
      desk.hub.start();
      window.actionSet().action(ActionId::Devices)->trigger();
      auto* dialog = window.findChild<DeviceDialog*>();
      QVERIFY(dialog && dialog->isVisible() && !dialog->isModal());
      auto* mode = dialog->findChild<QComboBox*>(QStringLiteral("mode"));
      mode->setCurrentIndex(1);
      Q_EMIT mode->activated(1);
      auto* button = dialog->findChild<QComboBox*>(QStringLiteral("button-0"));
      button->setCurrentIndex(static_cast<int>(ButtonAction::Pause));
      Q_EMIT button->activated(static_cast<int>(ButtonAction::Pause));
      window.actionSet().action(ActionId::LessSensitive)->trigger();
      desk.hold(0.0);
      QTRY_COMPARE_WITH_TIMEOUT(desk.hub.report(DeviceKind::SpaceMouse).raw.connected, true, kPatience_ms);
      window.close();
    }
    Desk desk(profile);
    desk.hub.start();
    const DeviceSettings& settings = desk.hub.settings(DeviceKind::SpaceMouse);
    QVERIFY(settings.grip.mode == GripMode::Toggle);
    QVERIFY(settings.buttons[0] == ButtonAction::Pause);
    QVERIFY(std::abs(settings.feel.sensitivity - 0.9) < 1e-9);
  }
};

QTEST_MAIN(DeviceWindowTest)
#include "device_window_test.moc"
