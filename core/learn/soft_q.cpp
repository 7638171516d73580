#include "core/learn/soft_q.h"

#include <algorithm>

#include "core/learn/practice.h"
#include "core/learn/soft_critic.h"

namespace nudge {

namespace {

using namespace learn;

SoftCritic freshCritic(const Environment& world, const SoftQSettings& s, std::uint64_t seed) {
  auto generator = makeGenerator(deriveSeed(seed, 1));
  const Net net({world.observationSize(), s.hidden, s.hidden, world.choices()}, generator);
  return SoftCritic(net, {s.discount, s.targetRate, s.alpha, s.average});
}

/// One network from nothing.
class SoftQ {
 public:
  SoftQ(Environment& world, const std::vector<double>& weights, const SoftQSettings& settings, std::uint64_t seed)
      : settings_(settings),
        choices_(static_cast<std::uint64_t>(world.choices())),
        critic_(freshCritic(world, settings, seed)),
        random_(deriveSeed(seed, 3)),
        practice_(world, weights, settings.replay, seed) {}

  /// The averaged network. `report` is asked after every step.
  Result<Mlp> run(TrainingCurve& curve, const std::function<bool(int)>& report) {
    for (step_ = 0; step_ < settings_.steps; ++step_) {
      if (step_ % kActorSteps == 0) {
        if (auto refreshed = refreshActor(); !refreshed) return refreshed.error();
      }
      const float action = choose();
      if (!practice_.step({&action, 1}, curve)) return Error{ErrorCode::Internal, "the simulation diverged during training"};
      if (step_ >= settings_.warmupSteps && step_ % settings_.stepsPerUpdate == 0) update();
      if (!report(step_)) return Error{ErrorCode::Cancelled, "training was cancelled"};
    }
    return critic_.averaged();
  }

 private:
  /// For one state at a time Eigen is several times faster than torch, and a policy a few steps old explores as well.
  static constexpr int kActorSteps = 20;

  Status refreshActor() {
    auto network = critic_.network().toMlp();
    if (!network) return Error{ErrorCode::Internal, "training left the finite numbers: " + network.error().message};
    auto actor = CategoricalPolicy::create({{std::move(*network), static_cast<float>(1.0 / settings_.alpha)}});
    if (!actor) return actor.error();
    actor_ = std::move(*actor);
    return {};
  }

  /// Any choice with a probability that falls from 1 to its final value, else one of the policy's.
  float choose() {
    const double part = std::min(1.0, step_ / (settings_.exploreUntil * settings_.steps));
    const double any = 1.0 + part * (settings_.exploreFinal - 1.0);
    if (random_.uniform() < any) return static_cast<float>(random_.index(choices_));
    return static_cast<float>(actor_.sample(practice_.observation(), random_));
  }

  void update() {
    const std::vector<Tensor>& columns = practice_.sample(settings_.batch, random_);
    const c10::InferenceMode guard;
    const std::int64_t count = settings_.batch;
    const double done = static_cast<double>(step_) / settings_.steps;
    const double rate = settings_.learningRate + done * (settings_.finalLearningRate - settings_.learningRate);
    critic_.update({columns[0], columns[1].view({count}), practice_.reward(), columns[3], columns[4].view({count}), {}}, rate);
  }

  const SoftQSettings settings_;
  const std::uint64_t choices_;
  SoftCritic critic_;
  CategoricalPolicy actor_;
  Random random_;
  Practice practice_;
  int step_ = 0;
};

Status check(const Environment& world, const std::vector<double>& weights, const SoftQSettings& s) {
  const auto refuse = [](const std::string& what) { return Error{ErrorCode::InvalidInput, what}; };
  if (world.choices() < 2) return refuse("soft Q-learning needs a world with choices");
  if (static_cast<int>(weights.size()) != world.featureCount()) return refuse("one weight a feature is needed");
  if (s.warmupSteps < 1 || s.steps <= s.warmupSteps || s.hidden < 1 || s.batch < 1 || s.stepsPerUpdate < 1 ||
      s.replay < s.batch) {
    return refuse("training needs more steps than its warm-up of " + std::to_string(s.warmupSteps));
  }
  if (s.members < 1 || s.members > kMostMembers) return refuse("an ensemble has 1 to 8 members");
  return {};
}

}  // namespace

Result<TrainedPrior> trainSoftQ(Environment& world, const std::vector<double>& weights, const SoftQSettings& settings,
                                const ProgressCallback& progress) {
  if (auto checked = check(world, weights, settings); !checked) return checked.error();
  useOneThread();
  TrainingCurve curve(settings.members * settings.steps);
  std::vector<Mlp> networks;
  std::vector<CategoricalPolicy::Term> terms;
  for (int member = 0; member < settings.members; ++member) {
    const int before = member * settings.steps;
    const std::uint64_t seed = memberSeed(settings.seed, member);
    auto network = SoftQ(world, weights, settings, seed).run(curve, [&](int step) {
      return curve.report(progress, before + step);
    });
    if (!network) return network.error();
    networks.push_back(*network);
    terms.push_back({std::move(*network), static_cast<float>(1.0 / (settings.members * settings.alpha))});
  }
  auto actor = CategoricalPolicy::create(std::move(terms));
  if (!actor) return actor.error();
  return TrainedPrior{{std::move(*actor), Critics(std::move(networks)), {}, {}}, curve.points()};
}

}  // namespace nudge
