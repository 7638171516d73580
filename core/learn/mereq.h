// MEReQ on a world that need not be one of the built-in tasks, for tests; mereqUpdate() of learn.h makes its own.
#pragma once

#include "core/learn/learn.h"

namespace nudge {

/// As mereqUpdate() of learn.h. What MaxEnt changes of it: omegaPrime = 0 drops the prior from the objective, so that θ
/// is the whole reward; baseTaskTolerance = 1 leaves out the check of the base task.
Result<MereqResult> mereqUpdate(std::unique_ptr<Task> task, const MereqInput& input, const MereqSettings& settings,
                                const ProgressCallback& progress);

}  // namespace nudge
