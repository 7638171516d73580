// Soft actor-critic (Haarnoja et al. 2018) with twin critics and a fixed temperature: how priors and the
// synthetic teacher's policies come into being.
#pragma once

#include "core/learn/environment.h"
#include "core/learn/learn.h"

namespace nudge {

/// SAC from nothing on r = wᵀf(s,a) + the world's stepReward in any world. weights [features]. Repeats exactly for a seed on one
/// machine. Errors: InvalidInput (sizes), Cancelled, Internal (numbers left the finite range).
Result<TrainedPrior> trainSac(Environment& world, const std::vector<double>& weights, const SacSettings& settings,
                              const ProgressCallback& progress);

}  // namespace nudge
