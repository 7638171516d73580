// Residual learning over continuous actions: critics that hold what the features come to, and what is left alone.
#include <QtTest>
#include <cmath>

#include "core/learn/foresee.h"
#include "core/learn/mereq.h"
#include "core/learn/residual_q.h"
#include "core/learn/successor_features.h"
#include "tests/support/point_task.h"

using namespace nudge;

namespace {

const auto kOn = [] { return true; };

/// Moves against each coordinate of the point, noisily: μ = −p, σ = .3 of u.
Policy homing() {
  std::vector<DenseLayer> layers(1);
  layers[0].weight.setZero(6, 3);
  layers[0].weight.topRows(3) = -Eigen::Matrix3f::Identity();
  layers[0].bias.setZero(6);
  layers[0].bias.tail(3).setConstant(-1.2f);
  Policy policy;
  policy.actor = GaussianPolicy::create(Mlp::fromLayers(layers).value(), -2.3f, 1.0f).value();
  policy.info["task"] = "point";
  return policy;
}

MereqSettings settings() {
  MereqSettings s;
  s.discount = 0.8;
  return s;
}

/// (1−γ) times the discounted sum of each feature after `action` at `p`, by following the policy many times.
std::array<double, 2> followed(Policy policy, const std::array<float, 3>& p, const std::array<float, 3>& action) {
  constexpr int kTimes = 400, kSteps = 40;
  const double discount = settings().discount;
  test::PointTask task;
  Random random(5);
  std::array<double, 2> sum{};
  for (int i = 0; i < kTimes; ++i) {
    const std::array<double, 5> state{p[0], p[1], p[2], 0.0, 0.0};
    if (!task.restore(state)) return {};
    std::array<float, 3> a = action, o{};
    std::array<float, 2> f{};
    double share = (1.0 - discount) / kTimes;
    for (int t = 0; t < kSteps; ++t, share *= discount) {
      task.step(a);
      task.features(f);
      for (std::size_t k = 0; k < 2; ++k) sum[k] += share * f[k];
      task.observe(o);
      policy.actor.sample(o, random, a);
    }
  }
  return sum;
}

std::unique_ptr<ResidualLearner> learnerOf(const Policy& prior, const Policy& current, const MereqSettings& s = settings()) {
  auto learner = makeResidualLearner(prior, current, 2, s);
  if (!learner) qFatal("%s", learner.error().message.c_str());
  return std::move(*learner);
}

/// Random states and actions.
void fill(ResidualLearner& learner, int count) {
  test::PointTask task;
  Random random(3);
  for (int i = 0; i < count; ++i) {
    std::array<float, 3> o{}, next{}, action{};
    std::array<float, 2> f{};
    if (i % 10 == 0) task.reset(deriveSeed(4, static_cast<std::uint64_t>(i)));
    for (float& a : action) a = static_cast<float>(random.uniform(-1.0, 1.0));
    task.observe(o);
    task.step(action);
    task.observe(next);
    task.features(f);
    learner.add({o, action, f, next, false});
  }
}

}  // namespace

class ResidualSacTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void criticsForeseeTheFeatures() {
    const Policy prior = homing();
    auto learner = learnerOf(prior, prior);
    QVERIFY(!learner->foresees());
    fill(*learner, 8'000);
    learner->foresee(4'000, kOn);
    QVERIFY(learner->foresees());
    const Policy after = learner->policy().value();
    QCOMPARE(after.residualCritics.networks().size(), 2u);
    QCOMPARE(after.residualCritics.networks()[0].outputSize(), 3);
    SuccessorFeatures psi(after.residualCritics, 2, {});
    double worst = 0.0;
    for (const auto& [p, action] : {std::pair{std::array{0.5f, 0.0f, -0.5f}, std::array{0.0f, 0.0f, 0.0f}},
                                    std::pair{std::array{0.5f, 0.0f, -0.5f}, std::array{-1.0f, 0.0f, 1.0f}},
                                    std::pair{std::array{-0.2f, 0.8f, 0.3f}, std::array{0.5f, -0.9f, 0.1f}}}) {
      const auto truth = followed(prior, p, action);
      const auto found = psi.contrast(p, action, prior.actor).front().taken;
      for (std::size_t k = 0; k < 2; ++k) worst = std::max(worst, std::abs(found[k] - truth[k]));
    }
    QVERIFY2(worst < 0.03, qPrintable(QString::number(worst)));
  }

  /// The rate falls with all updates since the prior, also those of earlier lessons' versions.
  void longLearningTakesSmallerSteps() {
    const Policy fresh = homing();
    Policy old = fresh;
    old.info["residual_updates"] = "30000000";
    const auto moved = [](const Policy& prior, const Policy& current) {
      auto learner = learnerOf(prior, current);
      fill(*learner, 500);
      learner->foresee(200, kOn);
      learner->train(std::vector<double>{1.0, -1.0}, 100, kOn);
      return learner->policy().value();
    };
    Policy young = moved(fresh, fresh), aged = moved(fresh, old);
    QCOMPARE(young.info.at("residual_updates"), std::string("100"));
    QCOMPARE(aged.info.at("residual_updates"), std::string("30000100"));
    const std::array<float, 3> p{0.5f, 0.0f, -0.5f};
    const auto far = [&](Policy policy) {
      std::array<float, 3> before{}, after{};
      Policy prior = fresh;
      prior.actor.mode(p, before);
      policy.actor.mode(p, after);
      return std::hypot(after[0] - before[0], after[1] - before[1], after[2] - before[2]);
    };
    QVERIFY2(far(young) > 1e-3f, qPrintable(QString::number(far(young))));
    QVERIFY2(far(aged) < 0.01f * far(young), qPrintable(QString::number(far(aged))));
    // A policy that becomes the prior of another lesson starts anew.
    Policy again = moved(old, old);
    again.info["residual_updates"] = "100";
    QCOMPARE(serializePolicy(again), serializePolicy(young));
  }

  void foresightLeavesThePolicyAlone() {
    const Policy prior = homing();
    auto learner = learnerOf(prior, prior);
    fill(*learner, 500);
    learner->foresee(200, kOn);
    Policy after = learner->policy().value();
    after.residualCritics = {};
    QCOMPARE(serializePolicy(after), serializePolicy(prior));
  }

  /// With θ = 0 nothing is worth anything. What is left is round-off between two ways to multiply, which Adam makes steps of
  /// and the divergence takes back; an update of a lesson does not even start (mereq.cpp).
  void nothingToCorrectKeepsThePrior() {
    Policy prior = homing();
    auto learner = learnerOf(prior, prior);
    fill(*learner, 500);
    learner->foresee(200, kOn);
    learner->train(std::vector<double>(2, 0.0), 10'000, kOn);
    Policy after = learner->policy().value();
    Random random(9);
    float worst = 0.0f;
    for (int i = 0; i < 500; ++i) {
      std::array<float, 3> p{}, a{}, b{};
      for (float& x : p) x = static_cast<float>(random.uniform(-1.0, 1.0));
      prior.actor.mode(p, a);
      after.actor.mode(p, b);
      for (std::size_t k = 0; k < 3; ++k) worst = std::max(worst, std::abs(a[k] - b[k]));
    }
    QVERIFY2(worst < 2e-3f, qPrintable(QString::number(worst)));
  }

  /// A weight that turns round finds its Q ready: at the same rate the policy follows at once, as far one way as the other.
  void thetaMayTurnRound() {
    const Policy prior = homing();
    MereqSettings steady = settings();
    steady.rateHalvedAfter = 0.0;
    auto learner = learnerOf(prior, prior, steady);
    fill(*learner, 8'000);
    learner->foresee(3'000, kOn);
    const std::array<float, 3> p{0.6f, 0.0f, 0.0f};
    const auto outward = [&] {
      std::array<float, 3> a{};
      Policy now = learner->policy().value();
      now.actor.mode(p, a);
      return a[0];
    };
    const float before = outward();
    learner->train(std::vector<double>{4.0, 0.0}, 1'500, kOn);  // far is good
    const float far = outward();
    learner->train(std::vector<double>{-4.0, 0.0}, 1'500, kOn);
    const float near = outward();
    QVERIFY2(far > before + 0.1f && near < before - 0.08f, qPrintable(QString("%1 %2 %3").arg(before).arg(far).arg(near)));
  }

  void continuesBitIdentically() {
    const Policy prior = homing();
    auto first = learnerOf(prior, prior);
    fill(*first, 500);
    first->foresee(100, kOn);
    first->train(std::vector<double>{-1.0, 0.0}, 50, kOn);
    const Policy saved = parsePolicy(serializePolicy(first->policy().value())).value();
    auto a = learnerOf(prior, saved), b = learnerOf(prior, first->policy().value());
    for (auto* learner : {a.get(), b.get()}) {
      QVERIFY(learner->foresees());
      fill(*learner, 500);
      learner->train(std::vector<double>{-1.0, 0.0}, 50, kOn);
    }
    QCOMPARE(serializePolicy(a->policy().value()), serializePolicy(b->policy().value()));
  }

  /// Critics of Q_R itself, as older versions kept them, are no start.
  void criticsOfAnotherKindStartAnew() {
    Policy old = homing();
    std::vector<DenseLayer> layers(1);
    layers[0].weight.setConstant(1, 6, 5.0f);
    layers[0].bias.setZero(1);
    old.residualCritics = Critics({Mlp::fromLayers(layers).value(), Mlp::fromLayers(layers).value()});
    auto learner = learnerOf(homing(), old);
    QVERIFY(!learner->foresees());
    fill(*learner, 300);
    learner->train(std::vector<double>{-1.0, 0.0}, 20, kOn);
    QVERIFY(learner->policy().ok());
  }

  void preparingAheadOfALesson() {
    ForesightSettings few;
    few.steps = 4'000;
    few.updates = 2'000;
    const Policy prior = homing();
    const auto prepared = withForesight(std::make_unique<test::PointTask>(), prior, few, nullptr);
    QVERIFY2(prepared.ok(), prepared.ok() ? "" : prepared.error().message.c_str());
    QVERIFY(learnerOf(prior, *prepared)->foresees());
    Policy plain = *prepared;
    plain.residualCritics = {};
    QCOMPARE(serializePolicy(plain), serializePolicy(prior));
    const auto again = withForesight(std::make_unique<test::PointTask>(), prior, few, nullptr);
    QCOMPARE(serializePolicy(*again), serializePolicy(*prepared));

    const auto stopped = withForesight(std::make_unique<test::PointTask>(), prior, few, [](const LearnProgress&) { return false; });
    QVERIFY(!stopped.ok() && stopped.error().code == ErrorCode::Cancelled);
    test::PointTrouble trouble;
    trouble.divergeAt = 7;
    QVERIFY(withForesight(std::make_unique<test::PointTask>(&trouble), prior, few, nullptr).ok());
    const auto wrong = withForesight("highway", prior, few, nullptr);
    QVERIFY(!wrong.ok() && wrong.error().code == ErrorCode::InvalidInput);
    const auto other = withForesight("bottle", prior, few, nullptr);
    QVERIFY(!other.ok() && other.error().code == ErrorCode::InvalidInput);
  }
};

QTEST_APPLESS_MAIN(ResidualSacTest)
#include "residual_sac_test.moc"
