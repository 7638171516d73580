// What Residual Q-Learning promises, checked on random tabular MDPs where everything can be solved exactly
// (mereq.md section 4; Li et al. 2023).
#include <QtTest>
#include <array>
#include <cmath>

#include "core/base/random.h"

using nudge::Random;

namespace {

constexpr int kStates = 7, kActions = 4;
constexpr double kDiscount = 0.9;
using Table = std::array<std::array<double, kActions>, kStates>;

struct Mdp {
  std::array<std::array<std::array<double, kStates>, kActions>, kStates> next{};
  Table reward{}, residual{};
};

Mdp randomMdp(Random& random) {
  Mdp mdp;
  for (int s = 0; s < kStates; ++s) {
    for (int a = 0; a < kActions; ++a) {
      double sum = 0.0;
      for (double& p : mdp.next[s][a]) sum += p = std::pow(random.uniform(), 3.0);
      for (double& p : mdp.next[s][a]) p /= sum;
      mdp.reward[s][a] = random.uniform(-1.0, 1.0);
      mdp.residual[s][a] = random.uniform(-1.0, 1.0);
    }
  }
  return mdp;
}

double logSumExp(const std::array<double, kActions>& x) {
  const double top = *std::max_element(x.begin(), x.end());
  double sum = 0.0;
  for (const double v : x) sum += std::exp(v - top);
  return top + std::log(sum);
}

/// Solves Q = r + γ E[ α log Σ exp((Q + bonus)/α) ]; bonus is ω' log π for the residual form, else 0.
Table softQ(const Mdp& mdp, const Table& reward, const Table& bonus, double alpha) {
  Table q{};
  for (int sweep = 0; sweep < 600; ++sweep) {
    std::array<double, kStates> value{};
    for (int s = 0; s < kStates; ++s) {
      std::array<double, kActions> x{};
      for (int a = 0; a < kActions; ++a) x[a] = (q[s][a] + bonus[s][a]) / alpha;
      value[s] = alpha * logSumExp(x);
    }
    for (int s = 0; s < kStates; ++s) {
      for (int a = 0; a < kActions; ++a) {
        q[s][a] = reward[s][a];
        for (int t = 0; t < kStates; ++t) q[s][a] += kDiscount * mdp.next[s][a][t] * value[t];
      }
    }
  }
  return q;
}

/// log of π ∝ exp((Q + bonus)/α).
Table logPolicy(const Table& q, const Table& bonus, double alpha) {
  Table result{};
  for (int s = 0; s < kStates; ++s) {
    for (int a = 0; a < kActions; ++a) result[s][a] = (q[s][a] + bonus[s][a]) / alpha;
    const double norm = logSumExp(result[s]);
    for (double& v : result[s]) v -= norm;
  }
  return result;
}

Table combine(double x, const Table& a, double y, const Table& b) {
  Table result{};
  for (int s = 0; s < kStates; ++s) {
    for (int i = 0; i < kActions; ++i) result[s][i] = x * a[s][i] + y * b[s][i];
  }
  return result;
}

double distance(const Table& a, const Table& b) {
  double most = 0.0;
  for (int s = 0; s < kStates; ++s) {
    for (int i = 0; i < kActions; ++i) most = std::max(most, std::abs(a[s][i] - b[s][i]));
  }
  return most;
}

}  // namespace

class ResidualIdentities : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void residualPolicyIsTheMaxEntPolicyOfTheSum() {
    Random random(1);
    for (int trial = 0; trial < 20; ++trial) {
      const Mdp mdp = randomMdp(random);
      const double alpha = random.uniform(0.05, 0.5), alphaHat = random.uniform(0.05, 0.5);
      const double omega = random.uniform(0.3, 2.0);
      const Table prior = logPolicy(softQ(mdp, mdp.reward, {}, alpha), {}, alpha);

      const Table bonus = combine(omega * alpha, prior, 0.0, prior);
      const Table residual = logPolicy(softQ(mdp, mdp.residual, bonus, alphaHat), bonus, alphaHat);

      const Table sum = combine(omega, mdp.reward, 1.0, mdp.residual);
      const Table direct = logPolicy(softQ(mdp, sum, {}, alphaHat), {}, alphaHat);
      QVERIFY2(distance(residual, direct) < 1e-10, qPrintable(QString::number(distance(residual, direct))));
    }
  }

  void nothingToCorrectChangesNothing() {
    Random random(2);
    const Mdp mdp = randomMdp(random);
    const double alpha = 0.2;
    const Table prior = logPolicy(softQ(mdp, mdp.reward, {}, alpha), {}, alpha);
    const Table bonus = combine(alpha, prior, 0.0, prior);
    const Table q = softQ(mdp, {}, bonus, alpha);
    QVERIFY(distance(q, {}) < 1e-12);
    QVERIFY(distance(logPolicy(q, bonus, alpha), prior) < 1e-12);
  }
};

QTEST_APPLESS_MAIN(ResidualIdentities)
#include "residual_identities_test.moc"
