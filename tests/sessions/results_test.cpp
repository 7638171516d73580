// The results file of benchmarks: what is kept, who may work on what, and files that are none.
#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QtTest>

#include "sessions/migrations.h"
#include "sessions/results.h"

using namespace nudge;

namespace {

BenchmarkKey key(int seed, const char* method = "mereq") {
  return {"bottle", method, "paper", "synthetic", "prior", seed, "{}"};
}

BenchmarkRound someRound(int number) {
  BenchmarkRound r;
  r.round = number;
  r.taught = {3000, 700, 650, 20, 19};
  r.theta = {0.0, -0.25};
  r.outcome = "new-policy";
  r.updateSeconds = 1.5;
  r.simulationSteps = 9000;
  r.evaluated = {3010, 90, 80, 21, 20};
  r.alone.episodes = 500;
  r.alone.steps = 75'000;
  r.alone.success = 0.98;
  r.alone.failure = 0.01;
  r.alone.baseReward = -21.5;
  r.alone.baseRewardDeviation = 4.0;
  r.alone.teacherReward = -27.25;
  r.alone.teacherRewardDeviation = 5.0;
  r.alone.features = {{"height", true, 0.1, 0.05, 0.08, 0.12, std::vector<std::int64_t>(kHistogramBins, 7)}, {"control", false, 0.5, 0, 0, 1, {}}};
  return r;
}

const BenchmarkOrigin kOrigin{"0.1.0", "abc1234", "2 × processor"};

QByteArray content(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Runs `work` in a process of its own, which ends without tidying up, as if it had been killed.
template <typename Work>
void inKilledChild(Work&& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
}

}  // namespace

class ResultsTest : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<QTemporaryDir> folder_;
  std::string path(const char* name = "results.sqlite") const { return folder_->filePath(name).toStdString(); }

 private Q_SLOTS:
  void init() { folder_ = std::make_unique<QTemporaryDir>(); }

  void aRunComesBackAsItWas() {
    auto results = Results::openOrCreate(path());
    QVERIFY(results.ok());
    const std::vector<BenchmarkKey> keys{key(1), key(2)};
    const auto ids = results->plan(keys);
    QVERIFY(ids.ok());
    QCOMPARE(*results->claimNext(*ids), std::optional((*ids)[0]));
    QVERIFY(results->finish((*ids)[0], {someRound(0), someRound(1)}, 42.5, kOrigin, "remark").ok());
    const auto reader = Results::open(path(), true);
    QVERIFY(reader.ok());
    const auto runs = reader->runs();
    QVERIFY(runs.ok());
    QCOMPARE(runs->size(), std::size_t{2});
    const BenchmarkRun& run = runs->front();
    QVERIFY(run.key == keys[0]);
    QCOMPARE(run.state, RunState::Done);
    QCOMPARE(run.message, std::string("remark"));
    QCOMPARE(run.seconds, 42.5);
    QCOMPARE(run.origin.commit, std::string("abc1234"));
    QVERIFY(!run.started.empty());
    QCOMPARE(run.rounds.size(), std::size_t{2});
    const BenchmarkRound& round = run.rounds[1];
    QCOMPARE(round.round, 1);
    QCOMPARE(round.taught.surprisingSteps, std::int64_t{650});
    QCOMPARE(round.evaluated.successes, 20);
    QCOMPARE(round.theta, (std::vector<double>{0.0, -0.25}));
    QCOMPARE(round.alone.teacherReward, -27.25);
    QCOMPARE(round.alone.features.size(), std::size_t{2});
    QVERIFY(round.alone.features[0].style && !round.alone.features[1].style);
    QCOMPARE(round.alone.features[0].q3, 0.12);
    QCOMPARE(round.alone.features[0].histogram[49], std::int64_t{7});
    QVERIFY(round.alone.features[1].histogram.empty());
    QCOMPARE((*runs)[1].state, RunState::Planned);
  }

  void aKeyIsPlannedOnce() {
    auto results = Results::openOrCreate(path());
    const std::vector<BenchmarkKey> first{key(1), key(2)}, more{key(2), key(3), key(1)};
    const auto a = results->plan(first), b = results->plan(more);
    QCOMPARE((*b)[0], (*a)[1]);
    QCOMPARE((*b)[2], (*a)[0]);
    QCOMPARE(results->runs()->size(), std::size_t{3});
  }

  void theLivingKeepTheirClaimsAndTheDeadDoNot() {
    auto results = Results::openOrCreate(path());
    const std::vector<BenchmarkKey> keys{key(1), key(2)};
    const auto ids = *results->plan(keys);
    const std::string file = path();
    inKilledChild([&] {
      auto mine = Results::open(file, false);
      (void)mine->claimNext(ids);
    });
    QCOMPARE(results->run(ids[0])->state, RunState::Running);
    QCOMPARE(*results->claimNext(ids), std::optional(ids[0]));  // its holder is gone
    auto other = Results::open(path(), false);
    QCOMPARE(*other->claimNext(ids), std::optional(ids[1]));    // ours is alive
    QVERIFY(!other->claimNext(ids)->has_value());
    QVERIFY(other->release(ids[1]).ok());
    QCOMPARE(*results->claimNext(ids), std::optional(ids[1]));
  }

  void onlyWhatRunsCanEnd() {
    auto results = Results::openOrCreate(path());
    const std::vector<BenchmarkKey> keys{key(1)};
    const auto ids = *results->plan(keys);
    QVERIFY(!results->finish(ids[0], {someRound(0)}, 1.0, kOrigin, "").ok());
    QVERIFY(results->claimNext(ids).ok());
    QVERIFY(results->fail(ids[0], "it fell").ok());
    QVERIFY(!results->finish(ids[0], {someRound(0)}, 1.0, kOrigin, "").ok());
    QCOMPARE(results->run(ids[0])->message, std::string("it fell"));
    QVERIFY(results->runs()->front().rounds.empty());
    QVERIFY(!results->claimNext(ids)->has_value());  // a failure is not tried again by itself
    QVERIFY(results->retryFailed(ids).ok());
    QVERIFY(results->claimNext(ids)->has_value());
    QCOMPARE(results->run(99).error().code, ErrorCode::NotFound);
  }

  void filesThatAreNone() {
    QCOMPARE(Results::open(path("missing"), true).error().code, ErrorCode::NotFound);
    QCOMPARE(Results::openOrCreate(path("no/folder")).error().code, ErrorCode::NotFound);
    const auto write = [&](const char* name, const QByteArray& bytes) {
      QFile file(folder_->filePath(name));
      QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
    };
    write("empty", "");
    write("text", QByteArray(2000, 'x'));
    {
      SQLite::Database foreign(path("foreign"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
      foreign.exec("CREATE TABLE t (x)");
    }
    for (const char* name : {"empty", "text", "foreign"}) {
      const QByteArray before = content(folder_->filePath(name));
      for (const bool forReading : {true, false}) {
        const auto opened = Results::open(path(name), forReading);
        QVERIFY(!opened.ok());
        QCOMPARE(opened.error().code, ErrorCode::Corrupt);
        QVERIFY2(opened.error().message.find("is not a Nudge results file") != std::string::npos, opened.error().message.c_str());
      }
      QCOMPARE(Results::openOrCreate(path(name)).error().code, ErrorCode::Corrupt);
      QCOMPARE(content(folder_->filePath(name)), before);
    }
  }

  void aLessonIsNoResultsFile() {
    const QString lesson = folder_->filePath("lesson");
    QVERIFY(QFile::copy(QStringLiteral(NUDGE_SOURCE_DIR "/tests/data/format1.nudge"), lesson));
    const QByteArray before = content(lesson);
    QCOMPARE(Results::openOrCreate(lesson.toStdString()).error().code, ErrorCode::Corrupt);
    QCOMPARE(content(lesson), before);
  }

  void newerOnesAreRefused() {
    QVERIFY(Results::openOrCreate(path()).ok());
    {
      SQLite::Database database(path(), SQLite::OPEN_READWRITE);
      database.exec("PRAGMA user_version = 7");
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    QCOMPARE(Results::open(path(), true).error().code, ErrorCode::NewerVersion);
    QCOMPARE(Results::open(path(), false).error().code, ErrorCode::NewerVersion);
  }

  void releasedMigrationsAreFrozen() {
    const QByteArrayList released = {"42265cf467abb713278a00034676cc45271b229d74235de813d4714cac729b7e"};
    QCOMPARE(sessions::resultsMigrations().size(), std::size_t(released.size()));
    for (const sessions::Migration& migration : sessions::resultsMigrations())
      QCOMPARE(QCryptographicHash::hash(migration.sql, QCryptographicHash::Sha256).toHex(), released[migration.version - 1]);
  }

  void theResultsOfEveryFormatOpen() {
    for (const sessions::Migration& migration : sessions::resultsMigrations()) {
      const QString fixture = QStringLiteral(NUDGE_SOURCE_DIR "/tests/data/results%1.sqlite").arg(migration.version);
      const QString copy = folder_->filePath(QFileInfo(fixture).fileName());
      QVERIFY(QFile::copy(fixture, copy));
      QFile::setPermissions(copy, QFile::ReadOwner | QFile::WriteOwner);
      for (const bool forReading : {true, false}) {
        const auto results = Results::open(copy.toStdString(), forReading);
        QVERIFY2(results.ok(), results.ok() ? "" : results.error().message.c_str());
        const auto runs = results->runs();
        QCOMPARE(runs->size(), std::size_t{2});
        QVERIFY(runs->front().key == key(1) && runs->front().state == RunState::Done);
        QCOMPARE(runs->front().rounds[1].theta, someRound(1).theta);
        QCOMPARE(runs->front().rounds[1].alone.features[0].q3, someRound(1).alone.features[0].q3);
        QCOMPARE(runs->back().state, RunState::Planned);
      }
    }
  }

  /// Run with NUDGE_WRITE_FIXTURE=path to make the fixture of the present schema.
  void fixture() {
    const QString target = qEnvironmentVariable("NUDGE_WRITE_FIXTURE");
    if (target.isEmpty()) QSKIP("only on request");
    auto results = Results::openOrCreate(target.toStdString());
    const std::vector<BenchmarkKey> keys{key(1), key(2)};
    const auto ids = results->plan(keys);
    QVERIFY(results->claimNext(*ids).ok());
    QVERIFY(results->finish(ids->front(), {someRound(0), someRound(1)}, 42.5, kOrigin, "remark").ok());
  }

  void readOnlyFilesAreRead() {
    {
      auto results = Results::openOrCreate(path());
      const std::vector<BenchmarkKey> keys{key(1)};
      QVERIFY(results->plan(keys).ok());
    }
    auto reader = Results::open(path(), true);
    QVERIFY(reader.ok());
    const std::vector<BenchmarkKey> more{key(2)};
    QCOMPARE(reader->plan(more).error().code, ErrorCode::ReadOnly);
    QCOMPARE(reader->runs()->size(), std::size_t{1});
  }

  void plantedRowsAreDamage() {
    {
      auto results = Results::openOrCreate(path());
      const std::vector<BenchmarkKey> keys{key(1)};
      const auto ids = *results->plan(keys);
      QVERIFY(results->claimNext(ids).ok());
      QVERIFY(results->finish(ids[0], {someRound(0)}, 1.0, kOrigin, "").ok());
    }
    {
      SQLite::Database database(path(), SQLite::OPEN_READWRITE);
      database.exec("UPDATE alone SET features = '[{\"name\":\"height\"}]'");
    }
    QCOMPARE(Results::open(path(), true)->runs().error().code, ErrorCode::Corrupt);
  }
};

QTEST_APPLESS_MAIN(ResultsTest)
#include "results_test.moc"
