// A policy that was trained elsewhere becomes a task's prior: the model's numbers meet the task's, by name.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/policy/package/import_contract.h"
#include "core/sim/task.h"

namespace nudge {

/// σ of a policy that gives means alone, where nobody states another: at the lower end of what Nudge's own priors have,
/// as measured in resources/docs/manual/own-prior.md, and above what residual learning takes a surer prior for.
inline constexpr double kDefaultSigma = 0.2;

struct PriorImport {
  std::string file;         ///< name, for the record
  ImportContract contract;  ///< what is stated, in a file or on the command line
};

struct ImportedPrior {
  Policy policy;                   ///< with its record in info: source, source_sha256, contract, sigma, …
  std::vector<std::string> notes;  ///< what was taken for granted, in sentences for people
};

/// InvalidInput names what does not fit the task (names, sizes, units); otherwise as readOnnxActor().
Result<ImportedPrior> importPrior(std::span<const std::uint8_t> onnx, const TaskSpec& task, const PriorImport& stated);

}  // namespace nudge
