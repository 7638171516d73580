// From a session file to the learner and back: what `nudge-cli update` and `nudge-cli teach` share.
#pragma once

#include <nlohmann/json.hpp>

#include "core/learn/learn.h"
#include "sessions/store.h"

namespace nudge::cli {

/// Runs one MEReQ update on the lesson as it stands: starts from its active policy version, reads steps and
/// marks, and stores the result (with a new, active version when there is one). The update is stored however
/// it ends: a refusal, a cancel or a fault leaves everything else as it was.
/// Errors: those of the store and of mereqUpdate.
Result<Update> updateLesson(Store& store, const MereqSettings& settings, const ProgressCallback& progress);

/// "new-policy", "nothing-to-correct", "base-task-kept", "cancelled", "failed", "running".
const char* outcomeName(UpdateOutcome outcome);
nlohmann::json settingsJson(const MereqSettings& settings);

}  // namespace nudge::cli
