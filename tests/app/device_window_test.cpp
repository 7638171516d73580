// The whole window with a device in the teacher's hand.
#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QInputDialog>
#include <QLabel>
#include <QPointer>
#include <QScrollArea>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>

#include "core/teach/lead_in.h"
#include "tests/app/lesson_folder.h"
#include "tests/support/hand_source.h"
#include "ui/model/device_hub.h"
#include "ui/widgets/device_dialog.h"
#include "ui/widgets/main_window.h"
#include "ui/widgets/reaction_dialog.h"

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
  /// Opens a lesson in a window with the device at rest, and waits until the robot runs.
  std::unique_ptr<MainWindow> sit(std::unique_ptr<Lesson> lesson) {
    auto window = std::make_unique<MainWindow>(std::move(lesson));
    window->setDevices(&hub);
    window->show();
    window->activateWindow();
    hub.start();
    const EngineBridge* robot = window->lesson().robot();
    hold(0.0);
    if (!QTest::qWaitFor([&] { return robot->frame().step > 2 && grip() == GripState::Idle; }, kPatience_ms))
      qFatal("the robot does not run, or the device is not seen at rest");
    return window;
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
    const auto sitting = desk.sit(open(fresh(), false, desk.settings()));
    MainWindow& window = *sitting;
    EngineBridge* robot = window.lesson().robot();
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
    const auto sitting = desk.sit(open(fresh(), false, desk.settings()));
    MainWindow& window = *sitting;
    EngineBridge* robot = window.lesson().robot();
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

  void theReactionTestIsKeptAndCounts() {
    const QString profile = folder_.filePath(QStringLiteral("reaction/devices.json"));
    {
      Desk desk(profile);
      const auto window = desk.sit(open(fresh(), false, desk.settings()));
      EngineBridge* robot = window->lesson().robot();
      window->actionSet().action(ActionId::TestReaction)->trigger();
      auto* dialog = window->findChild<ReactionDialog*>();
      QVERIFY(dialog && dialog->isVisible());
      QTRY_VERIFY_WITH_TIMEOUT(robot->frame().paused, kPatience_ms);  // nobody can watch both
      Q_EMIT dialog->measured({0.2, 0.18, 0.25, 15, 0, 1});
      dialog->accept();
      window->activateWindow();
      QTRY_VERIFY_WITH_TIMEOUT(!robot->frame().paused && desk.grip() == GripState::Idle, kPatience_ms);
      QCOMPARE(window->lesson().document().info().reaction_s, 0.2);
      robot->send(NextEpisode{});
      const qint64 episode = robot->frame().episode + 1;
      QTRY_VERIFY_WITH_TIMEOUT(robot->frame().episode == episode && robot->frame().step > 8, kPatience_ms);
      desk.hold(0.8);
      QTRY_VERIFY_WITH_TIMEOUT(robot->frame().driver == Driver::Teacher, kPatience_ms);
      const auto leadIn = [&] {
        const EpisodeView* view = window->lesson().document().episode(episode);
        const auto all = view ? leadIns(view->drivers, view->segments) : std::vector<LeadIn>{};
        return all.empty() ? 0 : all.front().end - all.front().begin;
      };
      QTRY_COMPARE_WITH_TIMEOUT(leadIn(), 4, kPatience_ms);  // 0.2 s at 20 Hz
      QTRY_VERIFY_WITH_TIMEOUT(robot->frame().lag.commands > 0, kPatience_ms);
      window->close();
    }
    Desk desk(profile);  // another day, another lesson, the same teacher
    const auto window = desk.sit(open(fresh(), false, desk.settings()));
    window->lesson().robot()->send(NextEpisode{});
    QTRY_COMPARE_WITH_TIMEOUT(window->lesson().document().info().reaction_s, 0.2, kPatience_ms);
    window->close();
  }

  void anotherTeacherHasATimeOfTheirOwn() {
    Desk desk;
    const auto window = desk.sit(open(fresh(), false, desk.settings()));
    const auto reaction_s = [&] { return window->lesson().document().info().reaction_s; };
    desk.hub.setReaction({0.2, 0.18, 0.25, 15, 0, 1});
    QCOMPARE(reaction_s(), 0.2);
    const auto name = [&](const QString& teacher) {
      QTimer::singleShot(0, window.get(), [&] {
        auto* dialog = window->findChild<QInputDialog*>();
        if (!dialog) return;
        dialog->setTextValue(teacher);
        dialog->accept();
      });
      window->actionSet().action(ActionId::NameTeacher)->trigger();
    };
    const QString before = desk.hub.teacher();
    name(QStringLiteral("Bruno"));
    QCOMPARE(desk.hub.teacher(), QStringLiteral("Bruno"));
    QCOMPARE(reaction_s(), 0.5);
    name(before);
    QCOMPARE(reaction_s(), 0.2);
    window->close();
  }

  void aMinuteOfTestingWithKeysAndMouse() {
    static double now_s = 0.0;
    now_s = 1000.0;
    ReactionDialog dialog(nullptr, nullptr, [] { return now_s; });
    QSignalSpy measured(&dialog, &ReactionDialog::measured);
    auto* track = dialog.findChild<ReactionTrack*>();
    dialog.show();
    dialog.begin();
    double seen_s = -1.0;
    for (int frame = 0; frame < 60 * 61; ++frame) {
      now_s += 1.0 / 60.0;
      dialog.look();
      const bool off = track->isOff();
      if (off && seen_s < 0.0) seen_s = now_s;
      if (!off) seen_s = -1.0;
      if (seen_s > 0.0 && now_s - seen_s >= 0.35) {
        if (frame % 2) QTest::keyClick(track, Qt::Key_W);
        else QTest::mouseClick(track, Qt::LeftButton);
      }
    }
    QCOMPARE(measured.count(), 1);
    const auto time = measured.front().front().value<ReactionTime>();
    QVERIFY2(std::abs(time.median_s - 0.36) < 0.03, qPrintable(QString::number(time.median_s)));
    QVERIFY(dialog.findChild<QLabel*>(QStringLiteral("reaction-text"))->text().contains(QStringLiteral("You need 0.3")));
  }

  void practiceIsKeptApart() {
    Desk desk;
    const QString path = fresh();
    const auto window = desk.sit(open(path, false, desk.settings()));
    EngineBridge* robot = window->lesson().robot();
    const qint64 before = robot->frame().episode;
    QTest::keyClick(window.get(), Qt::Key_P);
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().practice && robot->frame().episode > before, kPatience_ms);
    QVERIFY(window->banners().texts().join(' ').contains(QStringLiteral("Practice")));
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().step > 5, kPatience_ms);
    const qint64 practice = robot->frame().episode;
    QTest::keyClick(window.get(), Qt::Key_P);
    QTRY_VERIFY_WITH_TIMEOUT(!robot->frame().practice, kPatience_ms);
    QVERIFY(!window->banners().texts().join(' ').contains(QStringLiteral("Practice")));
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().step > 2, kPatience_ms);
    window->close();
    const auto store = Store::open(path.toStdString(), OpenMode::ReadOnly);
    QVERIFY(store.ok());
    const auto rows = store->episodes();
    QVERIFY(rows.ok());
    qint64 counted = 0;
    for (const EpisodeRow& row : *rows) {
      QCOMPARE(row.practice, row.start.episode == practice);
      if (!row.practice) counted += row.steps;
    }
    const auto document = SessionDocument::open(path, true);
    qint64 shown = 0;
    for (const auto& rate : (*document)->rates()) shown += rate.steps;
    QCOMPARE(shown, counted);
  }

  void whatWasJustSeenCanBeKept() {
    Desk desk;
    const QString path = fresh();
    const auto window = desk.sit(open(path, false, desk.settings()));
    EngineBridge* robot = window->lesson().robot();
    window->actionSet().action(ActionId::Record)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(!robot->frame().recording, kPatience_ms);
    robot->send(NextEpisode{});
    const qint64 unrecorded = robot->frame().episode + 1;
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().episode == unrecorded && robot->frame().step > 10, kPatience_ms);
    QVERIFY(!robot->frame().recording);
    QTRY_VERIFY_WITH_TIMEOUT(robot->recorder().passingSteps > 8, kPatience_ms);
    QTest::keyClick(window.get(), Qt::Key_K);
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().recording, kPatience_ms);
    window->close();
    const auto store = Store::open(path.toStdString(), OpenMode::ReadOnly);
    const auto kept = store->episode(unrecorded);
    QVERIFY(kept.ok() && kept->steps.size() > 10);
    QVERIFY(store->checkStructure()->empty());
  }

  void escStopsInDialogsToo() {
    Desk desk;
    const auto window = desk.sit(open(fresh(), false, desk.settings()));
    EngineBridge* robot = window->lesson().robot();
    for (const ActionId id :
         {ActionId::Devices, ActionId::TestReaction, ActionId::NewLesson, ActionId::FindAction, ActionId::About}) {
      robot->send(Resume{});
      QTRY_VERIFY_WITH_TIMEOUT(robot->frame().hold == HoldReason::None, kPatience_ms);
      window->actionSet().action(id)->trigger();
      QPointer<QDialog> dialog;
      for (QDialog* each : window->findChildren<QDialog*>())
        if (each->isVisible()) dialog = each;
      QVERIFY2(dialog, actionSpec(id).name);
      QTest::keyClick(dialog, Qt::Key_Escape);
      QTRY_VERIFY2_WITH_TIMEOUT(robot->frame().hold == HoldReason::Stopped, actionSpec(id).name, kPatience_ms);
      if (dialog) dialog->close();
      QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
    window->close();
  }

  void oneHandDoesItAll() {
    Desk desk;
    const auto window = desk.sit(open(fresh(), false, desk.settings()));
    EngineBridge* robot = window->lesson().robot();
    QTest::keyClick(window.get(), Qt::Key_F12);
    QTest::qWait(50);
    QVERIFY(robot->frame().hold == HoldReason::None);
    desk.hub.setHand(HandSide::Right);
    QTest::keyClick(window.get(), Qt::Key_F12);
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().hold == HoldReason::Stopped, kPatience_ms);
    robot->send(Resume{});
    const qint64 before = robot->frame().episode;
    QTest::keyClick(window.get(), Qt::Key_F9);
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().episode > before && robot->frame().step > 3, kPatience_ms);
    QTest::keyClick(window.get(), Qt::Key_Apostrophe);
    QTRY_COMPARE_WITH_TIMEOUT(window->lesson().document().undoText(), QStringLiteral("mark as bad"), kPatience_ms);
    window->close();
  }

  void thePanelFitsASmallScreen() {
    Desk desk;
    desk.hub.start();
    desk.hold(0.0);
    DeviceDialog dialog(desk.hub);
    dialog.resize(1024, 600);
    dialog.show();
    QTRY_COMPARE_WITH_TIMEOUT(desk.hub.report(DeviceKind::SpaceMouse).raw.connected, true, kPatience_ms);
    QVERIFY(dialog.minimumSizeHint().width() <= 1024 && dialog.minimumSizeHint().height() <= 600);
    auto* scroll = dialog.findChild<QScrollArea*>();
    QVERIFY(scroll->widget()->minimumSizeHint().width() <= scroll->viewport()->width());
    const auto down = [&] {
      for (QLabel* label : dialog.findChildren<QLabel*>())
        if (label->text() == QStringLiteral("● Button 1")) return true;
      return false;
    };
    QVERIFY(!down());
    desk.hold(0.0, 1);
    QTRY_VERIFY_WITH_TIMEOUT(down(), kPatience_ms);
    QVERIFY(!dialog.findChild<QComboBox*>(QStringLiteral("button-5"))->isVisible());  // the puck has two
    for (QWidget* control : dialog.findChildren<QWidget*>())
      if (qobject_cast<QComboBox*>(control) || qobject_cast<QAbstractButton*>(control))
        QVERIFY2(control->focusPolicy() & Qt::TabFocus || !control->isVisible() || control->objectName().startsWith("qt_") ||
                     control->objectName().startsWith("ScrollLeft") || control->objectName().startsWith("ScrollRight"),
                 qPrintable(control->objectName()));
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
      auto* source = dialog->findChild<QComboBox*>(QStringLiteral("source-0"));
      source->setCurrentIndex(5);
      Q_EMIT source->activated(5);
      dialog->findChild<QDoubleSpinBox*>(QStringLiteral("axis-2-2"))->setValue(2.5);
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
    QCOMPARE(settings.feel.axes[0].source, 5);
    QCOMPARE(settings.feel.axes[2].gain, 2.5);
  }
};

QTEST_MAIN(DeviceWindowTest)
#include "device_window_test.moc"
