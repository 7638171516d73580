// torch comes first: it must not see Qt.
#include "core/learn/squashed_gaussian.h"

#include <QtTest>
#include <cmath>

using namespace nudge;
using namespace nudge::learn;

namespace {
bool alike(const Mlp& a, const Mlp& b) {
  bool same = a.layers().size() == b.layers().size();
  for (std::size_t i = 0; same && i < a.layers().size(); ++i)
    same = a.layers()[i].weight == b.layers()[i].weight && a.layers()[i].activation == b.layers()[i].activation;
  return same;
}
}  // namespace

class NetsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { useOneThread(); }

  void matrixProductsAreOurs() {
    // The reference BLAS reaches about 2 GFLOP/s here, oneDNN more than ten times that.
    torch::NoGradGuard guard;
    const Tensor a = torch::randn({256, 256}), b = torch::randn({256, 256});
    torch::mm(a, b);
    QElapsedTimer timer;
    timer.start();
    for (int i = 0; i < 40; ++i) torch::mm(a, b);
    const double gflops = 40 * 2.0 * 256 * 256 * 256 / static_cast<double>(timer.nsecsElapsed());
    QVERIFY2(gflops > 6.0, qPrintable(QString::number(gflops)));
  }

  void matrixProductMatchesAPlainLoop() {
    auto g = makeGenerator(1);
    const Tensor a = torch::randn({7, 5}, g), b = torch::randn({3, 5}, g), bias = torch::randn({3}, g);
    const Tensor c = torch::addmm(bias, a, b.t());
    for (int i = 0; i < 7; ++i) {
      for (int j = 0; j < 3; ++j) {
        double sum = bias[j].item<float>();
        for (int k = 0; k < 5; ++k) sum += a[i][k].item<float>() * b[j][k].item<float>();
        QVERIFY(std::abs(sum - c[i][j].item<float>()) < 1e-5);
      }
    }
  }

  void gradientMatchesCentralDifferences() {
    auto g = makeGenerator(3);
    Net net({4, 12, 2}, g);
    const Tensor x = torch::randn({6, 4}, g);
    Activations kept;
    const Tensor gradOut = 2.0 * net.forward(x, kept);
    net.parameterGradient(kept, gradOut);
    const auto loss = [&] { return net.forward(x).square().sum().item<float>(); };
    for (std::int64_t i = 0; i < net.parameters().numel(); i += 7) {
      const float step = 1e-2f, exact = net.gradient()[i].item<float>();
      float* p = net.parameters().data_ptr<float>() + i;
      const float keep = *p;
      *p = keep + step;
      const double up = loss();
      *p = keep - step;
      const double down = loss();
      *p = keep;
      QVERIFY2(std::abs((up - down) / (2 * step) - exact) < 2e-2 * (1 + std::abs(exact)), qPrintable(QString::number(i)));
    }
  }

  void adamFollowsTorchs() {
    auto g = makeGenerator(5);
    Net net({3, 4, 1}, g);
    const Tensor x = torch::randn({8, 3}, g);
    Tensor copy = net.parameters().clone().requires_grad_(true);
    torch::optim::Adam reference({copy}, torch::optim::AdamOptions(1e-2));
    Adam adam(net);
    for (int i = 0; i < 20; ++i) {
      Activations kept;
      const Tensor gradOut = net.forward(x, kept).clone();
      net.parameterGradient(kept, gradOut);
      copy.mutable_grad() = net.gradient().clone();
      adam.step(net, 1e-2);
      reference.step();
    }
    QVERIFY((net.parameters() - copy).abs().max().item<float>() < 1e-5);
  }

  void gaussianGradientMatchesAutograd() {
    auto g = makeGenerator(6);
    const Tensor output = torch::randn({5, 6}, g), prior = 0.5 * torch::randn({5, 6}, g);
    const Tensor weight = torch::randn({5, 3}, g);
    Random random(1);
    const double a = 0.3, k = 0.7, low = -1.0, high = 0.8;
    const Samples s = drawSamples(output, prior, GaussianHead{float(low), float(high)}, random);
    const Tensor gradient = outputGradient(s, prior, weight, a, k);

    const Tensor o = output.clone().requires_grad_(true);
    const Tensor mean = o.narrow(1, 0, 3), logStd = o.narrow(1, 3, 3).clamp(low, high);
    const Tensor u = mean + logStd.exp() * s.noise;
    const Tensor action = torch::tanh(u);
    const Tensor logProb =
        (-0.5 * s.noise.square() - logStd - 0.5 * std::log(2 * M_PI) - torch::log(1 - action.square())).sum(1);
    const Tensor ratio = logStd - prior.narrow(1, 3, 3);
    const Tensor shift = (mean - prior.narrow(1, 0, 3)) / prior.narrow(1, 3, 3).exp();
    const Tensor divergence = (0.5 * ((2 * ratio).exp() - 1 + shift.square()) - ratio).sum(1);
    ((action * weight).sum() + a * logProb.sum() + k * divergence.sum()).backward();
    QVERIFY((s.action - action).abs().max().item<float>() < 1e-5);
    QVERIFY((s.logProb - logProb).abs().max().item<float>() < 1e-3);
    QVERIFY((s.divergence - divergence).abs().max().item<float>() < 1e-4);
    QVERIFY((gradient - o.grad()).abs().max().item<float>() < 1e-4);
    QVERIFY((s.slope == 0).sum().item<float>() > 0);
  }

  /// Policies from elsewhere: clipped actions, log σ laid between its bounds by tanh.
  void otherHeadsMatchAutograd() {
    auto g = makeGenerator(16);
    const Tensor output = torch::randn({40, 6}, g), prior = 0.5 * torch::randn({40, 6}, g);
    const Tensor weight = torch::randn({40, 3}, g);
    Random random(1);
    const double a = 0.3, k = 0.7;
    const GaussianHead head{-1.5f, 0.5f, Sigma::Squashed, Squash::Clip};
    const Samples s = drawSamples(output, prior, head, random);
    const Tensor gradient = outputGradient(s, prior, weight, a, k);

    const Tensor o = output.clone().requires_grad_(true);
    const Tensor mean = o.narrow(1, 0, 3), logStd = -1.5 + (torch::tanh(o.narrow(1, 3, 3)) + 1.0);
    const Tensor u = mean + logStd.exp() * s.noise;
    // The gradient of ∂q/∂a passes inside the bounds, and outside of them only back toward them.
    const Tensor passes = ((u.abs() <= 1) | ((u > 1) & (weight > 0)) | ((u < -1) & (weight < 0))).to(torch::kFloat).detach();
    const Tensor logProb = (-0.5 * s.noise.square() - logStd - 0.5 * std::log(2 * M_PI)).sum(1);
    const Tensor ratio = logStd - prior.narrow(1, 3, 3);
    const Tensor shift = (mean - prior.narrow(1, 0, 3)) / prior.narrow(1, 3, 3).exp();
    const Tensor divergence = (0.5 * ((2 * ratio).exp() - 1 + shift.square()) - ratio).sum(1);
    ((u * weight * passes).sum() + a * logProb.sum() + k * divergence.sum()).backward();
    QVERIFY((s.action - u.clamp(-1, 1)).abs().max().item<float>() < 1e-5);
    QVERIFY((s.logProb - logProb).abs().max().item<float>() < 1e-3);
    QVERIFY((s.logStd - logStd).abs().max().item<float>() < 1e-5);
    QVERIFY((gradient - o.grad()).abs().max().item<float>() < 2e-4);
    QVERIFY((s.action.abs() == 1).sum().item<float>() > 0);
  }

  /// Every activation: the same numbers in Eigen and torch, and gradients as autograd's.
  void activationsMatchEigenAndAutograd_data() {
    QTest::addColumn<int>("activation");
    for (const char* name : {"relu", "tanh", "elu", "silu", "clip", "identity"})
      QTest::newRow(name) << int(activationByName(name).value());
  }
  void activationsMatchEigenAndAutograd() {
    QFETCH(int, activation);
    const auto kind = static_cast<Activation>(activation);
    auto g = makeGenerator(17);
    Mlp plain = Net({5, 16, 16, 3}, g).toMlp().value();
    std::vector<DenseLayer> layers = plain.layers();
    for (DenseLayer& layer : layers) layer.activation = kind, layer.weight *= 2.0f;
    Mlp mlp = Mlp::fromLayers(layers).value();
    Net net(mlp);
    const Tensor x = torch::randn({9, 5}, g), weight = torch::randn({9, 3}, g);
    Activations kept;
    const Tensor out = net.forward(x, kept).clone();
    for (int row = 0; row < 9; ++row) {
      float y[3];
      mlp.forward({x[row].data_ptr<float>(), 5}, y);
      for (int i = 0; i < 3; ++i) QVERIFY(std::abs(out[row][i].item<float>() - y[i]) < 2e-5);
    }
    net.parameterGradient(kept, weight);
    const Tensor gradX = net.inputGradient(kept, weight);

    const Tensor flat = net.parameters().clone().requires_grad_(true);
    const Tensor y = x.clone().requires_grad_(true);
    const auto layer = [&flat](const Tensor& h, int offset, int in, int to) {
      return torch::linear(h, flat.narrow(0, offset, in * to).view({to, in}), flat.narrow(0, offset + in * to, to));
    };
    const auto act = [kind](const Tensor& h) {
      switch (kind) {
        case Activation::Relu: return torch::relu(h);
        case Activation::Tanh: return torch::tanh(h);
        case Activation::Elu: return torch::elu(h);
        case Activation::Silu: return torch::silu(h);
        case Activation::Clip: return h.clamp(-1, 1);
        case Activation::Identity: break;
      }
      return h;
    };
    const Tensor reference = layer(act(layer(act(layer(y, 0, 5, 16)), 96, 16, 16)), 96 + 272, 16, 3);
    (reference * weight).sum().backward();
    QVERIFY((out - reference).abs().max().item<float>() < 2e-5);
    QVERIFY((gradX - y.grad()).abs().max().item<float>() < 5e-4);
    QVERIFY((net.gradient() - flat.grad()).abs().max().item<float>() < 5e-4);
    QVERIFY(alike(net.toMlp().value(), mlp));
  }

  void divergenceIsExactlyZeroAtEquality() {
    auto g = makeGenerator(7);
    const Tensor output = 0.5 * torch::randn({5, 6}, g);
    Random random(1);
    const Samples s = drawSamples(output, output, GaussianHead{-4.0f, 4.0f}, random);
    QCOMPARE(s.divergence.abs().max().item<float>(), 0.0f);
    const Tensor gradient = outputGradient(s, output, torch::zeros({5, 3}), 0.0, 1.0);
    QCOMPARE(gradient.abs().max().item<float>(), 0.0f);
  }

  void divergenceMatchesSampling() {
    const std::int64_t count = 200'000;
    const Tensor output = torch::tensor({0.3f, -0.2f, -1.0f, -0.5f}).repeat({count, 1});
    const Tensor prior = torch::tensor({0.1f, 0.2f, -0.7f, -0.9f}).repeat({count, 1});
    Random random(2);
    const Samples s = drawSamples(output, prior, GaussianHead{-4.0f, 4.0f}, random);
    // log π₀ of the same squashed actions: the Jacobians cancel in the difference.
    const Tensor u = s.mean + s.logStd.exp() * s.noise;
    const Tensor z = (u - prior.narrow(1, 0, 2)) / prior.narrow(1, 2, 2).exp();
    const Tensor ratio = -0.5 * s.noise.square() - s.logStd + 0.5 * z.square() + prior.narrow(1, 2, 2);
    const double sampled = ratio.sum(1).mean().item<float>(), exact = s.divergence[0].item<float>();
    QVERIFY2(std::abs(exact - sampled) < 0.01, qPrintable(QString("%1 %2").arg(exact).arg(sampled)));
  }

  void densityIntegratesToOne() {
    Random random(3);
    const Samples s = drawSamples(torch::tensor({0.4f, -0.3f}).repeat({100'000, 1}), {}, GaussianHead{-4.0f, 4.0f}, random);
    // E[1/p] over the samples is the length of the support, 2.
    QVERIFY(std::abs((-s.logProb).exp().mean().item<float>() - 2.0) < 0.1);
    QVERIFY(s.action.abs().max().item<float>() <= 1.0f);
  }

  void networkSurvivesTheWayToEigen() {
    auto g = makeGenerator(9);
    const Net net({4, 8, 8, 2}, g);
    auto mlp = net.toMlp();
    QVERIFY(mlp.ok());
    const Tensor x = torch::randn({4}, g);
    float out[2];
    mlp->forward({x.data_ptr<float>(), 4}, out);
    const Tensor y = net.forward(x.unsqueeze(0));
    for (int i = 0; i < 2; ++i) QVERIFY(std::abs(y[0][i].item<float>() - out[i]) < 1e-5);
    QVERIFY(torch::equal(Net(*mlp).parameters(), net.parameters()));
  }

  void replayForgetsTheOldest() {
    Random random(10);
    Replay replay(3, {1, 2});
    for (int i = 0; i < 5; ++i) {
      const float a = static_cast<float>(i), b[2] = {a, -a};
      replay.add({{&a, 1}, b});
    }
    QCOMPARE(replay.size(), 3);
    std::vector<Tensor> batch;
    replay.sample(50, random, batch);
    QCOMPARE(batch[0].min().item<float>(), 2.0f);
    QCOMPARE(batch[0].max().item<float>(), 4.0f);
    QVERIFY(torch::equal(batch[1].select(1, 1), -batch[0].squeeze(1)));
  }
};

QTEST_APPLESS_MAIN(NetsTest)
#include "nets_test.moc"
