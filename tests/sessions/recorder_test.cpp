#include "sessions/recorder.h"

#include <sys/statvfs.h>

#include <QTemporaryDir>
#include <QtTest>

#include "tests/sessions/lesson.h"
#include "tests/support/full_disk.h"

using namespace nudge;
using namespace nudge::test;

namespace {

void pushStart(SpscQueue<Record>& queue, std::int64_t episode, bool passing = false) {
  Record record;
  record.passing = passing;
  record.kind = Record::Kind::Start;
  record.start = episodeStart(episode);
  QVERIFY(queue.tryPush(record));
}

bool pushStep(SpscQueue<Record>& queue, std::int64_t episode, int index, bool passing = false) {
  Record record;
  record.passing = passing;
  record.step = step(episode, index);
  return queue.tryPush(record);
}

void pushEnd(SpscQueue<Record>& queue, std::int64_t episode, bool passing = false) {
  Record record;
  record.passing = passing;
  record.kind = Record::Kind::End;
  record.end = {episode, episodeEnd()};
  QVERIFY(queue.tryPush(record));
}

}  // namespace

/// What happened reaches the file in time, and stays in memory while the file takes nothing.
class RecorderTest : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<QTemporaryDir> folder_;
  std::string path_;

  std::unique_ptr<Recorder> recorder(SpscQueue<Record>& queue, const RecorderSettings& settings = {}) {
    auto store = Store::create(path_, lessonInfo(), weights());
    return store ? std::make_unique<Recorder>(std::move(store).value(), queue, settings) : nullptr;
  }
  int storedSteps(std::int64_t episode = 1) {
    const auto store = Store::open(path_, OpenMode::ReadOnly);
    const auto data = store ? store->episode(episode) : Result<EpisodeData>(store.error());
    return data ? static_cast<int>(data->steps.size()) : -1;
  }

 private Q_SLOTS:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    path_ = folder_->filePath("lesson.nudge").toStdString();
  }

  void stepsAreStoredWithinHalfASecond() {
    SpscQueue<Record> queue(64);
    const auto recorder = this->recorder(queue);
    pushStart(queue, 1);
    for (int index = 0; index < 65; ++index) {  // 20 Hz, ticks 50 ms apart
      QVERIFY(pushStep(queue, 1, index));
      const double now_s = 1000.0 + 0.05 * index;
      recorder->tick(now_s);
      QVERIFY2(storedSteps() >= index - 10, qPrintable(QString::number(index)));
      QVERIFY(recorder->status().refresh());
      QCOMPARE(recorder->status().front().savedSteps + recorder->status().front().pendingSteps, index + 1);
    }
    pushEnd(queue, 1);
    recorder->tick(1003.3);
    QCOMPARE(storedSteps(), 65);
    QVERIFY(recorder->status().refresh());
    const RecorderStatus& status = recorder->status().front();
    QCOMPARE(status.savedSteps, 65);
    QCOMPARE(status.pendingSteps, 0);
    QVERIFY(status.savedUntil_s == step(1, 64).wallTime_s);
    QVERIFY(status.freeSpace_bytes > 0);
    QCOMPARE(status.error, std::string());
    QCOMPARE(recorder->store().episode(1)->row.outcome, EpisodeOutcome::TimeLimit);
    QVERIFY(recorder->store().checkStructure()->empty());
  }

  void drainingGivesTheSameChunksHoweverOften() {
    std::vector<std::string> content;
    for (const int every : {1, 7, 50}) {
      path_ = folder_->filePath(QString("drain%1.nudge").arg(every)).toStdString();
      SpscQueue<Record> queue(200);
      const auto recorder = this->recorder(queue);
      for (int episode = 1; episode <= 2; ++episode) {
        pushStart(queue, episode);
        for (int index = 0; index < 50; ++index) {
          QVERIFY(pushStep(queue, episode, index));
          if (index % every == 0) VERIFY_OK(recorder->drain());
        }
        pushEnd(queue, episode);
        VERIFY_OK(recorder->drain());
        QCOMPARE(storedSteps(episode), 50);
      }
      const auto hash = recorder->store().contentHash();
      VERIFY_OK(hash);
      content.push_back(*hash);
    }
    QCOMPARE(content[1], content[0]);
    QCOMPARE(content[2], content[0]);
  }

  void aFullDiskCostsNothing() {
    SpscQueue<Record> queue(64);
    RecorderSettings settings;
    settings.memorySteps = 100;
    const auto recorder = this->recorder(queue, settings);
    pushStart(queue, 1);
    double now_s = 0.0;
    int pushed = 0;
    const auto run = [&](int count) {
      for (int i = 0; i < count && pushStep(queue, 1, pushed); ++i, ++pushed) recorder->tick(now_s += 0.05);
    };
    run(30);
    QVERIFY(recorder->status().refresh());
    {
      const FullDisk full(static_cast<rlim_t>(QFileInfo(QString::fromStdString(path_ + "-wal")).size()));
      run(1000);  // until the queue refuses too
      recorder->status().refresh();
      const RecorderStatus& status = recorder->status().front();
      QVERIFY2(status.error.find("wait in memory") != std::string::npos, status.error.c_str());
      QCOMPARE(status.pendingSteps, 100);
      QCOMPARE(pushed, static_cast<int>(status.savedSteps) + 100 + 64);
      QVERIFY(!recorder->flush());
    }
    recorder->tick(now_s += 2.0);  // there is space again
    run(20);
    VERIFY_OK(recorder->flush());
    QCOMPARE(storedSteps(), pushed);
    recorder->status().refresh();
    QCOMPARE(recorder->status().front().error, std::string());
    QCOMPARE(recorder->status().front().refusedSteps, 0);
    QVERIFY(recorder->store().checkStructure()->empty());
  }

  void aMovedFileIsNoticed() {
    SpscQueue<Record> queue(64);
    const auto recorder = this->recorder(queue);
    pushStart(queue, 1);
    recorder->tick(0.0);
    const QString path = QString::fromStdString(path_);
    QVERIFY(QFile::rename(path, path + ".moved"));
    QVERIFY(pushStep(queue, 1, 0));
    VERIFY_FAILS(recorder->flush(), ErrorCode::Io);
    recorder->status().refresh();
    QVERIFY(recorder->status().front().error.find("moved or deleted") != std::string::npos);
    QVERIFY(QFile::rename(path + ".moved", path));
    VERIFY_OK(recorder->flush());
    QCOMPARE(storedSteps(), 1);
  }

  void aLockedFileIsTriedAgain() {
    // Covered by the same path as a full disk; here the other holder is a second recorder.
    SpscQueue<Record> queue(64), otherQueue(64);
    auto first = this->recorder(queue);
    VERIFY_OK(first->store().claim());
    auto store = Store::open(path_, OpenMode::ReadWrite);
    VERIFY_OK(store);
    Recorder second(std::move(store).value(), otherQueue);
    pushStart(otherQueue, 1);
    QVERIFY(pushStep(otherQueue, 1, 0));
    VERIFY_FAILS(second.flush(), ErrorCode::Busy);
    first.reset();
    VERIFY_OK(second.flush());
    QCOMPARE(storedSteps(), 1);
  }

  void whatCannotBeStoredIsCountedAndSaid() {
    SpscQueue<Record> queue(64);
    const auto recorder = this->recorder(queue);
    pushStart(queue, 1);
    Record bad;
    bad.step = step(1, 0);
    bad.step.state.clear();
    QVERIFY(queue.tryPush(bad));
    VERIFY_FAILS(recorder->flush(), ErrorCode::InvalidInput);
    QVERIFY(pushStep(queue, 1, 1));
    pushStart(queue, 2);
    QVERIFY(pushStep(queue, 2, 0));
    VERIFY_FAILS(recorder->flush(), ErrorCode::InvalidInput);
    const auto troubles = recorder->store().troubles();
    VERIFY_OK(troubles);
    QCOMPARE(troubles->size(), 2u);
    QCOMPARE(troubles->front().kind, RecordingTrouble::Kind::Refused);
    QCOMPARE(troubles->front().episode, 1);
    recorder->status().refresh();
    const RecorderStatus& status = recorder->status().front();
    QCOMPARE(status.refusedSteps, 2);
    QVERIFY2(status.error.find("could not be stored") != std::string::npos, status.error.c_str());
    QVERIFY2(status.error.find("other sizes") != std::string::npos, status.error.c_str());
    QCOMPARE(storedSteps(2), 1);
  }

  void lateStepsAreCountedAndWrittenDown() {
    SpscQueue<Record> queue(256);
    const auto recorder = this->recorder(queue);
    pushStart(queue, 1);
    double now_s = 800.0;
    int pushed = 0;
    const auto run = [&](int count) {
      for (int i = 0; i < count && pushStep(queue, 1, pushed); ++i, ++pushed) recorder->tick(now_s += 0.05);
    };
    run(40);
    recorder->status().refresh();
    QCOMPARE(recorder->status().front().lateSteps, 0);
    {
      const FullDisk full(static_cast<rlim_t>(QFileInfo(QString::fromStdString(path_ + "-wal")).size()));
      run(100);  // five seconds
    }
    run(60);
    VERIFY_OK(recorder->flush());
    recorder->status().refresh();
    const auto late = recorder->status().front().lateSteps;
    QVERIFY2(late > 60 && late <= 100, qPrintable(QString::number(late)));
    const auto troubles = recorder->store().troubles();
    VERIFY_OK(troubles);
    QCOMPARE(troubles->size(), 1u);
    const RecordingTrouble& trouble = troubles->front();
    QCOMPARE(trouble.kind, RecordingTrouble::Kind::Late);
    QCOMPARE(trouble.episode, 1);
    QCOMPARE(trouble.steps, late);
    QVERIFY2(trouble.firstStep >= 30 && trouble.firstStep <= 45, qPrintable(QString::number(trouble.firstStep)));
    QVERIFY2(trouble.delay_s > 4.0 && trouble.delay_s < 7.0, qPrintable(QString::number(trouble.delay_s)));
    QVERIFY2(trouble.message.find("Could not store steps") != std::string::npos, trouble.message.c_str());
    QCOMPARE(storedSteps(), pushed);
  }

  void theLessonGoesOnElsewhere() {
    SpscQueue<Record> queue(64);
    const auto recorder = this->recorder(queue);
    pushStart(queue, 1);
    for (int index = 0; index < 30; ++index) QVERIFY(pushStep(queue, 1, index));
    VERIFY_OK(recorder->flush());
    for (int index = 30; index < 42; ++index) QVERIFY(pushStep(queue, 1, index));  // in memory only
    VERIFY_FAILS(recorder->moveTo(path_), ErrorCode::InvalidInput);
    VERIFY_FAILS(recorder->moveTo(folder_->filePath("no/where.nudge").toStdString()), ErrorCode::Io);
    QCOMPARE(storedSteps(), 30);
    const std::string before = path_;
    path_ = folder_->filePath("elsewhere.nudge").toStdString();
    VERIFY_OK(recorder->moveTo(path_));
    QCOMPARE(storedSteps(), 42);
    VERIFY_OK(Store::open(path_, OpenMode::ReadWrite)->claim());  // whoever opens it next may record
    QVERIFY(pushStep(queue, 1, 42));
    pushEnd(queue, 1);
    VERIFY_OK(recorder->flush());
    QCOMPARE(storedSteps(), 43);
    QVERIFY(recorder->store().checkStructure()->empty());
    path_ = before;
    QCOMPARE(storedSteps(), 30);
    VERIFY_OK(Store::open(before, OpenMode::ReadWrite)->claim());  // nobody holds it any more
    QCOMPARE(QDir(folder_->path()).entryList({"*part*"}).size(), 0);
  }

  void whatPassesIsKeptOnlyWhenWanted() {
    SpscQueue<Record> queue(64);
    RecorderSettings settings;
    settings.passing_s = 150.0;  // the episodes of these tests begin 100 s apart
    const auto recorder = this->recorder(queue, settings);
    double now_s = 0.0;
    const auto pass = [&](std::int64_t episode, int steps, bool ends = true) {
      pushStart(queue, episode, true);
      for (int index = 0; index < steps; ++index) QVERIFY(pushStep(queue, episode, index, true));
      if (ends) pushEnd(queue, episode, true);
      recorder->tick(now_s += 1.0);
    };
    const auto status = [&] { return recorder->status().refresh(), recorder->status().front(); };
    for (int episode = 1; episode <= 4; ++episode) pass(episode, 30);
    pass(5, 25, false);
    QCOMPARE(status().passingSteps, 30 + 30 + 25);  // 3 and 4: within 150 s of the newest whole one; and the running one
    QCOMPARE(storedSteps(), -1);
    QCOMPARE(status().pendingSteps, 0);

    Record keep;
    keep.kind = Record::Kind::Keep;
    QVERIFY(queue.tryPush(keep));
    for (int index = 25; index < 40; ++index) QVERIFY(pushStep(queue, 5, index));  // the running one goes on, recorded
    pushEnd(queue, 5);
    recorder->tick(now_s += 1.0);
    VERIFY_OK(recorder->flush());
    QCOMPARE(storedSteps(2), -1);
    for (int episode = 3; episode <= 4; ++episode) QCOMPARE(storedSteps(episode), 30);
    QCOMPARE(storedSteps(5), 40);
    QVERIFY(recorder->store().checkStructure()->empty());
    recorder->tick(now_s += 1.0);
    QCOMPARE(status().passingSteps, 0);
    QVERIFY(recorder->store().troubles()->empty());  // nothing of it came late

    pass(6, 10);
    pushStart(queue, 7);  // recording is on again: what passed before cannot be put in front any more
    QVERIFY(pushStep(queue, 7, 0));
    QVERIFY(queue.tryPush(keep));
    recorder->tick(now_s += 1.0);
    VERIFY_OK(recorder->flush());
    QCOMPARE(storedSteps(6), -1);
    QCOMPARE(storedSteps(7), 1);
  }

  void theThreadStoresEverythingBeforeItStops() {
    SpscQueue<Record> queue(2000);
    RecorderThread thread(recorder(queue));
    pushStart(queue, 1);
    for (int index = 0; index < 1000; ++index) QVERIFY(pushStep(queue, 1, index));
    pushEnd(queue, 1);
    VERIFY_OK(thread.stop());
    VERIFY_OK(thread.stop());
    QCOMPARE(storedSteps(), 1000);
    thread.start();
    pushStart(queue, 2);
    QVERIFY(pushStep(queue, 2, 0));
    VERIFY_OK(thread.stop());
    QCOMPARE(Store::open(path_, OpenMode::ReadOnly)->episode(2)->row.steps, 1);
  }
};

QTEST_GUILESS_MAIN(RecorderTest)
#include "recorder_test.moc"
