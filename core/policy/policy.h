// A policy as a value: its distribution over actions, its critics, and where it came from.
//
// File form: safetensors (8-byte little-endian header length, JSON header, raw little-endian float32),
// because it is documented, tiny, and opens in other tools. Tensors: "actor.{0,1,…}.weight" [out, in] and
// ".bias" [out] (the last layer gives [2·action]: means, then log σ), "q{1,2,…}.{0,1,…}.weight/bias" for
// critics Q(s,a) on the input (observation, action), "qr{1,2,…}…" likewise for the residual critics.
// A categorical policy has "actor{1,2,…}.…" instead, one a term, and critics on the observation alone with one
// output a choice.
// "__metadata__" holds strings only, as the format asks: "format" = "nudge-policy", "format_version",
// "log_std_min", "log_std_max" (categorical: "actor_weights", one number a term, separated by spaces), and
// everything in Policy::info under its own key. Format 2 adds what policies from elsewhere need: "squash" ("tanh"
// without, "clip"), "log_std" ("clamped" without, "squashed", "none"), "activations.actor" (ReLU without). Format 3 adds
// residual critics of continuous actions with one output a feature and one more (core/learn/residual_sac.cpp).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/sha256.h"
#include "core/policy/actor.h"

namespace nudge {

/// Q(s,a), an ensemble of networks on (observation, action); for discrete actions on the observation, with one
/// output [choices] a network.
class Critics {
 public:
  Critics() = default;
  explicit Critics(std::vector<Mlp> networks) : networks_(std::move(networks)) {}
  bool empty() const { return networks_.empty(); }
  const std::vector<Mlp>& networks() const { return networks_; }
  /// Mean over the ensemble. observation [observation], action [action]. NaN for a choice that does not exist.
  float mean(std::span<const float> observation, std::span<const float> action);

 private:
  std::vector<Mlp> networks_;
  std::vector<float> input_, output_;
};

/// The most layers that a network in a policy file may have.
inline constexpr int kMostLayers = 16;

/// A policy with its critics (may be empty) and provenance. Value type; copy for another thread.
struct Policy {
  Actor actor;
  Critics critics;                          ///< of the reward the policy was trained for
  Critics residualCritics;                  ///< of Q_R, kept so that the next update continues ("qr1.…" tensors)
  std::map<std::string, std::string> info;  ///< "task", "kind" (prior, teacher, residual), "command", "seed", …
};

/// Parses and writes the safetensors form; parse(serialize(p)) is p bit for bit, and equal policies give equal
/// bytes. Corrupt says what does not fit (sizes are checked before use, NaN and infinity refused);
/// NewerVersion when a later Nudge wrote it.
Result<Policy> parsePolicy(std::span<const std::uint8_t> bytes);
std::vector<std::uint8_t> serializePolicy(const Policy& policy);
/// Saving replaces the file in one step or leaves it as it was.
Result<Policy> loadPolicyFile(const std::string& path);
Status savePolicyFile(const Policy& policy, const std::string& path);

/// The policies that come with a task: resources/priors/<task>-<kind>.safetensors, kind = "prior" or "teacher"; those
/// of a task's folder (policy_path.h). NotFound says where it was looked for.
Result<Policy> shippedPolicy(const std::string& task, const std::string& kind);
Result<std::vector<std::uint8_t>> shippedPolicyBytes(const std::string& task, const std::string& kind);

}  // namespace nudge
