// A task without compiling: a folder with an MJCF and a task.toml that says what the robot sees, does and is
// judged by. resources/docs/manual/own-task.md builds one step by step.
#pragma once

#include <memory>
#include <string>

#include "core/sim/folder/toml.h"
#include "core/sim/task.h"

namespace nudge {

/// Is this a folder with a task.toml?
bool isTaskFolder(const std::string& path);

/// A world from a task's folder, or from the text that a lesson keeps of one (Task::mjcf()). Null with
/// problems, all that were found.
std::unique_ptr<Task> makeFolderTask(const std::string& folderOrText, Problems& problems);
/// The same with the first problem as error; InvalidInput, NotFound if there is no such folder.
Result<std::unique_ptr<Task>> makeFolderTask(const std::string& folderOrText);

/// A task's folder by its absolute path, which holds wherever a program runs; anything else as it is.
std::string absoluteTask(const std::string& idOrFolder);

/// False of a folder's task without any [[success]]. `mjcf` is Task::mjcf().
bool canSucceed(const std::string& mjcf);

/// What makeTask() takes for a lesson that keeps `mjcf`: its own copy of a folder's task, else the id.
const std::string& taskOfLesson(const std::string& id, const std::string& mjcf);
/// The folder that a lesson's text came from; empty for built-in tasks.
std::string folderOfLesson(const std::string& mjcf);
/// For people: that this folder is not as it was when the lesson began. Empty if it is, or was never needed.
std::string folderRemark(const std::string& mjcf);

}  // namespace nudge
