// Pillow grasping (after the task of that name in arXiv 2406.16258, whose details are not published): an arm with a
// two-finger gripper grasps a soft pillow and lifts it. The prior does not care where it grasps; the teacher wants
// the pillow's middle, where it hangs level.
#pragma once

#include <memory>
#include <string>

#include "core/control/tool_controller.h"
#include "core/sim/task.h"

namespace nudge {

/// The built-in world.
const std::string& pillowMjcf();
/// The controller that moves its gripper: workspace, speed limit, fingers down.
ToolControllerSettings pillowController();
/// A world from MJCF text with the built-in one's names. Corrupt if the text does not compile or lacks a part.
Result<std::unique_ptr<Task>> makePillowTask(const std::string& mjcf);

}  // namespace nudge
