// policy.json and golden.json as values and back. Internal to the package.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/policy/package/package.h"

namespace nudge::package {

inline constexpr const char *kOnnx = "policy.onnx", *kContract = "policy.json", *kGolden = "golden.json",
                            *kWeights = "policy.safetensors", *kReadme = "README.txt",
                            *kExample = "example.cpp";

/// SHA-256 by file name.
using Hashes = std::map<std::string, std::string>;

/// InvalidInput unless names are unique, scales and rate positive, and sizes those of the policy.
Status checkContract(const PackageContract& contract, const Policy& policy);

std::string writeContract(const PackageContract& contract, const Policy& policy, const Hashes& hashes);
Result<PackageContract> readContract(const std::string& text, Hashes& hashes);
/// True for text that says it is a package, of whatever version and however damaged otherwise.
bool saysPackage(const std::string& text);

/// An observation in units with what the graph must answer: mean and logStd, or for choices logits.
struct GoldenVector {
  std::vector<float> observation, action, mean, logStd, logits;
};
/// What the package promises for this observation, by our own network.
GoldenVector evaluate(Policy& policy, const PackageContract& contract, std::vector<float> observation);
/// The same 32 observations for the same contract: zeros, then normal numbers around the scales.
std::vector<GoldenVector> makeGolden(Policy policy, const PackageContract& contract);
std::string writeGolden(const std::vector<GoldenVector>& golden);
/// Corrupt when malformed, empty or different from what the policy gives.
Status verifyGolden(const std::string& text, Policy policy, const PackageContract& contract);

}  // namespace nudge::package
