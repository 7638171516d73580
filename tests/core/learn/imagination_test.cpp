// What is demonstrated beside the same imagined: the pairing by hand, and whole lessons that imagine in other ways than
// by default.
#include <QtTest>
#include <array>
#include <cmath>

#include "core/learn/irl.h"
#include "tests/support/driven_episode.h"
#include "tests/support/hand_policy.h"
#include "tests/support/point_task.h"
#include "tests/support/walk_lesson.h"

using namespace nudge;
using namespace nudge::test;

namespace {

constexpr double kStart = 0.1, kStride = 0.5 / 20.0;  // along each of three axes
const double kDiagonal = std::sqrt(3.0) / 2.0;        // the feature 'distance' of (1, 1, 1)

/// 40 steps that begin at (.1, .1, .1) and stay there, step i with the features .01 i and .5.
LessonEpisode standing() {
  LessonEpisode episode;
  episode.number = 7;
  episode.steps.resize(40);
  for (int i = 0; i < 40; ++i) {
    Step& step = episode.steps[static_cast<std::size_t>(i)];
    step.features = {0.01f * static_cast<float>(i), 0.5f};
    step.state = {kStart, kStart, kStart, static_cast<double>(i), 1.0};
  }
  return episode;
}

/// Imagined with full speed outward, and what was seen of it.
struct Imagined {
  std::vector<Difference> differences;
  int steps = 0;
  bool terminated = false;
};
template <typename Demonstrations, typename Compare>
Imagined imagineOutward(const PointTrouble& trouble, const Demonstrations& demonstrations, Compare comparing) {
  PointTask task(&trouble);
  Actor outward = linearPolicy(3, 3, 0.0f, 20.0f).actor;
  Random random(1);
  Imagined result;
  const auto seen = [&](const Transition& t) {
    ++result.steps;
    result.terminated = t.terminated;
  };
  const Status compared = comparing(task, outward, demonstrations, random, seen, result.differences, Draw::Mode);
  if (!compared) qFatal("%s", compared.error().message.c_str());
  return result;
}

/// The point's distance, meaned over its steps `first` … `last` from the start.
double distance(int first, int last) { return kDiagonal * (kStart + kStride * 0.5 * (first + last)); }

bool close(const Difference& difference, double weight, double demonstrated, double imagined) {
  return difference.episode == 7 && std::abs(difference.weight - weight) < 1e-9 &&
         std::abs(difference.demonstrated[0] - demonstrated) < 1e-6 && std::abs(difference.imagined[0] - imagined) < 1e-6 &&
         std::abs(difference.demonstrated[1] - 0.5) < 1e-6 && std::abs(difference.imagined[1] - 1.0) < 1e-6;
}

// ---- a lesson in calm ---------------------------------------------------------------------------

constexpr double kPriorSigma = 0.3, kCalm = -0.5;

/// a ~ N(0, σ²) along each axis, whatever it sees. The bounds of ±1 are out of reach.
Policy swaying(double sigma) {
  Policy policy = linearPolicy(3, 3, 0.0f, 0.0f, static_cast<float>(std::log(sigma)));
  policy.actor = GaussianPolicy::create(policy.actor.gaussian()->actor(), {-4.0f, 1.0f, Sigma::Clamped, Squash::Clip}).value();
  return policy;
}

MereqSettings calmSettings(PolicyNoise noise) {
  MereqSettings settings;
  settings.discount = 0.8;
  settings.policyNoise = noise;
  settings.l2 = 0.0;
  settings.rateHalvedAfter = 0.0;
  settings.foresightUpdates = 500;
  settings.baseTaskTolerance = 1.0;
  return settings;
}

/// The teacher drives whole episodes.
MereqInput drivenLesson(double priorSigma, double teacherSigma, int episodes, Random& random) {
  const Policy prior = swaying(priorSigma);
  Actor teacher = swaying(teacherSigma).actor;
  MereqInput input{"point", prior, prior, {0.0, 0.0}, {}};
  PointTask task;
  for (int e = 0; e < episodes; ++e) {
    task.reset(deriveSeed(5, static_cast<std::uint64_t>(e)));
    input.episodes.push_back(drivenEpisode(task, teacher, Driver::Teacher, random));
    input.episodes.back().number = e;
  }
  return input;
}

/// A teacher who wants less effort, by θ: its π ∝ exp(θ |a|²/(3 α̂)) times the prior is again a Gaussian.
MereqInput calmLesson() {
  const double precision = 1.0 / (kPriorSigma * kPriorSigma) - 2.0 * kCalm / (3.0 * MereqSettings().alphaHat);
  Random random(3);
  return drivenLesson(kPriorSigma, 1.0 / std::sqrt(precision), 20, random);
}

/// A teacher who wants nothing else than the prior, and whose hand slips in one of seven steps.
MereqInput fumbledLesson() {
  Random random(6);
  MereqInput input = drivenLesson(0.1, 0.01, 10, random);
  for (LessonEpisode& episode : input.episodes) {
    for (Step& step : episode.steps) {
      if (random.index(7) > 0) continue;
      float effort = 0.0f;
      for (float& a : step.action) {
        a = static_cast<float>(random.uniform(-1.0, 1.0));
        effort += a * a / 3.0f;
      }
      step.features[1] = effort;
    }
  }
  return input;
}

}  // namespace

class ImaginationTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void aSegmentIsComparedSecondBySecond() {
    const LessonEpisode episode = standing();
    const Imagined whole = imagineOutward({}, Demonstration{&episode, 5, 40, true, 0.5}, compare);
    QCOMPARE(whole.steps, 35);
    QCOMPARE(whole.differences.size(), 2u);
    QVERIFY(close(whole.differences[0], 10.0, 0.145, distance(1, 20)));
    QVERIFY(close(whole.differences[1], 7.5, 0.32, distance(21, 35)));
    // Less than half a second is left over: it joins the one before.
    const Imagined shorter = imagineOutward({}, Demonstration{&episode, 5, 34, true, 0.5}, compare);
    QCOMPARE(shorter.differences.size(), 1u);
    QVERIFY(close(shorter.differences[0], 14.5, 0.19, distance(1, 29)));
  }

  /// Every other action was a slip, all but: such steps count a quarter, on both sides.
  void whatWasNotMeantCountsLessOnBothSides() {
    const LessonEpisode episode = standing();
    Demonstration demo{&episode, 0, 20, true, 0.5};
    double weight = 0.0, demonstrated = 0.0, imagined = 0.0;
    for (int i = 0; i < 20; ++i) {
      demo.meant.push_back(i % 2 == 0 ? 1.0 : 0.25);
      weight += demo.meant.back();
      demonstrated += demo.meant.back() * 0.01 * i;
      imagined += demo.meant.back() * distance(i + 1, i + 1);
    }
    const Imagined segment = imagineOutward({}, demo, compare);
    QCOMPARE(segment.differences.size(), 1u);
    QVERIFY(close(segment.differences[0], 0.5 * weight, demonstrated / weight, imagined / weight));
    const Imagined whole = imagineOutward({}, std::vector{demo}, compareEpisode);
    QVERIFY(close(whole.differences[0], 0.5 * weight, demonstrated / weight, distance(1, 40)));
  }

  void anImaginedSegmentThatEndsEarlyIsComparedAsFarAsItWent() {
    const LessonEpisode episode = standing();
    const Imagined early = imagineOutward({.terminateAt = 30}, Demonstration{&episode, 5, 40, true, 0.5}, compare);
    QCOMPARE(early.steps, 26);
    QVERIFY(early.terminated);
    QCOMPARE(early.differences.size(), 2u);
    QVERIFY(close(early.differences[0], 10.0, 0.145, distance(1, 20)));
    QVERIFY(close(early.differences[1], 3.0, 0.275, distance(21, 26)));
    QVERIFY(imagineOutward({.divergeAt = 5}, Demonstration{&episode, 5, 40, true, 0.5}, compare).differences.empty());
  }

  void anEpisodesDemonstrationsAreComparedWithAllOfItImagined() {
    const LessonEpisode episode = standing();
    const std::vector<Demonstration> demos{{&episode, 30, 40, true, 1.0}, {&episode, 5, 15, false, 0.03}};
    const double demonstrated = (1.0 * 10 * 0.345 + 0.03 * 10 * 0.095) / 10.3;
    const Imagined whole = imagineOutward({}, demos, compareEpisode);
    QCOMPARE(whole.steps, 40);
    QCOMPARE(whole.differences.size(), 1u);
    QVERIFY(close(whole.differences[0], 10.3, demonstrated, distance(1, 40)));
    const Imagined early = imagineOutward({.terminateAt = 24}, demos, compareEpisode);
    QCOMPARE(early.steps, 25);
    QVERIFY(early.terminated);
    QCOMPARE(early.differences.size(), 1u);
    QVERIFY(close(early.differences[0], 10.3, demonstrated, distance(1, 25)));
    QVERIFY(imagineOutward({.divergeAt = 0}, demos, compareEpisode).differences.empty());
  }

  void imaginedFromEpisodesTheRewardOfAKnownTeacherIsFound() {
    std::vector<LessonEpisode> lesson = walks(20, 1, true);
    for (LessonEpisode& episode : lesson) episode.segments = {{0, 8, Verdict::Expert, false}, {8, 20, Verdict::Expert, false}};
    MereqSettings settings = walkSettings(GradientKind::Moments);
    settings.imagineFrom = ImagineFrom::Episodes;
    const MereqInput input = walkInput(lesson);
    const auto theta = infer(input, settings, 4);
    QVERIFY2(std::abs(theta[0] - kWalkTruth[0]) < 0.15 && std::abs(theta[1] - kWalkTruth[1]) < 0.1, text(theta));
    const auto once = mereqUpdate(std::make_unique<WalkTask>(), input, settings, nullptr);
    QCOMPARE(once->report.simulationSteps, 3 * 20 * 20);  // each episode once an inference step
  }

  /// The prior acts as the teacher but for its noise.
  void policyNoiseCountsWhenAskedTo() {
    const MereqInput input = calmLesson();
    const auto counted = infer<PointTask>(input, calmSettings(PolicyNoise::Counted), 3);
    QVERIFY2(std::abs(counted[0]) < 0.15 && std::abs(counted[1] - kCalm) < 0.1, text(counted));
    QCOMPARE(infer<PointTask>(input, calmSettings(PolicyNoise::Discounted), 1), input.theta);
  }

  void slipsOfTheHandTeachNothing() {
    const MereqInput input = fumbledLesson();
    MereqSettings settings = calmSettings(PolicyNoise::Discounted);
    settings.thetaSteps = 1;
    settings.updatesPerThetaStep = 50;
    const auto found = mereqUpdate(std::make_unique<PointTask>(), input, settings, nullptr);
    QCOMPARE(found->theta[1], 0.0);
    QVERIFY2(std::abs(static_cast<double>(found->report.slips) - 400.0 / 7.0) < 20.0, qPrintable(QString::number(found->report.slips)));
    settings.slipShare = 1.0;  // all count
    const auto taken = mereqUpdate(std::make_unique<PointTask>(), input, settings, nullptr);
    QVERIFY2(taken->theta[1] > 0.1, text(taken->theta));
    QCOMPARE(taken->report.slips, 0);
    const QString message = QString::fromStdString(taken->message);
    QCOMPARE(message, "Learned from 400 steps of yours.");
  }
};

QTEST_APPLESS_MAIN(ImaginationTest)
#include "imagination_test.moc"
