// What the teacher wants beyond the prior: the gradient of maximum-entropy inverse reinforcement learning in
// its residual form, ∇θ = f̄_demo − E_π̂[f] (mereq.md section 3), estimated as paired differences.
//
// Every demonstrated segment is imagined again from its own first state and for as many steps, by the
// stochastic policy of the moment. Both means are then over comparable states, and what start states differ
// in cancels. Expert segments of all rounds count: what a teacher did stays right. Good segments count with
// κ_good and only from the newest round: they are the robot's own steps and say nothing against a later policy.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/learn/learn.h"
#include "core/learn/residual_q.h"

namespace nudge {

/// One demonstrated segment. References stay valid as long as the lesson they were made from.
struct Demonstration {
  const std::vector<double>* state = nullptr;  ///< the world before its first step
  int steps = 0;
  double weight = 1.0;                         ///< of one step: 1 for expert, κ_good for good
  std::int64_t episode = 0;
  std::vector<double> features;                ///< mean over its steps, [features]
};

/// The demonstrations to imagine: the newest expert segments, and the newest round's good ones, not more than
/// `settings.imaginedSteps` steps of each kind.
std::vector<Demonstration> demonstrations(std::span<const LessonEpisode> lesson, const MereqSettings& settings);

/// A gradient with the half width of its 95 % interval, [features] each.
struct Gradient {
  std::vector<double> value, halfWidth;
  std::vector<double> demonstrated, imagined;  ///< weighted means it is the difference of
};

/// differences[i] = demonstrated − imagined feature means of demonstration i, [features]. Units are episodes,
/// because steps of one episode are alike; one that stands apart is pulled to the others, so that a single
/// odd episode cannot turn θ.
Gradient pairedGradient(std::span<const Demonstration> demos, std::span<const std::vector<double>> differences);

/// One step of ascent with a pull to 0: G = g − l2·θ, moved only where |G| exceeds the half width.
/// Returns true when something moved.
bool moveTheta(std::span<double> theta, const Gradient& gradient, double rate, double l2);

/// Runs the stochastic policy from `state`. Feature means [features] of the steps; each transition goes to `seen`.
struct Rollout {
  std::vector<double> features;
  int steps = 0;
  bool success = false, diverged = false;
};
Result<Rollout> imagine(Task& task, GaussianPolicy& policy, std::span<const double> state, int steps, Random& random,
                        const std::function<void(const Transition&)>& seen);

}  // namespace nudge
