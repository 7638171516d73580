// What soft successor features promise, exactly on tabular MDPs and by temporal differences; and what the likelihood of
// a teacher's choices says about its reward.
#include "core/learn/successor_features.h"

#include <QtTest>

#include "core/learn/irl.h"
#include "core/learn/mereq.h"
#include "tests/support/tabular.h"

using namespace nudge;
using namespace nudge::test;

namespace {

Mdp randomMdp(Random& random) {
  Mdp mdp;
  mdp.states = 6;
  mdp.choices = 4;
  mdp.features = 3;
  for (int s = 0; s < mdp.states; ++s) {
    mdp.next.emplace_back(mdp.choices, std::vector<double>(mdp.states));
    mdp.f.emplace_back(mdp.choices, std::vector<double>(mdp.features));
    for (int a = 0; a < mdp.choices; ++a) {
      double sum = 0.0;
      for (double& p : mdp.next[s][a]) sum += p = std::pow(random.uniform(), 3.0);
      for (double& p : mdp.next[s][a]) p /= sum;
      for (double& f : mdp.f[s][a]) f = random.uniform();
    }
  }
  return mdp;
}

/// ω' log π of a prior with random preferences.
Table randomBonus(const Mdp& mdp, Random& random, double omega) {
  Table q = mdp.table();
  for (auto& row : q)
    for (double& v : row) v = random.uniform();
  Table bonus = logPolicy(q, mdp.table(), 0.3);
  for (auto& row : bonus)
    for (double& v : row) v *= omega;
  return bonus;
}

Policy policyOf(const Table& logPi) {
  Policy policy;
  policy.actor = tabularPolicy(logPi);
  return policy;
}

constexpr double kAlpha = 0.1;
const std::vector<double> kTruth{-0.5, 0.0};

MereqSettings walkSettings(GradientKind gradient) {
  MereqSettings settings = defaultsFor(WalkTask().spec());
  settings.alphaHat = settings.omegaPrime = kAlpha;
  settings.gradient = gradient;
  settings.goodWeight = 0.0;
  settings.thetaRate = 0.3;  // features here follow θ far more than an arm does
  settings.l2 = 0.01;
  settings.updatesPerThetaStep = 300;
  settings.batch = 64;
  settings.baseTaskTolerance = 1.0;  // there is no base task to check
  return settings;
}

/// Episodes in which the teacher, soft optimal for prior weights + θ, drives all steps; the last `opposite` of them with
/// −θ. Nobody drives but the prior when `taught` is false.
std::vector<LessonEpisode> walks(int count, int round, bool taught, int opposite = 0) {
  const Mdp mdp = WalkTask::mdp(0.8);
  const auto weights = [&](double sign) { return std::vector<double>{0.2 + sign * kTruth[0], -0.1 + sign * kTruth[1]}; };
  WalkTask task;
  std::vector<LessonEpisode> lesson;
  for (int e = 0; e < count; ++e) {
    const double sign = !taught ? 0.0 : e >= count - opposite ? -1.0 : 1.0;
    Actor driver = tabularPolicy(logPolicy(softQ(mdp, mdp.reward(weights(sign)), mdp.table(), kAlpha), mdp.table(), kAlpha));
    LessonEpisode episode;
    episode.number = 100 * round + e;
    episode.round = round;
    const std::uint64_t seed = deriveSeed(7, static_cast<std::uint64_t>(episode.number));
    task.reset(seed);
    Random random(seed);
    for (int i = 0; i < task.spec().episodeSteps; ++i) {
      Step step{i, 0.0, taught ? Driver::Teacher : Driver::Robot, {}, {1.0f}, {0.0f}, {}, {}};
      step.observation.resize(WalkTask::kCells);
      step.features.resize(2);
      step.state.resize(3);
      task.observe(step.observation);
      task.save(step.state);
      driver.sample(step.observation, random, step.action);
      task.step(step.action);
      task.features(step.features);
      episode.steps.push_back(std::move(step));
    }
    episode.finalObservation.resize(WalkTask::kCells);
    task.observe(episode.finalObservation);
    episode.segments = {{0, task.spec().episodeSteps, taught ? Verdict::Expert : Verdict::Good, false}};
    lesson.push_back(std::move(episode));
  }
  return lesson;
}

MereqInput walkInput(std::vector<LessonEpisode> lesson) {
  const Mdp mdp = WalkTask::mdp(0.8);
  const Policy prior = policyOf(logPolicy(softQ(mdp, mdp.reward({0.2, -0.1}), mdp.table(), kAlpha), mdp.table(), kAlpha));
  return {"walk", prior, prior, {0.0, 0.0}, std::move(lesson)};
}

/// Some updates on the same lesson.
std::vector<double> infer(MereqInput input, GradientKind gradient, int updates) {
  for (int i = 0; i < updates; ++i) {
    auto result = mereqUpdate(std::make_unique<WalkTask>(), input, walkSettings(gradient), nullptr);
    if (!result) qFatal("%s", result.error().message.c_str());
    input.theta = result->theta;
    input.current = result->policy;
  }
  return input.theta;
}

QByteArray text(const std::vector<double>& theta) {
  QByteArray all;
  for (const double t : theta) all += QByteArray::number(t, 'f', 3) + ' ';
  return all;
}

}  // namespace

class SuccessorFeaturesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theyAreTheDerivativeOfTheResidualQ() {
    Random random(1);
    for (int trial = 0; trial < 3; ++trial) {
      const Mdp mdp = randomMdp(random);
      const double alphaHat = random.uniform(0.1, 0.5);
      const Table bonus = randomBonus(mdp, random, random.uniform(0.1, 0.5));
      const std::vector<double> theta{random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)};
      const auto q = [&](int k, double step) {
        std::vector<double> moved = theta;
        moved[static_cast<std::size_t>(k)] += step;
        return softQ(mdp, mdp.reward(moved), bonus, alphaHat);
      };
      const auto psi = successorFeatures(mdp, logPolicy(q(0, 0.0), bonus, alphaHat));
      for (int k = 0; k < mdp.features; ++k) {
        const Table up = q(k, 1e-4), down = q(k, -1e-4);
        for (int s = 0; s < mdp.states; ++s)
          for (int a = 0; a < mdp.choices; ++a)
            QVERIFY(std::abs((up[s][a] - down[s][a]) / 2e-4 - psi[s][a][k] / (1.0 - mdp.discount)) < 1e-5);
      }
    }
  }

  void theyGiveTheGradientOfTheLikelihood() {
    Random random(2);
    const Mdp mdp = randomMdp(random);
    const double alphaHat = 0.2;
    const Table bonus = randomBonus(mdp, random, 0.3);
    const std::vector<double> theta{0.4, -0.6, 0.1};
    const auto logPi = [&](const std::vector<double>& t) {
      return logPolicy(softQ(mdp, mdp.reward(t), bonus, alphaHat), bonus, alphaHat);
    };
    const Table here = logPi(theta);
    const auto psi = successorFeatures(mdp, here);
    for (int k = 0; k < mdp.features; ++k) {
      std::vector<double> up = theta, down = theta;
      up[static_cast<std::size_t>(k)] += 1e-4;
      down[static_cast<std::size_t>(k)] -= 1e-4;
      const Table high = logPi(up), low = logPi(down);
      for (int s = 0; s < mdp.states; ++s)
        for (int a = 0; a < mdp.choices; ++a) {
          double expected = 0.0;
          for (int b = 0; b < mdp.choices; ++b) expected += std::exp(here[s][b]) * psi[s][b][k];
          const double gradient = (psi[s][a][k] - expected) / ((1.0 - mdp.discount) * alphaHat);
          QVERIFY(std::abs((high[s][a] - low[s][a]) / 2e-4 - gradient) < 1e-4);
        }
    }
  }

  void temporalDifferencesFindThem() {
    Random random(3);
    Mdp mdp = randomMdp(random);
    mdp.discount = 0.8;
    const Table logPi = logPolicy(randomBonus(mdp, random, 0.3), mdp.table(), 0.2);
    const Policy policy = policyOf(logPi);
    MereqSettings settings;
    settings.discount = mdp.discount;
    auto experience = makeResidualLearner(policy, policy, mdp.features, settings);
    QVERIFY(experience.ok());
    std::vector<float> observation, action;
    for (int i = 0; i < 10'000; ++i) {
      const auto s = static_cast<int>(random.index(6)), a = static_cast<int>(random.index(4));
      std::vector<float> here(6), next(6), f(mdp.f[s][a].begin(), mdp.f[s][a].end());
      double left = random.uniform();
      int to = 0;
      while (to + 1 < mdp.states && (left -= mdp.next[s][a][to]) > 0.0) ++to;
      here[static_cast<std::size_t>(s)] = next[static_cast<std::size_t>(to)] = 1.0f;
      if (s != to) here[static_cast<std::size_t>(to)] = next[static_cast<std::size_t>(s)] = 0.0f;
      const float choice = static_cast<float>(a);
      (*experience)->add({here, {&choice, 1}, f, next, false});
    }
    SuccessorFeatures learned(policy.actor, mdp.features, {.seed = 4, .discount = mdp.discount});
    learned.train(**experience, policy.actor, 3'000, [] { return true; });

    const auto psi = successorFeatures(mdp, logPi);
    for (int s = 0; s < mdp.states; ++s)
      for (int a = 0; a < mdp.choices; ++a) {
        for (int i = 0; i < mdp.states; ++i) observation.push_back(i == s ? 1.0f : 0.0f);
        action.push_back(static_cast<float>(a));
      }
    const auto contrasts = learned.contrast(observation, action, policy.actor);
    double worst = 0.0;
    for (int s = 0; s < mdp.states; ++s) {
      std::vector<double> expected(3);
      for (int b = 0; b < mdp.choices; ++b)
        for (int k = 0; k < 3; ++k) expected[k] += std::exp(logPi[s][b]) * psi[s][b][k];
      for (int a = 0; a < mdp.choices; ++a)
        for (int k = 0; k < 3; ++k) {
          const ActionContrast& c = contrasts[static_cast<std::size_t>(s * mdp.choices + a)];
          worst = std::max({worst, std::abs(c.taken[k] - psi[s][a][k]), std::abs(c.expected[k] - expected[k])});
          QVERIFY(c.spread[static_cast<std::size_t>(4 * k)] >= 0.0);
        }
    }
    QVERIFY2(worst < 0.03, QByteArray::number(worst));
  }

  void theRewardOfAKnownTeacherIsFound_data() {
    QTest::addColumn<int>("gradient");
    QTest::newRow("moments") << int(GradientKind::Moments);
    QTest::newRow("likelihood") << int(GradientKind::Likelihood);
  }
  void theRewardOfAKnownTeacherIsFound() {
    QFETCH(int, gradient);
    const auto theta = infer(walkInput(walks(20, 1, true)), GradientKind(gradient), 4);
    QVERIFY2(std::abs(theta[0] - kTruth[0]) < 0.15 && std::abs(theta[1] - kTruth[1]) < 0.1, text(theta));
  }

  void oneOddEpisodeDoesNotTurnTheta_data() { theRewardOfAKnownTeacherIsFound_data(); }
  void oneOddEpisodeDoesNotTurnTheta() {
    QFETCH(int, gradient);
    const auto theta = infer(walkInput(walks(12, 1, true)), GradientKind(gradient), 3);
    const auto odd = infer(walkInput(walks(12, 1, true, 1)), GradientKind(gradient), 3);
    QVERIFY2(std::abs(theta[0] - odd[0]) < 0.15 && std::abs(theta[1] - odd[1]) < 0.1, text(theta) + "/ " + text(odd));
  }

  void aRoundWithoutATakeOverDoesNotMoveTheta_data() { theRewardOfAKnownTeacherIsFound_data(); }
  void aRoundWithoutATakeOverDoesNotMoveTheta() {
    QFETCH(int, gradient);
    MereqInput input = walkInput(walks(8, 1, true));
    input.theta = {-0.3, 0.05};
    for (LessonEpisode& episode : walks(4, 2, false)) input.episodes.push_back(std::move(episode));
    QCOMPARE(infer(input, GradientKind(gradient), 2), input.theta);
  }

  void newtonsStepSolvesAQuadratic() {
    // −½ (θ − t)ᵀ C (θ − t) with a pull of 0.5: the step from 0 leads to (C + 0.5)⁻¹ C t.
    Gradient g;
    g.value = {4 * 0.5 + 1 * -0.2, 1 * 0.5 + 2 * -0.2};
    g.halfWidth = {0.0, 0.0};
    g.curvature = {4.0, 1.0, 1.0, 2.0};
    std::vector<double> theta{0.0, 0.0};
    QVERIFY(moveTheta(theta, g, {}, {.l2 = 0.5}));
    const double determinant = 4.5 * 2.5 - 1.0;
    QVERIFY(std::abs(theta[0] - (2.5 * g.value[0] - g.value[1]) / determinant) < 1e-7);
    QVERIFY(std::abs(theta[1] - (4.5 * g.value[1] - g.value[0]) / determinant) < 1e-7);
    g.halfWidth[1] = 100.0;  // inside its interval: stays, and the other moves as if it were alone
    theta = {0.0, 0.0};
    moveTheta(theta, g, {}, {.l2 = 0.5});
    QVERIFY(std::abs(theta[0] - g.value[0] / 4.5) < 1e-7);
    QCOMPARE(theta[1], 0.0);
  }
};

QTEST_APPLESS_MAIN(SuccessorFeaturesTest)
#include "successor_features_test.moc"
