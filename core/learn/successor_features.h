// Soft successor features: what the features will come to after an action, under the policy of the moment.
//
//   ψ(s,a) = (1−γ) f(s,a) + γ E_{s', a'~π̂}[ ψ(s',a') ]     (0 after a termination)
//
// Q_R under fixed π̂ is θᵀψ / (1−γ) plus what θ does not touch, so ∂Q_R/∂θ = ψ/(1−γ), and by the envelope theorem
// that holds for the soft optimal Q_R of θ as well when π̂ is its policy. The log-likelihood of an action is
// log π̂(a|s) = (Q_R(s,a) + ω' log π(a|s))/α̂ − log Σ…, therefore
//
//   ∂ log π̂(a|s) / ∂θ = ( ψ(s,a) − E_{a'~π̂(·|s)}[ ψ(s,a') ] ) / ((1−γ) α̂).
//
// The factor 1−γ keeps ψ in the range of the features, whatever γ is. For continuous actions ψ is in the critics of
// residual SAC; for choices it is learned by temporal differences from the same experience as Q_R, a small network with
// a target copy.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/learn/residual_q.h"

namespace nudge {

struct SuccessorSettings {
  std::uint64_t seed = 1;
  double discount = 0.97;
  int hidden = 64;
  int batch = 128;
  double learningRate = 1e-3;
  double targetRate = 0.01;
  int samples = 16;  ///< actions drawn for E_{a'~π̂}[ψ(s,a')]; choices are summed exactly
};

/// A step that somebody took, beside what the policy would have done there; [features] each.
struct ActionContrast {
  std::vector<double> taken;     ///< ψ(s,a)
  std::vector<double> expected;  ///< E_{a'~π̂}[ψ(s,a')]
  std::vector<double> mode;      ///< ψ of the policy's likeliest action; empty for named choices
  std::vector<double> spread;    ///< Cov_{a'~π̂}[ψ(s,a')], [features · features]
};

/// One thread.
class SuccessorFeatures {
 public:
  /// For choices: a network of its own, for actors of the size of `actor`.
  SuccessorFeatures(const Actor& actor, int featureCount, const SuccessorSettings& settings);
  /// For continuous actions, from critics that hold them already (residual_sac.cpp). They are not trained further.
  SuccessorFeatures(const Critics& critics, int featureCount, const SuccessorSettings& settings);
  SuccessorFeatures(SuccessorFeatures&&) noexcept;
  ~SuccessorFeatures();

  /// `updates` temporal-difference steps on rows of `experience`, with a' from `actor`. keepGoing is asked every 50.
  void train(const ResidualLearner& experience, const Actor& actor, int updates, const std::function<bool()>& keepGoing);
  /// observation [steps, observation], action [steps, action].
  std::vector<ActionContrast> contrast(std::span<const float> observation, std::span<const float> action, const Actor& actor);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nudge
