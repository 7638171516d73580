#include <QTemporaryDir>
#include <QtTest>

#include "tests/sessions/lesson.h"

using namespace nudge;
using namespace nudge::test;

namespace {

void compareSteps(const Step& actual, const Step& expected) {
  QCOMPARE(actual.index, expected.index);
  QCOMPARE(actual.driver, expected.driver);
  QVERIFY(actual.wallTime_s == expected.wallTime_s);
  QVERIFY(actual.observation == expected.observation);
  QVERIFY(actual.proposal == expected.proposal);
  QVERIFY(actual.action == expected.action);
  QVERIFY(actual.features == expected.features);
  QVERIFY(actual.state == expected.state);
}

Mark paint(std::int64_t episode, int begin, int end, Verdict verdict) {
  return {0, episode, MarkKind::Paint, begin, end, verdict, "mark as " + std::string(name(verdict))};
}

}  // namespace

/// A lesson in a real file: everything comes back as it went in.
class StoreTest : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<QTemporaryDir> folder_;
  std::string path_;

  Result<Store> reopened(OpenMode mode = OpenMode::ReadOnly) { return Store::open(path_, mode); }
  Result<Store> fresh() { return Store::create(path_, lessonInfo(), weights()); }

 private Q_SLOTS:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    path_ = folder_->filePath("a lesson % é.nudge").toStdString();
  }

  void anEpisodeKeepsItsReactionTime() {
    auto store = fresh();
    VERIFY_OK(store);
    VERIFY_OK(recordEpisodes(*store, 1, 30));
    const auto before = store->segments(1);
    QCOMPARE(store->episodes()->front().reaction_s, 0.5);
    VERIFY_OK(store->setReaction(0.15));  // another teacher, quicker
    QCOMPARE(store->info().reaction_s, 0.15);
    EpisodeStart start = episodeStart(2);
    VERIFY_OK(store->beginEpisode(start));
    VERIFY_OK(store->appendSteps(2, steps(2, 0, 30)));
    VERIFY_OK(store->addMark(paint(1, 25, 27, Verdict::Excluded)));
    VERIFY_OK(store->undoMark());
    QVERIFY(*store->segments(1) == *before);  // what was taught before stays as it was
    QCOMPARE(store->segments(2)->front(), (Segment{0, 3, Verdict::Good, false}));
    QCOMPARE(store->segments(2)->at(1), (Segment{3, 6, Verdict::Bad, false}));
    QVERIFY(store->checkStructure()->empty());
    for (const double absurd : {-0.1, 1e9, std::nan("")}) VERIFY_FAILS(store->setReaction(absurd), ErrorCode::InvalidInput);
    QCOMPARE(reopened()->info().reaction_s, 0.15);
    VERIFY_FAILS(reopened()->setReaction(0.3), ErrorCode::ReadOnly);
  }

  void practiceAndLagComeBack() {
    auto store = fresh();
    VERIFY_OK(store);
    VERIFY_OK(store->beginEpisode(episodeStart(1), true));
    VERIFY_OK(store->appendSteps(1, steps(1, 0, 30)));
    VERIFY_OK(store->endEpisode(1, episodeEnd(), {31, 0.0125, 0.048}));
    VERIFY_OK(store->beginEpisode(episodeStart(2)));
    const auto rows = reopened()->episodes();
    VERIFY_OK(rows);
    QVERIFY(rows->at(0).practice && !rows->at(1).practice);
    QCOMPARE(rows->at(0).lag.commands, 31);
    QCOMPARE(rows->at(0).lag.median_s, 0.0125);
    QCOMPARE(rows->at(0).lag.p99_s, 0.048);
    QCOMPARE(rows->at(1).lag.commands, 0);
    QVERIFY(reopened()->episode(1)->finalState == episodeEnd().state);
  }

  void lessonFactsComeBack() {
    VERIFY_OK(fresh());
    const auto store = reopened();
    VERIFY_OK(store);
    const LessonInfo expected = lessonInfo(), &info = store->info();
    QCOMPARE(info.task, expected.task);
    QCOMPARE(info.mjcf, expected.mjcf);
    QCOMPARE(info.mujocoVersion, expected.mujocoVersion);
    QCOMPARE(info.nudgeVersion, expected.nudgeVersion);
    QCOMPARE(info.seed, expected.seed);
    QVERIFY(info.controlRate_hz == expected.controlRate_hz);
    QVERIFY(info.observation == expected.observation);
    QVERIFY(info.action == expected.action);
    QVERIFY(info.features == expected.features);
    QCOMPARE(info.stateSize, expected.stateSize);
    QVERIFY(info.reaction_s == expected.reaction_s);
    QVERIFY(info.targetRate == expected.targetRate);
    QCOMPARE(info.teacher, expected.teacher);
    QCOMPARE(info.created, expected.created);
    QVERIFY(store->readOnly());
    QCOMPARE(QDir(folder_->path()).entryList(QDir::Files).size(), 3);  // with the log of the open file
  }

  void nothingLiesBesideAClosedFile() {
    {
      auto store = fresh();
      VERIFY_OK(store);
      VERIFY_OK(recordEpisodes(*store, 1, 30));
    }
    { VERIFY_OK(reopened()); }
    QCOMPARE(QDir(folder_->path()).entryList(QDir::Files), QStringList{"a lesson % é.nudge"});
  }

  void stepsComeBackBitForBit() {
    {
      auto store = fresh();
      VERIFY_OK(store);
      VERIFY_OK(recordEpisodes(*store, 3, 47));
    }
    const auto store = reopened();
    VERIFY_OK(store);
    const auto rows = store->episodes();
    VERIFY_OK(rows);
    QCOMPARE(rows->size(), 3u);
    for (int number = 1; number <= 3; ++number) {
      const auto data = store->episode(number);
      VERIFY_OK(data);
      QCOMPARE(data->row.start.seed, episodeStart(number).seed);
      QCOMPARE(data->row.start.episode, number);
      QCOMPARE(data->row.steps, 47);
      QCOMPARE(data->row.teacherSteps, 12);
      QCOMPARE(data->row.takeOvers, 3);
      QCOMPARE(data->row.outcome, EpisodeOutcome::TimeLimit);
      QVERIFY(data->row.success);
      QVERIFY(data->row.maxTilt_rad == 0.125);
      QVERIFY(data->finalObservation == episodeEnd().observation);
      QVERIFY(std::signbit(data->finalState.back()));
      QVERIFY(data->finalState == episodeEnd().state);
      QCOMPARE(data->steps.size(), 47u);
      for (int i = 0; i < 47; ++i) compareSteps(data->steps[static_cast<std::size_t>(i)], step(number, i));
      QCOMPARE(rows->at(static_cast<std::size_t>(number - 1)).teacherSteps, 12);
    }
    const auto problems = store->checkStructure();
    VERIFY_OK(problems);
    QVERIFY2(problems->empty(), problems->empty() ? "" : problems->front().c_str());
  }

  void oneStateAlone() {
    auto store = fresh();
    VERIFY_OK(store);
    VERIFY_OK(recordEpisodes(*store, 2, 47));
    for (const int index : {0, 19, 20, 21, 46}) {
      const auto state = store->state(2, index);
      VERIFY_OK(state);
      QVERIFY(*state == step(2, index).state);
    }
    VERIFY_OK(store->state(2, 47));
    QVERIFY(*store->state(2, 47) == episodeEnd().state);
    for (const int index : {-1, 48, 1'000'000}) VERIFY_FAILS(store->state(2, index), ErrorCode::NotFound);
    VERIFY_FAILS(store->state(3, 0), ErrorCode::NotFound);
    VERIFY_FAILS(store->episode(3), ErrorCode::NotFound);
  }

  void everyMomentOfALongEpisode() {
    auto store = fresh();
    VERIFY_OK(store);
    VERIFY_OK(recordEpisodes(*store, 2, 350));
    const auto whole = store->track(2);
    VERIFY_OK(whole);
    for (const int index : {0, 1, 19, 20, 149, 150, 159, 160, 161, 319, 320, 349}) {
      QVERIFY(*store->state(2, index) == step(2, index).state);
      const auto rest = store->track(2, index);
      VERIFY_OK(rest);
      QCOMPARE(rest->drivers.size(), static_cast<std::size_t>(350 - index));
      QVERIFY(std::equal(rest->features.rbegin(), rest->features.rend(), whole->features.rbegin()));
    }
    const auto data = store->episode(2);
    QCOMPARE(data->steps.size(), 350u);
    for (int i = 0; i < 350; ++i) compareSteps(data->steps[static_cast<std::size_t>(i)], step(2, i));
    QVERIFY(store->checkStructure()->empty());
  }

  void theSameWriteTwiceIsStoredOnce() {
    auto store = fresh();
    VERIFY_OK(store);
    for (int time = 0; time < 2; ++time) VERIFY_OK(store->beginEpisode(episodeStart(1)));
    VERIFY_OK(store->appendSteps(1, steps(1, 0, 10)));
    VERIFY_OK(store->appendSteps(1, steps(1, 0, 10)));
    VERIFY_OK(store->appendSteps(1, steps(1, 5, 15)));
    for (int time = 0; time < 2; ++time) VERIFY_OK(store->endEpisode(1, episodeEnd()));
    const auto data = store->episode(1);
    VERIFY_OK(data);
    QCOMPARE(data->steps.size(), 15u);
    QVERIFY(data->steps[12].state == step(1, 12).state);
    QVERIFY(store->checkStructure()->empty());
  }

  void stepsThatDoNotFitAreRefused() {
    auto store = fresh();
    VERIFY_OK(store);
    VERIFY_FAILS(store->appendSteps(1, steps(1, 0, 2)), ErrorCode::NotFound);
    VERIFY_OK(store->beginEpisode(episodeStart(5)));
    VERIFY_FAILS(store->beginEpisode(episodeStart(4)), ErrorCode::InvalidInput);
    EpisodeStart unknownPolicy = episodeStart(6);
    unknownPolicy.policyVersion = 9;
    VERIFY_FAILS(store->beginEpisode(unknownPolicy), ErrorCode::InvalidInput);
    VERIFY_FAILS(store->appendSteps(5, steps(5, 1, 3)), ErrorCode::InvalidInput);
    std::vector<Step> wrong = steps(5, 0, 3);
    wrong[1].state.pop_back();
    VERIFY_FAILS(store->appendSteps(5, wrong), ErrorCode::InvalidInput);
    QCOMPARE(store->episode(5)->steps.size(), 0u);
    EpisodeEnd end = episodeEnd();
    end.observation.push_back(1.0f);
    VERIFY_FAILS(store->endEpisode(5, end), ErrorCode::InvalidInput);
    VERIFY_OK(store->endEpisode(5, episodeEnd()));
    VERIFY_FAILS(store->appendSteps(5, steps(5, 0, 3)), ErrorCode::InvalidInput);
    VERIFY_FAILS(store->endEpisode(7, episodeEnd()), ErrorCode::NotFound);
  }

  void unfinishedEpisodesAreClosed() {
    {
      auto store = fresh();
      VERIFY_OK(store);
      VERIFY_OK(store->beginEpisode(episodeStart(1)));
      VERIFY_OK(store->appendSteps(1, steps(1, 0, 7)));
    }
    auto store = reopened(OpenMode::ReadWrite);
    VERIFY_OK(store);
    const auto closed = store->closeUnfinishedEpisodes();
    VERIFY_OK(closed);
    QCOMPARE(*closed, 1);
    QCOMPARE(*store->closeUnfinishedEpisodes(), 0);
    const auto data = store->episode(1);
    VERIFY_OK(data);
    QCOMPARE(data->row.outcome, EpisodeOutcome::Reset);
    QCOMPARE(data->steps.size(), 7u);
    QVERIFY(data->finalState.empty());
    VERIFY_FAILS(store->state(1, 7), ErrorCode::NotFound);
    VERIFY_OK(store->beginEpisode(episodeStart(2)));
  }

  void segmentsFollowStepsAndMarks() {
    auto store = fresh();
    VERIFY_OK(store);
    VERIFY_OK(recordEpisodes(*store, 2, 47));
    const auto expected = [&](std::int64_t episode) {
      std::vector<Driver> drivers;
      for (const Step& each : steps(episode, 0, 47)) drivers.push_back(each.driver);
      return makeSegments(drivers, reactionSteps(0.5, 20.0), *store->marks(episode));
    };
    QVERIFY(*store->segments(1) == expected(1));
    QVERIFY(store->segments(1)->size() > 4);
    const auto automatic = *store->segments(1);
    VERIFY_OK(store->addMark(paint(1, 20, 30, Verdict::Excluded)));
    VERIFY_OK(store->addMark({0, 1, MarkKind::Cut, 35, 35, Verdict::Good, "split"}));
    QVERIFY(*store->segments(1) == expected(1));
    QVERIFY(*store->segments(1) != automatic);
    QVERIFY(*store->segments(2) == automatic);
    QVERIFY(store->episode(1)->segments == *store->segments(1));
    QVERIFY(store->checkStructure()->empty());
  }

  void marksMayRunAheadOfTheSteps() {
    auto store = fresh();
    VERIFY_OK(store);
    VERIFY_OK(store->beginEpisode(episodeStart(1)));
    VERIFY_OK(store->addMark(paint(1, 2, 30, Verdict::Bad)));
    QVERIFY(store->segments(1)->empty());
    VERIFY_OK(store->appendSteps(1, steps(1, 0, 5)));
    const auto segments = *store->segments(1);
    QCOMPARE(segments.size(), 2u);
    QCOMPARE(segments[1], (Segment{2, 5, Verdict::Bad, true}));
    VERIFY_FAILS(store->addMark(paint(2, 0, 1, Verdict::Bad)), ErrorCode::NotFound);
    VERIFY_FAILS(store->addMark(paint(1, 3, 2, Verdict::Bad)), ErrorCode::InvalidInput);
    VERIFY_FAILS(store->addMark(paint(1, -1, 2, Verdict::Bad)), ErrorCode::InvalidInput);
  }

  void undoOutlivesTheProgram() {
    std::vector<std::vector<Segment>> history;
    {
      auto store = fresh();
      VERIFY_OK(store);
      VERIFY_OK(recordEpisodes(*store, 1, 47));
      history.push_back(*store->segments(1));
      for (int i = 0; i < 3; ++i) {
        VERIFY_OK(store->addMark(paint(1, 10 * i, 10 * i + 4, Verdict::Bad)));
        history.push_back(*store->segments(1));
      }
    }
    for (int i = 3; i > 0; --i) {
      auto store = reopened(OpenMode::ReadWrite);  // a new program each time
      const auto undone = store->undoMark();
      VERIFY_OK(undone);
      QVERIFY(undone->has_value());
      QCOMPARE((*undone)->begin, 10 * (i - 1));
      QCOMPARE((*undone)->text, std::string("mark as bad"));
      QVERIFY(*store->segments(1) == history[static_cast<std::size_t>(i - 1)]);
    }
    auto store = reopened(OpenMode::ReadWrite);
    QVERIFY(!store->undoMark()->has_value());
    for (int i = 1; i <= 2; ++i) {
      QCOMPARE((*store->redoMark())->begin, 10 * (i - 1));
      QVERIFY(*store->segments(1) == history[static_cast<std::size_t>(i)]);
    }
    const auto added = store->addMark(paint(1, 40, 44, Verdict::Good));
    VERIFY_OK(added);
    QVERIFY(*added > 3);  // a dropped revision is not used again
    QVERIFY(!store->redoMark()->has_value());
    QCOMPARE(store->marks()->size(), 3u);
    QCOMPARE(store->marks(1)->back().revision, *added);
    QVERIFY(store->checkStructure()->empty());
  }

  void settings() {
    auto store = fresh();
    QVERIFY(!store->setting("notes")->has_value());
    VERIFY_OK(store->setSetting("notes", "first"));
    VERIFY_OK(store->setSetting("notes", "it wobbles"));
    QCOMPARE(store->setting("notes")->value(), std::string("it wobbles"));
  }

  void aReadOnlyStoreRefusesToWrite() {
    VERIFY_OK(fresh());
    auto store = reopened();
    VERIFY_FAILS(store->claim(), ErrorCode::ReadOnly);
    VERIFY_FAILS(store->beginEpisode(episodeStart(1)), ErrorCode::ReadOnly);
    VERIFY_FAILS(store->addMark(paint(1, 0, 1, Verdict::Bad)), ErrorCode::ReadOnly);
    VERIFY_FAILS(store->setSetting("a", "b"), ErrorCode::ReadOnly);
    VERIFY_FAILS(store->beginUpdate({}), ErrorCode::ReadOnly);
  }

  void badLessonsAreNotCreated() {
    const auto refused = [&](auto change) {
      LessonInfo info = lessonInfo();
      change(info);
      const auto made = Store::create(path_, info, weights());
      return !made && made.error().code == ErrorCode::InvalidInput &&
             !QFile::exists(QString::fromStdString(path_));
    };
    QVERIFY(refused([](LessonInfo& info) { info.task.clear(); }));
    QVERIFY(refused([](LessonInfo& info) { info.observation.clear(); }));
    QVERIFY(refused([](LessonInfo& info) { info.features[1] = info.features[0]; }));
    QVERIFY(refused([](LessonInfo& info) { info.controlRate_hz = std::nan(""); }));
    QVERIFY(refused([](LessonInfo& info) { info.stateSize = 0; }));
    QVERIFY(refused([](LessonInfo& info) { info.reaction_s = -1.0; }));
    VERIFY_FAILS(Store::create(path_, lessonInfo(), {}), ErrorCode::InvalidInput);
  }

  void creatingNeverReplacesAFile() {
    QFile file(QString::fromStdString(path_));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("precious");
    file.close();
    VERIFY_FAILS(fresh(), ErrorCode::InvalidInput);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("precious"));
    VERIFY_FAILS(Store::create(folder_->filePath("none/x.nudge").toStdString(), lessonInfo(), weights()),
                 ErrorCode::NotFound);
    QCOMPARE(QDir(folder_->path()).entryList(QDir::Files).size(), 1);
  }

  void anotherConnectionIsNoticed() {
    auto writer = fresh();
    const auto reader = reopened();
    const std::int64_t before = *reader->dataVersion();
    QCOMPARE(*reader->dataVersion(), before);
    VERIFY_OK(writer->setSetting("a", "b"));
    QVERIFY(*reader->dataVersion() != before);
  }
};

QTEST_GUILESS_MAIN(StoreTest)
#include "store_test.moc"
