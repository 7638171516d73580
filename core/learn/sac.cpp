#include "core/learn/sac.h"

#include <algorithm>
#include <chrono>
#include <deque>

#include "core/learn/actor_critic.h"

namespace nudge {

namespace {

using namespace learn;
using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

ActorCritic freshNetworks(const Environment& world, const SacSettings& s) {
  auto generator = makeGenerator(deriveSeed(s.seed, 1));
  const std::int64_t observation = world.observationSize(), action = world.actionSize();
  const Net actor({observation, s.hidden, s.hidden, 2 * action}, generator);
  const Net critic1({observation + action, s.hidden, s.hidden, 1}, generator);
  const Net critic2({observation + action, s.hidden, s.hidden, 1}, generator);
  return ActorCritic(actor, critic1, critic2,
                     {s.discount, s.targetRate, s.alpha, 0.0, s.logStdMin, s.logStdMax, s.actorAverage},
                     deriveSeed(s.seed, 2));
}

class Sac {
 public:
  Sac(Environment& world, const std::vector<double>& weights, const SacSettings& settings)
      : world_(world),
        settings_(settings),
        weights_(weights.begin(), weights.end()),
        networks_(freshNetworks(world, settings)),
        random_(deriveSeed(settings.seed, 3)),
        replay_(settings.steps, {world.observationSize(), world.actionSize(), world.featureCount(),
                                 world.observationSize(), 1}),
        observation_(static_cast<std::size_t>(world.observationSize())),
        next_(observation_),
        action_(static_cast<std::size_t>(world.actionSize())),
        features_(weights.size()) {}

  Result<TrainedPrior> run(const ProgressCallback& progress) {
    auto reported = start_;
    startEpisode();
    for (step_ = 0; step_ < settings_.steps; ++step_) {
      if (!interact()) return Error{ErrorCode::Internal, "the simulation diverged during training"};
      if (step_ >= settings_.warmupSteps) update();
      if (progress && Clock::now() - reported > std::chrono::milliseconds(500)) {
        reported = Clock::now();
        if (!progress(where())) return Error{ErrorCode::Cancelled, "training was cancelled"};
      }
    }
    return result();
  }

 private:
  void startEpisode() {
    world_.reset(deriveSeed(settings_.seed, 1000 + episode_++));
    world_.observe(observation_);
    episodeStep_ = 0;
    episodeReturn_ = 0.0;
  }

  /// One step of the world into the replay buffer. False when the physics diverged.
  bool interact() {
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
    for (std::size_t i = 0; i < features_.size(); ++i) episodeReturn_ += features_[i] * weights_[i];
    if (++episodeStep_ >= world_.episodeSteps() || outcome.terminated) {
      finishEpisode();
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
    const std::int64_t count = settings_.batch;
    networks_.update({columns_[0], columns_[1], columns_[2].mv(toTensor(weights_)), columns_[3],
                      columns_[4].view({count}), {}, {}},
                     learningRate());
  }

  /// Constant, then linear to its final value.
  double learningRate() const {
    const double done = static_cast<double>(step_) / settings_.steps;
    const double late = std::max(0.0, (done - settings_.decayFrom) / (1.0 - settings_.decayFrom));
    return settings_.learningRate + late * (settings_.finalLearningRate - settings_.learningRate);
  }

  /// A point of the curve is the mean of the last 40 episodes.
  void finishEpisode() {
    recent_.push_back({episodeReturn_, world_.success() ? 1.0 : 0.0});
    if (recent_.size() > 40) recent_.pop_front();
    if (step_ + 1 < nextPoint_) return;
    nextPoint_ += settings_.steps / 50;
    CurvePoint point{step_ + 1, 0.0, 0.0, secondsSince(start_)};
    for (const Episode& episode : recent_) {
      point.episodeReturn += episode.value / static_cast<double>(recent_.size());
      point.success += episode.success / static_cast<double>(recent_.size());
    }
    curve_.push_back(point);
  }

  LearnProgress where() const {
    LearnProgress p{"training", static_cast<double>(step_) / settings_.steps, -1.0, {}};
    p.secondsLeft = secondsSince(start_) / std::max(1e-9, p.fraction) * (1.0 - p.fraction);
    if (!curve_.empty()) {
      char text[96];
      std::snprintf(text, sizeof text, "step %d, return %.1f, success %.2f", step_, curve_.back().episodeReturn,
                    curve_.back().success);
      p.detail = text;
    }
    return p;
  }

  Result<TrainedPrior> result() const {
    auto actor = networks_.averagedActor();
    if (!actor) return actor.error();
    auto critics = networks_.targetCritics();
    if (!critics) return critics.error();
    return TrainedPrior{{std::move(*actor), std::move(*critics), {}, {}}, curve_};
  }

  struct Episode {
    double value, success;
  };
  Environment& world_;
  const SacSettings settings_;
  const std::vector<float> weights_;  ///< [features]
  ActorCritic networks_;
  Random random_;
  Replay replay_;  ///< observation, action, features, next observation, done
  std::vector<Tensor> columns_;
  std::vector<float> observation_, next_, action_, features_;
  std::deque<Episode> recent_;
  std::vector<CurvePoint> curve_;
  const Clock::time_point start_ = Clock::now();
  std::uint64_t episode_ = 0;
  int step_ = 0, episodeStep_ = 0, nextPoint_ = 0;
  double episodeReturn_ = 0.0;
};

}  // namespace

Result<TrainedPrior> trainSac(Environment& world, const std::vector<double>& weights, const SacSettings& settings,
                              const ProgressCallback& progress) {
  if (static_cast<int>(weights.size()) != world.featureCount()) {
    return Error{ErrorCode::InvalidInput, "one weight a feature is needed"};
  }
  if (settings.warmupSteps < 1 || settings.steps <= settings.warmupSteps || settings.hidden < 1 ||
      settings.batch < 1) {
    return Error{ErrorCode::InvalidInput,
                 "training needs more steps than its warm-up of " + std::to_string(settings.warmupSteps)};
  }
  useOneThread();
  return Sac(world, weights, settings).run(progress);
}

Result<TrainedPrior> trainPrior(const std::string& taskId, const std::vector<double>& weights,
                                const SacSettings& settings, const ProgressCallback& progress) {
  auto task = makeTask(taskId);
  if (!task) return task.error();
  const auto world = makeTrainingEnvironment(std::move(*task), settings.wideStarts);
  return trainSac(*world, weights, settings, progress);
}

}  // namespace nudge
