// One MJCF document out of a file and all it includes, with the files it names; refuses what no computer
// could hold before MuJoCo tries.
#pragma once

#include <filesystem>
#include <optional>

#include "core/sim/folder/task_source.h"

namespace nudge {

/// Fills `mjcf`, `files` and `origins` of `source` from `folder`/`model`. False with problems.
bool readMjcf(const std::filesystem::path& folder, const std::string& model, TaskSource& source,
              Problems& problems);
/// The same limits for a text that a lesson keeps, which includes nothing. `name` is how people know it.
bool checkMjcf(const std::string& text, const std::string& name, Problems& problems);

}  // namespace nudge
