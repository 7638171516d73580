// A person's session in the real window: real OpenGL, real events, one file at the end. mouse_session.sh does the
// same from outside the program, with the learner.
#include <QLabel>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "app/application.h"
#include "ui/scene/scene_frame.h"
#include "ui/widgets/export_dialog.h"
#include "ui/widgets/main_window.h"
#include "ui/widgets/review.h"
#include "ui/widgets/timeline_view.h"

using namespace nudge;

namespace {
constexpr int kPatience_ms = 30'000;
const QString kCli = QStringLiteral(NUDGE_BIN_DIR "/nudge-cli");
}  // namespace

class GuiTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  QString path_;

  static EngineBridge& robot(MainWindow& window) { return *window.lesson().robot(); }

  static void show(MainWindow& window) {
    window.resize(1280, 800);
    window.showHelp(false);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window, kPatience_ms));
    window.activateWindow();  // a bare display has no window manager to do it
    QVERIFY2(window.scene().view(), qPrintable(window.scene().problem()));
  }

  /// Moves the held handle to and fro for some seconds, as a hand does.
  static void drag(MainWindow& window, int seconds) {
    SceneView* view = window.scene().view();
    QTRY_VERIFY_WITH_TIMEOUT(view->handlePosition().has_value(), kPatience_ms);
    QPoint at = view->handlePosition()->toPoint();
    QTest::mousePress(view, Qt::LeftButton, {}, at);
    QVERIFY(view->isGrabbed());
    QTRY_VERIFY_WITH_TIMEOUT(robot(window).frame().driver == Driver::Teacher, kPatience_ms);
    for (int i = 0; i < 20 * seconds; ++i) {
      at += QPoint(i / 10 % 2 == 0 ? 2 : -2, 1);
      QTest::mouseMove(view, at);
      QTest::qWait(50);
      // A window that stalls for long lets go of the robot by design, and takes it again.
      QTRY_VERIFY_WITH_TIMEOUT(robot(window).frame().driver == Driver::Teacher, kPatience_ms);
    }
    QTest::mouseRelease(view, Qt::LeftButton, {}, at);
    QTRY_VERIFY_WITH_TIMEOUT(robot(window).frame().driver == Driver::Robot, kPatience_ms);
  }

  static void mark(MainWindow& window) {
    window.activateWindow();
    QTRY_VERIFY_WITH_TIMEOUT(QApplication::activeWindow() == &window, kPatience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(robot(window).frame().step > 25, kPatience_ms);
    QTest::keyClick(&window, Qt::Key_B);
    QTRY_VERIFY_WITH_TIMEOUT(!window.lesson().document().undoText().isEmpty(), kPatience_ms);
  }

  static void scrub(MainWindow& window) {
    TimelineView& timeline = window.timeline();
    SessionDocument& document = window.lesson().document();
    QTRY_VERIFY_WITH_TIMEOUT(document.episodes().front().stored > 20, kPatience_ms);
    const QImage now = window.scene().view()->picture();
    timeline.zoomToFit();
    const qint64 first = document.episodes().front().row.start.episode;
    QTest::mouseClick(&timeline, Qt::LeftButton, {}, timeline.pointOf(TimelineView::Lane::Ruler, first, 5));
    QTRY_VERIFY_WITH_TIMEOUT(window.review().active(), kPatience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(robot(window).frame().paused, kPatience_ms);
    QVERIFY(window.scene().view()->picture() != now);
    window.actionSet().action(ActionId::ReviewLive)->trigger();
    QVERIFY(!window.review().active());
  }

  void exportPolicy(MainWindow& window) {
    ExportDialog dialog(window.lesson().document(), kCli, &window);
    QSignalSpy exported(&dialog, &ExportDialog::exported);
    const QString out = folder_.filePath(QStringLiteral("export"));
    dialog.setFolder(out);
    dialog.startExport();
    QTRY_VERIFY2_WITH_TIMEOUT(exported.size() == 1, qPrintable(dialog.resultText()), kPatience_ms);
    QVERIFY(QFile::exists(out + QStringLiteral("/policy.json")));
    QVERIFY(QFile::exists(out + QStringLiteral("/policy.onnx")));
  }

 private Q_SLOTS:
  void initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(QStringLiteral("nudge-tests"));
    path_ = folder_.filePath(QStringLiteral("lesson.nudge"));
  }

  void aWholeLesson() {
    LessonSettings settings;
    settings.learnerProgram = kCli;
    settings.seed = 5;
    auto lesson = Lesson::create(path_, QStringLiteral("bottle"), std::move(settings));
    QVERIFY2(lesson.ok(), lesson.ok() ? "" : lesson.error().message.c_str());
    MainWindow window(std::move(lesson).value());
    show(window);
    if (QTest::currentTestFailed()) return;
    QTRY_VERIFY_WITH_TIMEOUT(robot(window).frame().step > 5, kPatience_ms);
    drag(window, 3);
    if (QTest::currentTestFailed()) return;
    mark(window);
    if (QTest::currentTestFailed()) return;
    scrub(window);
    if (QTest::currentTestFailed()) return;
    exportPolicy(window);
    window.close();
  }

  /// Every task in the same window: it moves, is drawn, and says live what its teacher looks at.
  void everyTaskIsShown_data() {
    QTest::addColumn<QString>("readout");
    QTest::newRow("bottle") << "tilt *°";
    QTest::newRow("highway") << "";
    QTest::newRow("erasing") << "contact * N";
    QTest::newRow("pillow") << "grip * N";
  }
  void everyTaskIsShown() {
    QFETCH(QString, readout);
    const QString task = QString::fromLatin1(QTest::currentDataTag());
    auto lesson = Lesson::create(folder_.filePath(task + QStringLiteral(".nudge")), task);
    QVERIFY2(lesson.ok(), lesson.ok() ? "" : lesson.error().message.c_str());
    MainWindow window(std::move(lesson).value());
    show(window);
    if (QTest::currentTestFailed()) return;
    QTRY_VERIFY_WITH_TIMEOUT(robot(window).frame().step > 2, kPatience_ms);
    const QImage before = window.scene().view()->picture();
    QTRY_VERIFY_WITH_TIMEOUT(window.scene().view()->picture() != before, kPatience_ms);
    const auto* label = window.findChild<QLabel*>(QStringLiteral("readout"));
    if (readout.isEmpty()) {
      QVERIFY(!label || label->isHidden());
    } else {
      QVERIFY(label && label->isVisible());
      QVERIFY2(QRegularExpression::fromWildcard(readout).match(label->text()).hasMatch(), qPrintable(label->text()));
    }
    window.close();
  }

  void theFileHoldsItAll() {
    auto document = SessionDocument::open(path_, true);
    QVERIFY2(document.ok(), document.ok() ? "" : document.error().message.c_str());
    qint64 teacherSteps = 0;
    bool expert = false, badByPerson = false;
    for (const EpisodeView& episode : (*document)->episodes()) {
      teacherSteps += episode.row.teacherSteps;
      for (const Segment& segment : episode.segments) {
        expert |= segment.verdict == Verdict::Expert;
        badByPerson |= segment.verdict == Verdict::Bad && segment.byPerson;
      }
      QVERIFY((*document)->state(episode.row.start.episode, episode.steps()).ok());  // after the last step
    }
    QVERIFY(teacherSteps > 30);
    QVERIFY(expert);
    QVERIFY(badByPerson);
  }
};

int main(int argc, char** argv) {
  prepareApplication();
  QApplication application(argc, argv);
  dressApplication(application);
  GuiTest test;
  return QTest::qExec(&test, argc, argv);
}
#include "gui_test.moc"
