#include "core/learn/sac.h"

#include <QtTest>
#include <cmath>

using namespace nudge;

namespace {

/// A point on a line that has to get to 0 and stay: f = (distance, effort).
class PointMass : public Environment {
 public:
  int observationSize() const override { return 2; }
  int actionSize() const override { return 1; }
  int featureCount() const override { return 2; }
  int episodeSteps() const override { return 40; }
  void reset(std::uint64_t seed) override {
    Random random(seed);
    x_ = random.uniform(-1.0, 1.0);
    v_ = 0.0;
  }
  StepOutcome step(std::span<const float> action) override {
    v_ = 0.8 * v_ + 0.05 * action[0];
    x_ += v_;
    effort_ = action[0] * action[0];
    return {};
  }
  void observe(std::span<float> o) const override {
    o[0] = static_cast<float>(x_);
    o[1] = static_cast<float>(5.0 * v_);
  }
  void features(std::span<float> f) const override {
    f[0] = static_cast<float>(std::min(1.0, std::abs(x_)));
    f[1] = static_cast<float>(effort_);
  }
  bool success() const override { return std::abs(x_) < 0.1; }

 private:
  double x_ = 0.0, v_ = 0.0, effort_ = 0.0;
};

/// Sees much more than there is.
class WideSighted : public PointMass {
 public:
  int observationSize() const override { return 100; }
  void observe(std::span<float> o) const override {
    std::fill(o.begin(), o.end(), 0.0f);
    PointMass::observe(o.first(2));
  }
};

SacSettings quick(std::uint64_t seed) {
  SacSettings settings;
  settings.seed = seed;
  settings.steps = 6'000;
  settings.warmupSteps = 500;
  settings.hidden = 32;
  settings.batch = 64;
  settings.learningRate = 2e-3;
  settings.discount = 0.95;
  settings.actorAverage = 0.005;
  return settings;
}

double successAlone(Actor actor, std::uint64_t firstSeed) {
  PointMass world;
  Random random(7);
  int successes = 0;
  for (std::uint64_t seed = firstSeed; seed < firstSeed + 100; ++seed) {
    world.reset(seed);
    float o[2], a[1];
    for (int i = 0; i < world.episodeSteps(); ++i) {
      world.observe(o);
      actor.sample(o, random, a);
      world.step(a);
    }
    successes += world.success();
  }
  return successes / 100.0;
}

}  // namespace

class SacTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void solvesAPointMassFromNothing() {
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
      PointMass world;
      auto trained = trainSac(world, {-1.0, -0.02}, quick(seed), nullptr);
      QVERIFY2(trained.ok(), trained.ok() ? "" : trained.error().message.c_str());
      const double success = successAlone(trained->policy.actor, 5000);
      QVERIFY2(success > 0.9, qPrintable(QString::number(success)));
      QVERIFY(trained->curve.size() > 10);
      QVERIFY(trained->curve.back().success > trained->curve.front().success);
    }
  }

  void sameSeedSamePolicy() {
    SacSettings settings = quick(3);
    settings.steps = 900;
    PointMass world;
    auto a = trainSac(world, {-1.0, -0.02}, settings, nullptr);
    auto b = trainSac(world, {-1.0, -0.02}, settings, nullptr);
    QVERIFY(a.ok() && b.ok());
    QCOMPARE(serializePolicy(a->policy), serializePolicy(b->policy));
    settings.seed = 4;
    auto c = trainSac(world, {-1.0, -0.02}, settings, nullptr);
    QVERIFY(serializePolicy(a->policy) != serializePolicy(c->policy));
  }

  void anEnsembleJudgesWithTheCriticsOfAll() {
    SacSettings settings = quick(3);
    settings.steps = 900;
    PointMass world;
    auto one = trainSac(world, {-1.0, -0.02}, settings, nullptr);
    settings.members = 2;
    auto two = trainSac(world, {-1.0, -0.02}, settings, nullptr);
    QVERIFY(one.ok() && two.ok());
    const std::vector<Mlp> all = two->policy.critics.networks();
    QCOMPARE(all.size(), 4u);
    // The members differ, and the first is what the seed gives alone.
    Policy first = two->policy, second = two->policy;
    first.critics = Critics({all[0], all[1]});
    second.critics = Critics({all[2], all[3]});
    QCOMPARE(serializePolicy(first), serializePolicy(one->policy));
    QVERIFY(serializePolicy(second) != serializePolicy(one->policy));
  }

  void onlyTheNewestStepsAreKept() {
    SacSettings settings = quick(3);
    settings.steps = 900;
    PointMass world;
    const auto bytes = [&](int replay) {
      settings.replay = replay;
      return serializePolicy(trainSac(world, {-1.0, -0.02}, settings, nullptr).value().policy);
    };
    const auto all = bytes(SacSettings().replay);
    QCOMPARE(bytes(900), all);
    QVERIFY(bytes(300) != all);
    settings.replay = 10;
    QCOMPARE(trainSac(world, {-1.0, -0.02}, settings, nullptr).error().code, ErrorCode::InvalidInput);
  }

  /// Kept as a whole, these steps would take 800 GB.
  void endlessTrainingFitsIntoMemory() {
    WideSighted world;
    SacSettings endless = quick(1);
    endless.steps = 1'000'000'000;
    auto trained = trainSac(world, {-1.0, 0.0}, endless, [](const LearnProgress&) { return false; });
    QCOMPARE(trained.error().code, ErrorCode::Cancelled);
  }

  void refusesWhatCannotTrain() {
    PointMass world;
    auto wrongWeights = trainSac(world, {-1.0}, quick(1), nullptr);
    QVERIFY(!wrongWeights.ok());
    QCOMPARE(wrongWeights.error().code, ErrorCode::InvalidInput);
    SacSettings tooShort = quick(1);
    tooShort.steps = 100;
    QVERIFY(!trainSac(world, {-1.0, 0.0}, tooShort, nullptr).ok());
    SacSettings nobody = quick(1);
    nobody.members = 0;
    QVERIFY(!trainSac(world, {-1.0, 0.0}, nobody, nullptr).ok());
  }

  void canBeCancelled() {
    PointMass world;
    SacSettings endless = quick(1);
    endless.steps = 1'000'000;
    auto trained = trainSac(world, {-1.0, 0.0}, endless, [](const LearnProgress&) { return false; });
    QVERIFY(!trained.ok());
    QCOMPARE(trained.error().code, ErrorCode::Cancelled);
  }
};

QTEST_APPLESS_MAIN(SacTest)
#include "sac_test.moc"
