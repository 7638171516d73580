// The update as a whole, on the bottle with the shipped prior and synthetic teacher; and its inference alone.
#include <QtTest>
#include <cmath>

#include "core/learn/irl.h"
#include "core/learn/lesson.h"
#include "core/learn/method.h"

using namespace nudge;

namespace {

/// One second of two features in each of some episodes, `d` apart from what was imagined.
std::vector<Difference> apart(const std::vector<std::vector<double>>& d) {
  std::vector<Difference> differences;
  for (std::size_t i = 0; i < d.size(); ++i) {
    differences.push_back({static_cast<std::int64_t>(i), 20.0, {0.5 + d[i][0], 0.5 + d[i][1]}, {0.5, 0.5}});
  }
  return differences;
}

/// A policy for the bottle that only matters by its size.
Policy smallPolicy(int actions = 3) {
  std::vector<DenseLayer> layers(2);
  layers[0].weight.setConstant(8, 16, 0.01f);
  layers[0].bias.setZero(8);
  layers[1].weight.setConstant(2 * actions, 8, 0.01f);
  layers[1].bias.setConstant(2 * actions, -0.5f);
  Policy policy;
  policy.actor = GaussianPolicy::create(Mlp::fromLayers(layers).value(), -2.3f, 1.0f).value();
  policy.info["task"] = "bottle";
  return policy;
}

MereqSettings quick() {
  MereqSettings settings;
  settings.updatesPerThetaStep = 20;
  settings.imaginedSteps = 150;
  settings.imaginedEpisodes = 2;
  settings.minExpertSteps = 5;
  return settings;
}

/// One recorded episode of `policy`; the teacher, if any, drives the last half.
LessonEpisode record(Task& task, const Policy& policy, std::int64_t number, const std::vector<float>* taught) {
  LessonEpisode episode;
  episode.number = number;
  Random random(deriveSeed(9, static_cast<std::uint64_t>(number)));
  Actor actor = policy.actor;
  task.reset(static_cast<std::uint64_t>(number));
  std::vector<Driver> drivers;
  for (int i = 0; i < 60; ++i) {
    Step step;
    step.index = i;
    step.observation.resize(16);
    step.proposal.resize(3);
    step.features.resize(4);
    step.state.resize(static_cast<std::size_t>(task.stateSize()));
    task.observe(step.observation);
    task.save(step.state);
    actor.sample(step.observation, random, step.proposal);
    step.driver = taught && i >= 30 ? Driver::Teacher : Driver::Robot;
    step.action = step.driver == Driver::Teacher ? *taught : step.proposal;
    task.step(step.action);
    task.features(step.features);
    drivers.push_back(step.driver);
    episode.steps.push_back(std::move(step));
  }
  episode.finalObservation.resize(16);
  task.observe(episode.finalObservation);
  episode.segments = makeSegments(drivers, 10, {});
  return episode;
}

}  // namespace

class MereqTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init() { task_ = makeTask("bottle").value(); }

  void gradientIsTheMeanOfItsEpisodes() {
    const std::vector<std::vector<double>> d{{-0.3, 0.01}, {-0.2, -0.01}, {-0.4, 0.02}, {-0.3, 0.0}, {-0.25, -0.02}, {-0.35, 0.0}};
    const Gradient g = pairedGradient(apart(d));
    QVERIFY(std::abs(g.value[0] + 0.3) < 1e-9);
    QVERIFY(g.halfWidth[0] > 0.02 && g.halfWidth[0] < 0.15);
    std::vector<double> theta{0.0, 0.0};
    QVERIFY(moveTheta(theta, g, {1.0}, {.l2 = 0.1}));
    QVERIFY(std::abs(theta[0] + 0.3) < 1e-9);
    QCOMPARE(theta[1], 0.0);  // inside its interval: stays
  }

  void oneOddEpisodeDoesNotTurnTheta() {
    std::vector<std::vector<double>> d(8, {-0.3, 0.0});
    for (std::size_t i = 0; i < d.size(); ++i) d[i][0] += 0.01 * static_cast<double>(i % 3);
    const double before = pairedGradient(apart(d)).value[0];
    d[5] = {0.45, 0.45};  // a toppled bottle: everything is far off
    const Gradient g = pairedGradient(apart(d));
    QVERIFY2(std::abs(g.value[0] - before) < 0.06, qPrintable(QString::number(g.value[0])));
    std::vector<double> theta{0.0, 0.0};
    moveTheta(theta, g, {1.0}, {.l2 = 0.1});
    QVERIFY(std::abs(theta[1]) < 0.02);
  }

  void whatThePolicysNoiseExplainsTeachesNothing() {
    // Sampled, noiseless: calmer than the samples only; calmer than both; the same.
    Gradient sampled, noiseless;
    sampled.value = {-0.10, -0.10, 0.30};
    sampled.halfWidth = {0.01, 0.01, 0.02};
    noiseless.value = {0.05, -0.04, 0.40};
    noiseless.halfWidth = {0.01, 0.03, 0.01};
    const Gradient both = agreed(sampled, noiseless);
    QCOMPARE(both.value, (std::vector<double>{0.0, -0.04, 0.30}));
    QCOMPARE(both.halfWidth, (std::vector<double>{0.01, 0.03, 0.02}));
  }

  void oneSecondAloneMovesNothing() {
    const Gradient g = pairedGradient(apart({{-0.5, 0.5}}));
    std::vector<double> theta{0.0, 0.0};
    QVERIFY(!moveTheta(theta, g, {1.0}, {.l2 = 0.1}));
    QVERIFY(std::isinf(g.halfWidth[0]));
  }

  void thetaIsPulledBackWhenNothingHoldsIt() {
    std::vector<std::vector<double>> d(6, {0.0, 0.0});
    std::vector<double> theta{-0.5, 0.0};
    for (int i = 0; i < 60; ++i) moveTheta(theta, pairedGradient(apart(d)), {1.0}, {.l2 = 0.1});
    QVERIFY(std::abs(theta[0]) < 0.01);
  }

  void aConstantPullLeavesAtZeroWhatIsHardlySpokenOf() {
    Gradient g;
    g.value = {0.05, 0.3, -0.02, -0.04};
    g.halfWidth = {0.0, 0.0, 0.0, 0.0};
    std::vector<double> theta{0.0, 0.0, 0.5, 0.01};
    QVERIFY(moveTheta(theta, g, {1.0}, {.l1 = 0.1}));
    QCOMPARE(theta[0], 0.0);                           // less than the pull
    QVERIFY(std::abs(theta[1] - 0.2) < 1e-12);         // what exceeds it
    QVERIFY(std::abs(theta[2] - 0.38) < 1e-12);        // both take it back
    QCOMPARE(theta[3], 0.0);                           // stops at 0, not beyond
    const std::vector<double> before = theta;
    Gradient wide = g;
    wide.halfWidth.assign(4, 1.0);
    QVERIFY(!moveTheta(theta, wide, {1.0}, {.l1 = 0.1}));
    QCOMPARE(theta, before);
  }

  /// Four episodes, of which one holds nearly all of the teaching: its seconds count.
  void oneLongCorrectionAmongGoodEpisodesCounts() {
    std::vector<Difference> differences;
    for (int second = 0; second < 7; ++second) {
      const double d = -0.3 + 0.02 * (second % 3);
      differences.push_back({1, 20.0, {0.5 + d, 0.5}, {0.5, 0.5}});
    }
    for (int episode = 2; episode <= 5; ++episode) differences.push_back({episode, 0.6, {0.5, 0.5}, {0.5, 0.5}});
    const Gradient g = pairedGradient(differences);
    QVERIFY2(g.halfWidth[0] < 0.1, qPrintable(QString::number(g.halfWidth[0])));
    std::vector<double> theta{0.0, 0.0};
    QVERIFY(moveTheta(theta, g, {1.0}, {}));
    QVERIFY(theta[0] < -0.2 && theta[1] == 0.0);
  }

  void aWeightThatTurnsRoundStopsAtZero() {
    Gradient g;
    g.value = {-0.3};
    g.halfWidth = {0.0};
    std::vector<double> theta{0.2};
    QVERIFY(moveTheta(theta, g, {3.0}, {}));
    QCOMPARE(theta[0], 0.0);
    QVERIFY(moveTheta(theta, g, {3.0}, {}));
    QVERIFY(std::abs(theta[0] + 0.9) < 1e-12);
  }

  void aStepDoesNotGoFarPastWhereTheGradientEnds() {
    Gradient g;
    g.value = {0.3, 0.3, 0.3};
    g.halfWidth = {0.0, 0.0, 0.0};
    g.curvature = {2.0, 0.0, 0.0, 0.0, 0.2, 0.0, 0.0, 0.0, 0.0};
    std::vector<double> theta{0.0, 0.0, 0.0};
    QVERIFY(moveTheta(theta, g, {.rate = 3.0, .relaxation = 1.5}, {}));
    QVERIFY(std::abs(theta[0] - 1.5 * 0.3 / 2.0) < 1e-9);  // 0.15 ends it
    QVERIFY(std::abs(theta[1] - 3.0 * 0.3) < 1e-9);        // 1.5 would
    QVERIFY(std::abs(theta[2] - 3.0 * 0.3) < 1e-9);        // nothing is known of it
  }

  /// ψ = (3a₀, −a₀ + 2a₁) and a ~ N(0, .1²): the means follow θ by Cov[ψ] / ((1−γ)² α̂).
  void meansFollowThetaAsTheCriticsSay() {
    std::vector<DenseLayer> layers(1);
    layers[0].weight.setZero(3, 18);
    layers[0].weight.bottomRightCorner(3, 2) << 3.0f, 0.0f, -1.0f, 2.0f, 0.0f, 0.0f;  // the last output is c
    layers[0].bias.setZero(3);
    const Mlp critic = Mlp::fromLayers(layers).value();
    layers[0].weight.setZero(4, 16);
    layers[0].bias.resize(4);
    layers[0].bias << 0.0f, 0.0f, std::log(0.1f), std::log(0.1f);
    Actor actor = GaussianPolicy::create(Mlp::fromLayers(layers).value(), {-4.0f, 1.0f, Sigma::Clamped, Squash::Clip}).value();
    LessonEpisode episode;
    episode.steps.resize(200);
    for (Step& step : episode.steps) {
      step.observation.assign(16, 0.1f);
      step.action.assign(2, 0.0f);
    }
    const std::vector<Demonstration> demos{{&episode, 0, 200, 1.0}, {&episode, 0, 1, 0.03}};
    SuccessorFeatures psi(Critics({critic, critic}), 2, {.discount = 0.9});
    MereqSettings settings;
    settings.discount = 0.9;
    settings.alphaHat = 0.5;
    const std::vector<double> c = response(demos, psi, actor, settings);
    const double unit = 0.01 / (0.1 * 0.1 * 0.5);
    const std::vector<double> expected{9 * unit, -3 * unit, -3 * unit, 5 * unit};
    QCOMPARE(c.size(), expected.size());
    for (std::size_t i = 0; i < c.size(); ++i) {
      QVERIFY2(std::abs(c[i] - expected[i]) < 0.15 * std::abs(expected[i]), qPrintable(QString::number(c[i] / unit)));
    }
  }

  void lessConfidenceMovesSooner() {
    const Gradient g = pairedGradient(apart({{-0.3, 0.0}, {-0.1, 0.0}, {0.1, 0.0}, {-0.2, 0.0}, {0.0, 0.0}}));
    QCOMPARE(believed(g, 0.95).halfWidth, g.halfWidth);
    QVERIFY(std::abs(believed(g, 0.6827).halfWidth[0] / g.halfWidth[0] - 1.0 / 1.96) < 2e-3);
    QVERIFY(believed(g, 0.99).halfWidth[0] > g.halfWidth[0]);
    QVERIFY(believed(g, 0.0).halfWidth[0] < 1e-3 * g.halfWidth[0]);
    QVERIFY(believed(g, 1.0).halfWidth[0] > 3.0 * g.halfWidth[0] && std::isfinite(believed(g, 1.0).halfWidth[0]));
  }

  void goodStepsCountOnlyFromTheNewestRound() {
    const Policy policy = smallPolicy();
    const std::vector<float> down{0.0f, 0.0f, -1.0f};
    std::vector<LessonEpisode> lesson{record(*task_, policy, 1, &down), record(*task_, policy, 2, &down)};
    lesson[1].round = 2;
    const auto demos = demonstrations(lesson, MereqSettings());
    int expert = 0, good = 0;
    for (const Demonstration& demo : demos) {
      demo.weight == 1.0 ? ++expert : ++good;
      QVERIFY(demo.weight == 1.0 || demo.episode->number == 2);
    }
    QCOMPARE(expert, 2);
    QCOMPARE(good, 1);
  }

  void nothingToCorrectLeavesThePolicyBitForBit() {
    const Policy policy = smallPolicy();
    MereqInput input{"bottle", policy, policy, std::vector<double>(4, 0.0), {}};
    for (int i = 1; i <= 3; ++i) input.episodes.push_back(record(*task_, policy, i, nullptr));
    auto result = mereqUpdate(input, quick(), nullptr);
    QVERIFY2(result.ok(), result.ok() ? "" : result.error().message.c_str());
    QCOMPARE(result->outcome, MereqOutcome::NothingToCorrect);
    QCOMPARE(serializePolicy(result->policy), serializePolicy(policy));
    QCOMPARE(result->theta, std::vector<double>(4, 0.0));
  }

  /// Somebody who lets the robot learn after every short correction is heard in the end.
  void fewStepsWaitForMore() {
    const Policy policy = smallPolicy();
    const std::vector<float> up{0.0f, 0.0f, 1.0f};
    MereqInput input{"bottle", policy, policy, std::vector<double>(4, 0.0), {}};
    MereqSettings settings = quick();
    settings.minExpertSteps = 50;
    settings.baseTaskTolerance = 1.0;
    input.episodes.push_back(record(*task_, policy, 1, &up));  // 30 steps of the teacher's
    auto first = mereqUpdate(input, settings, nullptr);
    QVERIFY(first.ok());
    QCOMPARE(first->outcome, MereqOutcome::NothingToCorrect);
    QVERIFY(first->message.find("50 steps") != std::string::npos && first->message.find("30 so far") != std::string::npos);
    input.episodes.push_back(record(*task_, policy, 2, &up));
    input.episodes.back().round = 2;
    auto second = mereqUpdate(input, settings, nullptr);
    QVERIFY(second.ok() && second->outcome == MereqOutcome::NewPolicy && second->theta[3] > 0.05);
    input.learnedRound = 1;
    auto rests = mereqUpdate(input, settings, nullptr);
    QVERIFY(rests.ok() && rests->outcome == MereqOutcome::NothingToCorrect);
  }

  void sameSeedSameResult() {
    const Policy policy = smallPolicy();
    const std::vector<float> up{0.0f, 0.0f, 1.0f};
    MereqInput input{"bottle", policy, policy, std::vector<double>(4, 0.0), {}};
    for (int i = 1; i <= 4; ++i) input.episodes.push_back(record(*task_, policy, i, &up));
    MereqSettings settings = quick();
    settings.baseTaskTolerance = 1.0;  // the policy here does not do the task at all
    auto a = mereqUpdate(input, settings, nullptr), b = mereqUpdate(input, settings, nullptr);
    QVERIFY(a.ok() && b.ok());
    QCOMPARE(a->outcome, MereqOutcome::NewPolicy);
    QCOMPARE(a->theta, b->theta);
    QVERIFY(a->theta[3] > 0.05);  // the teacher went up
    QCOMPARE(serializePolicy(a->policy), serializePolicy(b->policy));
    QVERIFY(serializePolicy(a->policy) != serializePolicy(policy));
    QCOMPARE(a->policy.residualCritics.networks().size(), 2u);
  }

  void anUpdateThatLosesTheBaseTaskIsEnded_data() {
    QTest::addColumn<bool>("priorDoesIt");
    QTest::addColumn<bool>("currentDoesIt");
    QTest::newRow("lost") << true << false;
    QTest::newRow("kept") << true << true;
    QTest::newRow("there was nothing to lose") << false << false;
  }
  void anUpdateThatLosesTheBaseTaskIsEnded() {
    QFETCH(bool, priorDoesIt);
    QFETCH(bool, currentDoesIt);
    const Policy able = shippedPolicy("bottle", "prior").value(), unable = smallPolicy();
    const std::vector<float> up{0.0f, 0.0f, 1.0f};
    MereqInput input{"bottle", priorDoesIt ? able : unable, currentDoesIt ? able : unable, std::vector<double>(4, 0.0), {}};
    for (int i = 1; i <= 4; ++i) input.episodes.push_back(record(*task_, input.current, i, &up));
    MereqSettings settings = quick();
    settings.foresightUpdates = 20;
    auto result = mereqUpdate(input, settings, nullptr);
    QVERIFY2(result.ok(), result.ok() ? "" : result.error().message.c_str());
    const bool lost = priorDoesIt && !currentDoesIt;
    QCOMPARE(result->outcome, lost ? MereqOutcome::BaseTaskKept : MereqOutcome::NewPolicy);
    QCOMPARE(serializePolicy(result->policy) == serializePolicy(input.current), lost);
    QCOMPARE(result->theta == input.theta, lost);
    QCOMPARE(result->report.newSuccess > 0.9, currentDoesIt);
    QCOMPARE(result->report.priorSuccess.has_value(), !currentDoesIt);  // not asked beside one that does it always
    if (!currentDoesIt) QCOMPARE(*result->report.priorSuccess > 0.9, priorDoesIt);
  }

  void everyMethodLearnsFromALesson_data() {
    QTest::addColumn<QString>("method");
    for (const MethodInfo& info : methods()) QTest::newRow(info.id.c_str()) << QString::fromStdString(info.id);
  }
  void everyMethodLearnsFromALesson() {
    QFETCH(QString, method);
    const Policy policy = smallPolicy();
    const std::vector<float> up{0.0f, 0.0f, 1.0f};
    MereqInput input{"bottle", policy, policy, std::vector<double>(4, 0.0), {}};
    for (int i = 1; i <= 4; ++i) input.episodes.push_back(record(*task_, policy, i, &up));
    MereqSettings settings = quick();
    settings.updatesPerThetaStep = settings.successorUpdates = 50;
    settings.baseTaskTolerance = 1.0;  // the policy here does not do the task at all
    for (int update = 0; update < 2; ++update) {
      auto result = learn(method.toStdString(), input, settings, nullptr);
      QVERIFY2(result.ok(), result.ok() ? "" : result.error().message.c_str());
      QCOMPARE(result->outcome, MereqOutcome::NewPolicy);
      QVERIFY(serializePolicy(result->policy) != serializePolicy(policy));
      QCOMPARE(result->policy.info["method"], method.toStdString());
      QCOMPARE(result->report.expertSteps, 4 * 30);
      for (const double t : result->theta) QVERIFY(std::isfinite(t));
      input.current = result->policy;
      input.theta = result->theta;
    }
    auto again = learn(method.toStdString(), input, settings, nullptr), same = learn(method.toStdString(), input, settings, nullptr);
    QCOMPARE(serializePolicy(again->policy), serializePolicy(same->policy));
    auto stopped = learn(method.toStdString(), input, settings, [](const LearnProgress&) { return false; });
    QVERIFY(!stopped.ok());
    QCOMPARE(stopped.error().code, ErrorCode::Cancelled);
  }

  void withoutTakeOversNoMethodChangesThePrior_data() { everyMethodLearnsFromALesson_data(); }
  void withoutTakeOversNoMethodChangesThePrior() {
    QFETCH(QString, method);
    const Policy policy = smallPolicy();
    MereqInput input{"bottle", policy, policy, std::vector<double>(4, 0.0), {}};
    for (int i = 1; i <= 3; ++i) input.episodes.push_back(record(*task_, policy, i, nullptr));
    auto result = learn(method.toStdString(), input, quick(), nullptr);
    QVERIFY2(result.ok(), result.ok() ? "" : result.error().message.c_str());
    QCOMPARE(result->outcome, MereqOutcome::NothingToCorrect);
    QCOMPARE(serializePolicy(result->policy), serializePolicy(policy));
    QCOMPARE(result->theta, input.theta);
  }

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

  void canBeCancelled() {
    const Policy policy = smallPolicy();
    const std::vector<float> up{0.0f, 0.0f, 1.0f};
    MereqInput input{"bottle", policy, policy, std::vector<double>(4, 0.0), {}};
    for (int i = 1; i <= 4; ++i) input.episodes.push_back(record(*task_, policy, i, &up));
    int calls = 0;
    auto result = mereqUpdate(input, quick(), [&calls](const LearnProgress& p) { return ++calls < 8 && p.fraction <= 1.0; });
    QVERIFY(!result.ok());
    QCOMPARE(result.error().code, ErrorCode::Cancelled);
    QCOMPARE(calls, 8);
  }

  void refusesBadInput() {
    const Policy policy = smallPolicy();
    MereqInput input{"bottle", policy, policy, std::vector<double>(4, 0.0), {}};
    const auto code = [](const MereqInput& in) {
      auto result = mereqUpdate(in, quick(), nullptr);
      return result.ok() ? ErrorCode::Io : result.error().code;
    };
    QCOMPARE(code(input), ErrorCode::InvalidInput);  // no steps
    input.episodes.push_back(record(*task_, policy, 1, nullptr));
    MereqInput bad = input;
    bad.taskId = "juggling";
    QCOMPARE(code(bad), ErrorCode::NotFound);
    bad = input;
    bad.theta.pop_back();
    QCOMPARE(code(bad), ErrorCode::InvalidInput);
    bad = input;
    bad.current = smallPolicy(2);
    QCOMPARE(code(bad), ErrorCode::InvalidInput);
    bad = input;
    bad.episodes[0].steps[3].features[1] = std::nanf("");
    QCOMPARE(code(bad), ErrorCode::InvalidInput);
    bad = input;
    bad.episodes[0].steps[3].state.pop_back();
    QCOMPARE(code(bad), ErrorCode::InvalidInput);
    bad = input;
    bad.episodes[0].segments.back().end = 1000;
    QCOMPARE(code(bad), ErrorCode::InvalidInput);
  }

 private:
  std::unique_ptr<Task> task_;
};

QTEST_APPLESS_MAIN(MereqTest)
#include "mereq_test.moc"
