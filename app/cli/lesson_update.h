// From a session file to the learner and back: what `nudge-cli update` and `nudge-cli teach` share.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "core/learn/method.h"
#include "sessions/store.h"

namespace nudge::cli {

/// Runs one update of a method (core/learn/method.h) on the lesson as it stands: starts from its active policy version, reads steps and
/// marks, and stores the result (with a new, active version when there is one). The update is stored however
/// it ends: a refusal, a cancel or a fault leaves everything else as it was.
/// Errors: those of the store and of learn().
Result<Update> updateLesson(Store& store, const std::string& method, const MereqSettings& settings,
                            const ProgressCallback& progress);

/// "new-policy", "nothing-to-correct", "base-task-kept", "cancelled", "failed", "running".
const char* outcomeName(UpdateOutcome outcome);
/// With the method, as it is stored with an update.
nlohmann::json settingsJson(const std::string& method, const MereqSettings& settings);

/// --method and --set as they were given.
struct MethodOptions {
  std::string method = "mereq";
  std::vector<std::string> assignments;  ///< "name=value", checked
  /// What fits the task, but for what was assigned.
  MereqSettings settings(const TaskSpec& task) const;
};
/// Adds them to a command that learns. A name that is not known ends parsing and names those that are.
void addMethodOptions(CLI::App& command, MethodOptions& options);

}  // namespace nudge::cli
