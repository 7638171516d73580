// What the teacher wants beyond the prior: the gradient of maximum-entropy inverse reinforcement learning in
// its residual form, ∇θ = f̄_demo − E_π̂[f] (mereq.md section 3), estimated as paired differences.
//
// Every demonstrated segment is imagined again from its own first state and for as many steps, by the
// stochastic policy of the moment. Both means are then over comparable states, and what start states differ
// in cancels. Expert segments of all rounds count: what a teacher did stays right. With `memory` under 1 older
// ones count less: they begin where the policy of their round went wrong, where a later one may no longer come.
// Good segments count with κ_good and only from the newest round: they are the robot's own steps and say nothing
// against a later policy.
#pragma once

#include <algorithm>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "core/learn/learn.h"
#include "core/learn/residual_q.h"
#include "core/learn/successor_features.h"

namespace nudge {

/// One demonstrated segment. Points into the lesson it was made from.
struct Demonstration {
  const LessonEpisode* episode = nullptr;
  int begin = 0, end = 0;  ///< steps of the episode
  bool expert = true;      ///< what the teacher did; else what the teacher let pass
  double weight = 1.0;     ///< of one step, over 0: 1 in the newest round that was taught, `memory` in the one before …; κ_good for good
  std::vector<double> meant = {};  ///< [steps] how likely each action was no slip, 0 … 1 (slips.h); empty: none was one
  /// What the step `at` of the episode counts beside the others.
  double meantAt(int at) const { return meant.empty() ? 1.0 : meant[static_cast<std::size_t>(at - begin)]; }
};

/// The demonstrations to imagine: the newest expert segments, and the newest round's good ones, not more than
/// `settings.imaginedSteps` steps of each kind.
std::vector<Demonstration> demonstrations(std::span<const LessonEpisode> lesson, const MereqSettings& settings);

/// About a second of a demonstration beside the same second imagined.
struct Difference {
  std::int64_t episode = 0;
  double weight = 0.0;  ///< steps times the weight of one
  std::vector<double> demonstrated, imagined;  ///< feature means, [features]
};

/// A gradient with the half width of its 95 % interval, [features] each.
struct Gradient {
  std::vector<double> value, halfWidth;
  std::vector<double> demonstrated, imagined;  ///< weighted means; their difference is `value` but for odd episodes
  std::vector<double> curvature;  ///< −∂value/∂θ, [features · features]: how `value` falls as the policy follows θ; empty: unknown
};

/// The weighted mean of the differences. An episode that stands apart as a whole is pulled to the others, so that a single
/// odd one cannot turn θ. The interval takes whole episodes as independent where they say as much as three equal ones;
/// else it takes the single differences, which is too sure of itself but lets a first lesson count.
Gradient pairedGradient(std::span<const Difference> differences);

/// What both gradients say, [features]: 0 where their signs differ, else the smaller one with its interval. The noise
/// that a policy explores with is nobody's wish: a teacher whose hand is calmer than the sampled policy, but not calmer
/// than its mode, has not said that the robot moves too much.
Gradient agreed(Gradient sampled, const Gradient& noiseless);

/// With the interval of another confidence (0 … 1) than 95 %, for a normal distribution.
Gradient believed(Gradient gradient, double confidence);

/// How the means that a policy over continuous actions brings about follow θ, [features · features]: to first order, for a
/// policy ∝ exp(Q/α̂), E_s[ Cov_{a~π̂}[ψ(s,a)] ] / ((1−γ)² α̂) over the demonstrated states (policy gradient theorem). It is the
/// curvature of the moments' gradient.
std::vector<double> response(std::span<const Demonstration> demonstrations, SuccessorFeatures& psi, const Actor& policy,
                             const MereqSettings& settings);

/// The gradient of the likelihood of what the teacher did in the expert segments (successor_features.h), per step and
/// times (1−γ) α̂, so that it is a mean difference in the range of the features; with odd episodes pulled in and an interval
/// as above. Good segments are left out: they are the robot's own choices.
Gradient likelihoodGradient(std::span<const Demonstration> demonstrations, SuccessorFeatures& psi, const Actor& policy,
                            const MereqSettings& settings);

/// How hard θ is pulled to 0: in proportion to its size, and by a constant amount, which leaves at exactly 0 what the
/// demonstrations hardly speak of.
struct Pull {
  double l2 = 0.0, l1 = 0.0;
};

/// How far a step of ascent goes along an axis of the curvature, λ: `rate` times the gradient, but no further than `relaxation`
/// times what makes the gradient 0 there, 1/λ. Beyond 2 steps back and forth would grow; 1 is Newton's own.
struct Stride {
  double rate = std::numeric_limits<double>::infinity();
  double relaxation = 1.0;
  double along(double lambda) const { return std::min(rate, relaxation / std::max(lambda, 1e-9)); }
};

/// One step of ascent with a pull to 0: G = g − l2·θ − l1·sign θ, where a weight of 0 stays as long as |g| ≤ l1. Moved only
/// where |G| exceeds the half width. A weight that would turn round stops at 0 (as in OWL-QN, Andrew and Gao 2007): there the
/// next step asks anew. Returns true when something moved.
bool moveTheta(std::span<double> theta, const Gradient& gradient, const Stride& stride, const Pull& pull);

/// What became of an imagined episode.
struct Rollout {
  int steps = 0;
  bool success = false, diverged = false;
};

/// Which action of its distribution a policy takes.
enum class Draw { Sample, Mode };

/// Runs the policy from `state` for up to `steps`; every transition goes to `seen`.
/// InvalidInput: the state is of another world.
Result<Rollout> imagine(Task& task, Actor& policy, std::span<const double> state, int steps, Random& random,
                        const std::function<void(const Transition&)>& seen, Draw draw = Draw::Sample);

/// Imagines the demonstrations of one episode from the episode's own start, as a whole: the paper's means, paired.
Status compareEpisode(Task& task, Actor& policy, std::span<const Demonstration> demonstrations, Random& random,
                      const std::function<void(const Transition&)>& seen, std::vector<Difference>& differences,
                      Draw draw = Draw::Sample);

/// Imagines a demonstration again and appends its differences.
Status compare(Task& task, Actor& policy, const Demonstration& demonstration, Random& random,
               const std::function<void(const Transition&)>& seen, std::vector<Difference>& differences,
               Draw draw = Draw::Sample);

}  // namespace nudge
