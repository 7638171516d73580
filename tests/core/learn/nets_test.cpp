// torch comes first: it must not see Qt.
#include "core/learn/nets.h"

#include <QtTest>
#include <cmath>

using namespace nudge;
using namespace nudge::learn;

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

  void backwardMatchesTorchsOwn() {
    auto g = makeGenerator(2);
    const Net net({5, 16, 16, 3}, g);
    const Tensor x = torch::randn({9, 5}, g).requires_grad_(true);
    const Tensor weight = torch::randn({9, 3}, g);
    (net.forward(x) * weight).sum().backward();
    const Tensor gradX = x.grad().clone(), gradP = net.parameters().grad().clone();

    const Tensor flat = net.parameters().detach().clone().requires_grad_(true);
    const Tensor y = x.detach().clone().requires_grad_(true);
    const auto layer = [&flat](const Tensor& h, int offset, int in, int out) {
      return torch::linear(h, flat.narrow(0, offset, in * out).view({out, in}), flat.narrow(0, offset + in * out, out));
    };
    const Tensor h1 = torch::relu(layer(y, 0, 5, 16));
    const Tensor h2 = torch::relu(layer(h1, 96, 16, 16));
    (layer(h2, 96 + 272, 16, 3) * weight).sum().backward();
    QVERIFY((gradX - y.grad()).abs().max().item<float>() < 1e-5);
    QVERIFY((gradP - flat.grad()).abs().max().item<float>() < 1e-4);
  }

  void backwardMatchesCentralDifferences() {
    auto g = makeGenerator(3);
    Net net({4, 12, 2}, g);
    const Tensor x = torch::randn({6, 4}, g);
    const auto loss = [&] { return net.forward(x).square().sum(); };
    loss().backward();
    const Tensor grad = net.parameters().grad().clone();
    torch::NoGradGuard guard;
    for (std::int64_t i = 0; i < grad.numel(); i += 7) {
      const float step = 1e-2f;
      float* p = net.parameters().data_ptr<float>() + i;
      const float keep = *p;
      *p = keep + step;
      const double up = loss().item<float>();
      *p = keep - step;
      const double down = loss().item<float>();
      *p = keep;
      QVERIFY2(std::abs((up - down) / (2 * step) - grad[i].item<float>()) < 2e-2 * (1 + std::abs(grad[i].item<float>())),
               qPrintable(QString::number(i)));
    }
  }

  void frozenNetGetsNoGradient() {
    auto g = makeGenerator(4);
    const Net net({3, 8, 1}, g);
    const Tensor x = torch::randn({2, 3}, g).requires_grad_(true);
    net.forwardFrozen(x).sum().backward();
    QVERIFY(x.grad().defined());
    QVERIFY(!net.parameters().grad().defined());
  }

  void adamFollowsTorchs() {
    auto g = makeGenerator(5);
    Net net({3, 4, 1}, g);
    Tensor copy = net.parameters().detach().clone().requires_grad_(true);
    torch::optim::Adam reference({copy}, torch::optim::AdamOptions(1e-2));
    Adam adam(net);
    for (int i = 0; i < 20; ++i) {
      (net.parameters() - 1.0).pow(4).sum().backward();
      (copy - 1.0).pow(4).sum().backward();
      adam.step(1e-2);
      reference.step();
      reference.zero_grad();
    }
    QVERIFY((net.parameters() - copy).abs().max().item<float>() < 1e-5);
  }

  void divergenceIsExactlyZeroAtEquality() {
    auto g = makeGenerator(6);
    Gaussian n{torch::randn({5, 3}, g).requires_grad_(true), torch::randn({5, 3}, g).requires_grad_(true)};
    const Gaussian n0{n.mean.detach().clone(), n.logStd.detach().clone()};
    const Tensor kl = klDivergence(n, n0);
    kl.sum().backward();
    QCOMPARE(kl.abs().max().item<float>(), 0.0f);
    QCOMPARE(n.mean.grad().abs().max().item<float>(), 0.0f);
    QCOMPARE(n.logStd.grad().abs().max().item<float>(), 0.0f);
  }

  void divergenceMatchesSampling() {
    auto g = makeGenerator(7);
    const auto row = [](float a, float b) { return torch::tensor({{a, b}}); };
    const Gaussian n{row(0.3f, -0.2f), row(-1.0f, -0.5f)}, n0{row(0.1f, 0.2f), row(-0.7f, -0.9f)};
    const double exact = klDivergence(n, n0).item<float>();
    // The squashed densities at the same sample: their Jacobians cancel.
    const std::int64_t count = 200'000;
    const Tensor u = n.mean + n.logStd.exp() * torch::randn({count, 2}, g);
    const auto logDensity = [&u](const Gaussian& d) {
      return (-0.5 * ((u - d.mean) / d.logStd.exp()).square() - d.logStd).sum(1);
    };
    const double sampled = (logDensity(n) - logDensity(n0)).mean().item<float>();
    QVERIFY2(std::abs(exact - sampled) < 0.01, qPrintable(QString("%1 %2").arg(exact).arg(sampled)));
  }

  void logProbabilityIntegratesToOne() {
    auto g = makeGenerator(8);
    const Gaussian d{torch::full({100'000, 1}, 0.4f), torch::full({100'000, 1}, -0.3f)};
    const Sample s = sample(d, g);
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
    const Tensor y = net.forwardFrozen(x.unsqueeze(0));
    for (int i = 0; i < 2; ++i) QVERIFY(std::abs(y[0][i].item<float>() - out[i]) < 1e-5);
    QVERIFY(torch::equal(Net(*mlp).parameters(), net.parameters()));
  }

  void replayForgetsTheOldest() {
    auto g = makeGenerator(10);
    Replay replay(3, {1, 2});
    for (int i = 0; i < 5; ++i) {
      const float a = static_cast<float>(i), b[2] = {a, -a};
      replay.add({{&a, 1}, b});
    }
    QCOMPARE(replay.size(), 3);
    const auto batch = replay.sample(50, g);
    QCOMPARE(batch[0].min().item<float>(), 2.0f);
    QCOMPARE(batch[0].max().item<float>(), 4.0f);
    QVERIFY(torch::equal(batch[1].select(1, 1), -batch[0].squeeze(1)));
  }
};

QTEST_APPLESS_MAIN(NetsTest)
#include "nets_test.moc"
