// One update of a soft actor-critic, for priors from nothing and for residual learning alike: SAC is
// residual SAC without a prior (ω' = 0). Internal to core/learn.
//
//   y         = r + (1 − done) γ ( min Q̄(s',a') + E[ω' log π₀ − α log π](s') ),  a' ~ π
//   critics   : (Q(s,a) − y)²
//
// A critic may hold several values, whose weighted sum is Q: each has its own reward and its own y, the smaller Q̄ is that
// of the sum, and the expectation belongs to the last of them.
//
//   actor     : maximise min Q(s,a) + E[ω' log π₀ − α log π](s),                a ~ π
//
// with the expectation in closed form, E[ω' log π₀ − α log π] = −ω' KL(N ‖ N₀) + (α − ω') H(π)
// (mereq.md section 4, spike-learning.md sections 2 and 4).
#pragma once

#include "core/learn/squashed_gaussian.h"

namespace nudge::learn {

struct ActorCriticSettings {
  double discount = 0.97;
  double targetRate = 0.005;
  double alpha = 0.02;       ///< α, α̂ in residual learning
  double omega = 0.0;        ///< ω'; 0 without a prior
  GaussianHead head;
  double actorAverage = 0.002;  ///< weight of the newest actor in the average
  double unit = 1.0;         ///< critics hold their values times this: 1 − γ keeps sums of features in the features' range
};

/// A batch of transitions. observation, next [batch, observation], action [batch, action], rewards [batch, values],
/// done [batch, 1]; prior, priorNext [batch, 2·action] as drawSamples() wants them.
struct Batch {
  Tensor observation, action, rewards, next, done;
  Tensor prior, priorNext;  ///< undefined for none
};

/// Gradient [batch, 2·action] by the actor's output of its loss, the mean over the batch of
/// (α − ω')·log π(a|s) + ω'·KL(N ‖ N₀) − min_j Q_j(s,a), for the actions `own` that it drew for observation
/// [batch, observation], with their prior as in Batch. Q_j is the sum of the critics' values by `worth` [values]; of
/// `settings` α and ω' count. `kept` is overwritten.
Tensor actorGradient(const Net (&critics)[2], Activations (&kept)[2], const Tensor& observation, const Samples& own,
                     const Tensor& prior, const Tensor& worth, const ActorCriticSettings& settings);

enum class Learns { All, Critics };

class ActorCritic {
 public:
  /// Takes over the networks as they are; the targets start as copies.
  ActorCritic(Net actor, Net critic1, Net critic2, const ActorCriticSettings& settings, std::uint64_t seed);

  /// weights [values]: what each value is worth. Learns::Critics leaves the actor as it is.
  void update(const Batch& batch, const Tensor& weights, double learningRate, Learns learns = Learns::All);
  /// One sampled action of the newest actor, [action].
  void act(std::span<const float> observation, std::span<float> action);

  /// The averaged actor and the target critics.
  Result<GaussianPolicy> averagedActor() const;
  Result<Critics> targetCritics() const;
  const Net& actor() const { return actor_; }

 private:
  Samples samples(const Tensor& output, const Tensor& prior) {
    return drawSamples(output, prior, settings_.head, random_);
  }
  ActorCriticSettings settings_;
  Random random_;
  Net actor_, average_;
  Net critics_[2], targets_[2];
  Adam actorAdam_, criticAdams_[2];
  Activations actorKept_, criticKept_[2];
};

}  // namespace nudge::learn
