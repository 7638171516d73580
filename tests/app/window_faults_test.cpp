// What goes wrong around the window: files, policies, disks, other windows. Each is told, and nothing is lost.
#include <QAbstractButton>
#include <QAction>
#include <QMessageBox>
#include <QTest>
#include <QTimer>

#include "app/application.h"
#include "tests/app/lesson_folder.h"
#include "tests/support/full_disk.h"
#include "tests/support/hand_policy.h"
#include "ui/widgets/main_window.h"

Q_DECLARE_METATYPE(nudge::HoldReason)

using namespace nudge;
using test::kPatience_ms;

class WindowFaultsTest : public QObject, test::LessonFolder {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { keepSettingsApart(); }

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

  void aLessonGoesOnElsewhere() {
    const QString path = fresh(), other = path + QStringLiteral(".elsewhere.nudge");
    int steps = 0;
    {
      MainWindow window(open(path));
      window.show();
      EngineBridge* robot = window.lesson().robot();
      QTRY_VERIFY_WITH_TIMEOUT(robot->recorder().savedSteps > 0, kPatience_ms);
      QVERIFY(!window.lesson().saveElsewhere(path).ok());  // there is one already
      const Status saved = window.lesson().saveElsewhere(other);
      QVERIFY2(saved.ok(), saved ? "" : saved.error().message.c_str());
      steps = int(robot->frame().teacherSteps + robot->frame().robotSteps);
      window.close();
    }
    qint64 stored = 0;
    auto lesson = open(other, false);
    for (const EpisodeView& episode : lesson->document().episodes()) stored += episode.row.steps;
    QVERIFY2(steps > 0 && stored >= steps, qPrintable(QStringLiteral("%1 of %2").arg(stored).arg(steps)));
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
      const QString who = QStringLiteral("in process %1 on %2 since 20").arg(QCoreApplication::applicationPid()).arg(QSysInfo::machineHostName());
      QVERIFY2(said.contains(who), qPrintable(said));
      QVERIFY(windows.window()->banners().texts().join(u'|').contains(who));
    }
    WindowApplication windows;
    options.file = folder_.filePath(QStringLiteral("missing.nudge"));
    answer(QStringLiteral("Quit"));
    QCOMPARE(windows.start(options), 2);
    QVERIFY(said.contains(QLatin1String("missing.nudge")));
    QVERIFY(!windows.window());
  }
};

QTEST_MAIN(WindowFaultsTest)
#include "window_faults_test.moc"
