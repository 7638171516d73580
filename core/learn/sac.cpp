#include "core/learn/sac.h"

#include <algorithm>
#include <functional>

#include "core/learn/actor_critic.h"
#include "core/learn/practice.h"

namespace nudge {

namespace {

using namespace learn;

ActorCritic freshNetworks(const Environment& world, const SacSettings& s, std::uint64_t seed) {
  auto generator = makeGenerator(deriveSeed(seed, 1));
  const std::int64_t observation = world.observationSize(), action = world.actionSize();
  const Net actor({observation, s.hidden, s.hidden, 2 * action}, generator);
  const Net critic1({observation + action, s.hidden, s.hidden, 1}, generator);
  const Net critic2({observation + action, s.hidden, s.hidden, 1}, generator);
  const GaussianHead head{static_cast<float>(s.logStdMin), static_cast<float>(s.logStdMax), Sigma::Clamped, Squash::Tanh};
  ActorCriticSettings settings;
  settings.discount = s.discount;
  settings.targetRate = s.targetRate;
  settings.alpha = s.alpha;
  settings.head = head;
  settings.actorAverage = s.actorAverage;
  return ActorCritic(actor, critic1, critic2, settings, deriveSeed(seed, 2));
}

/// One member from nothing.
class Sac {
 public:
  Sac(Environment& world, const std::vector<double>& weights, const SacSettings& settings, std::uint64_t seed)
      : settings_(settings),
        networks_(freshNetworks(world, settings, seed)),
        random_(deriveSeed(seed, 3)),
        practice_(world, weights, std::min(settings.steps, settings.replay), seed),
        action_(static_cast<std::size_t>(world.actionSize())) {}

  /// The averaged actor with its critics. `report` is asked after every step.
  Result<Policy> run(TrainingCurve& curve, const std::function<bool(int)>& report) {
    for (step_ = 0; step_ < settings_.steps; ++step_) {
      if (step_ < settings_.warmupSteps) explore();
      else networks_.act(practice_.observation(), action_);
      if (!practice_.step(action_, curve)) return Error{ErrorCode::Internal, "the simulation diverged during training"};
      if (step_ >= settings_.warmupSteps) update();
      if (!report(step_)) return Error{ErrorCode::Cancelled, "training was cancelled"};
    }
    return result();
  }

 private:
  /// Random actions held for about half a second reach further than white noise.
  void explore() {
    if (!practice_.episodeStarts() && random_.uniform() > 0.1) return;
    for (float& a : action_) a = static_cast<float>(random_.uniform(-1.0, 1.0));
  }

  void update() {
    const std::vector<Tensor>& columns = practice_.sample(settings_.batch, random_);
    const c10::InferenceMode guard;
    Batch batch;
    batch.observation = columns[0];
    batch.action = columns[1];
    batch.rewards = practice_.reward().unsqueeze(1);
    batch.next = columns[3];
    batch.done = columns[4];
    networks_.update(batch, torch::ones({1}), learningRate());
  }

  /// Constant, then linear to its final value.
  double learningRate() const {
    const double done = static_cast<double>(step_) / settings_.steps;
    const double late = std::max(0.0, (done - settings_.decayFrom) / (1.0 - settings_.decayFrom));
    return settings_.learningRate + late * (settings_.finalLearningRate - settings_.learningRate);
  }

  Result<Policy> result() const {
    auto actor = networks_.averagedActor();
    if (!actor) return actor.error();
    auto critics = networks_.targetCritics();
    if (!critics) return critics.error();
    return Policy{std::move(*actor), std::move(*critics), {}, {}};
  }

  const SacSettings settings_;
  ActorCritic networks_;
  Random random_;
  Practice practice_;
  std::vector<float> action_;
  int step_ = 0;
};

}  // namespace

Result<TrainedPrior> trainSac(Environment& world, const std::vector<double>& weights, const SacSettings& settings,
                              const ProgressCallback& progress) {
  if (world.choices() > 0) return Error{ErrorCode::InvalidInput, "SAC needs a world with continuous actions"};
  if (static_cast<int>(weights.size()) != world.featureCount()) {
    return Error{ErrorCode::InvalidInput, "one weight a feature is needed"};
  }
  if (settings.warmupSteps < 1 || settings.steps <= settings.warmupSteps || settings.hidden < 1 ||
      settings.batch < 1 || settings.replay < settings.batch) {
    return Error{ErrorCode::InvalidInput,
                 "training needs more steps than its warm-up of " + std::to_string(settings.warmupSteps)};
  }
  if (settings.members < 1 || settings.members > kMostMembers) return Error{ErrorCode::InvalidInput, "an ensemble has 1 to 8 members"};
  useOneThread();
  TrainingCurve curve(settings.members * settings.steps);
  Policy policy;
  std::vector<Mlp> critics;
  for (int member = 0; member < settings.members; ++member) {
    const int before = member * settings.steps;
    const std::uint64_t seed = memberSeed(settings.seed, member);
    auto trained = Sac(world, weights, settings, seed).run(curve, [&](int step) { return curve.report(progress, before + step); });
    if (!trained) return trained.error();
    critics.insert(critics.end(), trained->critics.networks().begin(), trained->critics.networks().end());
    if (member == 0) policy = std::move(*trained);
  }
  policy.critics = Critics(std::move(critics));
  return TrainedPrior{std::move(policy), curve.points()};
}

}  // namespace nudge
