// The window's recorder and the learner write one file at the same time, and a third program marks, reads and backs up.
// NUDGE_SOAK_S says for how long; three seconds without it.
#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "core/base/clock.h"
#include "sessions/backups.h"
#include "sessions/recorder.h"
#include "tests/sessions/lesson.h"

using namespace nudge;
using namespace nudge::test;

class SideBySideTest : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir folder_;
  std::string path_;
  SpscQueue<Record> queue_{4096};
  std::int64_t episode_ = 0, pushed_ = 0;
  int index_ = 0;

  bool push(Record::Kind kind) {
    Record record;
    record.kind = kind;
    if (kind == Record::Kind::Start) {
      record.start = episodeStart(++episode_);
      index_ = 0;
    } else if (kind == Record::Kind::End) {
      record.end = {episode_, episodeEnd()};
    } else {
      record.step = step(episode_, index_++);
      record.step.wallTime_s = monotonic_s();
      ++pushed_;
    }
    return queue_.tryPush(record);
  }
  /// What a robot at 20 Hz hands over until now: a new episode every 100 steps.
  void pushUntil(double now_s, double start_s) {
    while (pushed_ < static_cast<std::int64_t>((now_s - start_s) * 20.0)) {
      if (episode_ == 0 || index_ == 100) {
        if (episode_ > 0) QVERIFY(push(Record::Kind::End));
        QVERIFY(push(Record::Kind::Start));
      }
      QVERIFY(push(Record::Kind::Step));
    }
  }

 private Q_SLOTS:
  void nobodyIsTurnedAway() {
    const double seconds = qEnvironmentVariableIsSet("NUDGE_SOAK_S") ? qEnvironmentVariable("NUDGE_SOAK_S").toDouble() : 3.0;
    path_ = folder_.filePath("lesson.nudge").toStdString();
    auto store = Store::create(path_, lessonInfo(), weights());
    VERIFY_OK(store);
    VERIFY_OK(store->claim());
    auto marker = Store::open(path_, OpenMode::ReadWrite);  // the window's document
    VERIFY_OK(marker);
    QProcess learner;
    // Without pause in the few seconds of every run; for an hour that would fill a disk.
    learner.start(NUDGE_RECORDING_CHILD, {"update", QString::fromStdString(path_), seconds > 60.0 ? "20" : "0"});
    QVERIFY(learner.waitForReadyRead(60'000));
    std::int64_t marks = 0, undone = 0, readings = 0, backups = 0;
    double slowestMark_s = 0.0;
    {
      RecorderThread recorder(std::make_unique<Recorder>(std::move(store).value(), queue_));
      const double start_s = monotonic_s();
      double backupAt_s = start_s + 1.0;
      for (double now_s = start_s; now_s < start_s + seconds; now_s = monotonic_s()) {
        pushUntil(now_s, start_s);
        const auto rows = marker->episodes();
        VERIFY_OK(rows);
        if (!rows->empty()) {
          const double before_s = monotonic_s();
          VERIFY_OK(marker->addMark({0, rows->back().start.episode, MarkKind::Paint, 0, 5, Verdict::Bad, "m"}));
          slowestMark_s = std::max(slowestMark_s, monotonic_s() - before_s);
          ++marks;
          if (marks % 3 == 0) {
            VERIFY_OK(marker->undoMark());
            ++undone;
          }
          VERIFY_OK(marker->track(rows->back().start.episode));
          VERIFY_OK(marker->updates());
          ++readings;
        }
        if (now_s > backupAt_s) {
          backupAt_s = now_s + 30.0;
          const auto backup = makeBackup(path_);
          VERIFY_OK(backup);
          backups += !backup->empty();
        }
        recorder.status().refresh();
        const std::string& trouble = recorder.status().front().error;
        QVERIFY2(trouble.empty(), trouble.c_str());
        QTest::qWait(50);
      }
      VERIFY_OK(recorder.stop());
      recorder.status().refresh();
      QCOMPARE(recorder.status().front().refusedSteps, 0);
    }
    QCOMPARE(learner.state(), QProcess::Running);  // it ends at the first error
    learner.kill();
    learner.waitForFinished(10'000);
    const auto whole = Store::open(path_, OpenMode::ReadOnly);
    std::int64_t stored = 0;
    const auto rows = whole->episodes();
    VERIFY_OK(rows);
    for (const EpisodeRow& row : *rows) stored += row.steps;
    QCOMPARE(stored, pushed_);
    QVERIFY(whole->checkStructure()->empty());
    qint64 late = 0;
    const auto troubles = whole->troubles();
    VERIFY_OK(troubles);
    for (const RecordingTrouble& trouble : *troubles) late += trouble.steps;
    qInfo("%.0f s: %lld steps, %lld marks (slowest %.3f s), %lld undone, %lld readings, %lld backups beside %zu policies of "
          "the learner; nobody was turned away; %lld steps came late",
          seconds, static_cast<long long>(stored), static_cast<long long>(marks), slowestMark_s,
          static_cast<long long>(undone), static_cast<long long>(readings), static_cast<long long>(backups),
          whole->policyVersions()->size() - 1, static_cast<long long>(late));
  }
};

QTEST_GUILESS_MAIN(SideBySideTest)
#include "side_by_side_test.moc"
