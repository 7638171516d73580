// Bottle pushing (mereq.md, section 6, after arXiv 2406.16258): an arm with a rod pushes a wine bottle to a
// goal on the table. The prior does not care how high it pushes; the teacher wants it low, where the bottle
// does not wobble.
#pragma once

#include <memory>
#include <string>

#include "core/control/tool_controller.h"
#include "core/sim/task.h"

namespace nudge {

/// The built-in world.
const std::string& bottleMjcf();
/// The controller that moves its tool: workspace, speed limit, the rod's held orientation.
ToolControllerSettings bottleController();
/// A world from MJCF text with the built-in one's names. Corrupt if the text does not
/// compile or lacks a part.
Result<std::unique_ptr<Task>> makeBottleTask(const std::string& mjcf);

}  // namespace nudge
