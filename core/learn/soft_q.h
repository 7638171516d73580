// Soft Q-learning over named choices with a fixed temperature: how priors and the synthetic teacher's policies
// of discrete tasks come into being. The policy is softmax(Q/α); an ensemble averages the Q of networks that
// learned apart, which takes out most of what one network happens to think.
#pragma once

#include "core/learn/environment.h"
#include "core/learn/learn.h"

namespace nudge {

/// Soft Q-learning from nothing on r = wᵀf(s,a) + the world's stepReward in any world with choices. weights [features]. Repeats exactly
/// for a seed on one machine. Errors: InvalidInput (sizes, a continuous world), Cancelled, Internal (numbers
/// left the finite range).
Result<TrainedPrior> trainSoftQ(Environment& world, const std::vector<double>& weights, const SoftQSettings& settings,
                                const ProgressCallback& progress);

}  // namespace nudge
