// A small world for tests of the window: a tool that floats over a table beside a red box.
#pragma once

#include <memory>

#include "core/sim/task.h"

namespace nudge::test {

/// State: time, the tool's position p_WT (3), its velocity (3). Cameras: "front" (looks along +y at the
/// origin, 1 m away, level), "tilted" (rolled by 20°) and "top".
std::unique_ptr<Task> makeBoxTask();

}  // namespace nudge::test
