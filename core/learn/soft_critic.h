// One update of soft Q-learning over named choices, for priors from nothing and for residual learning alike:
// soft Q-learning is residual soft Q-learning without a prior (ω' = 0). Internal to core/learn.
//
//   y = r + (1 − done) γ α log Σ_a' exp((Q̄(s',a') + ω' log π₀(a'|s'))/α),   loss = Huber(Q(s,a) − y)
//
// (Haarnoja et al. 2017 without a sampler, as the choices can be summed; mereq.md section 4). Targets and the
// weights that are kept in the end are moving averages.
#pragma once

#include "core/learn/nets.h"

namespace nudge::learn {

struct SoftCriticSettings {
  double discount = 0.8;
  double targetRate = 0.02;  ///< weight of the newest network in the target
  double alpha = 0.05;       ///< α, α̂ in residual learning
  double average = 0.001;    ///< weight of the newest network in the average that is kept
};

/// A batch of transitions. observation, next [batch, observation]; action (the choice's index), reward, done
/// [batch]; priorNext [batch, choices + 1]: log π_τ(·|s'), then α̂ log Z(s') (soft_value.h), undefined for none.
struct ChoiceBatch {
  Tensor observation, action, reward, next, done, priorNext;
};

/// Loss and its gradient with respect to q [batch, choices], 0 but for the choices taken.
struct TemporalDifference {
  double loss = 0.0;
  Tensor gradient;
};
TemporalDifference huber(const Tensor& q, const Tensor& action, const Tensor& target);

/// y [batch] for the values nextQ [batch, choices] of the target network.
Tensor softTargets(const Tensor& nextQ, const ChoiceBatch& batch, double discount, double alpha);

class SoftCritic {
 public:
  /// Takes over a network [observation] → [choices] as it is; target and average start as copies.
  SoftCritic(const Net& network, const SoftCriticSettings& settings);

  /// Returns the loss.
  double update(const ChoiceBatch& batch, double learningRate);

  const Net& network() const { return network_; }
  /// The averaged network. Internal when numbers left the finite range.
  Result<Mlp> averaged() const;

 private:
  SoftCriticSettings settings_;
  Net network_, target_, average_;
  Adam adam_;
  Activations kept_, targetKept_;
};

}  // namespace nudge::learn
