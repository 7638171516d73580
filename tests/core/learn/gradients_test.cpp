// Every loss gradient that is written out by hand, beside central differences of its loss; those of networks are in
// nets_test.cpp, that of the soft critic's in soft_q_test.cpp. torch comes first: it must not see Qt.
#include "core/learn/actor_critic.h"
#include "core/learn/losses.h"

#include <QtTest>
#include <cmath>

#include "core/learn/imitation.h"

using namespace nudge;
using namespace nudge::learn;

namespace {

/// Largest difference between `exact` and central differences of `loss` by each number of `x`, in units of the largest of
/// `exact`.
double error(const Tensor& x, const Tensor& exact, const std::function<double(const Tensor&)>& loss, float step = 2e-3f) {
  double worst = 0.0;
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    Tensor up = x.clone(), down = x.clone();
    up.view({-1})[i] += step;
    down.view({-1})[i] -= step;
    worst = std::max(worst, std::abs((loss(up) - loss(down)) / (2.0 * step) - exact.reshape({-1})[i].item<float>()));
  }
  return worst / exact.abs().max().item<float>();
}
constexpr double kEnough = 0.01;

Mlp identity(std::int64_t width) {
  DenseLayer layer{Eigen::MatrixXf::Identity(width, width), Eigen::VectorXf::Zero(width)};
  return Mlp::fromLayers({layer}).value();
}

/// imitationLoss() of a policy whose network gives out what it sees, for outputs and actions by rows.
double lossOf(const Actor& actor, const Tensor& outputs, const Tensor& actions) {
  std::vector<Step> steps(static_cast<std::size_t>(outputs.size(0)));
  std::vector<const Step*> pointers;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto numbers = [row = static_cast<std::int64_t>(i)](const Tensor& t) {
      return std::vector<float>(t[row].data_ptr<float>(), t[row].data_ptr<float>() + t.size(1));
    };
    steps[i].observation = numbers(outputs);
    steps[i].action = numbers(actions);
    pointers.push_back(&steps[i]);
  }
  return imitationLoss(actor, pointers);
}

QByteArray text(double value) { return QByteArray::number(value); }

}  // namespace

class GradientsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { useOneThread(); }

  void crossEntropyMatchesCentralDifferences() {
    auto g = makeGenerator(1);
    const Tensor logits = 2.0 * torch::randn({6, 4}, g), action = torch::tensor({0.0f, 3.0f, 1.0f, 1.0f, 2.0f, 3.0f}).view({6, 1});
    const Actor actor = CategoricalPolicy::create({{identity(4), 1.0f}}).value();
    const double worst = error(logits, crossEntropyGradient(logits, action), [&](const Tensor& x) { return lossOf(actor, x, action); });
    QVERIFY2(worst < kEnough, text(worst));
  }

  void cloningMatchesCentralDifferences_data() {
    QTest::addColumn<int>("sigma");
    QTest::addColumn<int>("squash");
    QTest::newRow("clamped, tanh") << int(Sigma::Clamped) << int(Squash::Tanh);
    QTest::newRow("between bounds, clip") << int(Sigma::Squashed) << int(Squash::Clip);
  }
  void cloningMatchesCentralDifferences() {
    QFETCH(int, sigma);
    QFETCH(int, squash);
    const GaussianHead head{-1.0f, 0.5f, Sigma(sigma), Squash(squash)};
    auto g = makeGenerator(2);
    const Tensor output = torch::randn({8, 6}, g), action = 0.9 * torch::tanh(torch::randn({8, 3}, g));
    const Actor actor = GaussianPolicy::create(identity(6), head).value();
    const Tensor exact = cloningGradient(output, action, head);
    const double worst = error(output, exact, [&](const Tensor& x) { return lossOf(actor, x, action); });
    QVERIFY2(worst < kEnough, text(worst));
    const auto held = (exact.narrow(1, 3, 3) == 0).sum().item<std::int64_t>();  // log σ at a bound
    QCOMPARE(held > 0, head.sigma == Sigma::Clamped);
    QVERIFY(held < 24);
  }

  void cloningWithoutDensityMatchesCentralDifferences() {
    const GaussianHead head{-1.0f, 0.5f, Sigma::None, Squash::Tanh};
    auto g = makeGenerator(3);
    const Tensor output = torch::randn({8, 3}, g), action = 0.9 * torch::tanh(torch::randn({8, 3}, g));
    const double worst = error(output, cloningGradient(output, action, head), [&](const Tensor& x) {
      return 0.5 * (x - torch::atanh(action)).square().sum().item<double>() / 8.0;
    });
    QVERIFY2(worst < kEnough, text(worst));
  }

  void successorFeaturesMatchCentralDifferences() {
    auto g = makeGenerator(4);
    const Tensor psi = 0.3 * torch::randn({8, 3, 2}, g), target = 0.3 * torch::randn({8, 2}, g);
    const Tensor action = torch::tensor({0.0f, 2.0f, 1.0f, 1.0f, 0.0f, 2.0f, 2.0f, 0.0f}).view({8, 1});
    int outside = 0;
    const auto loss = [&](const Tensor& x) {
      double sum = 0.0;
      outside = 0;
      for (int row = 0; row < 8; ++row) {
        for (int k = 0; k < 2; ++k) {
          const double apart = std::abs(x[row][action[row][0].item<std::int64_t>()][k].item<float>() - target[row][k].item<float>());
          outside += apart > kSuccessorHuber;
          sum += apart > kSuccessorHuber ? kSuccessorHuber * (apart - 0.5 * kSuccessorHuber) : 0.5 * apart * apart;
        }
      }
      return sum / 8.0;
    };
    const double worst = error(psi, successorGradient(psi, action, target), loss);
    QVERIFY2(worst < kEnough, text(worst));
    QVERIFY(outside > 0 && outside < 16);  // both parts were seen
  }

  void actorMatchesCentralDifferences_data() {
    QTest::addColumn<bool>("withPrior");
    QTest::newRow("from nothing") << false;
    QTest::newRow("residual") << true;
  }
  /// Through the smaller critic of two, whose values count by `worth`.
  void actorMatchesCentralDifferences() {
    QFETCH(bool, withPrior);
    constexpr std::int64_t kBatch = 12, kObservation = 3, kAction = 2, kValues = 3;
    auto g = makeGenerator(5);
    const Net critics[2] = {Net({kObservation + kAction, 16, kValues}, g), Net({kObservation + kAction, 16, kValues}, g)};
    const Tensor observation = torch::randn({kBatch, kObservation}, g), output = 0.7 * torch::randn({kBatch, 2 * kAction}, g);
    const Tensor worth = torch::tensor({3.0f, -2.0f, 1.5f});
    const Tensor prior = withPrior ? 0.5 * torch::randn({kBatch, 2 * kAction}, g) : Tensor();
    ActorCriticSettings settings;
    settings.alpha = 0.3;
    settings.omega = withPrior ? 0.2 : 0.0;
    settings.head = {-3.0f, 1.0f};
    const auto drawn = [&](const Tensor& x) {
      Random random(6);  // the same noise each time
      return drawSamples(x, prior, settings.head, random);
    };
    std::int64_t firstIsSmaller = 0;
    const auto loss = [&](const Tensor& x) {
      const Samples own = drawn(x);
      const Tensor input = torch::cat({observation, own.action}, 1);
      const Tensor q0 = critics[0].forward(input).mv(worth), q1 = critics[1].forward(input).mv(worth);
      firstIsSmaller = (q0 < q1).sum().item<std::int64_t>();
      const Tensor each = 0.3 * own.logProb + settings.omega * (own.divergence - own.logProb) - torch::minimum(q0, q1);
      return each.to(torch::kDouble).mean().item<double>();
    };
    Activations kept[2];
    const Tensor exact = actorGradient(critics, kept, observation, drawn(output), prior, worth, settings);
    const double worst = error(output, exact, loss);
    QVERIFY2(worst < kEnough, text(worst));
    QVERIFY(firstIsSmaller > 0 && firstIsSmaller < kBatch);
  }
};

QTEST_APPLESS_MAIN(GradientsTest)
#include "gradients_test.moc"
