// What a policy does when nobody helps: the robot alone, over many fresh episodes.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/policy/policy.h"
#include "core/sim/task.h"

namespace nudge {

/// How some numbers are spread; quartiles by linear interpolation. All 0 when there are none.
struct Spread {
  double mean = 0.0, min = 0.0, q1 = 0.0, median = 0.0, q3 = 0.0, max = 0.0;
};
Spread spreadOf(std::vector<double> values);

struct EvaluatedEpisode {
  std::uint64_t seed = 0;
  int steps = 0;
  bool success = false, failure = false, diverged = false;
  double maxTilt_rad = 0.0;
  double priorReward = 0.0, teacherReward = 0.0;  ///< Σ (wᵀf + TaskSpec::stepReward) over the steps, undiscounted
};

/// One control step as it happened; the spans live until the callback returns.
struct EvaluatedStep {
  int episode = 0, step = 0;
  std::span<const float> observation, action, features;
};

struct EvaluationSettings {
  int episodes = 200;
  std::uint64_t seed =
      1;  ///< episode i (from 0) uses deriveSeed(seed, i) for its world, and a stream of that for its noise
  bool stochastic = true;  ///< sample the policy, as it was trained and is taught; false: tanh(μ)
  std::function<void(const EvaluatedStep&)> onStep;  ///< may be empty
  /// After each episode with the count done; false ends the run with Cancelled. May be empty.
  std::function<bool(int)> onEpisode;
};

struct Evaluation {
  std::vector<EvaluatedEpisode> episodes;
  std::int64_t steps = 0;
  double successRate = 0.0, failureRate = 0.0, divergedRate = 0.0;  ///< share of episodes
  Spread tilt_rad;                                ///< over episodes, of each one's largest tilt
  std::vector<Spread> features;                   ///< [features], over all steps
  double priorReward = 0.0, teacherReward = 0.0;  ///< means over episodes
  double seconds = 0.0;                           ///< wall time
};

/// InvalidInput unless the policy was made for this task (Policy::info "task", when said) and has its sizes.
Status checkPolicyFits(const Policy& policy, const TaskSpec& spec);

/// Runs whole episodes; an episode of diverged physics ends there and counts as neither success nor failure.
/// InvalidInput: the policy does not fit or gives NaN, no episodes. Cancelled. Same input, same figures.
Result<Evaluation> evaluatePolicy(Task& task, Policy policy, const EvaluationSettings& settings);

}  // namespace nudge
