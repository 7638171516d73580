// What soft successor features promise, beside exact solutions of tabular MDPs; and what the likelihood of a teacher's
// choices says about its reward.
#include "core/learn/successor_features.h"

#include <QtTest>

#include "core/learn/irl.h"
#include "tests/support/walk_lesson.h"

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

/// Every choice leads to one state: then nothing but the network stands between temporal differences and the solution.
Mdp certainMdp(Random& random) {
  Mdp mdp = randomMdp(random);
  mdp.discount = 0.7;
  for (auto& choices : mdp.next)
    for (auto& to : choices) {
      std::fill(to.begin(), to.end(), 0.0);
      to[random.index(to.size())] = 1.0;
    }
  return mdp;
}

std::vector<float> oneHot(const Mdp& mdp, int state) {
  std::vector<float> o(static_cast<std::size_t>(mdp.states));
  o[static_cast<std::size_t>(state)] = 1.0f;
  return o;
}

/// ψ of a policy by temporal differences on random transitions.
SuccessorFeatures learned(const Mdp& mdp, const Policy& policy, Random& random) {
  MereqSettings settings;
  settings.discount = mdp.discount;
  auto experience = makeResidualLearner(policy, policy, mdp.features, settings).value();
  for (int i = 0; i < 10'000; ++i) {
    const auto s = static_cast<int>(random.index(6)), a = static_cast<int>(random.index(4));
    double left = random.uniform();
    int to = 0;
    while (to + 1 < mdp.states && (left -= mdp.next[s][a][to]) > 0.0) ++to;
    const std::vector<float> here = oneHot(mdp, s), next = oneHot(mdp, to), f(mdp.f[s][a].begin(), mdp.f[s][a].end());
    const float choice = static_cast<float>(a);
    experience->add({here, {&choice, 1}, f, next, false});
  }
  SuccessorFeatures psi(policy.actor, mdp.features, {.seed = 4, .discount = mdp.discount});
  psi.train(*experience, policy.actor, 3'000, [] { return true; });
  return psi;
}

/// Of every choice in every state, [states · choices].
std::vector<ActionContrast> contrasts(const Mdp& mdp, SuccessorFeatures& psi, const Actor& actor) {
  std::vector<float> observation, action;
  for (int s = 0; s < mdp.states; ++s)
    for (int a = 0; a < mdp.choices; ++a) {
      const std::vector<float> here = oneHot(mdp, s);
      observation.insert(observation.end(), here.begin(), here.end());
      action.push_back(static_cast<float>(a));
    }
  return psi.contrast(observation, action, actor);
}

/// What was found beside the truth: its scale by least squares, and how far off the worst number is, in units of the
/// largest.
struct Fit {
  double scale = 0.0, worst = 0.0;
};
Fit fit(const std::vector<double>& found, const std::vector<double>& truth) {
  double both = 0.0, square = 0.0, largest = 0.0, worst = 0.0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    both += found[i] * truth[i];
    square += truth[i] * truth[i];
    largest = std::max(largest, std::abs(truth[i]));
    worst = std::max(worst, std::abs(found[i] - truth[i]));
  }
  return {both / square, worst / largest};
}
bool close(const Fit& fit) { return std::abs(fit.scale - 1.0) < 0.005 && fit.worst < 0.005; }
QByteArray text(const Fit& fit) { return "scale " + QByteArray::number(fit.scale) + ", worst " + QByteArray::number(fit.worst); }

/// A residual policy π̂ of an MDP under θ, with ψ learned for it.
struct Residual {
  explicit Residual(std::uint64_t seed)
      : random(seed),
        mdp(certainMdp(random)),
        bonus(randomBonus(mdp, random, 0.3)),
        policy(policyOf(logPi(theta))),
        psi(learned(mdp, policy, random)) {}
  Table q(const std::vector<double>& t) const { return softQ(mdp, mdp.reward(t), bonus, kAlphaHat); }
  Table logPi(const std::vector<double>& t) const { return logPolicy(q(t), bonus, kAlphaHat); }
  std::vector<double> moved(int k, double step) const {
    std::vector<double> t = theta;
    t[static_cast<std::size_t>(k)] += step;
    return t;
  }
  static constexpr double kAlphaHat = 0.2;
  const std::vector<double> theta{0.4, -0.6, 0.1};
  Random random;
  Mdp mdp;
  Table bonus;
  Policy policy;
  SuccessorFeatures psi;
};

}  // namespace

class SuccessorFeaturesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theyAreTheDerivativeOfTheResidualQ() {
    Residual r(1);
    std::vector<double> found, truth;
    const auto all = contrasts(r.mdp, r.psi, r.policy.actor);
    for (int k = 0; k < r.mdp.features; ++k) {
      const Table up = r.q(r.moved(k, 1e-4)), down = r.q(r.moved(k, -1e-4));
      for (int s = 0; s < r.mdp.states; ++s)
        for (int a = 0; a < r.mdp.choices; ++a) {
          found.push_back(all[static_cast<std::size_t>(s * r.mdp.choices + a)].taken[static_cast<std::size_t>(k)]);
          truth.push_back((1.0 - r.mdp.discount) * (up[s][a] - down[s][a]) / 2e-4);
        }
    }
    const Fit f = fit(found, truth);
    QVERIFY2(close(f), text(f));
  }

  /// Physics in the same thread must repeat exactly.
  void learningThemLeavesTheThreadItsSmallestNumbers() {
    Residual r(1);
    volatile float small = 1e-38f;
    QVERIFY(small * 0.1f > 0.0f);
  }

  void theyGiveTheGradientOfTheLikelihood() {
    Residual r(2);
    LessonEpisode episode;
    Actor teacher = tabularPolicy(r.logPi({-0.4, 0.6, 0.5}));
    for (int i = 0; i < 300; ++i) {
      Step step;
      step.observation = oneHot(r.mdp, i % r.mdp.states);
      step.action.resize(1);
      teacher.sample(step.observation, r.random, step.action);
      episode.steps.push_back(std::move(step));
    }
    std::vector<Demonstration> demos{{&episode, 0, 120, true, 1.0}, {&episode, 120, 300, true, 1.0}};
    for (int i = 120; i < 300; ++i) demos[1].meant.push_back(i % 7 < 5 ? 1.0 : 0.2);  // some look like slips
    double steps = 120.0;
    for (const double meant : demos[1].meant) steps += meant;
    MereqSettings settings;
    settings.discount = r.mdp.discount;
    settings.alphaHat = Residual::kAlphaHat;
    const double unit = (1.0 - r.mdp.discount) * Residual::kAlphaHat;
    const auto logLikelihood = [&](const Table& logPi) {  // of a step
      double sum = 0.0;
      for (int i = 0; i < 300; ++i) {
        const int choice = static_cast<int>(episode.steps[static_cast<std::size_t>(i)].action[0]);
        sum += demos[i < 120 ? 0 : 1].meantAt(i) * logPi[i % r.mdp.states][choice] / steps;
      }
      return sum;
    };
    const Gradient gradient = likelihoodGradient(demos, r.psi, r.policy.actor, settings);
    std::vector<double> slope, curvature;
    for (int k = 0; k < r.mdp.features; ++k) {
      slope.push_back(unit * (logLikelihood(r.logPi(r.moved(k, 1e-4))) - logLikelihood(r.logPi(r.moved(k, -1e-4)))) / 2e-4);
    }
    Fit f = fit(gradient.value, slope);
    QVERIFY2(close(f), text(f));

    // The curvature is that of a likelihood whose ψ stands still: Q is then linear in θ.
    const auto psi = successorFeatures(r.mdp, r.logPi(r.theta));
    const auto straight = [&](int k, double step) {
      Table q = r.q(r.theta);
      for (int s = 0; s < r.mdp.states; ++s)
        for (int a = 0; a < r.mdp.choices; ++a) q[s][a] += step * psi[s][a][static_cast<std::size_t>(k)] / (1.0 - r.mdp.discount);
      return tabularPolicy(logPolicy(q, r.bonus, Residual::kAlphaHat));
    };
    for (int k = 0; k < r.mdp.features; ++k) {
      const Gradient up = likelihoodGradient(demos, r.psi, straight(k, 0.02), settings);
      const Gradient down = likelihoodGradient(demos, r.psi, straight(k, -0.02), settings);
      for (std::size_t j = 0; j < up.value.size(); ++j) curvature.push_back((down.value[j] - up.value[j]) / 0.04);
    }
    f = fit(gradient.curvature, curvature);
    QVERIFY2(close(f), text(f));
  }

  void temporalDifferencesFindThem() {
    Random random(3);
    Mdp mdp = randomMdp(random);
    mdp.discount = 0.8;
    const Table logPi = logPolicy(randomBonus(mdp, random, 0.3), mdp.table(), 0.2);
    const Policy policy = policyOf(logPi);
    SuccessorFeatures found = learned(mdp, policy, random);
    const auto psi = successorFeatures(mdp, logPi);
    const auto all = contrasts(mdp, found, policy.actor);
    double worst = 0.0;
    for (int s = 0; s < mdp.states; ++s) {
      std::vector<double> expected(3);
      for (int b = 0; b < mdp.choices; ++b)
        for (int k = 0; k < 3; ++k) expected[k] += std::exp(logPi[s][b]) * psi[s][b][k];
      for (int a = 0; a < mdp.choices; ++a)
        for (int k = 0; k < 3; ++k) {
          const ActionContrast& c = all[static_cast<std::size_t>(s * mdp.choices + a)];
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
    const auto theta = infer(walkInput(walks(20, 1, true)), walkSettings(GradientKind(gradient)), 4);
    QVERIFY2(std::abs(theta[0] - kWalkTruth[0]) < 0.15 && std::abs(theta[1] - kWalkTruth[1]) < 0.1, text(theta));
  }

  void oneOddEpisodeDoesNotTurnTheta_data() { theRewardOfAKnownTeacherIsFound_data(); }
  void oneOddEpisodeDoesNotTurnTheta() {
    QFETCH(int, gradient);
    const auto theta = infer(walkInput(walks(12, 1, true)), walkSettings(GradientKind(gradient)), 3);
    const auto odd = infer(walkInput(walks(12, 1, true, 1)), walkSettings(GradientKind(gradient)), 3);
    QVERIFY2(std::abs(theta[0] - odd[0]) < 0.15 && std::abs(theta[1] - odd[1]) < 0.1, text(theta) + "/ " + text(odd));
  }

  void aRoundWithoutATakeOverDoesNotMoveTheta_data() { theRewardOfAKnownTeacherIsFound_data(); }
  void aRoundWithoutATakeOverDoesNotMoveTheta() {
    QFETCH(int, gradient);
    MereqInput input = walkInput(walks(8, 1, true));
    input.theta = {-0.3, 0.05};
    for (LessonEpisode& episode : walks(4, 2, false)) input.episodes.push_back(std::move(episode));
    QCOMPARE(infer(input, walkSettings(GradientKind(gradient)), 2), input.theta);
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
