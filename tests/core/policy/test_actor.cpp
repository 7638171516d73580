#include <QtTest>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/policy/policy.h"
#include "tests/core/policy/random_policy.h"

using namespace nudge;

namespace {
/// One layer that gives `outputs` whatever it sees.
Mlp constant(const std::vector<float>& outputs) {
  DenseLayer layer;
  layer.weight.setZero(static_cast<Eigen::Index>(outputs.size()), 2);
  layer.bias = Eigen::Map<const Eigen::VectorXf>(outputs.data(), static_cast<Eigen::Index>(outputs.size()));
  return Mlp::fromLayers({layer}).value();
}

Policy choicePolicy(std::uint64_t seed) {
  Random random(seed);
  Policy policy;
  policy.actor = CategoricalPolicy::create({{test::randomMlp({4, 8, 3}, random), 20.0f},
                                            {test::randomMlp({4, 6, 3}, random), 0.5f}}).value();
  policy.critics = Critics({test::randomMlp({4, 8, 3}, random), test::randomMlp({4, 8, 3}, random)});
  policy.residualCritics = Critics({test::randomMlp({4, 8, 3}, random)});
  policy.info = {{"task", "highway"}};
  return policy;
}
const std::vector<float> kSeen{0.3f, -0.7f};
}  // namespace

class TestActor : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Residual critics with one output a feature and one more: a format of their own, because older programs would add them up.
  void criticsOfSeveralValues() {
    Policy policy = test::randomPolicy(4, 2, 8, 15);
    const auto versionOf = [](const Policy& p) {
      const std::vector<std::uint8_t> bytes = serializePolicy(p);
      const std::string text(bytes.begin(), bytes.end());
      return text.substr(text.find("format_version") + 17, 1);
    };
    QCOMPARE(versionOf(policy), std::string("1"));
    Random random(16);
    policy.residualCritics = Critics({test::randomMlp({6, 8, 5}, random), test::randomMlp({6, 8, 5}, random)});
    QCOMPARE(versionOf(policy), std::string("3"));
    const auto again = parsePolicy(serializePolicy(policy));
    QVERIFY(again.ok());
    QCOMPARE(again->residualCritics.networks()[1].outputSize(), 5);
    QCOMPARE(serializePolicy(*again), serializePolicy(policy));
    policy.residualCritics = Critics({test::randomMlp({6, 8, 5}, random), test::randomMlp({6, 8, 4}, random)});
    QVERIFY(!parsePolicy(serializePolicy(policy)).ok());  // they differ
    std::swap(policy.critics, policy.residualCritics);
    QVERIFY(!parsePolicy(serializePolicy(policy)).ok());  // only residual ones may hold several
  }

  void choicesAreTheSoftmaxOfTheSum() {
    auto policy = CategoricalPolicy::create({{constant({1, 2, 4}), 2.0f}, {constant({0, 3, 0}), 1.0f}}).value();
    std::vector<float> got(3);
    policy.logProbabilities(kSeen, got);
    const double logits[] = {2, 7, 8};
    const double sum = std::exp(2.0) + std::exp(7.0) + std::exp(8.0);
    for (std::size_t i = 0; i < 3; ++i)
      QVERIFY(std::abs(static_cast<double>(got[i]) - (logits[i] - std::log(sum))) < 1e-5);
    QCOMPARE(policy.mode(kSeen), 2);
    Random random(4);
    int counts[3] = {};
    for (int i = 0; i < 20'000; ++i) ++counts[policy.sample(kSeen, random)];
    for (std::size_t i = 0; i < 3; ++i)
      QVERIFY(std::abs(counts[i] / 20'000.0 - std::exp(logits[i]) / sum) < 0.015);
  }

  void largeLogitsStayFinite() {
    auto policy = CategoricalPolicy::create({{constant({1e4f, -1e4f}), 10.0f}}).value();
    std::vector<float> got(2);
    policy.logProbabilities(kSeen, got);
    QCOMPARE(got[0], 0.0f);
    Random random(1);
    QCOMPARE(policy.sample(kSeen, random), 0);
  }

  void nanGivesNoChoice() {
    Actor actor = CategoricalPolicy::create({{constant({1, 2}), 1.0f}}).value();
    const std::vector<float> seen{std::numeric_limits<float>::quiet_NaN(), 0};
    std::vector<float> action(1);
    Random random(1);
    actor.sample(seen, random, action);
    QVERIFY(std::isnan(action[0]));
    actor.mode(seen, action);
    QVERIFY(std::isnan(action[0]));
  }

  void wrongTermsAreRefused() {
    QVERIFY(!CategoricalPolicy::create({}));
    QVERIFY(!CategoricalPolicy::create({{constant({1}), 1.0f}}));
    QVERIFY(!CategoricalPolicy::create({{constant({1, 2}), 1.0f}, {constant({1, 2, 3}), 1.0f}}));
    QVERIFY(!CategoricalPolicy::create({{constant({1, 2}), std::numeric_limits<float>::infinity()}}));
  }

  void theDensityIntegratesToOne() {
    Actor actor = GaussianPolicy::create(constant({0.4f, -0.7f}), -3.0f, 1.0f).value();
    double sum = 0.0;
    const int cells = 20'000;
    for (int i = 0; i < cells; ++i) {
      const std::vector<float> action{static_cast<float>(-1.0 + 2.0 * (i + 0.5) / cells)};
      sum += std::exp(actor.logProbability(kSeen, action)) * 2.0 / cells;
    }
    QVERIFY2(std::abs(sum - 1.0) < 1e-3, qPrintable(QString::number(sum)));
  }

  void logProbabilityOfChoices() {
    Actor actor = CategoricalPolicy::create({{constant({0, 0}), 1.0f}}).value();
    QVERIFY(std::abs(actor.logProbability(kSeen, std::vector<float>{1}) + std::numbers::ln2) < 1e-6);
    QVERIFY(std::isinf(actor.logProbability(kSeen, std::vector<float>{2})));
    QVERIFY(std::isinf(actor.logProbability(kSeen, std::vector<float>{-1})));
  }

  void criticsPickTheChoice() {
    Critics critics({constant({1, 5}), constant({3, 7})});
    QCOMPARE(critics.mean(kSeen, std::vector<float>{0}), 2.0f);
    QCOMPARE(critics.mean(kSeen, std::vector<float>{1}), 6.0f);
    QVERIFY(std::isnan(critics.mean(kSeen, std::vector<float>{2})));
    QVERIFY(std::isnan(critics.mean(kSeen, std::vector<float>{std::numeric_limits<float>::quiet_NaN()})));
  }

  void choicesRoundTripBitForBit() {
    const Policy policy = choicePolicy(5);
    const auto bytes = serializePolicy(policy);
    auto again = parsePolicy(bytes);
    QVERIFY2(again.ok(), again ? "" : again.error().message.c_str());
    QCOMPARE(serializePolicy(*again), bytes);
    QVERIFY(again->actor.discrete());
    QCOMPARE(again->actor.categorical()->terms().size(), std::size_t(2));
    QCOMPARE(again->actor.categorical()->terms()[1].weight, 0.5f);
    QCOMPARE(again->info.at("task"), std::string("highway"));
    QVERIFY(!again->info.contains("actor_weights"));
  }

  void damagedChoicesAreRefused() {
    Policy policy = choicePolicy(6);
    Random random(1);
    policy.critics = Critics({test::randomMlp({5, 8, 1}, random)});  // of a continuous policy
    QVERIFY(!parsePolicy(serializePolicy(policy)));
    std::string text;
    for (const std::uint8_t byte : serializePolicy(choicePolicy(6))) text.push_back(static_cast<char>(byte));
    const auto at = text.find("20 0.5");
    QVERIFY(at != std::string::npos);
    for (const char* weights : {"20 nan", "20    ", "x  0.5"}) {
      std::string damaged = text;
      damaged.replace(at, 6, weights);
      QVERIFY2(!parsePolicy(std::vector<std::uint8_t>(damaged.begin(), damaged.end())), weights);
    }
  }
};

QTEST_APPLESS_MAIN(TestActor)
#include "test_actor.moc"
