#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <sstream>

#include "core/base/files.h"
#include "core/policy/policy.h"
#include "core/policy/policy_path.h"
#include "core/policy/safetensors.h"

namespace nudge {

namespace {
constexpr std::size_t kMaxFile = 64u << 20;
constexpr int kMaxCritics = 16, kMaxTerms = 64;
constexpr int kPlainVersion = 1;   ///< ReLU networks, clamped log σ and tanh: whatever Nudge trains itself
constexpr int kForeignVersion = 2; ///< with activations, kinds of log σ and of squashing: what was trained elsewhere
constexpr int kFormatVersion = 3;  ///< with residual critics of several values
constexpr int kMostValues = 1'000;   ///< of a residual critic
constexpr const char* kFormat = "nudge-policy";
const char* const kReserved[] = {"format", "format_version", "log_std_min", "log_std_max", "actor_weights", "squash", "log_std"};
constexpr const char* kActivations = "activations.";  ///< + network: names, one a hidden layer; ReLU without

Error corrupt(const std::string& why) {
  return {ErrorCode::Corrupt, "the policy is damaged: " + why};
}

using Metadata = std::map<std::string, std::string>;
using Tensors = std::map<std::string, safetensors::Tensor>;

/// Takes "activations.<prefix>" out of `metadata`.
Status takeActivations(const std::string& prefix, Metadata& metadata, std::vector<DenseLayer>& layers) {
  const auto said = metadata.find(kActivations + prefix);
  if (said == metadata.end()) return {};
  std::istringstream text(said->second);
  std::size_t i = 0;
  for (std::string word; text >> word; ++i) {
    const auto activation = activationByName(word);
    if (!activation) return corrupt("activation '" + word.substr(0, 40) + "' is not known");
    if (i + 1 >= layers.size()) return corrupt(prefix + " has more activations than hidden layers");
    layers[i].activation = *activation;
  }
  if (i + 1 != layers.size()) return corrupt(prefix + " has fewer activations than hidden layers");
  metadata.erase(said);
  return {};
}

/// Takes "<prefix>.0.weight", "<prefix>.0.bias", … out of `tensors`. An empty network when there are none.
Result<Mlp> takeNetwork(const std::string& prefix, Metadata& metadata, Tensors& tensors) {
  std::vector<DenseLayer> layers;
  for (int i = 0; i < kMostLayers; ++i) {
    const std::string name = prefix + "." + std::to_string(i);
    const auto weight = tensors.find(name + ".weight"), bias = tensors.find(name + ".bias");
    if (weight == tensors.end() && bias == tensors.end()) break;
    if (weight == tensors.end() || bias == tensors.end()) return corrupt("layer " + name + " is incomplete");
    const auto &w = weight->second, &b = bias->second;
    if (w.shape.size() != 2 || b.shape.size() != 1 || b.shape[0] != w.shape[0])
      return corrupt("layer " + name + " has shapes that do not fit");
    DenseLayer layer;
    layer.weight = Eigen::Map<const decltype(layer.weight)>(w.data.data(), w.shape[0], w.shape[1]);
    layer.bias = Eigen::Map<const Eigen::VectorXf>(b.data.data(), b.shape[0]);
    layers.push_back(std::move(layer));
    tensors.erase(weight);
    tensors.erase(bias);
  }
  if (layers.empty()) return Mlp{};
  if (auto taken = takeActivations(prefix, metadata, layers); !taken) return taken.error();
  auto network = Mlp::fromLayers(std::move(layers));
  if (!network) return corrupt(prefix + ": " + network.error().message);
  return network;
}

/// mostValues: of a critic of continuous actions; all critics have as many.
Result<Critics> takeCritics(const std::string& prefix, int mostValues, const Actor& actor, Metadata& metadata, Tensors& tensors) {
  std::vector<Mlp> networks;
  for (int i = 1; i <= kMaxCritics; ++i) {
    auto network = takeNetwork(prefix + std::to_string(i), metadata, tensors);
    if (!network) return network.error();
    if (network->layers().empty()) break;
    const CategoricalPolicy* discrete = actor.categorical();
    const int in = actor.observationSize() + (discrete ? 0 : actor.actionSize());
    const int values = network->outputSize();
    const bool fits = discrete ? values == discrete->choices() : values <= mostValues && (networks.empty() || values == networks[0].outputSize());
    if (network->inputSize() != in || !fits)
      return corrupt("critic " + prefix + std::to_string(i) + " does not fit the actor");
    networks.push_back(std::move(*network));
  }
  return Critics(std::move(networks));
}

std::optional<float> number(const Metadata& metadata, const char* key) {
  const auto found = metadata.find(key);
  if (found == metadata.end() || found->second.empty()) return std::nullopt;
  char* end = nullptr;
  const float value = std::strtof(found->second.c_str(), &end);
  if (*end != '\0') return std::nullopt;
  return value;
}

/// What `names` says of the value under `key`; without the key the first. Nothing for an unknown name.
template <typename Enum>
std::optional<Enum> named(const Metadata& metadata, const char* key,
                          std::initializer_list<std::pair<const char*, Enum>> names) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return names.begin()->second;
  for (const auto& [name, value] : names)
    if (found->second == name) return value;
  return std::nullopt;
}
const std::initializer_list<std::pair<const char*, Squash>> kSquashes = {{"tanh", Squash::Tanh}, {"clip", Squash::Clip}};
const std::initializer_list<std::pair<const char*, Sigma>> kSigmas = {
    {"clamped", Sigma::Clamped}, {"squashed", Sigma::Squashed}, {"none", Sigma::None}};

template <typename Enum>
const char* nameOf(Enum value, std::initializer_list<std::pair<const char*, Enum>> names) {
  return std::find_if(names.begin(), names.end(), [value](const auto& entry) { return entry.second == value; })->first;
}

/// A squashed Gaussian: one network, the bounds of log σ, its kind and that of the squashing.
Result<Actor> takeGaussian(Metadata& metadata, Tensors& tensors) {
  const auto logStdMin = number(metadata, "log_std_min"), logStdMax = number(metadata, "log_std_max");
  if (!logStdMin || !logStdMax) return corrupt("the bounds of log sigma are missing");
  const auto squash = named(metadata, "squash", kSquashes);
  const auto sigma = named(metadata, "log_std", kSigmas);
  if (!squash || !sigma) return corrupt("its kind of squashing or of log sigma is not known");
  auto network = takeNetwork("actor", metadata, tensors);
  if (!network) return network.error();
  if (network->layers().empty()) return corrupt("it has no actor");
  auto actor = GaussianPolicy::create(std::move(*network), {*logStdMin, *logStdMax, *sigma, *squash});
  if (!actor) return corrupt(actor.error().message);
  return Actor(std::move(*actor));
}

/// A sum of networks over choices: "actor1", "actor2", … with one weight each.
Result<Actor> takeCategorical(const std::string& weights, Metadata& metadata, Tensors& tensors) {
  std::vector<CategoricalPolicy::Term> terms;
  std::istringstream text(weights);
  for (std::string word; text >> word;) {
    if (terms.size() == kMaxTerms) return corrupt("its actor has too many networks");
    const auto weight = number({{"w", word}}, "w");
    auto network = takeNetwork("actor" + std::to_string(terms.size() + 1), metadata, tensors);
    if (!network) return network.error();
    if (!weight || network->layers().empty()) return corrupt("the weights and networks of its actor do not fit");
    terms.push_back({std::move(*network), *weight});
  }
  auto actor = CategoricalPolicy::create(std::move(terms));
  if (!actor) return corrupt(actor.error().message);
  return Actor(std::move(*actor));
}

std::string exactText(float value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", static_cast<double>(value));
  return text;
}

void addNetwork(const std::string& prefix, const Mlp& network, Metadata& metadata,
                std::vector<std::pair<std::string, safetensors::Tensor>>& tensors) {
  std::string activations;
  bool plain = true;
  for (std::size_t i = 0; i < network.layers().size(); ++i) {
    const auto& [weight, bias, activation] = network.layers()[i];
    if (i + 1 < network.layers().size()) {
      plain = plain && activation == Activation::Relu;
      activations += (i == 0 ? "" : " ") + std::string(activationName(activation));
    }
    const std::string name = prefix + "." + std::to_string(i);
    tensors.push_back(
        {name + ".weight",
         {{weight.rows(), weight.cols()}, {weight.data(), static_cast<std::size_t>(weight.size())}}});
    tensors.push_back(
        {name + ".bias", {{bias.size()}, {bias.data(), static_cast<std::size_t>(bias.size())}}});
  }
  if (!plain) metadata[kActivations + prefix] = activations;
}

/// Older programs, which know only ReLU and tanh, must refuse what they would take for something else.
bool isPlain(const Metadata& metadata) {
  const auto activations = metadata.lower_bound(kActivations);
  const bool named = activations != metadata.end() && activations->first.rfind(kActivations, 0) == 0;
  return !named && !metadata.count("squash") && !metadata.count("log_std");
}
}  // namespace

Result<Policy> parsePolicy(std::span<const std::uint8_t> bytes) {
  auto content = safetensors::parse(bytes);
  if (!content) return content.error();
  auto& metadata = content->metadata;
  if (metadata["format"] != kFormat)
    return Error{ErrorCode::Corrupt, "this safetensors file does not hold a Nudge policy"};
  const auto version = number(metadata, "format_version");
  if (!version || !(*version >= 1.0f)) return corrupt("its format version is unreadable");
  if (*version > static_cast<float>(kFormatVersion))
    return Error{ErrorCode::NewerVersion, "the policy was written by a newer Nudge (format " +
                                              metadata["format_version"].substr(0, 20) + ", this one reads " +
                                              std::to_string(kFormatVersion) + ")"};
  const auto weights = metadata.find("actor_weights");
  auto actor = weights == metadata.end() ? takeGaussian(metadata, content->tensors)
                                         : takeCategorical(weights->second, metadata, content->tensors);
  if (!actor) return actor.error();
  if (actor->observationSize() < 1) return corrupt("the actor observes nothing");
  auto critics = takeCritics("q", 1, *actor, metadata, content->tensors);
  if (!critics) return critics.error();
  auto residualCritics = takeCritics("qr", kMostValues, *actor, metadata, content->tensors);
  if (!residualCritics) return residualCritics.error();
  if (!content->tensors.empty())
    return corrupt("tensor '" + content->tensors.begin()->first.substr(0, 60) + "' has no place in it");
  for (const char* key : kReserved) metadata.erase(key);
  return Policy{std::move(*actor), std::move(*critics), std::move(*residualCritics), std::move(metadata)};
}

std::vector<std::uint8_t> serializePolicy(const Policy& policy) {
  std::map<std::string, std::string> metadata = policy.info;
  metadata["format"] = kFormat;
  std::vector<std::pair<std::string, safetensors::Tensor>> tensors;
  if (const GaussianPolicy* gaussian = policy.actor.gaussian()) {
    metadata["log_std_min"] = exactText(gaussian->logStdMin());
    metadata["log_std_max"] = exactText(gaussian->logStdMax());
    const GaussianHead& head = gaussian->head();
    if (head.squash != Squash::Tanh) metadata["squash"] = nameOf(head.squash, kSquashes);
    if (head.sigma != Sigma::Clamped) metadata["log_std"] = nameOf(head.sigma, kSigmas);
    addNetwork("actor", gaussian->actor(), metadata, tensors);
  } else {
    const auto& terms = policy.actor.categorical()->terms();
    std::string weights;
    for (std::size_t i = 0; i < terms.size(); ++i) {
      addNetwork("actor" + std::to_string(i + 1), terms[i].network, metadata, tensors);
      weights += (i == 0 ? "" : " ") + exactText(terms[i].weight);
    }
    metadata["actor_weights"] = weights;
  }
  const auto addCritics = [&](const std::string& prefix, const Critics& critics) {
    for (std::size_t i = 0; i < critics.networks().size(); ++i)
      addNetwork(prefix + std::to_string(i + 1), critics.networks()[i], metadata, tensors);
  };
  addCritics("q", policy.critics);
  addCritics("qr", policy.residualCritics);
  const auto& residual = policy.residualCritics.networks();
  const bool foresees = policy.actor.gaussian() && !residual.empty() && residual[0].outputSize() > 1;
  metadata["format_version"] = std::to_string(foresees ? kFormatVersion : isPlain(metadata) ? kPlainVersion : kForeignVersion);
  return safetensors::serialize(metadata, tensors);
}

Result<Policy> loadPolicyFile(const std::string& path) {
  auto bytes = readFile(path, kMaxFile);
  if (!bytes) return bytes.error();
  auto policy = parsePolicy(*bytes);
  if (!policy) return Error{policy.error().code, path + ": " + policy.error().message};
  return policy;
}

Status savePolicyFile(const Policy& policy, const std::string& path) {
  return writeFile(path, serializePolicy(policy));
}

Result<std::vector<std::uint8_t>> shippedPolicyBytes(const std::string& task, const std::string& kind) {
  const std::string name = "'" + kind.substr(0, 60) + "' for task '" + task.substr(0, 200) + "'";
  const std::filesystem::path path = policyPath(task, kind);
  if (path.empty()) return Error{ErrorCode::NotFound, "there is no policy " + name};
  auto bytes = readFile(path, kMaxFile);
  if (!bytes && bytes.error().code == ErrorCode::NotFound)
    return Error{ErrorCode::NotFound, "there is no policy " + name + " (looked for " + path.string() +
                                          "); nudge-cli train-prior and import-prior make one"};
  return bytes;
}

Result<Policy> shippedPolicy(const std::string& task, const std::string& kind) {
  auto bytes = shippedPolicyBytes(task, kind);
  if (!bytes) return bytes.error();
  auto policy = parsePolicy(*bytes);
  if (!policy) return Error{policy.error().code, policyPath(task, kind).string() + ": " + policy.error().message};
  return policy;
}

}  // namespace nudge
