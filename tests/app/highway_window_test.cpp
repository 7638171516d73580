// A lesson in a task with choices, in the real window without a screen: arrow keys, turns, marks, the file.
#include <QAction>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "app/application.h"
#include "tests/support/taught_lesson.h"
#include "ui/scene/scene_frame.h"
#include "ui/widgets/main_window.h"
#include "ui/widgets/new_lesson_dialog.h"
#include "ui/widgets/review.h"

using namespace nudge;

namespace {
constexpr int kPatience_ms = 20'000;
enum : int { kLeft, kIdle, kRight, kFaster, kSlower };
}  // namespace

class HighwayWindowTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  QString fresh(const char* name, const std::string& task = "highway") {
    const QString path = folder_.filePath(QLatin1String(name));
    test::makeUntaughtLesson(path, false, task);
    return path;
  }

  static std::unique_ptr<Lesson> open(const QString& path, bool readOnly = false) {
    auto lesson = Lesson::open(path, readOnly);
    if (!lesson) qFatal("%s", lesson.error().message.c_str());
    return std::move(lesson).value();
  }

  /// The window as a person finds it, four times as fast, keys in the scene.
  static void begin(MainWindow& window) {
    window.show();
    window.activateWindow();
    window.scene().setFocusPolicy(Qt::StrongFocus);
    window.scene().setFocus();
    robot(window).send(SetSpeed{4.0});
    QTRY_VERIFY_WITH_TIMEOUT(robot(window).frame().step > 0, kPatience_ms);
    QTRY_VERIFY(QApplication::focusWidget() != nullptr);
  }
  static EngineBridge& robot(MainWindow& window) { return *window.lesson().robot(); }
  static const Frame& frame(MainWindow& window) { return robot(window).frame(); }
  static void press(int key) { QTest::keyClick(QApplication::focusWidget(), Qt::Key(key)); }
  /// A key, and the second that it stands for.
  static void choose(MainWindow& window, int key) {
    press(key);
    QTRY_VERIFY_WITH_TIMEOUT(!frame(window).waits, kPatience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(frame(window).waits || frame(window).driver == Driver::Robot, kPatience_ms);
  }

 private Q_SLOTS:
  void initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(QStringLiteral("nudge-tests"));
  }

  void arrowKeysTakeTurns() {
    const QString path = fresh("turns.nudge");
    std::int64_t episode = 0;
    {
      MainWindow window(open(path));
      begin(window);
      // An episode from its start, so that nothing hits the car before the keys were pressed.
      robot(window).send(Pause{});
      QTRY_VERIFY_WITH_TIMEOUT(frame(window).paused, kPatience_ms);
      robot(window).send(NextEpisode{});
      QTRY_COMPARE_WITH_TIMEOUT(frame(window).step, 0, kPatience_ms);
      episode = frame(window).episode;

      press(Qt::Key_Down);  // taking the wheel sets the world going
      QTRY_VERIFY_WITH_TIMEOUT(frame(window).waits, kPatience_ms);
      QCOMPARE(frame(window).driver, Driver::Teacher);
      QCOMPARE(window.review().posture(), Posture::Teach);
      QCOMPARE(frame(window).step, 1);
      QTest::qWait(700);  // longer than a silent device is believed, and than a second of the world lasts
      QVERIFY(frame(window).waits);
      QCOMPARE(frame(window).step, 1);

      choose(window, Qt::Key_Space);  // no change
      QCOMPARE(frame(window).step, 2);
      choose(window, Qt::Key_S);
      QCOMPARE(frame(window).step, 3);
      press(Qt::Key_Return);
      QTRY_VERIFY_WITH_TIMEOUT(frame(window).driver == Driver::Robot, kPatience_ms);
      window.close();
    }
    auto lesson = open(path, true);
    const EpisodeView* view = lesson->document().episode(episode);
    QVERIFY(view);
    QCOMPARE(view->row.teacherSteps, 3);
    QCOMPARE(view->segments.front(), (Segment{0, 3, Verdict::Expert, false}));
    auto store = Store::open(path.toStdString(), OpenMode::ReadOnly);
    QVERIFY(store.ok());
    const auto recorded = store->episode(episode);
    QVERIFY(recorded.ok());
    const int wanted[] = {kSlower, kIdle, kSlower};
    for (std::size_t i = 0; i < 3; ++i) QCOMPARE(int(recorded->steps[i].action[0]), wanted[i]);
  }

  void turnsCanBeSwitchedOff() {
    MainWindow window(open(fresh("flow.nudge")));
    begin(window);
    QAction* turns = window.actionSet().action(ActionId::TakeTurns);
    QVERIFY(turns->isVisible() && turns->isChecked());
    turns->trigger();
    press(Qt::Key_Down);
    QTRY_VERIFY_WITH_TIMEOUT(frame(window).driver == Driver::Teacher, kPatience_ms);
    const auto driven = frame(window).teacherSteps;
    QTRY_VERIFY_WITH_TIMEOUT(frame(window).teacherSteps > driven + 1 || frame(window).driver == Driver::Robot, kPatience_ms);
    QVERIFY(!frame(window).waits);
    window.close();
  }

  void escStopsAndLetsGo() {
    MainWindow window(open(fresh("esc.nudge")));
    begin(window);
    press(Qt::Key_Down);
    QTRY_VERIFY_WITH_TIMEOUT(frame(window).driver == Driver::Teacher, kPatience_ms);
    QTest::keyClick(&window, Qt::Key_Escape);
    QTRY_COMPARE_WITH_TIMEOUT(frame(window).hold, HoldReason::Stopped, kPatience_ms);
    QVERIFY(!robot(window).teacherHolds());
    press(Qt::Key_Down);  // not even a wish goes on from there
    QTest::qWait(200);
    QCOMPARE(frame(window).hold, HoldReason::Stopped);
    window.close();
  }

  void nothingOfTheOtherTaskShows() {
    MainWindow window(open(fresh("bottle.nudge", "bottle")));
    window.show();
    QVERIFY(!window.actionSet().action(ActionId::TakeTurns)->isVisible());
    QVERIFY(window.actionSet().action(ActionId::Camera3)->isVisible());
    window.setLesson(open(fresh("other.nudge")));
    QVERIFY(window.actionSet().action(ActionId::TakeTurns)->isVisible());
    QVERIFY(!window.actionSet().action(ActionId::Camera3)->isVisible());
    QVERIFY(window.actionSet().action(ActionId::Camera1)->text().contains(QLatin1String("chase")));
    window.close();
  }

  void aNewLessonAsksForTheTask() {
    MainWindow window(open(fresh("new.nudge")));
    window.show();
    QSignalSpy wanted(&window, &MainWindow::newLessonWanted);
    window.actionSet().action(ActionId::NewLesson)->trigger();
    auto* dialog = window.findChild<NewLessonDialog*>();
    QVERIFY(dialog);
    auto* bottle = dialog->findChild<QPushButton*>(QStringLiteral("bottle"));
    QVERIFY(bottle && dialog->findChild<QPushButton*>(QStringLiteral("highway")));
    bottle->click();
    QCOMPARE(wanted.size(), 1);
    QCOMPARE(wanted[0][0].toString(), QStringLiteral("bottle"));
    window.close();
  }
};

QTEST_MAIN(HighwayWindowTest)
#include "highway_window_test.moc"
