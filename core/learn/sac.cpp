#include "core/learn/sac.h"

#include <algorithm>
#include <functional>

#include "core/learn/actor_critic.h"
#include "core/learn/training_curve.h"

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
  Sac(Environment& world, const std::vector<double>& weights, const SacSettings& settings, int replay, std::uint64_t seed)
      : world_(world),
        settings_(settings),
        seed_(seed),
        weights_(weights.begin(), weights.end()),
        networks_(freshNetworks(world, settings, seed)),
        random_(deriveSeed(seed, 3)),
        replay_(std::min(settings.steps, replay),
                {world.observationSize(), world.actionSize(), world.featureCount(), world.observationSize(), 1}),
        observation_(static_cast<std::size_t>(world.observationSize())),
        next_(observation_),
        action_(static_cast<std::size_t>(world.actionSize())),
        features_(weights.size()) {}

  /// The averaged actor with its critics. `report` is asked after every step.
  Result<Policy> run(TrainingCurve& curve, const std::function<bool(int)>& report) {
    startEpisode();
    for (step_ = 0; step_ < settings_.steps; ++step_) {
      if (!interact(curve)) return Error{ErrorCode::Internal, "the simulation diverged during training"};
      if (step_ >= settings_.warmupSteps) update();
      if (!report(step_)) return Error{ErrorCode::Cancelled, "training was cancelled"};
    }
    return result();
  }

 private:
  void startEpisode() {
    world_.reset(deriveSeed(seed_, 1000 + episode_++));
    world_.observe(observation_);
    episodeStep_ = 0;
    episodeReturn_ = 0.0;
  }

  /// One step of the world into the replay buffer. False when the physics diverged.
  bool interact(TrainingCurve& curve) {
    if (step_ < settings_.warmupSteps) {
      explore();
    } else {
      networks_.act(observation_, action_);
    }
    const StepOutcome outcome = world_.step(action_);
    if (outcome.diverged) return false;
    world_.observe(next_);
    world_.features(features_);
    // The time limit is no termination: the value of the last state is bootstrapped.
    const float done = outcome.terminated ? 1.0f : 0.0f;
    replay_.add({observation_, action_, features_, next_, {&done, 1}});
    observation_ = next_;
    episodeReturn_ += world_.stepReward();
    for (std::size_t i = 0; i < features_.size(); ++i) episodeReturn_ += features_[i] * weights_[i];
    if (++episodeStep_ >= world_.episodeSteps() || outcome.terminated) {
      curve.add(step_ + 1, episodeReturn_, world_.success());
      startEpisode();
    }
    return true;
  }

  /// Random actions held for about half a second reach further than white noise.
  void explore() {
    if (episodeStep_ > 0 && random_.uniform() > 0.1) return;
    for (float& a : action_) a = static_cast<float>(random_.uniform(-1.0, 1.0));
  }

  void update() {
    replay_.sample(settings_.batch, random_, columns_);
    const c10::InferenceMode guard;
    const Tensor reward = columns_[2].mv(toTensor(weights_)) + world_.stepReward();
    Batch batch;
    batch.observation = columns_[0];
    batch.action = columns_[1];
    batch.rewards = reward.unsqueeze(1);
    batch.next = columns_[3];
    batch.done = columns_[4];
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

  Environment& world_;
  const SacSettings settings_;
  const std::uint64_t seed_;
  const std::vector<float> weights_;  ///< [features]
  ActorCritic networks_;
  Random random_;
  Replay replay_;  ///< observation, action, features, next observation, done
  std::vector<Tensor> columns_;
  std::vector<float> observation_, next_, action_, features_;
  std::uint64_t episode_ = 0;
  int step_ = 0, episodeStep_ = 0;
  double episodeReturn_ = 0.0;
};

}  // namespace

Result<TrainedPrior> trainSac(Environment& world, const std::vector<double>& weights, const SacSettings& settings,
                              const ProgressCallback& progress, int replay) {
  if (world.choices() > 0) return Error{ErrorCode::InvalidInput, "SAC needs a world with continuous actions"};
  if (static_cast<int>(weights.size()) != world.featureCount()) {
    return Error{ErrorCode::InvalidInput, "one weight a feature is needed"};
  }
  if (settings.warmupSteps < 1 || settings.steps <= settings.warmupSteps || settings.hidden < 1 ||
      settings.batch < 1 || replay < settings.batch) {
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
    auto trained = Sac(world, weights, settings, replay, seed).run(curve, [&](int step) { return curve.report(progress, before + step); });
    if (!trained) return trained.error();
    critics.insert(critics.end(), trained->critics.networks().begin(), trained->critics.networks().end());
    if (member == 0) policy = std::move(*trained);
  }
  policy.critics = Critics(std::move(critics));
  return TrainedPrior{std::move(policy), curve.points()};
}

}  // namespace nudge
