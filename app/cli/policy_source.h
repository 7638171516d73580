// Where a command's POLICY comes from.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/policy/package/package.h"
#include "core/policy/policy.h"
#include "core/sim/task.h"

namespace nudge::cli {

inline constexpr const char* kPolicyHelp =
    "prior, teacher (those that come with Nudge), a session file (with --version), an exported folder, "
    "or a .safetensors file";

struct PolicySource {
  Policy policy;
  std::vector<std::uint8_t> weights;
  std::string name;                         ///< as given
  std::string kind;                         ///< "prior", "teacher", "session", "package", "file"
  std::string task;                         ///< id, given or found in the policy
  std::string world;                        ///< what makeTask() takes: the id, a folder, or a lesson's own copy
  std::optional<int> version;               ///< of a session or package
  std::optional<PackageContract> contract;  ///< of a package
};

/// What makeTask() takes for a policy file that names its task by `id`: a built-in id itself, else the folder of that
/// task whose priors/ the file lies in.
Result<std::string> taskOfPolicyFile(const std::string& file, const std::string& id);

/// `task` may be empty where the policy says its task itself. `version` only for session files: the active
/// version if not given. Every error is one line that says what to give instead.
Result<PolicySource> findPolicy(const std::string& name, const std::string& task, std::optional<int> version);

/// The source's task, checked against the policy: sizes, names, scales.
Result<std::unique_ptr<Task>> makeTaskFor(const PolicySource& source);

/// A file can be written here; asked before the minutes of work that it is for, not after. NotFound (the folder), ReadOnly.
Status checkWritable(const std::filesystem::path& path);

}  // namespace nudge::cli
