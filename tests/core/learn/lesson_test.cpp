// A lesson as methods find it: cut, and what its length asks for.
#include "core/learn/lesson.h"

#include <QtTest>

using namespace nudge;

class LessonTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void automaticBadSegmentsCanBeCutAnew() {
    using S = Segment;
    const std::vector<S> before{{0, 20, Verdict::Good, false}, {20, 30, Verdict::Bad, false}, {30, 60, Verdict::Expert, false},
                                {60, 64, Verdict::Good, false}, {64, 70, Verdict::Expert, false}, {70, 80, Verdict::Good, true},
                                {80, 90, Verdict::Expert, false}, {90, 100, Verdict::Good, false}};
    const std::vector<S> after{{0, 25, Verdict::Good, false}, {25, 30, Verdict::Bad, false}, {30, 60, Verdict::Expert, false},
                               {60, 64, Verdict::Bad, false}, {64, 70, Verdict::Expert, false}, {70, 80, Verdict::Good, true},
                               {80, 90, Verdict::Expert, false}, {90, 100, Verdict::Good, false}};
    QCOMPARE(withBadWindow(before, 5), after);
    QCOMPARE(withBadWindow(before, 0)[0], (S{0, 30, Verdict::Good, false}));
    QCOMPARE(withBadWindow(withBadWindow(before, 5), 5), after);
  }

  void aLongNewestRoundAsksForMoreUpdates() {
    MereqSettings settings;
    settings.updatesPerThetaStep = 100;
    settings.roundSteps = 60;
    const auto fitted = [&](int earlier, int newest) {
      LessonEpisode old, now;
      old.round = 1;
      old.steps.resize(static_cast<std::size_t>(earlier));
      now.round = 2;
      now.steps.resize(static_cast<std::size_t>(newest));
      return fittedTo(std::vector<LessonEpisode>{now, old}, settings);
    };
    QCOMPARE(fitted(0, 1).updatesPerThetaStep, 100);
    QCOMPARE(fitted(600, 60).updatesPerThetaStep, 100);  // what was learned from before is no reason
    QCOMPARE(fitted(600, 60).rateHalvedAfter, settings.rateHalvedAfter);
    QCOMPARE(fitted(0, 90).updatesPerThetaStep, 150);
    QCOMPARE(fitted(0, 100'000).updatesPerThetaStep, 400);
    QCOMPARE(fitted(0, 100'000).rateHalvedAfter, settings.rateHalvedAfter / 2);
    settings.roundSteps = 0;
    QCOMPARE(fitted(0, 100'000).updatesPerThetaStep, 100);
  }
};

QTEST_APPLESS_MAIN(LessonTest)
#include "lesson_test.moc"
