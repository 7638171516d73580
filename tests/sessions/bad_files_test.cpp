#include <SQLiteCpp/SQLiteCpp.h>

#include <QDirIterator>
#include <QtTest>
#include <filesystem>
#include <fstream>

#include "sessions/database.h"
#include "tests/sessions/lesson_on_disk.h"

using namespace nudge;
using namespace nudge::test;

namespace {

namespace fs = std::filesystem;

void spill(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Everything that reads, on a file that may hold anything. Errors are fine, crashes and hangs are not.
void readEverything(const std::string& path) {
  for (const OpenMode mode : {OpenMode::ReadOnly, OpenMode::ReadWrite}) {
    auto store = Store::open(path, mode);
    if (!store) continue;
    if (const auto rows = store->episodes()) {
      for (const EpisodeRow& row : *rows) {
        (void)store->episode(row.start.episode).ok();
        (void)store->state(row.start.episode, row.steps / 2).ok();
        (void)store->segments(row.start.episode).ok();
      }
    }
    (void)store->marks().ok();
    (void)store->policyVersions(true).ok();
    (void)store->updates().ok();
    (void)store->activeVersion().ok();
    (void)store->checkStructure().ok();
    (void)store->contentHash().ok();
    (void)store->setting("notes").ok();
    if (mode == OpenMode::ReadOnly) continue;
    (void)store->undoMark().ok();
    (void)store->redoMark().ok();
    (void)store->closeUnfinishedEpisodes().ok();
    (void)store->beginEpisode(episodeStart(77)).ok();
    (void)store->appendSteps(77, steps(77, 0, 5)).ok();
  }
}

}  // namespace

/// Files that are missing, foreign, broken, hostile or from another version.
class BadFilesTest : public QObject, private LessonOnDisk {
  Q_OBJECT

 private:
  void untouchedAfter(const std::string& path, ErrorCode code) {
    const std::string before = slurp(path);
    for (const OpenMode mode : {OpenMode::ReadOnly, OpenMode::ReadWrite})
      VERIFY_FAILS(Store::open(path, mode), code);
    QVERIFY(slurp(path) == before);
    QCOMPARE(QDir(folder_->path()).entryList(QDir::Files).size(), 1);  // and nothing was laid beside it
  }

 private Q_SLOTS:
  void init() { newFolder(); }

  void missing() {
    VERIFY_FAILS(Store::open(at("none.nudge"), OpenMode::ReadOnly), ErrorCode::NotFound);
    VERIFY_FAILS(Store::open(at("none.nudge"), OpenMode::ReadWrite), ErrorCode::NotFound);
    VERIFY_FAILS(Store::open("", OpenMode::ReadOnly), ErrorCode::NotFound);
    QVERIFY(QDir(folder_->path()).isEmpty());
  }

  void aFolder() {
    VERIFY_FAILS(Store::open(folder_->path().toStdString(), OpenMode::ReadOnly), ErrorCode::Corrupt);
  }
  void aDevice() { VERIFY_FAILS(Store::open("/dev/zero", OpenMode::ReadOnly), ErrorCode::Corrupt); }

  void foreign_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("short") << QByteArray("SQLite format 3\0", 16);
    QTest::newRow("text") << QByteArray("this is a shopping list\n").repeated(100);
    QTest::newRow("zeros") << QByteArray(8192, '\0');
  }
  void foreign() {
    QFETCH(QByteArray, bytes);
    spill(path_, bytes.toStdString());
    untouchedAfter(path_, ErrorCode::Corrupt);
  }

  void anotherDatabase() {
    {
      SQLite::Database(path_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
          .exec("CREATE TABLE bookmark (url TEXT)");
    }
    untouchedAfter(path_, ErrorCode::Corrupt);
  }

  void aNewerVersion() {
    makeLesson();
    tamper(path_, {"PRAGMA user_version = " + std::to_string(sessions::migrations().back().version + 1)});
    untouchedAfter(path_, ErrorCode::NewerVersion);
  }

  void aNewerVersionThatAllowsLooking() {
    makeLesson();
    const std::string newer = std::to_string(sessions::migrations().back().version + 1), now = std::to_string(sessions::migrations().back().version);
    tamper(path_, {"ALTER TABLE episode ADD COLUMN mood TEXT", "CREATE TABLE tomorrow (id INTEGER PRIMARY KEY) STRICT",
                   "CREATE TRIGGER spy AFTER INSERT ON mark BEGIN DELETE FROM step_chunk; END",
                   "INSERT INTO setting VALUES ('oldest_reader', '" + now + "')", "PRAGMA user_version = " + newer});
    const std::string before = slurp(path_);
    {
      const auto store = Store::open(path_, OpenMode::ReadOnly);
      VERIFY_OK(store);
      QCOMPARE(store->episode(2)->steps.size(), 170u);
      QVERIFY(store->checkStructure()->empty());
    }
    QVERIFY(slurp(path_) == before);
    QCOMPARE(QDir(folder_->path()).entryList(QDir::Files).size(), 1);
    VERIFY_FAILS(Store::open(path_, OpenMode::ReadWrite), ErrorCode::NewerVersion);
    QVERIFY(slurp(path_) == before);
  }

  void aNewerVersionThatDoesNot_data() {
    QTest::addColumn<QString>("sql");
    QTest::newRow("for newer programs only") << "INSERT INTO setting VALUES ('oldest_reader', '99')";
    QTest::newRow("nonsense") << "INSERT INTO setting VALUES ('oldest_reader', 'soon')";
    QTest::newRow("a table fewer") << "INSERT INTO setting VALUES ('oldest_reader', '1'); DROP TABLE segment";
    QTest::newRow("a view instead") << "INSERT INTO setting VALUES ('oldest_reader', '1'); ALTER TABLE segment RENAME TO "
                                       "other; CREATE VIEW segment AS SELECT * FROM other";
    QTest::newRow("no settings at all") << "DROP TABLE setting";
  }
  void aNewerVersionThatDoesNot() {
    QFETCH(QString, sql);
    makeLesson();
    tamper(path_, {sql.toStdString(), "PRAGMA user_version = 99"});
    untouchedAfter(path_, ErrorCode::NewerVersion);
  }

  void anEndedEpisodeHasLongChunks() {
    makeLesson();
    SQLite::Database database(path_, SQLite::OPEN_READONLY);
    QCOMPARE(database.execAndGet("SELECT group_concat(steps) FROM step_chunk WHERE episode = 2").getString(), std::string("160,10"));
  }

  void aDamagedChunkStaysWhenItsEpisodeEnds() {
    makeLesson();
    auto store = Store::open(path_, OpenMode::ReadWrite);
    VERIFY_OK(store->beginEpisode(episodeStart(3)));
    for (int first = 0; first < 60; first += 20) VERIFY_OK(store->appendSteps(3, steps(3, first, first + 20)));
    tamper(path_, {"UPDATE step_chunk SET action = x'01' WHERE episode = 3 AND first_step = 20"});
    VERIFY_OK(store->endEpisode(3, episodeEnd()));
    VERIFY_OK(store->beginEpisode(episodeStart(4)));  // teaching goes on
    QVERIFY(!store->checkStructure()->empty());
    QVERIFY(*store->state(3, 45) == step(3, 45).state);
  }

  void truncated() {
    makeLesson();
    const std::string whole = slurp(path_);
    for (const std::size_t size : {whole.size() - 1, whole.size() - 5000, whole.size() / 2, std::size_t{4096},
                                   std::size_t{600}, std::size_t{100}, std::size_t{1}}) {
      spill(path_, whole.substr(0, size));
      readEverything(path_);
      const auto store = Store::open(path_, OpenMode::ReadOnly);
      VERIFY_FAILS(store, ErrorCode::Corrupt);
    }
  }

  void flippedBits() {
    makeLesson();
    const std::string whole = slurp(path_);
    Random random(5);
    for (int round = 0; round < 60; ++round) {
      std::string bytes = whole;
      const std::uint64_t flips = 1 + random.index(8);
      for (std::uint64_t i = 0; i < flips; ++i) {
        // Every other round in the first pages, where the structure lies.
        const std::size_t where =
            random.index(round % 2 ? bytes.size() : std::min<std::size_t>(bytes.size(), 12'000));
        bytes[where] = static_cast<char>(bytes[where] ^ (1 << random.index(8)));
      }
      for (const char* suffix : {"-wal", "-shm"}) fs::remove(path_ + suffix);
      spill(path_, bytes);
      readEverything(path_);
    }
  }

  void plantedCode_data() {
    QTest::addColumn<QString>("sql");
    QTest::newRow("trigger") << "CREATE TRIGGER spy AFTER INSERT ON mark BEGIN DELETE FROM step_chunk; END";
    QTest::newRow("view") << "CREATE VIEW nice AS SELECT * FROM setting";
    QTest::newRow("virtual table") << "CREATE VIRTUAL TABLE words USING fts5(word)";
    QTest::newRow("extra column") << "ALTER TABLE mark ADD COLUMN spy TEXT DEFAULT 'x'";
    QTest::newRow("index with a function") << "CREATE INDEX spy ON setting (upper(value))";
    QTest::newRow("missing table") << "DROP TABLE segment";
  }
  void plantedCode() {
    QFETCH(QString, sql);
    makeLesson();
    tamper(path_, {sql.toStdString()});
    VERIFY_FAILS(Store::open(path_, OpenMode::ReadOnly), ErrorCode::Corrupt);
    VERIFY_FAILS(Store::open(path_, OpenMode::ReadWrite), ErrorCode::Corrupt);
  }

  void aViewInPlaceOfATable() {
    makeLesson();
    tamper(path_,
           {"ALTER TABLE setting RENAME TO other", "CREATE VIEW setting AS SELECT name, value FROM other"});
    VERIFY_FAILS(Store::open(path_, OpenMode::ReadOnly), ErrorCode::Corrupt);
  }

  void wrongContent_data() {
    QTest::addColumn<QString>("sql");
    QTest::newRow("short blob")
        << "UPDATE step_chunk SET state = x'0102' WHERE episode = 1 AND first_step = 160";
    QTest::newRow("unknown format")
        << "UPDATE step_chunk SET driver = CAST(x'03' || substr(driver, 2) AS BLOB)";
    QTest::newRow("packed without a header") << "UPDATE step_chunk SET state = x'02' WHERE first_step = 0";
    QTest::newRow("packed nonsense")
        << "UPDATE step_chunk SET state = CAST(x'020308050000000102030405' AS BLOB) WHERE first_step = 0";
    QTest::newRow("packed without columns")
        << "UPDATE step_chunk SET clock_s = CAST(substr(clock_s, 1, 3) || x'00000000' || substr(clock_s, 8) AS "
           "BLOB)";
    QTest::newRow("packed with a broken frame")
        << "UPDATE step_chunk SET clock_s = CAST(substr(clock_s, 1, 12) || x'ffffff' || substr(clock_s, 16) AS BLOB)";
    QTest::newRow("unknown driver")
        << "UPDATE step_chunk SET driver = CAST(x'01' || zeroblob(steps - 1) || x'09' AS BLOB)";
    QTest::newRow("absurd count") << "UPDATE step_chunk SET steps = 2000000000 WHERE episode = 2";
    QTest::newRow("count beyond int")
        << "UPDATE step_chunk SET steps = 9000000000000000000 WHERE episode = 2";
    QTest::newRow("huge blob")
        << "UPDATE step_chunk SET state = zeroblob(70000000) WHERE episode = 1 AND first_step = 0";
    QTest::newRow("gap") << "DELETE FROM step_chunk WHERE episode = 1 AND first_step = 160";
    QTest::newRow("wrong sums") << "UPDATE episode SET teacher_steps = teacher_steps + 1 WHERE number = 1";
    QTest::newRow("wrong number of steps") << "UPDATE episode SET steps = 2147483647";
    QTest::newRow("final state of another size") << "UPDATE episode SET final_state = x'0100'";
    QTest::newRow("wrong segments") << "DELETE FROM segment WHERE episode = 2";
    QTest::newRow("hash") << "UPDATE policy_version SET weights = zeroblob(10)";
    QTest::newRow("theta text") << "UPDATE policy_version SET theta = '[1, \"two\", {}]'";
    QTest::newRow("theta size") << "UPDATE policy_version SET theta = '[1]'";
    QTest::newRow("update") << "UPDATE policy_update SET theta = '{'";
    QTest::newRow("cyclic parents") << "UPDATE policy_version SET version = 0, parent = 0";
    QTest::newRow("orphans") << "DELETE FROM episode WHERE number = 1";
    QTest::newRow("not a number")
        << "UPDATE step_chunk SET clock_s = CAST(x'01' || zeroblob(6) || x'f87f' || "
           "zeroblob(8 * (steps - 1)) AS BLOB) WHERE first_step = 0";
    QTest::newRow("absurd mark") << "UPDATE mark SET end_step = 9000000000000000000";
    QTest::newRow("unknown word") << "UPDATE segment SET verdict = 'great'";
  }
  void wrongContent() {
    QFETCH(QString, sql);
    makeLesson();
    tamper(path_, {"PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON", sql.toStdString()});
    const auto store = Store::open(path_, OpenMode::ReadOnly);
    VERIFY_OK(store);
    const auto problems = store->checkStructure();
    VERIFY_OK(problems);
    QVERIFY(!problems->empty());
    readEverything(path_);
  }

  void wrongLesson_data() {
    QTest::addColumn<QString>("sql");
    QTest::newRow("no row") << "DELETE FROM lesson";
    QTest::newRow("no names") << "UPDATE lesson SET observation = '[]'";
    QTest::newRow("not json") << "UPDATE lesson SET action = 'oops'";
    QTest::newRow("deep json") << "UPDATE lesson SET features = replace(hex(zeroblob(1000000)), '0', '[')";
    QTest::newRow("absurd state") << "UPDATE model SET state_size = 1000000000000";
    QTest::newRow("rate") << "UPDATE lesson SET control_rate_hz = 1e308 * 10";
  }
  void wrongLesson() {
    QFETCH(QString, sql);
    makeLesson();
    tamper(path_, {"PRAGMA ignore_check_constraints = ON", sql.toStdString()});
    VERIFY_FAILS(Store::open(path_, OpenMode::ReadWrite), ErrorCode::Corrupt);
  }
};

QTEST_GUILESS_MAIN(BadFilesTest)
#include "bad_files_test.moc"
