// What people should know of a synthetic teacher before it teaches.
#pragma once

#include <string>

#include "core/sim/task.h"

namespace nudge::cli {

/// Says on stderr when its delay is shorter than half a control step of this task, and so none.
void noteDelay(const std::string& teacher, const TaskSpec& task);

}  // namespace nudge::cli
