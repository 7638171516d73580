#include "core/learn/sac.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>

#include "core/learn/nets.h"

namespace nudge {

namespace {

using namespace learn;
using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Columns of the replay buffer.
enum Column { kObservation, kAction, kFeatures, kNext, kDone };

class Sac {
 public:
  Sac(Environment& world, const std::vector<double>& weights, const SacSettings& settings)
      : world_(world),
        settings_(settings),
        generator_(makeGenerator(deriveSeed(settings.seed, 1))),
        random_(deriveSeed(settings.seed, 2)),
        weights_(toTensor(std::vector<float>(weights.begin(), weights.end()))),
        actor_(actorSizes(), generator_),
        average_(actor_.clone()),
        critics_{Net(criticSizes(), generator_), Net(criticSizes(), generator_)},
        targets_{critics_[0].clone(), critics_[1].clone()},
        actorAdam_(actor_),
        criticAdams_{Adam(critics_[0]), Adam(critics_[1])},
        replay_(settings.steps, {world.observationSize(), world.actionSize(), world.featureCount(),
                                 world.observationSize(), 1}),
        action_(static_cast<std::size_t>(world.actionSize())),
        observation_(static_cast<std::size_t>(world.observationSize())),
        next_(observation_),
        features_(static_cast<std::size_t>(world.featureCount())) {}

  Result<TrainedPrior> run(const ProgressCallback& progress) {
    const auto start = Clock::now();
    auto reported = start;
    startEpisode();
    for (step_ = 0; step_ < settings_.steps; ++step_) {
      if (!interact(start)) return Error{ErrorCode::Internal, "the simulation diverged during training"};
      if (step_ >= settings_.warmupSteps) update();
      if (progress && Clock::now() - reported > std::chrono::milliseconds(500)) {
        reported = Clock::now();
        if (!progress(where(secondsSince(start)))) return Error{ErrorCode::Cancelled, "training was cancelled"};
      }
    }
    return result();
  }

 private:
  std::vector<std::int64_t> actorSizes() const {
    return {world_.observationSize(), settings_.hidden, settings_.hidden, 2 * world_.actionSize()};
  }
  std::vector<std::int64_t> criticSizes() const {
    return {world_.observationSize() + world_.actionSize(), settings_.hidden, settings_.hidden, 1};
  }

  void startEpisode() {
    world_.reset(deriveSeed(settings_.seed, 1000 + static_cast<std::uint64_t>(episode_++)));
    world_.observe(observation_);
    episodeStep_ = 0;
    episodeReturn_ = 0.0;
  }

  /// One step of the world into the replay buffer. False when the physics diverged.
  bool interact(Clock::time_point start) {
    step_ < settings_.warmupSteps ? explore() : act();
    const StepOutcome outcome = world_.step(action_);
    if (outcome.diverged) return false;
    world_.observe(next_);
    world_.features(features_);
    // The time limit is no termination: the value of the last state is bootstrapped.
    const float done = outcome.terminated ? 1.0f : 0.0f;
    replay_.add({observation_, action_, features_, next_, {&done, 1}});
    observation_ = next_;
    for (std::size_t i = 0; i < features_.size(); ++i) {
      episodeReturn_ += features_[i] * weights_[static_cast<std::int64_t>(i)].item<float>();
    }
    if (++episodeStep_ >= world_.episodeSteps() || outcome.terminated) {
      finishEpisode(start);
      startEpisode();
    }
    return true;
  }

  /// Random actions held for about half a second reach further than white noise.
  void explore() {
    if (episodeStep_ > 0 && random_.uniform() > 0.1) return;
    for (float& a : action_) a = static_cast<float>(random_.uniform(-1.0, 1.0));
  }

  void act() {
    torch::NoGradGuard guard;
    const Sample a = sample(policy(actor_.forwardFrozen(toTensor(observation_).unsqueeze(0))), generator_);
    std::copy_n(a.action.data_ptr<float>(), action_.size(), action_.begin());
  }

  Gaussian policy(const Tensor& output) const {
    return gaussian(output, settings_.logStdMin, settings_.logStdMax);
  }

  void update() {
    const auto batch = replay_.sample(settings_.batch, generator_);
    const Tensor& s = batch[kObservation];
    const double rate = learningRate();

    // y = r + γ(1 − done)( min Q̄(s',a') − α log π(a'|s') )
    Tensor y;
    {
      torch::NoGradGuard guard;
      const Sample a = sample(policy(actor_.forwardFrozen(batch[kNext])), generator_);
      const Tensor input = torch::cat({batch[kNext], a.action}, 1);
      const Tensor q = torch::min(targets_[0].forwardFrozen(input), targets_[1].forwardFrozen(input)).squeeze(1);
      y = batch[kFeatures].mv(weights_) +
          settings_.discount * (1.0 - batch[kDone].squeeze(1)) * (q - settings_.alpha * a.logProb);
    }
    const Tensor input = torch::cat({s, batch[kAction]}, 1);
    for (int i = 0; i < 2; ++i) {
      torch::mse_loss(critics_[i].forward(input).squeeze(1), y).backward();
      criticAdams_[i].step(rate);
    }

    // The actor moves towards exp(Q/α): minimise E[ α log π(a|s) − min Q(s,a) ].
    const Sample a = sample(policy(actor_.forward(s)), generator_);
    const Tensor own = torch::cat({s, a.action}, 1);
    const Tensor q = torch::min(critics_[0].forwardFrozen(own), critics_[1].forwardFrozen(own)).squeeze(1);
    (settings_.alpha * a.logProb - q).mean().backward();
    actorAdam_.step(rate);

    for (int i = 0; i < 2; ++i) moveToward(targets_[i], critics_[i], settings_.targetRate);
    moveToward(average_, actor_, settings_.actorAverage);
  }

  double learningRate() const {
    const double done = static_cast<double>(step_) / settings_.steps;
    const double late = std::max(0.0, (done - settings_.decayFrom) / (1.0 - settings_.decayFrom));
    return settings_.learningRate + late * (settings_.finalLearningRate - settings_.learningRate);
  }

  void finishEpisode(Clock::time_point start) {
    constexpr std::size_t kWindow = 40;
    recent_.push_back({episodeReturn_, world_.success() ? 1.0 : 0.0});
    if (recent_.size() > kWindow) recent_.pop_front();
    if (step_ + 1 < nextPoint_) return;
    nextPoint_ += settings_.steps / 50;
    CurvePoint point{step_ + 1, 0.0, 0.0, secondsSince(start)};
    for (const auto& [value, success] : recent_) {
      point.episodeReturn += value / static_cast<double>(recent_.size());
      point.success += success / static_cast<double>(recent_.size());
    }
    curve_.push_back(point);
  }

  LearnProgress where(double seconds) const {
    LearnProgress p{"training", static_cast<double>(step_) / settings_.steps, -1.0, {}};
    p.secondsLeft = seconds / std::max(1e-9, p.fraction) * (1.0 - p.fraction);
    if (!curve_.empty()) {
      char text[96];
      std::snprintf(text, sizeof text, "step %d, return %.1f, success %.2f", step_, curve_.back().episodeReturn,
                    curve_.back().success);
      p.detail = text;
    }
    return p;
  }

  Result<TrainedPrior> result() const {
    auto actor = average_.toMlp();
    if (!actor) return Error{ErrorCode::Internal, "training left the finite numbers: " + actor.error().message};
    auto policy = GaussianPolicy::create(*std::move(actor), static_cast<float>(settings_.logStdMin),
                                         static_cast<float>(settings_.logStdMax));
    if (!policy) return policy.error();
    TrainedPrior trained{{*std::move(policy), {}, {}, {}}, curve_};
    std::vector<Mlp> critics;
    for (const Net& target : targets_) {
      auto critic = target.toMlp();
      if (!critic) return Error{ErrorCode::Internal, "training left the finite numbers: " + critic.error().message};
      critics.push_back(*std::move(critic));
    }
    trained.policy.critics = Critics(std::move(critics));
    return trained;
  }

  Environment& world_;
  const SacSettings settings_;
  torch::Generator generator_;
  Random random_;
  const Tensor weights_;  ///< [features]
  Net actor_, average_;
  Net critics_[2], targets_[2];
  Adam actorAdam_;
  Adam criticAdams_[2];
  Replay replay_;
  std::vector<float> action_, observation_, next_, features_;
  struct Episode { double value, success; };
  std::deque<Episode> recent_;
  std::vector<CurvePoint> curve_;
  int step_ = 0, episodeStep_ = 0, episode_ = 0, nextPoint_ = 0;
  double episodeReturn_ = 0.0;
};

}  // namespace

Result<TrainedPrior> trainSac(Environment& world, const std::vector<double>& weights, const SacSettings& settings,
                              const ProgressCallback& progress) {
  if (static_cast<int>(weights.size()) != world.featureCount()) {
    return Error{ErrorCode::InvalidInput, "one weight a feature is needed"};
  }
  if (settings.steps <= settings.warmupSteps || settings.hidden < 1 || settings.batch < 1) {
    return Error{ErrorCode::InvalidInput, "training needs more steps than the warm-up of " +
                                              std::to_string(settings.warmupSteps)};
  }
  useOneThread();
  return Sac(world, weights, settings).run(progress);
}

}  // namespace nudge
