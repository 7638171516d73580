// A lesson in the window over its life: undone after a restart, moved off a full disk, found, brought back. Real windows,
// real files, real clicks.
#include <QAction>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QInputDialog>
#include <QLineEdit>
#include <QProcess>
#include <QPushButton>
#include <QTest>
#include <QTimer>
#include <QTreeView>
#include <QTreeWidget>

#include "app/application.h"
#include "sessions/backups.h"
#include "sessions/teachers.h"
#include "tests/app/lesson_folder.h"
#include "ui/widgets/backup_dialog.h"
#include "ui/widgets/lesson_browser.h"
#include "ui/widgets/main_window.h"

using namespace nudge;
using test::kPatience_ms;

class LessonWindowTest : public QObject, test::LessonFolder {
  Q_OBJECT

  static QPushButton* button(QWidget* in, const QString& text) {
    for (auto* each : in->findChildren<QPushButton*>())
      if (each->isVisible() && each->text().remove(QLatin1Char('&')) == text) return each;
    return nullptr;
  }
  static void click(QWidget* in, const QString& text) {
    QTRY_VERIFY2(button(in, text) && button(in, text)->isEnabled(), qPrintable(text));
    QTest::mouseClick(button(in, text), Qt::LeftButton);
  }
  static bool told(MainWindow& window, const char* words) {
    return window.banners().texts().join(u'|').contains(QLatin1String(words));
  }
  static qint64 storedSteps(const QString& path) {
    qint64 steps = 0;
    const auto store = Store::open(path.toStdString(), OpenMode::ReadOnly);
    if (!store) return -1;
    const auto rows = store->episodes();
    if (!rows) return -1;
    for (const EpisodeRow& row : *rows) steps += row.steps;
    return steps;
  }
  static void start(WindowApplication& windows, const QString& path) {
    Options options;
    options.file = path;
    QCOMPARE(windows.start(options), 0);
    QTRY_VERIFY_WITH_TIMEOUT(windows.window()->lesson().robot()->frame().step > 2, kPatience_ms);
  }

 private Q_SLOTS:
  void initTestCase() { keepSettingsApart(); }

  void undoAfterARestart() {
    const QString path = fresh();
    {
      MainWindow window(open(path));
      window.show();
      window.activateWindow();
      QVERIFY(QTest::qWaitForWindowActive(&window));
      QTRY_VERIFY_WITH_TIMEOUT(window.lesson().robot()->frame().step > 30, kPatience_ms);
      QTest::keyClick(&window, Qt::Key_B);
      QTRY_COMPARE_WITH_TIMEOUT(window.lesson().document().undoText(), QStringLiteral("mark as bad"), kPatience_ms);
      window.close();
    }
    const auto markedBad = [](SessionDocument& document) {
      const auto& segments = document.episodes().front().segments;
      return std::any_of(segments.begin(), segments.end(), [](const Segment& s) { return s.verdict == Verdict::Bad && s.byPerson; });
    };
    {
      MainWindow window(open(path));
      window.show();
      window.activateWindow();
      QVERIFY(QTest::qWaitForWindowActive(&window));
      SessionDocument& document = window.lesson().document();
      QVERIFY(markedBad(document));
      QTRY_COMPARE(window.actionSet().action(ActionId::Undo)->text(), QStringLiteral("Undo: mark as bad"));
      QTest::keyClick(&window, Qt::Key_Z, Qt::ControlModifier);
      QTRY_VERIFY(document.undoText().isEmpty());
      QVERIFY(!markedBad(document));
      window.close();
    }
    MainWindow window(open(path));  // and redo, after yet another one
    window.show();
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    QTRY_COMPARE(window.actionSet().action(ActionId::Redo)->text(), QStringLiteral("Redo: mark as bad"));
    QTest::keyClick(&window, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_VERIFY(markedBad(window.lesson().document()));
    window.close();
  }

  void aFullDiskAndTheWayOut() {
    const QString small = folder_.filePath(QStringLiteral("small"));
    QVERIFY(QDir().mkdir(small));
    if (QProcess::execute(QStringLiteral("mount"), {QStringLiteral("-t"), QStringLiteral("tmpfs"), QStringLiteral("-o"),
                                                    QStringLiteral("size=600k"), QStringLiteral("tmpfs"), small}) != 0)
      QSKIP("needs root to mount");
    const auto unmount = qScopeGuard([&] { QProcess::execute(QStringLiteral("umount"), {QStringLiteral("-l"), small}); });
    const QString path = small + QStringLiteral("/lesson.nudge"), other = folder_.filePath(QStringLiteral("elsewhere.nudge"));
    test::makeUntaughtLesson(path, false);
    qint64 steps = 0;
    {
      WindowApplication windows;
      start(windows, path);
      MainWindow& window = *windows.window();
      QTRY_VERIFY_WITH_TIMEOUT(told(window, "Little space is left"), kPatience_ms);
      QTRY_VERIFY_WITH_TIMEOUT(window.lesson().robot()->recorder().savedSteps > 0, kPatience_ms);
      QFile filler(small + QStringLiteral("/filler"));
      QVERIFY(filler.open(QFile::WriteOnly | QFile::Unbuffered));
      while (filler.write(QByteArray(4096, 'x')) > 0) {
      }
      QTRY_VERIFY_WITH_TIMEOUT(told(window, "wait in memory"), kPatience_ms);
      EngineBridge* robot = window.lesson().robot();
      QTRY_VERIFY_WITH_TIMEOUT(robot->recorder().pendingSteps > 20, kPatience_ms);
      steps = qint64(robot->frame().teacherSteps + robot->frame().robotSteps);
      int asked = 0;
      QTimer answer;
      connect(&answer, &QTimer::timeout, &window, [&] {
        auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
        if (!dialog) return;
        const bool cancel = ++asked == 1;
        auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"));
        name->setText(asked == 2 ? small + QStringLiteral("/copy.nudge") : other);
        auto* buttons = dialog->findChild<QDialogButtonBox*>();
        QTest::mouseClick(buttons->button(cancel ? QDialogButtonBox::Cancel : QDialogButtonBox::Save), Qt::LeftButton);
      });
      answer.start(50);
      click(&window, QStringLiteral("Save elsewhere…"));
      QCOMPARE(asked, 1);
      QVERIFY(told(window, "wait in memory"));  // thinking better of it keeps the offer
      click(&window, QStringLiteral("Save elsewhere…"));
      QCOMPARE(asked, 2);
      QVERIFY(told(window, "copy.nudge"));  // no place for it there either
      const auto done = [robot] { return qint64(robot->frame().teacherSteps + robot->frame().robotSteps); };
      QTRY_VERIFY_WITH_TIMEOUT(done() > steps + 5, kPatience_ms);
      steps = done();
      click(&window, QStringLiteral("Save elsewhere…"));
      QTRY_COMPARE_WITH_TIMEOUT(window.lesson().path(), other, kPatience_ms);
      QTRY_VERIFY_WITH_TIMEOUT(window.lesson().robot()->frame().step > 2, kPatience_ms);
      QVERIFY(!told(window, "wait in memory"));
      window.close();
    }
    QVERIFY2(storedSteps(other) > steps, qPrintable(QStringLiteral("%1 of %2").arg(storedSteps(other)).arg(steps)));
    QVERIFY(storedSteps(path) < steps);
  }

  void backToABackup() {
    const QString path = fresh();
    {
      MainWindow window(open(path));
      window.show();
      QTRY_VERIFY_WITH_TIMEOUT(window.lesson().robot()->recorder().savedSteps > 20, kPatience_ms);
      window.close();
    }
    const qint64 before = storedSteps(path);
    QVERIFY(backupsOf(path.toStdString()).empty());  // there was nothing in it when it was opened
    {
      WindowApplication windows;
      start(windows, path);
      MainWindow& window = *windows.window();
      QTRY_VERIFY_WITH_TIMEOUT(!backupsOf(path.toStdString()).empty(), kPatience_ms);  // by itself
      QTRY_VERIFY_WITH_TIMEOUT(window.lesson().robot()->recorder().savedSteps > 20, kPatience_ms);
      window.actionSet().action(ActionId::Backups)->trigger();
      auto* dialog = window.findChild<BackupDialog*>();
      QVERIFY(dialog);
      auto* table = dialog->findChild<QTreeWidget*>();
      QCOMPARE(table->topLevelItemCount(), 1);
      QVERIFY(!button(dialog, QStringLiteral("Restore"))->isEnabled());
      table->setCurrentItem(table->topLevelItem(0));
      click(dialog, QStringLiteral("Restore"));
      QTRY_VERIFY_WITH_TIMEOUT(told(window, "again what it was"), kPatience_ms);
      QVERIFY(!window.lesson().readOnly());
      QVERIFY(storedSteps(path) < before + 20);
      QTRY_VERIFY_WITH_TIMEOUT(window.lesson().robot()->frame().step > 2, kPatience_ms);
      window.close();
    }
    const auto backups = backupsOf(path.toStdString());
    QVERIFY(std::any_of(backups.begin(), backups.end(), [&](const Backup& each) {
      return storedSteps(QString::fromStdString(each.path)) > before + 20;  // what was replaced
    }));
  }

  void aBrokenLessonOffersItsBackups() {
    const QString path = fresh();
    {
      auto store = Store::open(path.toStdString(), OpenMode::ReadWrite);
      Step step;
      step.observation.resize(store->info().observation.size());
      step.action.resize(store->info().action.size());
      step.proposal = step.action;
      step.features.resize(store->info().features.size());
      step.state.resize(std::size_t(store->info().stateSize));
      QVERIFY(store->beginEpisode({1, 1, 0, 1}).ok() && store->appendSteps(1, std::vector<Step>{step}).ok());
    }
    QVERIFY(!makeBackup(path.toStdString())->empty());
    QFile file(path);
    QVERIFY(file.open(QFile::WriteOnly | QFile::Truncate) && file.write("coffee") > 0);
    file.close();
    QTimer answer;
    QStringList asked;
    connect(&answer, &QTimer::timeout, this, [&] {
      QWidget* dialog = QApplication::activeModalWidget();
      if (auto* list = qobject_cast<BackupDialog*>(dialog)) {
        asked << QStringLiteral("list");
        auto* table = list->findChild<QTreeWidget*>();
        table->setCurrentItem(table->topLevelItem(0));
        click(list, QStringLiteral("Restore"));
      } else if (dialog && !asked.contains(QStringLiteral("what"))) {
        asked << QStringLiteral("what");
        click(dialog, QStringLiteral("Restore a backup…"));
      }
    });
    answer.start(50);
    WindowApplication windows;
    start(windows, path);
    QCOMPARE(asked, (QStringList{QStringLiteral("what"), QStringLiteral("list")}));
    QCOMPARE(windows.window()->lesson().document().episodes().front().row.steps, 1);
    windows.window()->close();
  }

  void aFolderThatIsCopiedElsewhereIsTold() {
    QVERIFY(QDir(folder_.path()).mkpath(QStringLiteral("cloud/.stfolder")));
    const QString path = folder_.filePath(QStringLiteral("cloud/lesson.nudge"));
    test::makeUntaughtLesson(path, false);
    MainWindow window(open(path));
    QVERIFY(told(window, "Syncthing copies this folder"));
    window.setLesson(open(fresh()));
    QVERIFY(!told(window, "Syncthing"));
  }

  void theTeacherIsNamed() {
    const QString path = fresh();
    MainWindow window(open(path));
    window.show();
    QTRY_VERIFY_WITH_TIMEOUT(window.lesson().robot()->frame().step > 2, kPatience_ms);
    QTimer answer;
    connect(&answer, &QTimer::timeout, this, [&] {
      auto* dialog = qobject_cast<QInputDialog*>(QApplication::activeModalWidget());
      if (!dialog) return;
      dialog->setTextValue(QStringLiteral("  Ada "));
      QTest::keyClick(dialog, Qt::Key_Return);
    });
    answer.start(50);
    window.actionSet().action(ActionId::NameTeacher)->trigger();
    answer.stop();
    window.actionSet().action(ActionId::NextEpisode)->trigger();
    const auto shareOfAda = [&] {
      const auto shares = teachersOf(path.toStdString());
      if (shares)
        for (const TeacherShare& share : *shares)
          if (share.teacher == "Ada" && share.now) return share.steps;
      return std::int64_t{-1};
    };
    QTRY_VERIFY_WITH_TIMEOUT(shareOfAda() > 5, kPatience_ms);
    window.close();
  }

  void theBrowserOpensAnotherLesson() {
    const QString first = fresh(), second = fresh();
    WindowApplication windows;
    start(windows, first);
    MainWindow& window = *windows.window();
    window.actionSet().action(ActionId::Lessons)->trigger();
    auto* browser = window.findChild<LessonBrowser*>();
    QVERIFY(browser);
    browser->findChild<QLineEdit*>(QStringLiteral("search"))->setText(QFileInfo(second).completeBaseName());
    QTRY_COMPARE_WITH_TIMEOUT(browser->shown().rowCount(), 1, kPatience_ms);
    browser->findChild<QTreeView*>()->setCurrentIndex(browser->shown().index(0, 0));
    click(browser, QStringLiteral("Open"));
    QTRY_COMPARE_WITH_TIMEOUT(window.lesson().path(), second, kPatience_ms);
    window.close();
  }
};

QTEST_MAIN(LessonWindowTest)
#include "lesson_window_test.moc"
