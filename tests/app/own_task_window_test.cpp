// A task of one's own in the window: begun from its folder, chosen in a dialog, opened when the folder is
// gone.
#include <QCommandLinkButton>
#include <QDir>
#include <QSignalSpy>
#include <QTest>

#include "app/options.h"
#include "tests/app/lesson_folder.h"
#include "ui/widgets/new_lesson_dialog.h"

using namespace nudge;

class OwnTaskWindowTest : public QObject, test::LessonFolder {
  Q_OBJECT

  /// The example's folder, copied to where it may be removed.
  QString example() {
    const QString from = QStringLiteral(NUDGE_SOURCE_DIR "/resources/examples/carry"),
                  to = folder_.filePath("carry");
    QDir().mkpath(to + "/priors");
    for (const char* file : {"/task.toml", "/scene.xml", "/arm.xml", "/priors/prior.safetensors"})
      if (!QFile::copy(from + file, to + file)) qFatal("the example lacks %s", file);
    return to;
  }

 private Q_SLOTS:
  void initTestCase() { keepSettingsApart(); }

  void aFolderOnTheCommandLineIsATask() {
    const QString folder = QStringLiteral(NUDGE_SOURCE_DIR "/resources/examples/carry");
    const auto options = parseOptions({QStringLiteral("nudge"), folder});
    QVERIFY(options.ok());
    QCOMPARE(options.value().task, folder);
    QVERIFY(options.value().file.isEmpty());
  }

  void aLessonGoesOnWithoutItsFolder() {
    const QString task = example(), file = folder_.filePath("lesson.nudge");
    {
      auto lesson = Lesson::create(file, task);
      QVERIFY2(lesson.ok(), lesson ? "" : lesson.error().message.c_str());
      QCOMPARE((*lesson)->spec().id, std::string("carry"));
      QCOMPARE((*lesson)->makeWorld().value()->spec().cameras.size(), std::size_t{2});
      QVERIFY((*lesson)->robot()->notice().isEmpty());

      NewLessonDialog dialog(QStringLiteral("carry"), task);
      QSignalSpy chosen(&dialog, &NewLessonDialog::taskChosen);
      QVERIFY(dialog.findChild<QCommandLinkButton*>(QStringLiteral("own")));
      auto* again = dialog.findChild<QCommandLinkButton*>(QStringLiteral("carry"));
      QVERIFY(again);
      again->click();
      QCOMPARE(chosen.at(0).at(0).toString(), task);
    }
    QVERIFY(QDir(task).removeRecursively());
    const auto lesson = open(file);
    QVERIFY(lesson->robot()->notice().contains(QStringLiteral("is gone")));
    QCOMPARE(lesson->makeWorld().value()->spec().id, std::string("carry"));
    QVERIFY(!Lesson::create(folder_.filePath("other.nudge"), task));
  }
};

QTEST_MAIN(OwnTaskWindowTest)
#include "own_task_window_test.moc"
