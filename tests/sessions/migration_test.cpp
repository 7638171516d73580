#include <SQLiteCpp/SQLiteCpp.h>

#include <QCryptographicHash>
#include <QTemporaryDir>
#include <QtTest>

#include "sessions/database.h"
#include "tests/sessions/lesson.h"

using namespace nudge;
using namespace nudge::sessions;
using namespace nudge::test;

namespace {

constexpr const char* kNext =
    "CREATE TABLE tag (name TEXT PRIMARY KEY NOT NULL) STRICT; INSERT INTO tag VALUES ('new');";

std::vector<Migration> withNext(const char* sql) {
  std::vector<Migration> all(migrations().begin(), migrations().end());
  all.push_back({all.back().version + 1, sql});
  return all;
}

}  // namespace

/// Files of every released schema open; upgrades are whole or not at all, after a backup.
class MigrationTest : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<QTemporaryDir> folder_;
  std::string path_;

  void makeLesson() {
    auto store = Store::create(path_, lessonInfo(), weights());
    VERIFY_OK(store);
    VERIFY_OK(recordEpisodes(*store, 2, 30));
  }
  QStringList backups() const {
    return QDir(folder_->path()).entryList({"*backup*"}, QDir::Files, QDir::Name);
  }

 private Q_SLOTS:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    path_ = folder_->filePath("lesson.nudge").toStdString();
  }

  void releasedMigrationsAreFrozen() {
    const QHash<int, QByteArray> released = {
        {1, "e110304d9ca62ff9f4176aa25dac6a3886d07db12c5e382b4ac25406227c4ec1"},
        {2, "d0d86f9554258b4714ea7adedc84029b51f5e9a1eb05c3d775bdc9a7294ae325"},
        {3, "baf558e83ae2fc5ac85ae304a2a3330cc62f0d37c2f5fc48e9e2974d3458c685"},
    };
    int number = 0;
    for (const Migration& migration : migrations()) {
      QCOMPARE(migration.version, ++number);
      QVERIFY2(released.contains(number), "add the hash of the new migration when it is released");
      QCOMPARE(QCryptographicHash::hash(migration.sql, QCryptographicHash::Sha256).toHex(), released[number]);
    }
  }

  void upgradesAfterABackup() {
    makeLesson();
    const std::vector<Migration> next = withNext(kNext);
    {
      const auto database = openDatabase(path_, Access::ReadWrite, next);
      VERIFY_OK(database);
      QCOMPARE((*database)->execAndGet("SELECT name FROM tag").getString(), std::string("new"));
      QCOMPARE((*database)->execAndGet("PRAGMA user_version").getInt(), next.back().version);
      QCOMPARE((*database)->execAndGet("PRAGMA foreign_keys").getInt(), 1);
    }
    QCOMPARE(backups(), QStringList{"lesson.nudge.format3-backup"});
    {
      const auto backup = Store::open(folder_->filePath(backups().front()).toStdString(), OpenMode::ReadOnly);
      VERIFY_OK(backup);
      QCOMPARE(backup->episode(2)->steps.size(), 30u);
    }
    VERIFY_FAILS(Store::open(path_, OpenMode::ReadOnly), ErrorCode::NewerVersion);
    VERIFY_OK(openDatabase(path_, Access::ReadWrite, next));  // once is enough
    QCOMPARE(backups().size(), 1);
  }

  void aFailedUpgradeLeavesTheFile() {
    makeLesson();
    for (const char* sql : {"CREATE TABLE tag (name TEXT) STRICT; INSERT INTO nowhere VALUES (1);",
                            "CREATE TABLE tag (name TEXT) STRICT; DELETE FROM policy_version;"}) {
      const std::vector<Migration> next = withNext(sql);
      QVERIFY(!openDatabase(path_, Access::ReadWrite, next));
      const auto store = Store::open(path_, OpenMode::ReadWrite);
      VERIFY_OK(store);
      QCOMPARE(store->episodes()->size(), 2u);
      QVERIFY(store->checkStructure()->empty());
    }
    QCOMPARE(backups().size(), 2);  // an older backup is never replaced
  }

  void readingUpgradesOnlyACopy() {
    makeLesson();
    const std::vector<Migration> next = withNext(kNext);
    {
      const auto database = openDatabase(path_, Access::ReadOnly, next);
      VERIFY_OK(database);
      QCOMPARE((*database)->execAndGet("SELECT name FROM tag").getString(), std::string("new"));
      QVERIFY_THROWS_EXCEPTION(SQLite::Exception, (*database)->exec("DELETE FROM tag"));
    }
    VERIFY_OK(Store::open(path_, OpenMode::ReadOnly));  // the file itself has the older format still
    QVERIFY(backups().isEmpty());
  }

  void nothingIsUpgradedUnderARecorder() {
    makeLesson();
    auto recording = Store::open(path_, OpenMode::ReadWrite);
    VERIFY_OK(recording->claim());
    const std::vector<Migration> next = withNext(kNext);
    VERIFY_FAILS(openDatabase(path_, Access::ReadWrite, next), ErrorCode::Busy);
    VERIFY_OK(recording->beginEpisode(episodeStart(3)));
    QVERIFY(backups().isEmpty());
  }

  void theLessonOfEveryFormatOpens_data() {
    QTest::addColumn<int>("format");
    QTest::addColumn<QString>("content");
    // From format 3 on the fixture's ended episodes lie in the file as one chunk.
    const QString chunked = "50da581740712c9228813f092629ecaf7272c7be4a95c8cd93e407156ae7b2d5", whole = "7d17a860fec725131fe8fe5cd2fab18cbfaa046ff56f47e8b91de7274c944573";
    for (const Migration& migration : migrations())
      QTest::addRow("format %d", migration.version) << migration.version << (migration.version < 3 ? chunked : whole);
  }
  void theLessonOfEveryFormatOpens() {
    QFETCH(int, format);
    QFETCH(QString, content);
    const QString fixture = QStringLiteral(NUDGE_SOURCE_DIR "/tests/data/format%1.nudge").arg(format);
    QVERIFY(QFile::copy(fixture, QString::fromStdString(path_)));
    QFile::setPermissions(QString::fromStdString(path_), QFile::ReadOwner | QFile::WriteOwner);
    for (const OpenMode mode : {OpenMode::ReadOnly, OpenMode::ReadWrite}) {
      auto store = Store::open(path_, mode);
      VERIFY_OK(store);
      QCOMPARE(store->info().features, lessonInfo().features);
      QCOMPARE(store->info().seed, lessonInfo().seed);
      const auto problems = store->checkStructure();
      QVERIFY2(problems->empty(), problems->empty() ? "" : problems->front().c_str());
      const auto rows = store->episodes();
      QCOMPARE(rows->size(), 2u);
      QVERIFY(store->episode(2)->steps[33].state == step(2, 33).state);
      QVERIFY(store->episode(2)->steps[33].features == step(2, 33).features);
      QCOMPARE(store->episode(2)->row.teacher, lessonInfo().teacher);
      QVERIFY(store->troubles()->empty());
      QCOMPARE(store->marks()->size(), 1u);
      QCOMPARE(store->activeVersion().value(), 1);
      QVERIFY(store->policyVersion(1)->weights == weights(2));
      QVERIFY(store->updates()->front().theta == (std::vector<double>{0.5, -0.25, 0.0}));
      QCOMPARE(QString::fromStdString(store->contentHash().value()), content);
      if (mode == OpenMode::ReadOnly) continue;
      QVERIFY(store->redoMark()->has_value());  // its undone mark is there as well
      VERIFY_OK(store->beginEpisode(episodeStart(3)));
    }
  }

  /// Run with NUDGE_WRITE_FIXTURE=path to make the fixture of the present schema.
  void fixture() {
    const QString target = qEnvironmentVariable("NUDGE_WRITE_FIXTURE");
    if (target.isEmpty()) QSKIP("only on request");
    auto store = Store::create(target.toStdString(), lessonInfo(), weights());
    VERIFY_OK(store);
    VERIFY_OK(recordEpisodes(*store, 2, 47));
    VERIFY_OK(store->addMark({0, 1, MarkKind::Paint, 3, 9, Verdict::Bad, "mark as bad"}));
    VERIFY_OK(store->addMark({0, 2, MarkKind::Cut, 20, 20, Verdict::Good, "split"}));
    VERIFY_OK(store->undoMark());
    Update update;
    update.id = store->beginUpdate(update).value();
    update.outcome = UpdateOutcome::NewPolicy;
    update.theta = {0.5, -0.25, 0.0};
    update.thetaHalfWidth = {0.125, 0.125, 0.125};
    PolicyVersion policy;
    policy.weights = weights(2);
    policy.theta = update.theta;
    VERIFY_OK(store->finishUpdate(update, &policy));
    VERIFY_OK(store->setSetting("notes", "made by migration_test"));
    qInfo("content %s", store->contentHash()->c_str());
  }
};

QTEST_GUILESS_MAIN(MigrationTest)
#include "migration_test.moc"
