// Where the policies that come with a task lie.
#pragma once

#include <filesystem>
#include <string>

namespace nudge {

/// The file of a task's policy, there or not: resources/priors/<task>-<kind>.safetensors for a built-in task's id;
/// priors/<kind>.safetensors of a task's own folder, whose path has a slash (absoluteTask() gives it one). Empty if `task` is neither a plain name
/// nor a folder with a task.toml, or `kind` no plain name: names become part of a path.
std::filesystem::path policyPath(const std::string& task, const std::string& kind);

}  // namespace nudge
