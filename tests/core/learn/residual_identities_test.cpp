// What Residual Q-Learning promises, checked on random tabular MDPs where everything can be solved exactly
// (mereq.md section 4; Li et al. 2023). The residual side uses the learner's own backup (soft_value.h), the
// other side is plain soft value iteration.
#include <QtTest>
#include <array>
#include <cmath>

#include "core/base/random.h"
#include "core/learn/soft_value.h"

using namespace nudge;

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

using Row = std::array<double, kActions>;

double plainLogSumExp(const Row& x) {
  const double top = *std::max_element(x.begin(), x.end());
  double sum = 0.0;
  for (const double v : x) sum += std::exp(v - top);
  return top + std::log(sum);
}

/// Q = r + γ E[V(s')], iterated until it stands.
template <typename Value>
Table iterate(const Mdp& mdp, const Table& reward, const Value& valueOf) {
  Table q{};
  for (int sweep = 0; sweep < 600; ++sweep) {
    std::array<double, kStates> value{};
    for (int s = 0; s < kStates; ++s) value[s] = valueOf(s, q[s]);
    for (int s = 0; s < kStates; ++s) {
      for (int a = 0; a < kActions; ++a) {
        q[s][a] = reward[s][a];
        for (int t = 0; t < kStates; ++t) q[s][a] += kDiscount * mdp.next[s][a][t] * value[t];
      }
    }
  }
  return q;
}

/// log of the max-ent policy of `reward` at temperature α, by soft value iteration.
Table maxEntPolicy(const Mdp& mdp, const Table& reward, double alpha) {
  const auto valueOf = [alpha](int, Row q) {
    for (double& v : q) v /= alpha;
    return alpha * plainLogSumExp(q);
  };
  Table q = iterate(mdp, reward, valueOf);
  for (Row& row : q) {
    for (double& v : row) v /= alpha;
    const double norm = plainLogSumExp(row);
    for (double& v : row) v -= norm;
  }
  return q;
}

struct Residual {
  Table q, logPolicy;
};

/// Residual Q-Learning on the prior log π, as the learner does it.
Residual residualPolicy(const Mdp& mdp, Table logPrior, double omega, double alphaHat) {
  std::array<double, kStates> ownValue{};
  for (int s = 0; s < kStates; ++s) ownValue[s] = temper(std::span<double>(logPrior[s]), omega, alphaHat);
  Residual result;
  result.q = iterate(mdp, mdp.residual, [&](int s, const Row& q) {
    return ownValue[s] + softValue(std::span<const double>(q), std::span<const double>(logPrior[s]), alphaHat);
  });
  for (int s = 0; s < kStates; ++s) {
    softPolicy(std::span<const double>(result.q[s]), std::span<const double>(logPrior[s]), alphaHat,
               std::span<double>(result.logPolicy[s]));
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
      const Table prior = maxEntPolicy(mdp, mdp.reward, alpha);
      const Table residual = residualPolicy(mdp, prior, omega * alpha, alphaHat).logPolicy;
      const Table direct = maxEntPolicy(mdp, combine(omega, mdp.reward, 1.0, mdp.residual), alphaHat);
      QVERIFY2(distance(residual, direct) < 1e-10, qPrintable(QString::number(distance(residual, direct))));
    }
  }

  void withoutAPriorItIsSoftQLearning() {
    Random random(3);
    const Mdp mdp = randomMdp(random);
    Table anything{};
    for (Row& row : anything) {
      for (double& v : row) v = random.uniform(-3.0, 0.0);
    }
    const Table residual = residualPolicy(mdp, anything, 0.0, 0.2).logPolicy;
    QVERIFY(distance(residual, maxEntPolicy(mdp, mdp.residual, 0.2)) < 1e-10);
  }

  void nothingToCorrectChangesNothing() {
    Random random(2);
    Mdp mdp = randomMdp(random);
    const Table prior = maxEntPolicy(mdp, mdp.reward, 0.2);
    mdp.residual = {};
    const Residual residual = residualPolicy(mdp, prior, 0.2, 0.2);
    QCOMPARE(distance(residual.q, {}), 0.0);  // exactly
    QCOMPARE(distance(residual.logPolicy, prior), 0.0);
  }

  void softValueIsALogSumOfExponentials() {
    Random random(4);
    for (int trial = 0; trial < 1000; ++trial) {
      const double alpha = std::exp(random.uniform(-4.0, 1.0)), spread = std::exp(random.uniform(-5.0, 4.0));
      Row q, logPrior, x;
      for (double& v : q) v = spread * random.normal();
      for (double& v : logPrior) v = 5.0 * random.normal();
      const double norm = plainLogSumExp(logPrior);
      for (double& v : logPrior) v -= norm;
      for (int a = 0; a < kActions; ++a) x[a] = logPrior[a] + q[a] / alpha;
      const double value = softValue(std::span<const double>(q), std::span<const double>(logPrior), alpha);
      QVERIFY(std::abs(value - alpha * plainLogSumExp(x)) <= 1e-12 * (1.0 + std::abs(value)));
    }
  }
};

QTEST_APPLESS_MAIN(ResidualIdentities)
#include "residual_identities_test.moc"
