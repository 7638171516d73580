// Residual Q-Learning for continuous actions (Li et al. 2023; mereq.md section 4): moves a policy by a
// residual reward θᵀf that is added to a reward nobody needs to know.
//
// The first update starts from an exact copy of the prior with Q_R = 0, so the first policy *is* the prior;
// later ones continue from the policy and Q_R of the version before. The prior's (μ, log σ) are worked out
// once a transition and kept in the replay, because they never change. Rewards are not kept: features are.
#pragma once

#include <memory>

#include "core/learn/learn.h"

namespace nudge {

/// One transition, borrowed for the call.
struct Transition {
  std::span<const float> observation, action, features, next;
  bool terminated = false;  ///< the clock is no termination
};

/// Used by one thread.
class ResidualLearner {
 public:
  /// InvalidInput when prior and current do not fit each other.
  static Result<ResidualLearner> create(const Policy& prior, const Policy& current, int featureCount,
                                        const MereqSettings& settings);
  ResidualLearner(ResidualLearner&&) noexcept;
  ResidualLearner& operator=(ResidualLearner&&) noexcept;
  ~ResidualLearner();

  void add(const Transition& transition);
  std::int64_t transitions() const;
  /// `updates` steps of residual SAC under θ [features]. keepGoing is asked every 50; false stops early.
  void train(std::span<const double> theta, int updates, const std::function<bool()>& keepGoing);
  /// The policy now, with Q_R, and the critics and info of `current`. Internal when numbers left the finite range.
  Result<Policy> policy() const;

 private:
  struct Impl;
  explicit ResidualLearner(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace nudge
