// The whole window without a screen: real engine, real file, a random policy.
#include <QAction>
#include <QScreen>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>
#include <csignal>

#include "app/application.h"
#include "app/stop_signals.h"
#include "tests/app/lesson_folder.h"
#include "ui/scene/scene_frame.h"
#include "ui/widgets/main_window.h"
#include "ui/widgets/review.h"
#include "ui/widgets/timeline_view.h"

using namespace nudge;
using test::kPatience_ms;

class WindowTest : public QObject, test::LessonFolder {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { keepSettingsApart(); }

  void runsRecordsAndEnds() {
    const QString path = fresh();
    {
      MainWindow window(open(path));
      window.show();
      EngineBridge* robot = window.lesson().robot();
      QTRY_VERIFY_WITH_TIMEOUT(robot->frame().step > 10, kPatience_ms);
      QVERIFY(robot->frame().driver == Driver::Robot);
      window.close();
    }
    auto lesson = open(path, true);
    QVERIFY(lesson->document().episodes().size() >= 1);
    QVERIFY(lesson->document().episodes().front().steps() > 10);
  }

  void pauseStepSpeedAndStop() {
    MainWindow window(open(fresh()));
    window.show();
    EngineBridge* robot = window.lesson().robot();
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().step > 2, kPatience_ms);
    window.actionSet().action(ActionId::PauseResume)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().paused, kPatience_ms);
    const int step = robot->frame().step;
    window.actionSet().action(ActionId::StepOnce)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(robot->frame().step, step + 1, kPatience_ms);
    window.actionSet().action(ActionId::Faster)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(robot->frame().speed, 2.0, kPatience_ms);
    window.actionSet().action(ActionId::PauseResume)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(!robot->frame().paused, kPatience_ms);
    QTest::keyClick(&window, Qt::Key_Escape);
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().hold == HoldReason::Stopped, kPatience_ms);
    QTRY_VERIFY(!window.banners().texts().isEmpty());
    window.close();
  }

  void heldKeysDriveAndLettingGoHandsBack() {
    MainWindow window(open(fresh()));
    window.show();
    window.activateWindow();
    window.scene().setFocusPolicy(Qt::StrongFocus);
    window.scene().setFocus();
    EngineBridge* robot = window.lesson().robot();
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().step > 2, kPatience_ms);
    QTRY_VERIFY(QApplication::focusWidget() != nullptr);
    QTest::keyPress(QApplication::focusWidget(), Qt::Key_W);
    QVERIFY(robot->teacherHolds());
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().driver == Driver::Teacher, kPatience_ms);
    QTest::qWait(1800);  // longer than a silent device is believed
    QVERIFY(robot->frame().driver == Driver::Teacher);
    QTest::keyRelease(QApplication::focusWidget(), Qt::Key_W);
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().driver == Driver::Robot, kPatience_ms);
    window.close();
  }

  void tapMarksTheLastSecond() {
    const QString path = fresh();
    MainWindow window(open(path));
    window.show();
    window.activateWindow();
    EngineBridge* robot = window.lesson().robot();
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().step > 30, kPatience_ms);
    QTest::keyClick(&window, Qt::Key_B);
    SessionDocument& document = window.lesson().document();
    QTRY_VERIFY_WITH_TIMEOUT(!document.undoText().isEmpty(), kPatience_ms);
    const auto& segments = document.episodes().back().segments;
    QVERIFY(std::any_of(segments.begin(), segments.end(), [](const Segment& s) { return s.verdict == Verdict::Bad && s.byPerson; }));
    window.actionSet().action(ActionId::Undo)->trigger();
    QTRY_VERIFY(document.undoText().isEmpty());
    window.close();
  }

  void aMarkInTheFirstHalfSecondIsKept() {
    const QString path = fresh();
    {
      MainWindow window(open(path));
      window.show();
      window.activateWindow();
      EngineBridge* robot = window.lesson().robot();
      SessionDocument& document = window.lesson().document();
      QTRY_VERIFY_WITH_TIMEOUT(!document.episodes().empty(), kPatience_ms);
      robot->send(Pause{});
      QTest::keyClick(&window, Qt::Key_B);
      QTRY_COMPARE(document.undoText(), QStringLiteral("mark as bad"));
      const QString told = window.banners().texts().join(u'|');
      QVERIFY2(!told.contains(QLatin1String("mark was not stored")), qPrintable(told));
      window.close();
    }
    auto lesson = open(path, true);
    const EpisodeView& episode = lesson->document().episodes().front();
    QVERIFY(episode.segments.front().verdict == Verdict::Bad && episode.segments.front().byPerson);
    // The episode that ran when the window closed is whole: there is a state after its last step.
    QVERIFY(episode.row.outcome == EpisodeOutcome::Reset);
    QVERIFY(lesson->document().state(1, episode.steps()).ok());
    QVERIFY(!lesson->document().state(1, episode.steps() + 1).ok());
  }

  void whoDrivesIsToldInWords() {
    MainWindow window(open(fresh()));
    window.show();
    EngineBridge* robot = window.lesson().robot();
    QWidget* chip = window.findChild<QWidget*>(QStringLiteral("chip"));
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().step > 2, kPatience_ms);
    QTRY_COMPARE(chip->accessibleName(), QStringLiteral("ROBOT DRIVES"));
    robot->send(Pause{});
    QTRY_COMPARE_WITH_TIMEOUT(chip->accessibleName(), QStringLiteral("PAUSED"), kPatience_ms);
    QTest::keyClick(&window, Qt::Key_Escape);
    QTRY_COMPARE_WITH_TIMEOUT(chip->accessibleName(), QStringLiteral("STOPPED"), kPatience_ms);
    QCOMPARE(window.scene().accessibleName(), QStringLiteral("STOPPED"));
    window.close();
  }

  void reviewShowsAMomentAndComesBack() {
    MainWindow window(open(fresh()));
    window.show();
    EngineBridge* robot = window.lesson().robot();
    QTRY_VERIFY_WITH_TIMEOUT(!window.lesson().document().episodes().empty() &&
                                 window.lesson().document().episodes().front().stored > 20, kPatience_ms);
    QVERIFY(window.review().goTo(1, 10));
    QVERIFY(window.review().active());
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().paused, kPatience_ms);
    QVERIFY(!window.review().goTo(99, 0));
    QVERIFY(window.review().active());
    window.actionSet().action(ActionId::ReviewLive)->trigger();
    QVERIFY(!window.review().active());
    QTRY_VERIFY_WITH_TIMEOUT(!robot->frame().paused, kPatience_ms);
    window.close();
  }

  void aSignalClosesInGoodOrder() {
    const QString path = fresh();
    const StopSignals signals;
    {
      MainWindow window(open(path));
      window.show();
      QTRY_VERIFY_WITH_TIMEOUT(window.lesson().robot()->frame().step > 2, kPatience_ms);
      std::raise(SIGTERM);
      QTRY_VERIFY(!window.isVisible());
    }
    auto lesson = open(path, true);
    QVERIFY(lesson->document().episodes().back().row.outcome == EpisodeOutcome::Reset);
  }

  void anotherLessonInTheSameWindow() {
    const QString first = fresh(), second = fresh();
    MainWindow window(open(first));
    window.show();
    QTRY_VERIFY_WITH_TIMEOUT(window.lesson().robot()->frame().step > 2, kPatience_ms);
    window.setLesson(open(second));
    QCOMPARE(window.lesson().path(), second);
    QTRY_VERIFY_WITH_TIMEOUT(window.lesson().robot()->frame().step > 2, kPatience_ms);
    QVERIFY(Lesson::open(first, false).ok());  // it was let go
    window.close();
  }

  void fitsSmallScreens() {
    MainWindow window(open(fresh()));
    window.resize(1024, 640);
    window.show();
    QTest::qWait(50);
    QCOMPARE(window.size(), QSize(1024, 640));
    QVERIFY(window.scene().height() >= 200);
    QVERIFY(window.timeline().height() >= 60);
    window.close();
  }

  void staysOnTheScreen() {
    const QString path = fresh();
    QSettings().remove(QStringLiteral("window"));
    {
      MainWindow window(open(path));
      const QSize room = window.screen()->availableSize();
      QVERIFY(room.width() < 1440);  // the first size would not fit
      QVERIFY(window.width() <= room.width() && window.height() <= room.height());
      window.resize(room * 2);
      window.close();
    }
    MainWindow window(open(path));  // a size remembered from a larger screen
    QVERIFY(window.width() <= window.screen()->availableSize().width());
    QVERIFY(window.height() <= window.screen()->availableSize().height());
  }

  void hiddenPanelsStayHidden() {
    const QString path = fresh();
    {
      MainWindow window(open(path));
      window.actionSet().action(ActionId::LearnedPanel)->setChecked(false);
      window.close();
    }
    MainWindow window(open(path));
    QVERIFY(!window.actionSet().action(ActionId::LearnedPanel)->isChecked());
    QVERIFY(window.findChild<QWidget*>(QStringLiteral("learned"))->isHidden());
    window.actionSet().action(ActionId::LearnedPanel)->setChecked(true);
  }

  void tabIntoTheEpisodesBeginsNoReview() {
    MainWindow window(open(fresh()));
    window.show();
    window.activateWindow();
    QTRY_VERIFY_WITH_TIMEOUT(window.lesson().robot()->frame().step > 2, kPatience_ms);
    auto* list = window.findChild<QTreeView*>(QStringLiteral("episodes"));
    QTRY_VERIFY(list->model()->rowCount() > 0);
    list->setFocus(Qt::TabFocusReason);
    QTRY_VERIFY(list->hasFocus());
    QVERIFY(!window.review().active());
    QTest::keyClick(list, Qt::Key_Down);
    QCOMPARE(list->currentIndex().row(), 0);
    window.close();
  }

  void newLessonsHaveNamesOfTheirOwn() {
    const QString path = newLessonPath();
    QVERIFY(path.endsWith(QLatin1String(".nudge")));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(newLessonPath() != path);
    file.remove();
  }
};

QTEST_MAIN(WindowTest)
#include "window_test.moc"
