// A task's side of an exported policy's contract.
#pragma once

#include "core/base/result.h"
#include "core/policy/package/package.h"
#include "core/sim/task.h"

namespace nudge {

/// What a policy for this task promises: quantities, scales, features, rate, and the hash of the model. No
/// version, no θ and no lineage yet. Observations and actions are in the world frame in every task.
PackageContract contractFor(const Task& task);

/// InvalidInput when a package was made for another task or for other quantities: says the first difference.
Status checkContractFits(const PackageContract& contract, const TaskSpec& spec);

}  // namespace nudge
