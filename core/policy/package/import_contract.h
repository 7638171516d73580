// What a person says about a policy from elsewhere: a small JSON file, or the policy.json of an exported package.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/policy/package/package.h"

namespace nudge {

/// One number that the file takes, (x − offset)/scale, or gives, offset + scale·a. Without a scale 1.0 means what it means
/// in the task.
struct ContractQuantity {
  std::string name, unit;                ///< unit: empty if not said
  std::optional<double> scale;           ///< what 1.0 of the file is in the unit; not 0
  double offset = 0.0;                   ///< what 0.0 of the file is in the unit
};

struct ImportContract {
  std::string task;                                    ///< empty if not said
  std::string input;                                   ///< of the model, empty for its only one
  std::map<std::string, std::string> outputs;          ///< role (mean, log_std, std, action, logits) → name in the model
  std::vector<ContractQuantity> observation, action;   ///< in the file's order; empty: as the task has them
  std::vector<std::string> discreteActions;            ///< named choices in the file's order
  std::optional<Squash> squash;
  std::vector<double> sigma;                           ///< of a file that gives means alone: one, or one an action
  bool deterministic = false;                          ///< "sigma": "none"
};

/// Corrupt: no JSON. InvalidInput: unknown keys, wrong types or values. NewerVersion.
Result<ImportContract> readImportContract(const std::string& text);
/// The small form, every field that is said.
std::string writeImportContract(const ImportContract& contract);

/// "tanh" and "clip".
std::optional<Squash> squashByName(const std::string& name);

}  // namespace nudge
