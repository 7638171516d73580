// A task of one's own in the window: begun from its folder, chosen in a dialog, opened when the folder is
// gone.
#include <QApplication>
#include <QCommandLinkButton>
#include <QDir>
#include <QMessageBox>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>
#include <deque>
#include <functional>

#include "app/application.h"
#include "tests/app/lesson_folder.h"
#include "ui/widgets/import_dialog.h"
#include "ui/widgets/main_window.h"
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

  /// Of a policy the window imports one at once, instead of only saying that there is none.
  void aTaskWithoutAPolicyCanImportOne() {
    Options options;
    options.task = example();
    options.file = folder_.filePath("imported.nudge");
    options.createFile = true;
    const QString prior = options.task + "/priors/prior.safetensors", kept = folder_.filePath("kept.safetensors");
    QVERIFY(QFile::rename(prior, kept));
    std::deque<std::function<bool()>> person;  // each is tried until it could be done
    QTimer often;
    connect(&often, &QTimer::timeout, this, [&] {
      if (person.empty() || !QApplication::activeModalWidget()) return;
      const auto next = person.front();
      person.pop_front();
      if (!next()) person.push_front(next);
    });
    often.start(10);
    const auto press = [](const char* text) {
      return [text] {
        const auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
        for (QAbstractButton* button : box ? box->buttons() : QList<QAbstractButton*>())
          if (button->text() == QString::fromUtf8(text)) return button->click(), true;
        return false;
      };
    };
    const auto close = [](QDialog::DialogCode code) {
      return [code] {
        auto* dialog = qobject_cast<ImportDialog*>(QApplication::activeModalWidget());
        if (dialog) dialog->done(code);
        return dialog != nullptr;
      };
    };
    {
      person = {press("Import a policy…"), close(QDialog::Rejected), press("Quit")};  // thought better of
      WindowApplication windows;
      QCOMPARE(windows.start(options), 2);
    }
    // What importing does is tested elsewhere.
    person = {press("Import a policy…"), [&] { return QFile::copy(kept, prior); }, close(QDialog::Accepted)};
    WindowApplication windows;
    QCOMPARE(windows.start(options), 0);
    QCOMPARE(windows.window()->lesson().spec().id, std::string("carry"));
  }
};

QTEST_MAIN(OwnTaskWindowTest)
#include "own_task_window_test.moc"
