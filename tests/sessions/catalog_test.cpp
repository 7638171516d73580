#include <SQLiteCpp/SQLiteCpp.h>

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "sessions/catalog.h"
#include "tests/sessions/lesson.h"

using namespace nudge;
using namespace nudge::test;

/// Lessons as lines of a list, found by what a person remembers of them.
class CatalogTest : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<QTemporaryDir> folder_;
  std::string path_;

  std::string at(const char* name) const { return folder_->filePath(name).toStdString(); }
  void makeLesson(const std::string& path) {
    LessonInfo info = lessonInfo();
    info.teacher = "Jörg Ö";
    auto store = Store::create(path, info, weights());
    VERIFY_OK(store);
    VERIFY_OK(recordEpisodes(*store, 2, 45));
  }

 private Q_SLOTS:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    path_ = at("Über den Tisch.nudge");
  }

  void sumsOfALesson() {
    makeLesson(path_);
    VERIFY_OK(setLabels(path_, std::vector<std::string>{" pilot", "red", "pilot "}, "Sat in the sun.\nTwice."));
    const LessonSummary lesson = summarizeLesson(path_);
    QCOMPARE(lesson.trouble, std::string());
    QCOMPARE(lesson.task, std::string("bottle"));
    QCOMPARE(lesson.teachers, std::vector<std::string>{"Jörg Ö"});
    QCOMPARE(lesson.tags, (std::vector<std::string>{"pilot", "red"}));
    QCOMPARE(lesson.notes, std::string("Sat in the sun.\nTwice."));
    QCOMPARE(lesson.episodes, 2);
    QCOMPARE(lesson.steps, 90);
    QCOMPARE(lesson.teacherSteps, 24);
    QCOMPARE(lesson.duration_s, 4.5);
    QCOMPARE(lesson.policies, 1);
    QCOMPARE(lesson.activeVersion, 0);
    QVERIFY(lesson.size_bytes > 4096);
    QVERIFY(lesson.changed_s > 1'000'000'000);
  }

  void practiceIsNotInTheSums() {
    makeLesson(path_);
    {
      auto store = Store::open(path_, OpenMode::ReadWrite);
      VERIFY_OK(store);
      VERIFY_OK(store->beginEpisode(episodeStart(3), true));
      VERIFY_OK(store->appendSteps(3, steps(3, 0, 20)));
    }
    const LessonSummary lesson = summarizeLesson(path_);
    QCOMPARE(lesson.trouble, std::string());
    QCOMPARE(lesson.episodes, 2);
    QCOMPARE(lesson.steps, 90);
    QCOMPARE(lesson.teacherSteps, 24);
  }

  void labelsAreKeptWhileSomebodyRecords() {
    makeLesson(path_);
    auto recording = Store::open(path_, OpenMode::ReadWrite);
    VERIFY_OK(recording->beginEpisode(episodeStart(3)));
    VERIFY_OK(setLabels(path_, std::vector<std::string>{"live"}, std::nullopt));
    VERIFY_OK(recording->appendSteps(3, steps(3, 0, 20)));
    VERIFY_OK(setLabels(path_, std::nullopt, "n"));
    const LessonSummary lesson = summarizeLesson(path_);
    QCOMPARE(lesson.tags, std::vector<std::string>{"live"});
    QCOMPARE(lesson.notes, std::string("n"));
    QCOMPARE(lesson.episodes, 3);
  }

  void labelsThatAreNone() {
    makeLesson(path_);
    VERIFY_OK(setLabels(path_, std::vector<std::string>{"kept"}, "kept"));
    using Tags = std::vector<std::string>;
    VERIFY_FAILS(setLabels(path_, Tags{"a,b"}, "new"), ErrorCode::InvalidInput);
    VERIFY_FAILS(setLabels(path_, Tags{std::string(61, 'x')}, "new"), ErrorCode::InvalidInput);
    Tags many;
    for (int i = 0; i < 101; ++i) many.push_back(std::to_string(i));
    VERIFY_FAILS(setLabels(path_, many, "new"), ErrorCode::InvalidInput);
    VERIFY_FAILS(setLabels(path_, std::nullopt, std::string(100'001, 'x')), ErrorCode::InvalidInput);
    VERIFY_FAILS(setLabels(at("none.nudge"), Tags{"a"}, std::nullopt), ErrorCode::NotFound);
    QCOMPARE(summarizeLesson(path_).tags, Tags{"kept"});
    QCOMPARE(summarizeLesson(path_).notes, std::string("kept"));
  }

  void everyFormatIsListedAsItIs_data() {
    QTest::addColumn<QString>("fixture");
    for (const QFileInfo& file : QDir(NUDGE_SOURCE_DIR "/tests/data").entryInfoList({"format*.nudge"}))
      QTest::addRow("%s", qPrintable(file.fileName())) << file.filePath();
  }
  void everyFormatIsListedAsItIs() {
    QFETCH(QString, fixture);
    QVERIFY(QFile::copy(fixture, QString::fromStdString(path_)));
    const auto content = [this] {
      QFile file(QString::fromStdString(path_));
      return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    const QByteArray before = content();
    const LessonSummary lesson = summarizeLesson(path_);
    QCOMPARE(lesson.trouble, std::string());
    QCOMPARE(lesson.steps, 94);
    QCOMPARE(lesson.policies, 2);
    QCOMPARE(lesson.notes, std::string("made by migration_test"));
    QCOMPARE(lesson.teachers, std::vector<std::string>{"synthetic"});
    QVERIFY(content() == before);
    QCOMPARE(QDir(folder_->path()).entryList(QDir::Files).size(), 1);
  }

  void whatCannotBeReadSaysSo_data() {
    QTest::addColumn<QString>("sql");
    QTest::newRow("tags that are no list") << "INSERT INTO setting VALUES ('tags', '{\"a\": 1}')";
    QTest::newRow("tags that are numbers") << "INSERT INTO setting VALUES ('tags', '[1, 2]')";
    QTest::newRow("no lesson") << "DELETE FROM lesson";
    QTest::newRow("sums beyond any number") << "UPDATE episode SET steps = 9223372036854775807";
    QTest::newRow("a version beyond any number") << "UPDATE lesson SET active_version = 9223372036854775807";
  }
  void whatCannotBeReadSaysSo() {
    QFETCH(QString, sql);
    makeLesson(path_);
    SQLite::Database(path_, SQLite::OPEN_READWRITE).exec("PRAGMA foreign_keys = OFF; " + sql.toStdString());
    const LessonSummary lesson = summarizeLesson(path_);
    QVERIFY(QString::fromStdString(lesson.trouble).contains("damaged"));
    QVERIFY(lesson.task.empty() && lesson.tags.empty());
    QVERIFY(lesson.size_bytes > 0);
  }

  void aFolderOfAllKinds() {
    makeLesson(path_);
    makeLesson(at("b.nudge"));
    QFile text(folder_->filePath("a.nudge"));
    QVERIFY(text.open(QIODevice::WriteOnly) && text.write("shopping list") > 0);
    QVERIFY(QDir(folder_->path()).mkdir("folder.nudge"));
    QVERIFY(QFile::link(folder_->filePath("nowhere"), folder_->filePath("link.nudge")));
    QFile(folder_->filePath("b.nudge.backup-1")).open(QIODevice::WriteOnly);
    const auto files = lessonsIn(folder_->path().toStdString());
    VERIFY_OK(files);
    QCOMPARE(files->size(), 3u);
    QVERIFY(!summarizeLesson(files->front()).trouble.empty());
    QVERIFY(summarizeLesson(files->at(1)).trouble.empty());
    VERIFY_FAILS(lessonsIn(at("nowhere")), ErrorCode::NotFound);
    VERIFY_FAILS(lessonsIn(at("a.nudge")), ErrorCode::Io);
    QVERIFY(!summarizeLesson(at("missing.nudge")).trouble.empty());
  }

  void search_data() {
    QTest::addColumn<QString>("query");
    QTest::addColumn<bool>("found");
    const auto row = [](const char* query, bool found) { QTest::newRow(query) << QString(query) << found; };
    row("", true);
    row("  ", true);
    row("über", true);
    row("ÜBER tisch", true);
    row("tisch stuhl", false);
    row("JÖRG", true);
    row("tag:pilot", true);
    row("tag:Pil", true);
    row("tag:sun", false);
    row("sun", true);
    row("teacher:jörg task:bottle", true);
    row("teacher:pilot", false);
    row("task:highway", false);
    row("\xff", false);
  }
  void search() {
    QFETCH(QString, query);
    QFETCH(bool, found);
    LessonSummary lesson;
    lesson.path = "/lessons/Über den Tisch.nudge";
    lesson.task = "bottle";
    lesson.teachers = {"Jörg Ö"};
    lesson.tags = {"Pilot", "red"};
    lesson.notes = "Sat in the sun.";
    QCOMPARE(matches(lesson, query.toStdString()), found);
  }
};

QTEST_GUILESS_MAIN(CatalogTest)
#include "catalog_test.moc"
