// Erasing (after the task of that name in arXiv 2406.16258, whose details are not published): an arm rubs a mark
// off a whiteboard. The prior saves force and presses only as much as the ink needs; the teacher wants a firm
// contact, in a band of force.
#pragma once

#include <memory>
#include <string>

#include "core/control/tool_controller.h"
#include "core/sim/task.h"

namespace nudge {

/// The built-in world.
const std::string& erasingMjcf();
/// The controller that moves its tool: workspace, speed limit, the eraser parallel to the board.
ToolControllerSettings erasingController();
/// A world from MJCF text with the built-in one's names. Corrupt if the text does not compile or lacks a part.
Result<std::unique_ptr<Task>> makeErasingTask(const std::string& mjcf);

}  // namespace nudge
