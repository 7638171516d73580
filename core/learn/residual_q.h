// Residual Q-Learning (Li et al. 2023; mereq.md section 4): moves a policy by a residual reward θᵀf that is
// added to a reward nobody needs to know. Two kinds behind one face: residual SAC for continuous actions
// (residual_sac.cpp) and residual soft Q-learning for named choices (residual_soft_q.cpp).
//
// The first update starts from an exact copy of the prior, so the first policy *is* the prior; later ones continue from
// the policy and the critics of the version before. What the prior says of a state is worked out once a transition and
// kept in the replay, because it never changes. Rewards are not kept: features are.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/learn/learn.h"

namespace nudge {

/// One transition, borrowed for the call.
struct Transition {
  std::span<const float> observation, action, features, next;
  bool terminated = false;  ///< the clock is no termination
};

/// Transitions, one after the other: observation, next [rows, observation], action [rows, action], features [rows, features],
/// done [rows].
struct TransitionRows {
  std::vector<float> observation, action, features, next, done;
};

/// Used by one thread.
class ResidualLearner {
 public:
  virtual ~ResidualLearner() = default;
  virtual void add(const Transition& transition) = 0;
  virtual std::int64_t transitions() const = 0;
  /// Whether it knows already what actions lead to, from the version that it started from; or has no need to.
  virtual bool foresees() const = 0;
  /// `updates` steps that teach it so from the experience, while the policy stays. keepGoing as in train().
  virtual void foresee(int updates, const std::function<bool()>& keepGoing) = 0;
  /// `updates` steps under θ [features]. keepGoing is asked every 50; false stops early.
  virtual void train(std::span<const double> theta, int updates, const std::function<bool()>& keepGoing) = 0;
  /// The policy now, with Q_R, and the critics and info of `current`. Internal when numbers left the finite range.
  virtual Result<Policy> policy() const = 0;
  /// All of them, for whoever learns more from the same experience.
  virtual TransitionRows experience() const = 0;
};

/// Every transition of an episode whose end is known; the step that is still under way is left out.
void addEpisode(ResidualLearner& learner, const LessonEpisode& episode);

/// The kind that the prior's actor asks for. InvalidInput when prior and current do not fit each other.
Result<std::unique_ptr<ResidualLearner>> makeResidualLearner(const Policy& prior, const Policy& current,
                                                             int featureCount, const MereqSettings& settings);

}  // namespace nudge
