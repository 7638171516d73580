#include <QtTest>
#include <cmath>
#include <limits>

#include "core/engine/evaluate.h"
#include "tests/core/policy/random_policy.h"

using namespace nudge;

namespace {
/// A point on a line without physics: x += action. Success at x ≥ 1, lost below −1, ends at x ≥ 3.
class LineTask : public Task {
 public:
  LineTask() {
    spec_.id = "line";
    spec_.observation = {{"x", "m", ""}, {"start", "m", ""}};
    spec_.action = {{"dx", "m", ""}};
    spec_.actionScale = {1.0};
    spec_.features = {{"place", "Place", "", 1.0, 2.0, true}, {"effort", "Effort", "", -1.0, -1.0, false}};
    spec_.episodeSteps = 10;
  }
  TaskSpec& mutableSpec() { return spec_; }
  int divergeAt = -1;
  std::vector<std::uint64_t> seeds;

  const TaskSpec& spec() const override { return spec_; }
  void reset(std::uint64_t seed) override {
    seeds.push_back(seed);
    x_ = start_ = static_cast<float>(Random(seed).uniform(-0.1, 0.1));
    action_ = 0.0f;
    step_ = 0;
    tilt_ = 0.0;
  }
  void begin(std::span<const float> action) override { action_ = action[0]; }
  void advance(int) override {}
  StepOutcome end() override {
    x_ += action_;
    tilt_ = std::max(tilt_, static_cast<double>(std::abs(x_)));
    return {x_ >= 3.0f, step_++ == divergeAt};
  }
  void observe(std::span<float> o) const override { o[0] = x_, o[1] = start_; }
  void features(std::span<float> f) const override {
    f[0] = std::clamp(x_ / 4.0f, 0.0f, 1.0f);
    f[1] = action_ * action_;
  }
  EpisodeStatus status() const override { return {x_ >= 1.0f, x_ < -1.0f, tilt_}; }
  int stepIndex() const override { return step_; }
  int stateSize() const override { return 0; }
  void save(std::span<double>) const override {}
  Status restore(std::span<const double>) override { return {}; }
  const mjModel_& model() const override { std::abort(); }
  mjData_& data() override { std::abort(); }
  const std::string& mjcf() const override { return spec_.title; }
  void toolPosition(std::span<double, 3>) const override {}
  void toolVelocityToAction(std::span<const double, 3>, std::span<float>) const override {}

 private:
  TaskSpec spec_;
  float x_ = 0, start_ = 0, action_ = 0;
  int step_ = 0;
  double tilt_ = 0;
};

/// Always the same mean (before tanh), σ as given.
Policy constantPolicy(float mean, float logStd, int observation = 2) {
  DenseLayer layer;
  layer.weight.setZero(2, observation);
  layer.bias.resize(2);
  layer.bias << mean, logStd;
  Policy policy;
  policy.actor = GaussianPolicy::create(Mlp::fromLayers({layer}).value(), -10.0f, 1.0f).value();
  policy.info["task"] = "line";
  return policy;
}
}  // namespace

class TestEvaluate : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void spread();
  void countsAndSums();
  void failureAndDivergence();
  void sameSeedSameFigures();
  void refusals();
};

void TestEvaluate::spread() {
  const Spread s = spreadOf({4, 1, 3, 2, 5});
  QCOMPARE(s.mean, 3.0);
  QCOMPARE(s.min, 1.0);
  QCOMPARE(s.q1, 2.0);
  QCOMPARE(s.median, 3.0);
  QCOMPARE(s.q3, 4.0);
  QCOMPARE(s.max, 5.0);
  QCOMPARE(spreadOf({1, 2}).median, 1.5);
  QCOMPARE(spreadOf({}).max, 0.0);
}

void TestEvaluate::countsAndSums() {
  LineTask task;
  EvaluationSettings settings;
  settings.episodes = 4;
  settings.seed = 7;
  settings.stochastic = false;
  int steps = 0;
  settings.onStep = [&](const EvaluatedStep& step) {
    QCOMPARE(step.step, steps % 10);
    QCOMPARE(step.episode, steps++ / 10);
  };
  const auto result = evaluatePolicy(task, constantPolicy(std::atanh(0.2f), 0.0f), settings);
  QVERIFY(result.ok());
  QCOMPARE(result->episodes.size(), std::size_t{4});
  QCOMPARE(result->steps, 40);
  QCOMPARE(steps, 40);
  QCOMPARE(result->successRate, 1.0);
  QCOMPARE(result->failureRate, 0.0);
  for (std::size_t i = 0; i < 4; ++i) QCOMPARE(task.seeds[i], deriveSeed(7, i));
  QVERIFY(std::abs(result->features[1].median - 0.04) < 1e-6);
  double place = 0;
  for (const auto& episode : result->episodes) {
    // x grows from the start in ten steps of .2: Σ x/4 is known in closed form.
    const double start = static_cast<float>(Random(episode.seed).uniform(-0.1, 0.1));
    const double sum = (10 * start + 0.2 * 55) / 4;
    QVERIFY(std::abs(episode.priorReward - (sum - 10 * 0.04)) < 1e-4);
    QVERIFY(std::abs(episode.teacherReward - (2 * sum - 10 * 0.04)) < 1e-4);
    place += sum / 40;
  }
  QVERIFY(std::abs(result->features[0].mean - place) < 1e-5);
  QVERIFY(result->tilt_rad.min > 1.8 && result->tilt_rad.max < 2.2);
}

void TestEvaluate::failureAndDivergence() {
  LineTask task;
  EvaluationSettings settings;
  settings.episodes = 3;
  settings.stochastic = false;
  auto result = evaluatePolicy(task, constantPolicy(-3.0f, 0.0f), settings);
  QCOMPARE(result->failureRate, 1.0);
  result = evaluatePolicy(task, constantPolicy(3.0f, 0.0f), settings);  // terminates at x ≥ 3
  QCOMPARE(result->successRate, 1.0);
  QVERIFY(result->episodes[0].steps < 5);
  task.divergeAt = 1;
  result = evaluatePolicy(task, constantPolicy(3.0f, 0.0f), settings);
  QCOMPARE(result->divergedRate, 1.0);
  QCOMPARE(result->successRate, 0.0);
  QCOMPARE(result->steps, 3);
}

void TestEvaluate::sameSeedSameFigures() {
  LineTask task;
  EvaluationSettings settings;
  settings.episodes = 5;
  const auto a = evaluatePolicy(task, constantPolicy(0.0f, -1.0f), settings);
  const auto b = evaluatePolicy(task, constantPolicy(0.0f, -1.0f), settings);
  settings.seed = 2;
  const auto c = evaluatePolicy(task, constantPolicy(0.0f, -1.0f), settings);
  QCOMPARE(a->priorReward, b->priorReward);
  QVERIFY(a->priorReward != c->priorReward);
  QVERIFY(a->features[1].q3 > a->features[1].q1);  // the policy is sampled
}

void TestEvaluate::refusals() {
  LineTask task;
  EvaluationSettings settings;
  settings.episodes = 2;
  const auto message = [&](Policy policy) {
    const auto result = evaluatePolicy(task, std::move(policy), settings);
    return result ? QString() : QString::fromStdString(result.error().message);
  };
  QVERIFY(message(constantPolicy(0, 0, 3)).contains("observations"));
  Policy other = constantPolicy(0, 0);
  other.info["task"] = "bottle";
  QVERIFY(message(other).contains("for task 'bottle'"));
  other.info.clear();
  QVERIFY(message(other).isEmpty());
  QVERIFY(message(test::randomPolicy(2, 2, 4, 1)).contains("task"));

  // Finite weights can still overflow: ∞ − ∞ in the last layer.
  DenseLayer large, last;
  large.weight.setConstant(2, 2, std::numeric_limits<float>::max());
  large.bias.setZero(2);
  last.weight = large.weight;
  last.weight(0, 1) *= -1.0f;
  last.bias = large.bias;
  Policy nan;
  nan.actor = GaussianPolicy::create(Mlp::fromLayers({large, large, last}).value(), -1.0f, 1.0f).value();
  settings.episodes = 50;
  QVERIFY(message(nan).contains("not a number"));

  settings.onEpisode = [](int done) { return done < 3; };
  QCOMPARE(static_cast<int>(evaluatePolicy(task, constantPolicy(0, 0), settings).error().code),
           static_cast<int>(ErrorCode::Cancelled));
  settings.episodes = 0;
  QVERIFY(!message(constantPolicy(0, 0)).isEmpty());
  settings.episodes = 1;
  task.mutableSpec().discreteActions = {"left", "right"};
  QVERIFY(message(constantPolicy(0, 0)).contains("choices"));
}

QTEST_APPLESS_MAIN(TestEvaluate)
#include "test_evaluate.moc"
