// What training from nothing shares, whatever the algorithm: a world run episode after episode into a replay. Internal to
// core/learn, because it includes torch.
#pragma once

#include "core/learn/environment.h"
#include "core/learn/nets.h"
#include "core/learn/training_curve.h"

namespace nudge::learn {

class Practice {
 public:
  /// weights [features]: of the reward. replay: transitions that are kept, at most.
  Practice(Environment& world, const std::vector<double>& weights, int replay, std::uint64_t seed)
      : world_(world),
        weights_(weights.begin(), weights.end()),
        seed_(seed),
        replay_(replay, {world.observationSize(), world.actionSize(), world.featureCount(), world.observationSize(), 1}),
        observation_(static_cast<std::size_t>(world.observationSize())),
        next_(observation_),
        features_(weights.size()) {
    startEpisode();
  }

  const std::vector<float>& observation() const { return observation_; }
  bool episodeStarts() const { return episodeStep_ == 0; }

  /// One step of the world into the replay; ended episodes go into the curve. False when the physics diverged.
  bool step(std::span<const float> action, TrainingCurve& curve) {
    const StepOutcome outcome = world_.step(action);
    if (outcome.diverged) return false;
    world_.observe(next_);
    world_.features(features_);
    // The time limit is no termination: the value of the last state is bootstrapped.
    const float done = outcome.terminated ? 1.0f : 0.0f;
    replay_.add({observation_, action, features_, next_, {&done, 1}});
    observation_ = next_;
    ++steps_;
    episodeReturn_ += world_.stepReward();
    for (std::size_t i = 0; i < features_.size(); ++i) episodeReturn_ += features_[i] * weights_[i];
    if (++episodeStep_ >= world_.episodeSteps() || outcome.terminated) {
      curve.add(steps_, episodeReturn_, world_.success());
      startEpisode();
    }
    return true;
  }

  /// Rows drawn with replacement: observation, action, features, next observation, done; [count, width] each.
  const std::vector<Tensor>& sample(std::int64_t count, Random& random) {
    replay_.sample(count, random, columns_);
    return columns_;
  }
  /// Of the rows drawn last, [count].
  Tensor reward() const { return columns_[2].mv(toTensor(weights_)) + world_.stepReward(); }

 private:
  void startEpisode() {
    world_.reset(deriveSeed(seed_, 1000 + episode_++));
    world_.observe(observation_);
    episodeStep_ = 0;
    episodeReturn_ = 0.0;
  }

  Environment& world_;
  const std::vector<float> weights_;
  const std::uint64_t seed_;
  Replay replay_;
  std::vector<Tensor> columns_;
  std::vector<float> observation_, next_, features_;
  std::uint64_t episode_ = 0;
  int steps_ = 0, episodeStep_ = 0;
  double episodeReturn_ = 0.0;
};

}  // namespace nudge::learn
