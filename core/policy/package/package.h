// A policy to take away: a folder that other programs can run and that opens here again without loss.
//
//   policy.onnx         observation (in units) → action (in units), mean, log_std; scaling inside the graph;
//                       for named choices → action (the index of the likeliest), logits (log-probabilities)
//   policy.json         the contract: names, order, units, frame, rate, limits, task, θ, lineage, hashes
//   golden.json         observations with the outputs they must give
//   policy.safetensors  the policy as Nudge keeps it, critics included (core/policy/policy.h)
//   README.txt, example.cpp   for people
//
// The page for people is resources/docs/manual/policies.md. Nothing here keeps state; call from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/policy/policy.h"

namespace nudge {

/// One number of the observation or action. 1.0 inside the network is `scale` in `unit` outside.
struct PackageQuantity {
  std::string name, unit, description;
  double scale = 1.0;
};

/// One feature with the weights of the task's own reward and of what was learned on top of it.
struct PackageFeature {
  std::string name, description;
  double priorWeight = 0.0;
  double theta = 0.0;  ///< residual weight of this version
};

/// A version on the way from the prior to the exported policy.
struct PackageAncestor {
  int version = 0, parent = -1;
  std::string hash, created;
  std::map<std::string, double> theta;                        ///< by feature
  std::int64_t expertSteps = 0, goodSteps = 0, badSteps = 0;  ///< what its update learned from
};

/// Everything about the policy that is not its weights.
struct PackageContract {
  std::string task, title, description;
  std::string mjcfHash, mujocoVersion, nudgeVersion, created;
  double controlRate_hz = 0.0;
  int episodeSteps = 0;
  std::string frame = "world";                       ///< in which vectors of observation and action are given
  std::vector<PackageQuantity> observation, action;  ///< in order; actions lie in ± scale
  std::vector<std::string> discreteActions;          ///< named choices instead of actions; an action is an index
  std::vector<PackageFeature> features;
  int version = 0;
  std::vector<PackageAncestor> lineage;  ///< from the prior to this version
};

struct Package {
  PackageContract contract;
  Policy policy;
  std::vector<std::uint8_t> weights;  ///< policy.safetensors as it lies there: its hash is the policy's
};

/// Writes the folder beside its place and moves it there in one step. An existing folder is replaced only
/// when it is empty or a package and holds nothing else. Errors: InvalidInput (contract does not fit the
/// policy, a foreign folder is in the way), Corrupt (weights), ReadOnly, Full, Io; the old folder stands
/// then.
Status exportPackage(const std::filesystem::path& folder, std::span<const std::uint8_t> weights,
                     const PackageContract& contract);

/// Opens an exported folder: hashes, sizes and names must agree and the golden vectors must come out of our
/// own network. NotFound, InvalidInput (not a package), NewerVersion, Corrupt (says which file).
Result<Package> loadPackage(const std::filesystem::path& folder);

/// The ONNX model (opset 13), checked by onnx's own checker. InvalidInput when contract and policy differ.
Result<std::string> onnxModel(const Policy& policy, const PackageContract& contract);

}  // namespace nudge
