// The whole window without a screen: real engine, real file, a random policy.
#include <QAbstractButton>
#include <QAction>
#include <QMessageBox>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>

#include "app/application.h"
#include "app/stop_signals.h"
#include "tests/support/full_disk.h"
#include "tests/support/hand_policy.h"
#include "tests/support/taught_lesson.h"
#include "ui/scene/scene_frame.h"
#include "ui/widgets/main_window.h"
#include "ui/widgets/review.h"
#include "ui/widgets/timeline_view.h"

Q_DECLARE_METATYPE(nudge::HoldReason)

using namespace nudge;

namespace {
constexpr int kPatience_ms = 20'000;
}

class WindowTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  int count_ = 0;

  QString fresh(bool broken = false) {
    const QString path = folder_.filePath(QStringLiteral("lesson%1.nudge").arg(++count_));
    test::makeUntaughtLesson(path, broken);
    return path;
  }

  static std::unique_ptr<Lesson> open(const QString& path, bool readOnly = false, LessonSettings settings = {}) {
    auto lesson = Lesson::open(path, readOnly, std::move(settings));
    if (!lesson) qFatal("%s", lesson.error().message.c_str());
    return std::move(lesson).value();
  }

  static QByteArray content(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  }

 private Q_SLOTS:
  void initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(QStringLiteral("nudge-tests"));
  }

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

  void secondWindowIsTold() {
    const QString path = fresh();
    auto first = open(path);
    const auto second = Lesson::open(path, false);
    QVERIFY(!second.ok());
    QCOMPARE(second.error().code, ErrorCode::Busy);
    auto looking = Lesson::open(path, true);
    QVERIFY(looking.ok());
    QVERIFY(looking.value()->readOnly());
  }

  void readOnlyChangesNothing() {
    const QString path = fresh();
    const QByteArray before = content(path);
    {
      MainWindow window(open(path, true));
      window.show();
      QVERIFY(!window.actionSet().action(ActionId::PauseResume)->isEnabled());
      window.actionSet().action(ActionId::MarkBad)->trigger();
      QVERIFY(window.banners().texts().join(u'|').contains(QLatin1String("looking only")));
      window.close();
    }
    QCOMPARE(content(path), before);
  }

  void badFilesAreRefusedUntouched_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("text") << QByteArray(5000, 'x');
    QTest::newRow("truncated") << content(fresh()).left(6000);
  }
  void badFilesAreRefusedUntouched() {
    QFETCH(QByteArray, bytes);
    const QString path = folder_.filePath(QStringLiteral("bad.nudge"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(bytes);
    file.close();
    for (const bool readOnly : {false, true}) {
      const auto lesson = Lesson::open(path, readOnly);
      QVERIFY(!lesson.ok());
      QVERIFY(!lesson.error().message.empty());
      QCOMPARE(content(path), bytes);
    }
    QVERIFY(!Lesson::open(folder_.filePath(QStringLiteral("missing.nudge")), false).ok());
  }

  void brokenPriorIsRefused() {
    const auto lesson = Lesson::open(fresh(true), false);
    QVERIFY(!lesson.ok());
    QCOMPARE(lesson.error().code, ErrorCode::Corrupt);
  }

  void unknownTaskNamesTheKnown() {
    const auto lesson = Lesson::create(folder_.filePath(QStringLiteral("x.nudge")), QStringLiteral("juggling"));
    QVERIFY(!lesson.ok());
    QVERIFY(lesson.error().message.find("bottle") != std::string::npos);
    QVERIFY(!QFile::exists(folder_.filePath(QStringLiteral("x.nudge"))));
  }

  void noLearnerBesideTheWindow() {
    LessonSettings settings;
    settings.learnerProgram = folder_.filePath(QStringLiteral("no-learner"));
    MainWindow window(open(fresh(), false, std::move(settings)));
    window.show();
    window.actionSet().action(ActionId::Learn)->trigger();
    QTRY_VERIFY(window.banners().texts().join(QString()).contains(QLatin1String("nudge-cli")));
    QVERIFY(window.lesson().robot() != nullptr);
    window.close();
  }

  void aPolicyThatGivesNoNumberHolds() {
    MainWindow window(open(fresh()));
    window.show();
    EngineBridge* robot = window.lesson().robot();
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().step > 2, kPatience_ms);
    const TaskSpec& spec = window.lesson().spec();
    // One that does not fit has no numbers to give; NaN itself ends the same way (test_sim_loop_faults).
    const Policy other = test::linearPolicy(int(spec.observation.size()) + 1, int(spec.action.size()), 0.0f);
    robot->send(SetPolicy{std::make_shared<Policy>(other), 0});
    robot->send(NextEpisode{});
    QTRY_VERIFY_WITH_TIMEOUT(robot->frame().hold == HoldReason::BadPolicy, kPatience_ms);
    QTRY_VERIFY(window.banners().texts().join(QString()).contains(QLatin1String("not a number")));
    QCOMPARE(window.findChild<QWidget*>(QStringLiteral("chip"))->accessibleName(), QStringLiteral("HELD"));
    window.close();
  }

  void everyHoldIsTold_data() {
    QTest::addColumn<HoldReason>("reason");
    QTest::addColumn<QString>("says");
    QTest::newRow("physics") << HoldReason::Diverged << QStringLiteral("simulation broke down");
    QTest::newRow("storage") << HoldReason::RecorderFull << QStringLiteral("No step is lost");
    QTest::newRow("stop") << HoldReason::Stopped << QStringLiteral("stopped");
  }
  void everyHoldIsTold() {
    QFETCH(HoldReason, reason);
    QFETCH(QString, says);
    MainWindow window(open(fresh()));
    Q_EMIT window.lesson().robot()->holdChanged(reason);
    QVERIFY2(window.banners().texts().join(u'|').contains(says), qPrintable(window.banners().texts().join(u'|')));
    Q_EMIT window.lesson().robot()->holdChanged(HoldReason::None);
    QVERIFY(!window.banners().texts().join(u'|').contains(says));
  }

  void aBrokenVersionLeavesThePriorDriving() {
    const QString path = fresh();
    {
      auto store = Store::open(path.toStdString(), OpenMode::ReadWrite);
      QVERIFY(store.ok());
      Update update;
      update.id = store->beginUpdate(update).value();
      update.outcome = UpdateOutcome::NewPolicy;
      update.theta.assign(store->info().features.size(), -0.1);
      PolicyVersion broken;
      broken.version = 1;
      broken.parent = 0;
      broken.weights.assign(100, 7);
      broken.theta = update.theta;
      QVERIFY(store->finishUpdate(update, &broken).ok());
    }
    MainWindow window(open(path));
    window.show();
    QVERIFY(window.banners().texts().join(QString()).contains(QLatin1String("the prior (v0) drives")));
    QTRY_VERIFY_WITH_TIMEOUT(window.lesson().robot()->frame().step > 2, kPatience_ms);
    QCOMPARE(window.lesson().robot()->frame().policyVersion, 0);
    window.close();
  }

  void aFullDiskIsToldAndLosesNothing() {
    const QString path = fresh();
    int steps = 0;
    {
      MainWindow window(open(path));
      window.show();
      EngineBridge* robot = window.lesson().robot();
      QTRY_VERIFY_WITH_TIMEOUT(robot->recorder().savedSteps > 0, kPatience_ms);
      const auto told = [&] { return window.banners().texts().join(u'|').contains(QLatin1String("wait in memory")); };
      auto full = std::make_optional<test::FullDisk>(rlim_t(QFileInfo(path + QStringLiteral("-wal")).size()));
      QTRY_VERIFY_WITH_TIMEOUT(told(), kPatience_ms);
      full.reset();
      QTRY_VERIFY_WITH_TIMEOUT(!told(), kPatience_ms);
      full.emplace(rlim_t(QFileInfo(path + QStringLiteral("-wal")).size()));
      QTRY_VERIFY_WITH_TIMEOUT(told(), kPatience_ms);
      // Closing asks first, and what it asks for helps.
      QTimer::singleShot(0, &window, [&] {
        auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
        QVERIFY(box && !box->informativeText().isEmpty());
        full.reset();
        box->buttons().front()->click();
      });
      window.close();
      steps = int(robot->frame().teacherSteps + robot->frame().robotSteps);
    }
    qint64 stored = 0;
    auto lesson = open(path, true);
    for (const EpisodeView& episode : lesson->document().episodes()) stored += episode.row.steps;
    QVERIFY2(stored >= steps, qPrintable(QStringLiteral("%1 of %2").arg(stored).arg(steps)));
    QVERIFY(steps > 40);
  }

  void whatCannotBeOpenedIsAsked() {
    const QString path = fresh();
    auto holder = open(path);
    QString said;
    const auto answer = [&said](const QString& button) {
      QTimer::singleShot(0, qApp, [&said, button] {
        auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
        QVERIFY(box);
        said = box->informativeText();
        for (QAbstractButton* each : box->buttons()) {
          if (each->text() == button) each->click();
        }
      });
    };
    Options options;
    options.file = path;
    {
      WindowApplication windows;
      answer(QStringLiteral("Open for looking only"));
      QCOMPARE(windows.start(options), 0);
      QVERIFY(windows.window()->lesson().readOnly());
      QVERIFY2(said.contains(QLatin1String("open in")) || said.contains(QLatin1String("record")), qPrintable(said));
    }
    WindowApplication windows;
    options.file = folder_.filePath(QStringLiteral("missing.nudge"));
    answer(QStringLiteral("Quit"));
    QCOMPARE(windows.start(options), 2);
    QVERIFY(said.contains(QLatin1String("missing.nudge")));
    QVERIFY(!windows.window());
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
