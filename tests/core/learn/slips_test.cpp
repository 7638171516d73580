// Which actions of a teacher were slips, with slips that are known.
#include "core/learn/slips.h"

#include <QtTest>
#include <cmath>
#include <functional>
#include <set>

#include "core/base/random.h"

using namespace nudge;

namespace {

/// What the hand does in three directions at a step.
using Hand = std::function<std::vector<float>(int step)>;

/// Strokes there and back, with a pause, and a gripper that closes once.
std::vector<float> strokes(int step) {
  const double phase = 0.12 * (step % 80);
  const float stroke = step % 80 < 60 ? static_cast<float>(0.9 * std::sin(phase)) : 0.0f;
  return {stroke, -0.4f, step % 100 < 50 ? -1.0f : 1.0f};
}

/// Keys: full speed or nothing, in taps of a tenth of a second and longer.
std::vector<float> keys(int step) {
  return {step % 9 < 4 ? 1.0f : 0.0f, step % 14 < 7 ? -1.0f : 0.0f, step % 5 < 2 ? 1.0f : 0.0f};
}

LessonEpisode driven(const Hand& hand, int steps, double slipProbability, std::set<int>* slips = nullptr) {
  LessonEpisode episode;
  episode.steps.resize(static_cast<std::size_t>(steps));
  Random random(4);
  for (int i = 0; i < steps; ++i) {
    std::vector<float>& action = episode.steps[static_cast<std::size_t>(i)].action;
    action = hand(i);
    if (random.uniform() >= slipProbability) continue;
    for (float& a : action) a = static_cast<float>(random.uniform(-1.0, 1.0));
    if (slips) slips->insert(i);
  }
  return episode;
}

}  // namespace

class SlipsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void aSteadyHandHasNone_data() {
    QTest::addColumn<bool>("byKeys");
    QTest::newRow("strokes") << false;
    QTest::newRow("keys") << true;
  }
  void aSteadyHandHasNone() {
    QFETCH(bool, byKeys);
    const LessonEpisode episode = driven(byKeys ? keys : strokes, 400, 0.0);
    std::vector<Demonstration> demos{{&episode, 0, 150}, {&episode, 170, 400}};
    QCOMPARE(findSlips(demos, 0.0) < 0.01 * 380, true);
    QCOMPARE(findSlips(demos, 0.08), 0.0);
  }

  void slipsAreFoundAmongStrokes() {
    std::set<int> slips;
    const LessonEpisode episode = driven(strokes, 600, 0.15, &slips);
    std::vector<Demonstration> demos{{&episode, 0, 290}, {&episode, 300, 320, false, 0.03}, {&episode, 320, 600}};
    const double found = findSlips(demos, 0.08);
    QVERIFY2(std::abs(found / (0.15 * 570) - 1.0) < 0.25, qPrintable(QString::number(found)));
    QVERIFY(demos[1].meant.empty());  // the robot's own steps
    int right = 0, wrong = 0, all = 0, recovering = 0, recoveries = 0;
    for (const Demonstration& demo : demos) {
      if (!demo.expert) continue;
      for (int i = demo.begin; i < demo.end; ++i) {
        const bool slip = slips.contains(i), called = demo.meantAt(i) < 0.5;
        const bool recovery = !slip && (slips.contains(i - 1) || slips.contains(i - 2));  // what makes it good
        all += slip;
        right += slip && called;
        recoveries += recovery;
        recovering += recovery && called;
        wrong += !slip && !recovery && called;
      }
    }
    QVERIFY2(right > 0.85 * all && wrong < 0.1 * all, qPrintable(QString("%1 of %2, and %3 others").arg(right).arg(all).arg(wrong)));
    QVERIFY2(recovering > 0.85 * recoveries, qPrintable(QString("%1 of %2").arg(recovering).arg(recoveries)));
  }

  void aFewJerksAreLeftAlone() {
    const LessonEpisode episode = driven(strokes, 600, 0.02);
    std::vector<Demonstration> demos{{&episode, 0, 600}};
    QCOMPARE(findSlips(demos, 0.08), 0.0);
    QVERIFY(demos[0].meant.empty());
    QCOMPARE(demos[0].meantAt(7), 1.0);
    QVERIFY(findSlips(demos, 0.0) > 5.0);
    QVERIFY(findSlips(demos, 1.0) == 0.0);
  }

  void withoutTheTeachersStepsThereIsNothingToFind() {
    QCOMPARE(findSlips({}, 0.0), 0.0);
    const LessonEpisode episode = driven(strokes, 20, 0.5);
    std::vector<Demonstration> robots{{&episode, 0, 20, false, 0.03}};
    QCOMPARE(findSlips(robots, 0.0), 0.0);
    std::vector<Demonstration> one{{&episode, 3, 4}};
    QCOMPARE(findSlips(one, 0.05), 0.0);
  }

  /// More directions than a hand has, all of them far off: nothing underflows.
  void noStepCountsForNothingAtAll() {
    LessonEpisode episode;
    episode.steps.resize(60);
    for (int i = 0; i < 60; ++i) episode.steps[static_cast<std::size_t>(i)].action.assign(20, i % 6 == 5 ? 1.0f : -1.0f);
    std::vector<Demonstration> demos{{&episode, 0, 60}};
    QVERIFY(findSlips(demos, 0.08) > 9.0);
    for (const double meant : demos[0].meant) QVERIFY(meant > 0.0 && meant <= 1.0);
  }
};

QTEST_APPLESS_MAIN(SlipsTest)
#include "slips_test.moc"
