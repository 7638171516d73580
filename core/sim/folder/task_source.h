// What a task's folder says, as one value: the text of task.toml, one MJCF text with every include in its
// place, and the files that it names. A lesson keeps all of it as one text, so that it opens when the folder
// is gone.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/sim/folder/toml.h"
#include "core/sim/model.h"

namespace nudge {

/// Where an element of `mjcf` came from.
struct MjcfOrigin {
  std::string file;
  int line = 0;
};

struct TaskSource {
  std::string folder;  ///< absolute; of a text: where it was
  std::string toml;    ///< text of task.toml
  std::string mjcf;    ///< includes resolved, files under plain names
  std::vector<ModelFile> files;
  std::vector<MjcfOrigin> origins;  ///< of each element, in the order of the document; empty if not known
};

inline constexpr const char* kTaskFile = "task.toml";

/// Reads a folder. Nothing comes back without problems being said. Limits: task.toml 1 MB, MJCF 16 MB and
/// 20,000 elements, 64 files an MJCF is made of, files 64 MB; numbers up to 1e10.
std::optional<TaskSource> readTaskFolder(const std::string& folder, Problems& problems);

/// Everything as one MJCF text, with what is not MuJoCo's in <custom>.
std::string sourceText(const TaskSource& source);
/// Does the text come from sourceText()? Cheap.
bool isSourceText(const std::string& text);
std::optional<TaskSource> readSourceText(const std::string& text, Problems& problems);
/// The text without the folder's place: equal for equal tasks, wherever they lie.
std::string withoutFolder(const std::string& text);

/// MuJoCo's message with "line 12" of `source.mjcf` as a problem in the file that the line came from.
Problem compileProblem(const TaskSource& source, const std::string& message);

}  // namespace nudge
