// The inference of an update alone: gradients from differences, and steps of θ.
#include <QtTest>
#include <cmath>

#include "core/learn/irl.h"

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

}  // namespace

class IrlTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
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

  /// In most seconds nothing differs, and the correction lies in the others: they are not odd.
  void whatIsCorrectedInFewSecondsCountsInFull() {
    std::vector<Difference> differences;
    for (int episode = 0; episode < 6; ++episode) {
      for (int second = 0; second < 10; ++second) {
        const double d = second == 3 ? -0.8 + 0.05 * episode : 0.0;
        differences.push_back({episode, 20.0, {0.5 + d, 0.5}, {0.5, 0.5}});
      }
    }
    const Gradient g = pairedGradient(differences);
    QVERIFY(std::abs(g.value[0] + 0.0675) < 1e-9);
    QVERIFY2(g.halfWidth[0] < 0.02, qPrintable(QString::number(g.halfWidth[0])));
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
    const std::vector<Demonstration> demos{{&episode, 0, 200, true, 1.0}, {&episode, 0, 1, false, 0.03}};
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
};

QTEST_APPLESS_MAIN(IrlTest)
#include "irl_test.moc"
