// What actions lead to under a policy, learned ahead of any lesson: the successor features in its residual critics
// (residual_sac.cpp). They do not depend on what anybody wants, so the first update finds them ready.
#pragma once

#include <string>

#include "core/learn/learn.h"

namespace nudge {

struct ForesightSettings {
  std::uint64_t seed = 1;
  int steps = 30'000;     ///< control steps of experience
  int updates = 15'000;   ///< of the critics
  double disturbed = 0.5; ///< share of the episodes in which random actions, each held for about half a second, interrupt the policy
};

/// The policy with residual critics that know its task's features; its actor stays as it is. InvalidInput: the policy does
/// not fit the task, chooses among named actions (nothing to prepare there) or says no densities; NotFound (task);
/// Cancelled; Internal (numbers left the finite range).
Result<Policy> withForesight(const std::string& taskId, const Policy& policy, const ForesightSettings& settings,
                             const ProgressCallback& progress);
Result<Policy> withForesight(std::unique_ptr<Task> task, const Policy& policy, const ForesightSettings& settings,
                             const ProgressCallback& progress);

}  // namespace nudge
