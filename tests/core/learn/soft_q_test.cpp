// Learning over named choices: soft Q-learning from nothing and its residual form, against exact solutions of
// small worlds. torch comes first: it must not see Qt.
#include "core/learn/soft_critic.h"

#include <QtTest>
#include <cmath>

#include "core/learn/residual_q.h"
#include "core/learn/soft_q.h"
#include "core/learn/soft_value.h"

using namespace nudge;
using namespace nudge::learn;

namespace {

constexpr int kStates = 6, kChoices = 3;
constexpr double kDiscount = 0.8, kAlpha = 0.1;
using Table = std::vector<std::vector<double>>;  // [state][choice]

/// A ring of places: stay, go on, or jump to a fixed place that every place has of its own. Features: the place
/// is 4, the place is 2, the choice cost effort.
class Ring : public Environment {
 public:
  int observationSize() const override { return kStates; }
  int actionSize() const override { return 1; }
  int choices() const override { return kChoices; }
  int featureCount() const override { return 3; }
  int episodeSteps() const override { return 12; }
  void reset(std::uint64_t seed) override { place_ = static_cast<int>(Random(seed).index(kStates)); }
  StepOutcome step(std::span<const float> action) override {
    choice_ = static_cast<int>(action[0]);
    place_ = next(place_, choice_);
    return {};
  }
  void observe(std::span<float> o) const override {
    for (int s = 0; s < kStates; ++s) o[static_cast<std::size_t>(s)] = s == place_ ? 1.0f : 0.0f;
  }
  void features(std::span<float> f) const override {
    const auto all = featuresOf(place_, choice_);
    for (std::size_t i = 0; i < all.size(); ++i) f[i] = static_cast<float>(all[i]);
  }
  bool success() const override { return place_ == 4; }

  static int next(int place, int choice) {
    return choice == 0 ? place : choice == 1 ? (place + 1) % kStates : (5 * place + 3) % kStates;
  }
  static std::vector<double> featuresOf(int to, int choice) {
    return {to == 4 ? 1.0 : 0.0, to == 2 ? 1.0 : 0.0, choice == 0 ? 0.0 : 0.5};
  }

 private:
  int place_ = 0, choice_ = 0;
};

const std::vector<double> kPriorWeights{0.5, 0.0, -0.2}, kTheta{0.0, 0.8, 0.0};

/// log of the exact max-ent policy of wᵀf, and its Q.
Table solve(const std::vector<double>& weights, Table& q) {
  q.assign(kStates, std::vector<double>(kChoices, 0.0));
  Table logPolicy = q;
  for (int sweep = 0; sweep < 300; ++sweep) {
    const Table old = q;
    for (int s = 0; s < kStates; ++s) {
      for (int a = 0; a < kChoices; ++a) {
        const int to = Ring::next(s, a);
        std::vector<double> x = old[static_cast<std::size_t>(to)];
        for (double& v : x) v /= kAlpha;
        double value = kDiscount * kAlpha * logSumExp(std::span<const double>(x));
        const auto f = Ring::featuresOf(to, a);
        for (std::size_t i = 0; i < f.size(); ++i) value += weights[i] * f[i];
        q[static_cast<std::size_t>(s)][static_cast<std::size_t>(a)] = value;
      }
    }
  }
  for (std::size_t s = 0; s < kStates; ++s) {
    for (std::size_t a = 0; a < kChoices; ++a) logPolicy[s][a] = q[s][a] / kAlpha;
    const double norm = logSumExp(std::span<const double>(logPolicy[s]));
    for (double& v : logPolicy[s]) v -= norm;
  }
  return logPolicy;
}

/// The largest difference of a probability over all places.
double distance(CategoricalPolicy policy, const Table& logPolicy) {
  double most = 0.0;
  for (std::size_t s = 0; s < kStates; ++s) {
    std::vector<float> o(kStates, 0.0f), logP(kChoices);
    o[s] = 1.0f;
    policy.logProbabilities(o, logP);
    for (std::size_t a = 0; a < kChoices; ++a) {
      most = std::max(most, std::abs(std::exp(static_cast<double>(logP[a])) - std::exp(logPolicy[s][a])));
    }
  }
  return most;
}

SoftQSettings quick(std::uint64_t seed) {
  SoftQSettings settings;
  settings.seed = seed;
  settings.steps = 8'000;
  settings.warmupSteps = 500;
  settings.hidden = 32;
  settings.batch = 64;
  settings.learningRate = 3e-3;
  settings.discount = kDiscount;
  settings.alpha = kAlpha;
  settings.average = 0.01;
  return settings;
}

/// The exact prior as a policy: one linear layer on the one-hot place.
Policy exactPrior() {
  Table q;
  solve(kPriorWeights, q);
  std::vector<DenseLayer> layers(1);
  layers[0].weight.resize(kChoices, kStates);
  layers[0].bias.setZero(kChoices);
  for (int s = 0; s < kStates; ++s) {
    for (int a = 0; a < kChoices; ++a) {
      layers[0].weight(a, s) = static_cast<float>(q[static_cast<std::size_t>(s)][static_cast<std::size_t>(a)]);
    }
  }
  Policy policy;
  policy.actor = CategoricalPolicy::create({{Mlp::fromLayers(layers).value(), static_cast<float>(1.0 / kAlpha)}}).value();
  return policy;
}

MereqSettings residualSettings() {
  MereqSettings settings;
  settings.discount = kDiscount;
  settings.alphaHat = settings.omegaPrime = kAlpha;
  settings.learningRate = 1e-3;
  settings.targetRate = 0.02;
  settings.batch = 64;
  return settings;
}

std::unique_ptr<ResidualLearner> learnerOf(const Policy& prior, const Policy& current, const MereqSettings& settings) {
  auto learner = makeResidualLearner(prior, current, 3, settings).value();
  Ring world;
  Random random(5);
  std::vector<float> here(kStates), next(kStates), f(3);
  for (std::uint64_t episode = 0; episode < 60; ++episode) {
    world.reset(episode);
    world.observe(here);
    for (int i = 0; i < world.episodeSteps(); ++i) {
      const float action = static_cast<float>(random.index(kChoices));
      world.step({&action, 1});
      world.observe(next);
      world.features(f);
      learner->add({here, {&action, 1}, f, next, false});
      here = next;
    }
  }
  return learner;
}

const std::function<bool()> kOn = [] { return true; };

}  // namespace

class SoftQTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void solvesARingFromNothing() {
    Table q;
    const Table exact = solve(kPriorWeights, q);
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
      Ring world;
      auto trained = trainSoftQ(world, kPriorWeights, quick(seed), nullptr);
      QVERIFY2(trained.ok(), trained.ok() ? "" : trained.error().message.c_str());
      const double apart = distance(*trained->policy.actor.categorical(), exact);
      QVERIFY2(apart < 0.03, qPrintable(QString::number(apart)));
      QVERIFY(trained->curve.back().episodeReturn > trained->curve.front().episodeReturn);
      // Q itself, not only its differences: the last state of an episode is bootstrapped.
      std::vector<float> o(kStates, 0.0f);
      o[1] = 1.0f;
      for (std::size_t a = 0; a < kChoices; ++a) {
        const float action = static_cast<float>(a);
        QVERIFY(std::abs(trained->policy.critics.mean(o, {&action, 1}) - q[1][a]) < 0.05);
      }
    }
  }

  void ensembleAveragesItsMembers() {
    SoftQSettings settings = quick(3);
    settings.steps = 900;
    Ring world;
    auto one = trainSoftQ(world, kPriorWeights, settings, nullptr);
    settings.members = 3;
    auto three = trainSoftQ(world, kPriorWeights, settings, nullptr);
    QVERIFY(one.ok() && three.ok());
    QCOMPARE(three->policy.critics.networks().size(), 3u);
    QCOMPARE(three->policy.actor.categorical()->terms().size(), 3u);
    // softmax(Q/α) of the averaged Q.
    std::vector<float> o(kStates, 0.0f), logP(kChoices);
    o[2] = 1.0f;
    three->policy.actor.categorical()->logProbabilities(o, logP);
    const float first = 0.0f, last = 2.0f;
    const double gap = three->policy.critics.mean(o, {&first, 1}) - three->policy.critics.mean(o, {&last, 1});
    QVERIFY(std::abs((logP[0] - logP[2]) - gap / kAlpha) < 1e-3);
    // The members differ, and the first is the one that the seed gives alone.
    Policy alone = one->policy;
    alone.critics = Critics({three->policy.critics.networks()[0]});
    QCOMPARE(serializePolicy(alone), serializePolicy(one->policy));
    alone.critics = Critics({three->policy.critics.networks()[1]});
    QVERIFY(serializePolicy(alone) != serializePolicy(one->policy));
  }

  void sameSeedSamePolicy() {
    SoftQSettings settings = quick(3);
    settings.steps = 900;
    Ring world;
    auto a = trainSoftQ(world, kPriorWeights, settings, nullptr);
    auto b = trainSoftQ(world, kPriorWeights, settings, nullptr);
    QVERIFY(a.ok() && b.ok());
    QCOMPARE(serializePolicy(a->policy), serializePolicy(b->policy));
    settings.seed = 4;
    auto c = trainSoftQ(world, kPriorWeights, settings, nullptr);
    QVERIFY(serializePolicy(a->policy) != serializePolicy(c->policy));
  }

  void refusesWhatCannotTrain() {
    Ring world;
    const auto code = [&](const std::vector<double>& weights, const SoftQSettings& settings) {
      auto result = trainSoftQ(world, weights, settings, nullptr);
      return result.ok() ? ErrorCode::Io : result.error().code;
    };
    QCOMPARE(code({1.0}, quick(1)), ErrorCode::InvalidInput);
    SoftQSettings bad = quick(1);
    bad.steps = 100;
    QCOMPARE(code(kPriorWeights, bad), ErrorCode::InvalidInput);
    bad = quick(1);
    bad.members = 0;
    QCOMPARE(code(kPriorWeights, bad), ErrorCode::InvalidInput);
    QCOMPARE(trainPrior("bottle", {0, 0, 0, 0}, quick(1), nullptr).error().code, ErrorCode::InvalidInput);
  }

  void canBeCancelled() {
    Ring world;
    SoftQSettings endless = quick(1);
    endless.steps = 1'000'000;
    auto trained = trainSoftQ(world, kPriorWeights, endless, [](const LearnProgress&) { return false; });
    QVERIFY(!trained.ok());
    QCOMPARE(trained.error().code, ErrorCode::Cancelled);
  }

  void lossGradientMatchesCentralDifferences() {
    auto g = makeGenerator(3);
    Net net({4, 12, kChoices}, g);
    const Tensor x = torch::randn({6, 4}, g), target = 2.0 * torch::randn({6}, g);
    const Tensor action = torch::tensor({0.0f, 2.0f, 1.0f, 1.0f, 0.0f, 2.0f});
    Activations kept;
    const Tensor output = net.forward(x, kept);
    net.parameterGradient(kept, huber(output, action, target).gradient);
    int outside = 0;  // of the quadratic part: both parts must be seen
    for (std::int64_t i = 0; i < 6; ++i) {
      outside += std::abs(output[i][action[i].item<std::int64_t>()].item<float>() - target[i].item<float>()) > 1.0f;
    }
    QVERIFY(outside > 0 && outside < 6);
    for (std::int64_t i = 0; i < net.parameters().numel(); i += 3) {
      const float step = 2e-3f, exact = net.gradient()[i].item<float>();
      float* p = net.parameters().data_ptr<float>() + i;
      const float keep = *p;
      *p = keep + step;
      const double up = huber(net.forward(x), action, target).loss;
      *p = keep - step;
      const double down = huber(net.forward(x), action, target).loss;
      *p = keep;
      QVERIFY2(std::abs((up - down) / (2 * step) - exact) < 5e-3 * (1 + std::abs(exact)), qPrintable(QString::number(i)));
    }
  }

  void endsAreWorthNothingMore() {
    ChoiceBatch batch;
    batch.reward = torch::tensor({0.3f, 0.3f});
    batch.done = torch::tensor({0.0f, 1.0f});
    const Tensor y = softTargets(torch::full({2, kChoices}, 1.0f), batch, 0.5, kAlpha);
    QVERIFY(std::abs(y[0].item<float>() - (0.3 + 0.5 * (1.0 + kAlpha * std::log(3.0)))) < 1e-6);
    QCOMPARE(y[1].item<float>(), 0.3f);
  }

  void nothingToCorrectKeepsThePrior() {
    const Policy prior = exactPrior();
    MereqSettings settings = residualSettings();
    settings.batch = 16;
    auto learner = learnerOf(prior, prior, settings);
    const auto first = learner->policy().value();
    Table q;
    QVERIFY(distance(*first.actor.categorical(), solve(kPriorWeights, q)) < 1e-5);
    learner->train(std::vector<double>(3, 0.0), 10'000, kOn);
    Policy after = learner->policy().value();
    QCOMPARE(after.info.at("residual_updates"), std::string("10000"));
    after.info = first.info;
    QCOMPARE(serializePolicy(after), serializePolicy(first));
  }

  void learnsTheMaxEntPolicyOfTheSum() {
    const Policy prior = exactPrior();
    Table q;
    std::vector<double> sum = kPriorWeights;
    for (std::size_t f = 0; f < sum.size(); ++f) sum[f] += kTheta[f];
    const Table wanted = solve(sum, q);
    QVERIFY(distance(*prior.actor.categorical(), wanted) > 0.3);
    auto learner = learnerOf(prior, prior, residualSettings());
    learner->train(kTheta, 4'000, kOn);
    const double apart = distance(*learner->policy()->actor.categorical(), wanted);
    QVERIFY2(apart < 0.02, qPrintable(QString::number(apart)));
  }

  /// ω' = 2α̂ is the prior sharpened: the max-ent policy of 2r + r_R.
  void learnsUnderAnotherWeightOfThePrior() {
    const Policy prior = exactPrior();
    Table q;
    std::vector<double> sum = kTheta;
    for (std::size_t f = 0; f < sum.size(); ++f) sum[f] += 2.0 * kPriorWeights[f];
    MereqSettings settings = residualSettings();
    settings.omegaPrime = 2.0 * kAlpha;
    auto learner = learnerOf(prior, prior, settings);
    learner->train(kTheta, 4'000, kOn);
    const double apart = distance(*learner->policy()->actor.categorical(), solve(sum, q));
    QVERIFY2(apart < 0.02, qPrintable(QString::number(apart)));
  }

  void savedAndLoadedItGoesOnTheSame() {
    const Policy prior = exactPrior();
    auto first = learnerOf(prior, prior, residualSettings());
    first->train(kTheta, 200, kOn);
    const Policy kept = first->policy().value();
    const Policy loaded = parsePolicy(serializePolicy(kept)).value();
    std::vector<std::uint8_t> after[2];
    int which = 0;
    for (const Policy* from : {&kept, &loaded}) {
      auto next = learnerOf(prior, *from, residualSettings());
      QCOMPARE(serializePolicy(next->policy().value()), serializePolicy(kept));  // starts where the other ended
      next->train(kTheta, 200, kOn);
      after[which++] = serializePolicy(next->policy().value());
    }
    QCOMPARE(after[0], after[1]);
    QVERIFY(after[0] != serializePolicy(kept));
  }

  void stopsWhenTold() {
    const Policy prior = exactPrior();
    auto learner = learnerOf(prior, prior, residualSettings());
    int asked = 0;
    learner->train(kTheta, 1'000, [&asked] { return ++asked < 3; });
    QCOMPARE(asked, 3);
  }

  void lendsItsExperience() {
    const Policy prior = exactPrior();
    auto learner = learnerOf(prior, prior, residualSettings());
    const TransitionRows rows = learner->experience();
    QCOMPARE(learner->transitions(), 720);
    QCOMPARE(rows.observation.size(), 720u * kStates);
    for (std::size_t i = 0; i < 720; ++i) {
      const auto place = [&](const std::vector<float>& o) {
        return static_cast<int>(std::max_element(o.begin() + static_cast<long>(i * kStates),
                                                 o.begin() + static_cast<long>((i + 1) * kStates)) -
                                o.begin() - static_cast<long>(i * kStates));
      };
      const int choice = static_cast<int>(rows.action[i]);
      QCOMPARE(place(rows.next), Ring::next(place(rows.observation), choice));
      QCOMPARE(rows.features[3 * i + 2], choice == 0 ? 0.0f : 0.5f);
      QCOMPARE(rows.done[i], 0.0f);
    }
  }

  void refusesAPriorThatDoesNotFit() {
    const Policy prior = exactPrior();
    std::vector<DenseLayer> layers(1);
    layers[0].weight.setZero(2, kStates);
    layers[0].bias.setZero(2);
    Policy two, gaussian;
    two.actor = CategoricalPolicy::create({{Mlp::fromLayers(layers).value(), 1.0f}}).value();
    gaussian.actor = GaussianPolicy::create(Mlp::fromLayers(layers).value(), -2.0f, 1.0f).value();
    for (const Policy* other : {&two, &gaussian}) {
      QCOMPARE(makeResidualLearner(prior, *other, 3, residualSettings()).error().code, ErrorCode::InvalidInput);
      QCOMPARE(makeResidualLearner(*other, prior, 3, residualSettings()).error().code, ErrorCode::InvalidInput);
    }
  }
};

QTEST_APPLESS_MAIN(SoftQTest)
#include "soft_q_test.moc"
