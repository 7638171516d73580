#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>

#include "sessions/recorder.h"
#include "tests/sessions/lesson.h"
#include "tests/sessions/faulty_disk.h"

using namespace nudge;
using namespace nudge::test;

namespace {

constexpr int kSteps = 70;

struct Outcome {
  std::int64_t reportedSaved = 0;  ///< by the recorder, before anything was repaired
  int marksStored = 0, policiesStored = 0;
};

/// Tries until the disk lets it: a fault that passes costs a person one click.
Result<Store> openPatiently(const std::string& path, FaultyDisk& disk) {
  auto store = Store::open(path, OpenMode::ReadWrite);
  if (!store) store = Store::open(path, OpenMode::ReadWrite);
  if (store) return store;
  disk.repair();
  return Store::open(path, OpenMode::ReadWrite);
}

/// A lesson of three and a half seconds, by the storage thread's own loop: steps, marks beside it, an update.
Outcome teach(const std::string& path, FaultyDisk& disk, bool repaired) {
  Outcome outcome;
  auto store = openPatiently(path, disk), beside = openPatiently(path, disk);
  if (!store || !beside) return outcome;
  SpscQueue<Record> queue(256);
  RecorderSettings settings;
  settings.retry_s = 0.1;
  Recorder recorder(std::move(store).value(), queue, settings);
  double now_s = 500.0;
  Record record;
  record.kind = Record::Kind::Start;
  record.start = episodeStart(1);
  queue.tryPush(record);
  record.kind = Record::Kind::Step;
  for (int index = 0; index < kSteps; ++index) {
    record.step = step(1, index);
    queue.tryPush(record);
    recorder.tick(now_s += 0.05);
    if (index == 25 || index == 45)
      outcome.marksStored += beside->addMark({0, 1, MarkKind::Paint, 0, 5, Verdict::Bad, "bad"}).ok();
    if (index == 55) {
      Update update;
      if (const auto begun = beside->beginUpdate(update)) {
        update.id = *begun;
        update.outcome = UpdateOutcome::NewPolicy;
        update.theta = {0.0, 0.0, 0.0};
        PolicyVersion policy;
        policy.weights = weights(2);
        policy.theta = update.theta;
        outcome.policiesStored += beside->finishUpdate(update, &policy).ok();
      }
    }
  }
  record.kind = Record::Kind::End;
  record.end = {1, episodeEnd()};
  queue.tryPush(record);
  recorder.status().refresh();
  outcome.reportedSaved = recorder.status().front().savedSteps;
  if (!repaired) return outcome;  // everything is closed on the broken disk
  disk.repair();
  for (int i = 0; i < 3 && !recorder.flush(); ++i) {
  }
  return outcome;
}

}  // namespace

/// Whatever call to the disk fails, once or for good: no step is lost that could be kept, the file stays
/// sound.
class FaultsTest : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir folder_;
  std::string template_, path_;

 private Q_SLOTS:
  void initTestCase() {
    template_ = folder_.filePath("template.nudge").toStdString();
    path_ = folder_.filePath("lesson.nudge").toStdString();
    VERIFY_OK(Store::create(template_, lessonInfo(), weights()));
    FaultyDisk::install();
  }

  void everyCall_data() {
    QTest::addColumn<int>("fault");
    QTest::newRow("EIO") << int(Fault::IoError);
    QTest::newRow("ENOSPC") << int(Fault::DiskFull);
    QTest::newRow("short write") << int(Fault::ShortWrite);
    QTest::newRow("failed fsync") << int(Fault::SyncFails);
  }
  /// NUDGE_FAULTS=all lets every call fail; without it a dozen of each kind, other ones in every run.
  void everyCall() {
    QFETCH(int, fault);
    FaultyDisk& disk = FaultyDisk::install();
    const int calls = lesson(Fault(fault), 0, false, true);
    QVERIFY(calls > 0);
    const bool all = qgetenv("NUDGE_FAULTS") == "all";
    const int stride = all ? 1 : std::max(1, calls / 12);
    const int offset = static_cast<int>(QDateTime::currentMSecsSinceEpoch() % stride);
    int runs = 0, injected = 0;
    for (const auto& [lasting, repaired] : {std::pair{false, true}, {true, true}, {true, false}}) {
      for (int at = 1 + offset; at <= calls; at += stride, ++runs) {
        lesson(Fault(fault), at, lasting, repaired);
        injected += disk.injected() > 0;
        if (QTest::currentTestFailed()) {
          qWarning("call %d of %d, lasting %d, repaired %d", at, calls, lasting, repaired);
          return;
        }
      }
    }
    qInfo("%d calls, %d lessons, %d with a fault, no step lost", calls, runs, injected);
  }

 private:
  /// One lesson with a fault at call `at`, and what must hold after it. Gives the number of calls.
  int lesson(Fault fault, int at, bool lasting, bool repaired) {
    FaultyDisk& disk = FaultyDisk::install();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
    std::filesystem::copy_file(template_, path_);
    disk.breakAt(fault, at, lasting);
    const Outcome outcome = teach(path_, disk, repaired);
    const int calls = disk.calls();
    disk.repair();
    verify(outcome, repaired);
    return calls;
  }

  void verify(const Outcome& outcome, bool repaired) {
    auto store = Store::open(path_, OpenMode::ReadWrite);
    VERIFY_OK(store);
    const auto problems = store->checkStructure();
    VERIFY_OK(problems);
    QVERIFY2(problems->empty(), problems->empty() ? "" : problems->front().c_str());
    const auto episode = store->episode(1);
    const auto stored = episode ? static_cast<std::int64_t>(episode->steps.size()) : 0;
    if (repaired) {
      QCOMPARE(stored, std::int64_t{kSteps});
      QCOMPARE(episode->row.outcome, EpisodeOutcome::TimeLimit);
    }
    QVERIFY2(stored >= outcome.reportedSaved, "steps are gone that were said to be saved");
    QVERIFY(static_cast<int>(store->marks()->size()) >= outcome.marksStored);
    QVERIFY(static_cast<int>(store->policyVersions()->size()) >= 1 + outcome.policiesStored);
    if (stored > 0) VERIFY_OK(store->addMark({0, 1, MarkKind::Paint, 0, 1, Verdict::Bad, "after"}));
  }
};

QTEST_GUILESS_MAIN(FaultsTest)
#include "faults_test.moc"
