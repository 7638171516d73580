#include <mujoco/mujoco.h>

#include "core/sim/folder/folder_task.h"
#include "core/sim/folder/task_source.h"
#include "core/sim/task.h"
#include "core/sim/tasks/bottle/bottle_task.h"
#include "core/sim/tasks/erasing/erasing_task.h"
#include "core/sim/tasks/highway/highway_task.h"
#include "core/sim/tasks/pillow/pillow_task.h"

namespace nudge {

std::vector<std::string> taskIds() { return {"bottle", "highway", "erasing", "pillow"}; }

Result<std::unique_ptr<Task>> makeTask(const std::string& id) {
  if (id == "bottle") return makeBottleTask(bottleMjcf());
  if (id == "erasing") return makeErasingTask(erasingMjcf());
  if (id == "pillow") return makePillowTask(pillowMjcf());
  if (id == "highway") return makeHighwayTask(highwayMjcf());
  if (isTaskFolder(id) || isSourceText(id)) return makeFolderTask(id);
  std::string known;
  for (const auto& name : taskIds()) known += (known.empty() ? "" : ", ") + name;
  return Error{ErrorCode::NotFound, "there is no task '" + id.substr(0, 200) + "'; known tasks: " + known +
                                       ", or a folder with a task.toml"};
}

std::string mujocoVersion() { return mj_versionString(); }

}  // namespace nudge
