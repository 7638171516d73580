// What is recorded: nothing, everything, afterwards, or apart; and how late the teacher's commands came.
#include <QtTest>

#include "tests/core/engine/loop_fixture.h"

using namespace nudge;
using test::Bench;

class TestSimLoopRecording : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void nothingIsWrittenBeforeTheFirstStep() {
    Bench bench;
    bench.send(Pause{});
    bench.run(3);
    bench.send(NextEpisode{});
    bench.run(3);
    QVERIFY(bench.records.empty());
    QCOMPARE(bench.frame().episode, std::int64_t{2});  // but the world is there to be looked at
  }

  void recordingCanBeSwitched() {
    Bench bench;
    bench.run(3);
    bench.send(SetRecording{false});
    bench.run(3);
    QVERIFY(!bench.frame().recording);
    bench.send(SetRecording{true});
    bench.run(3);
    QCOMPARE(bench.picture(), QString("SrrrE"));  // on again from the next episode on
    bench.send(NextEpisode{});
    bench.run(2);
    QCOMPARE(bench.picture(), QString("SrrrESrr"));
  }

  void whatPassesIsToldAndKeptOnlyWhenWanted() {
    SimLoopSettings settings = test::oneSlice();
    settings.lateCapture = true;
    settings.recording = false;
    Bench bench(settings);
    bench.run(43);  // an episode has 40 steps
    QVERIFY(!bench.frame().recording);
    for (const Record& record : bench.records) QVERIFY(record.passing);
    QCOMPARE(bench.picture().count('S'), 2);
    const std::size_t before = bench.records.size();
    bench.send(KeepRecent{});
    bench.run(2);
    QVERIFY(bench.records[before].kind == Record::Kind::Keep);
    QVERIFY(bench.frame().recording);  // the rest of this episode
    for (std::size_t i = before + 1; i < bench.records.size(); ++i) QVERIFY(!bench.records[i].passing);
    bench.run(40);
    QVERIFY(bench.records.back().passing);  // but not the next one
    bench.send(SetRecording{true});
    bench.run(1);
    QVERIFY(!bench.frame().recording);
    bench.run(45);
    QVERIFY(bench.frame().recording && !bench.records.back().passing);
  }

  void withoutLateCaptureNothingIsKept() {
    SimLoopSettings settings = test::oneSlice();
    settings.recording = false;
    Bench bench(settings);
    bench.run(10);
    bench.send(KeepRecent{});
    bench.run(10);
    QVERIFY(bench.records.empty());
  }

  void practiceIsOfWholeEpisodes() {
    Bench bench;
    bench.run(3);
    bench.send(SetPractice{true});
    bench.run(2);
    QVERIFY(bench.frame().practice);
    bench.send(SetPractice{true});  // no news
    bench.run(1);
    bench.send(SetPractice{false});
    bench.run(2);
    QVERIFY(!bench.frame().practice);
    QCOMPARE(bench.picture(), QString("SrrrESrrrESrr"));
    std::vector<bool> practice;
    for (const Record& record : bench.records)
      if (record.kind == Record::Kind::Start) practice.push_back(record.practice);
    QCOMPARE(practice, (std::vector<bool>{false, true, false}));
  }

  void theLagOfCommandsIsMeasured() {
    Bench bench;
    bench.hand.fresh = false;
    const auto say = [&](double age_s) {
      bench.hand.grab(0.1);
      bench.hand.state.time_s = bench.now_s;
      bench.hand.state.packet_s = bench.now_s - age_s;
      bench.run(1);
    };
    for (int i = 0; i < 18; ++i) say(0.010);
    say(0.0422);
    QCOMPARE(bench.frame().lag.commands, 19);
    QVERIFY(std::abs(bench.frame().lag.median_s - 0.010) <= 0.001);
    QVERIFY(std::abs(bench.frame().lag.p99_s - 0.0422) <= 0.001);
    QVERIFY(std::abs(bench.frame().commandLag_s - 0.0422) < 1e-9);
    bench.hand.state.time_s = bench.now_s;  // held still: not a new command
    bench.run(1);
    QCOMPARE(bench.frame().lag.commands, 19);
    bench.hand.letGo();
    bench.send(ResetEpisode{});
    bench.run(1);
    const auto end = std::find_if(bench.records.begin(), bench.records.end(), [](const Record& r) { return r.kind == Record::Kind::End; });
    QVERIFY(end != bench.records.end());
    QCOMPARE(end->end.lag.commands, 19);
    QCOMPARE(bench.frame().lag.commands, 0);  // of the new episode
  }
};

QTEST_GUILESS_MAIN(TestSimLoopRecording)
#include "test_sim_loop_recording.moc"
