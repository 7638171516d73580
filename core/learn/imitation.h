// Behaviour cloning: moves an actor toward actions that somebody took. What the baselines share.
#pragma once

#include <functional>
#include <vector>

#include "core/learn/learn.h"

namespace nudge {

/// Steps to imitate, borrowed, and their share of every batch.
struct ImitationPool {
  std::vector<const Step*> steps;
  double share = 1.0;
};

struct ImitationSettings {
  std::uint64_t seed = 1;
  int updates = 1'500;
  int batch = 128;
  double learningRate = 5e-4;
  double average = 0.01;  ///< weight of the newest network in the moving average that is kept
};

/// Minimises −log π(a|s) from `start` on: for a squashed Gaussian over both μ and log σ, with |a| held under .99 where
/// the inverse of tanh explodes; for a deterministic policy the squared distance of μ; for choices the cross-entropy of the logits, each network of the policy being moved.
/// keepGoing is asked every 50 updates; false stops early. InvalidInput: no steps. Internal: numbers left the finite
/// range.
Result<Actor> imitate(const Actor& start, const std::vector<ImitationPool>& pools, const ImitationSettings& settings,
                      const std::function<bool()>& keepGoing);

/// Mean −log π(a|s), for the tests and for reports.
double imitationLoss(Actor actor, const std::vector<const Step*>& steps);

/// The steps that count as expert, and those that the robot drove and nobody excluded.
std::vector<const Step*> expertSteps(const MereqInput& input);
std::vector<const Step*> robotSteps(const MereqInput& input);

/// What a method imitates of a lesson; the first pool holds the teacher's steps.
using Selection = std::function<std::vector<ImitationPool>(const MereqInput&)>;

/// One update of a method that imitates, from `start` on, with as many gradient steps as a MEReQ update takes. θ stays.
/// NothingToCorrect while the first pool is empty. Errors as learn().
Result<MereqResult> imitationUpdate(const MereqInput& input, const MereqSettings& settings,
                                    const ProgressCallback& progress, const Policy& start, double learningRate,
                                    const Selection& selection);

}  // namespace nudge
