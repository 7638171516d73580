#include "core/policy/package/contract.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/version.h"

namespace nudge::package {

namespace {
using nlohmann::json;

constexpr const char* kFormat = "nudge-package";
constexpr int kFormatVersion = 1;

json writeQuantities(const std::vector<PackageQuantity>& quantities) {
  json list = json::array();
  for (const PackageQuantity& q : quantities)
    list.push_back({{"name", q.name}, {"unit", q.unit}, {"description", q.description}, {"scale", q.scale}});
  return list;
}

json writeActions(const std::vector<PackageQuantity>& quantities) {
  json list = writeQuantities(quantities);
  for (json& action : list) {
    action["min"] = -action["scale"].get<double>();
    action["max"] = action["scale"];
  }
  return list;
}

std::vector<PackageQuantity> readQuantities(const json& list) {
  std::vector<PackageQuantity> quantities;
  for (const json& q : list)
    quantities.push_back({q.at("name"), q.at("unit"), q.at("description"), q.at("scale")});
  return quantities;
}

json writeLineage(const std::vector<PackageAncestor>& lineage) {
  json list = json::array();
  for (const PackageAncestor& a : lineage)
    list.push_back(
        {{"version", a.version},
         {"parent", a.parent < 0 ? json() : json(a.parent)},
         {"sha256", a.hash},
         {"created", a.created},
         {"theta", a.theta},
         {"learned_from_steps", {{"expert", a.expertSteps}, {"good", a.goodSteps}, {"bad", a.badSteps}}}});
  return list;
}

std::vector<PackageAncestor> readLineage(const json& list) {
  std::vector<PackageAncestor> lineage;
  for (const json& entry : list) {
    const json& steps = entry.at("learned_from_steps");
    PackageAncestor a;
    a.version = entry.at("version");
    a.parent = entry.at("parent").is_null() ? -1 : entry.at("parent").get<int>();
    a.hash = entry.at("sha256");
    a.created = entry.at("created");
    a.theta = entry.at("theta");
    a.expertSteps = steps.at("expert");
    a.goodSteps = steps.at("good");
    a.badSteps = steps.at("bad");
    lineage.push_back(std::move(a));
  }
  return lineage;
}

json writeFeatures(const std::vector<PackageFeature>& features) {
  json list = json::array();
  for (const PackageFeature& f : features)
    list.push_back({{"name", f.name},
                    {"description", f.description},
                    {"prior_weight", f.priorWeight},
                    {"theta", f.theta}});
  return list;
}

Status checkQuantities(const char* what, const std::vector<PackageQuantity>& quantities, int size) {
  const auto refuse = [&](const std::string& why) {
    return Error{ErrorCode::InvalidInput, std::string("the contract's ") + what + " " + why};
  };
  if (static_cast<int>(quantities.size()) != size)
    return refuse("names " + std::to_string(quantities.size()) + " numbers, the policy has " +
                  std::to_string(size));
  std::set<std::string> names;
  for (const PackageQuantity& q : quantities) {
    if (q.name.empty() || !names.insert(q.name).second)
      return refuse("has an empty or repeated name '" + q.name + "'");
    const float scale = static_cast<float>(q.scale);
    if (!std::isfinite(scale) || !(scale > 0.0f)) return refuse("has no positive scale for '" + q.name + "'");
  }
  return {};
}
Status checkChoices(const PackageContract& contract, const CategoricalPolicy& policy) {
  const std::vector<std::string>& names = contract.discreteActions;
  const auto refuse = [](const std::string& why) {
    return Error{ErrorCode::InvalidInput, "the contract's discrete actions " + why};
  };
  if (!contract.action.empty()) return refuse("exclude continuous ones");
  if (static_cast<int>(names.size()) != policy.choices())
    return refuse("name " + std::to_string(names.size()) + " choices, the policy has " + std::to_string(policy.choices()));
  for (const std::string& name : names)
    if (name.empty() || std::count(names.begin(), names.end(), name) != 1)
      return refuse("have an empty or repeated name '" + name + "'");
  return {};
}

nlohmann::ordered_json outputsOf(const Policy& policy) {
  if (policy.actor.discrete())
    return {{"action", "the index of the likeliest of discrete_actions, int64"},
            {"logits", "log-probability of each; a random action is drawn from them"}};
  const bool tanh = policy.actor.gaussian()->head().squash == Squash::Tanh;
  const std::string squash = tanh ? "tanh" : "clip";  // to [-1, 1]
  nlohmann::ordered_json outputs{{"action", "scale * " + squash + "(mean): the deterministic action, in units"},
                                 {"mean", "of the Gaussian before " + squash + ", without unit"}};
  if (policy.actor.hasDensity())
    outputs["log_std"] = "log sigma of that Gaussian; a random action is scale * " + squash + "(mean + sigma * n)";
  return outputs;
}
}  // namespace

Status checkContract(const PackageContract& contract, const Policy& policy) {
  if (auto good = checkQuantities("observation", contract.observation, policy.actor.observationSize()); !good)
    return good;
  if (const CategoricalPolicy* discrete = policy.actor.categorical()) {
    if (auto good = checkChoices(contract, *discrete); !good) return good;
  } else {
    if (!contract.discreteActions.empty())
      return Error{ErrorCode::InvalidInput, "the contract names discrete actions, the policy's are continuous"};
    if (auto good = checkQuantities("action", contract.action, policy.actor.actionSize()); !good) return good;
  }
  if (contract.task.empty()) return Error{ErrorCode::InvalidInput, "the contract names no task"};
  const auto task = policy.info.find("task");
  if (task != policy.info.end() && task->second != contract.task)
    return Error{ErrorCode::InvalidInput,
                 "the policy is for task '" + task->second + "', the contract for '" + contract.task + "'"};
  if (!std::isfinite(contract.controlRate_hz) || contract.controlRate_hz <= 0.0)
    return Error{ErrorCode::InvalidInput, "the contract has no control rate"};
  return {};
}

std::string writeContract(const PackageContract& contract, const Policy& policy, const Hashes& hashes) {
  nlohmann::ordered_json document;
  document["format"] = kFormat;
  document["format_version"] = kFormatVersion;
  document["nudge_version"] = contract.nudgeVersion.empty() ? kVersion : contract.nudgeVersion;
  document["created"] = contract.created;
  document["task"] = {{"id", contract.task},
                      {"title", contract.title},
                      {"description", contract.description},
                      {"mjcf_sha256", contract.mjcfHash},
                      {"mujoco_version", contract.mujocoVersion},
                      {"episode_steps", contract.episodeSteps}};
  document["rate_hz"] = contract.controlRate_hz;
  document["frame"] = contract.frame;
  document["input"] = {
      {"name", "observation"}, {"shape", {"batch", contract.observation.size()}}, {"dtype", "float32"}};
  document["observation"] = writeQuantities(contract.observation);
  document["outputs"] = outputsOf(policy);
  document["action"] = writeActions(contract.action);
  if (policy.actor.discrete()) document["discrete_actions"] = contract.discreteActions;
  document["policy"] = {{"version", contract.version},
                        {"sha256", hashes.count(kWeights) ? hashes.at(kWeights) : ""},
                        {"info", policy.info}};
  if (const GaussianPolicy* gaussian = policy.actor.gaussian()) {
    document["policy"]["log_std_min"] = gaussian->logStdMin();
    document["policy"]["log_std_max"] = gaussian->logStdMax();
  }
  document["features"] = writeFeatures(contract.features);
  document["lineage"] = writeLineage(contract.lineage);
  document["files"] = hashes;
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

bool saysPackage(const std::string& text) {
  const json document = json::parse(text, nullptr, false);
  return document.is_object() && document.contains("format") && document["format"] == kFormat;
}

Result<PackageContract> readContract(const std::string& text, Hashes& hashes) {
  try {
    const json document = json::parse(text);
    if (!saysPackage(text))
      return Error{ErrorCode::InvalidInput, "it is not the contract of a Nudge policy package"};
    if (document.at("format_version").get<int>() > kFormatVersion)
      return Error{ErrorCode::NewerVersion, "the package was written by a newer Nudge"};
    PackageContract contract;
    const json& task = document.at("task");
    contract.task = task.at("id");
    contract.title = task.at("title");
    contract.description = task.at("description");
    contract.mjcfHash = task.at("mjcf_sha256");
    contract.mujocoVersion = task.at("mujoco_version");
    contract.episodeSteps = task.at("episode_steps");
    contract.nudgeVersion = document.at("nudge_version");
    contract.created = document.at("created");
    contract.controlRate_hz = document.at("rate_hz");
    contract.frame = document.at("frame");
    contract.observation = readQuantities(document.at("observation"));
    contract.action = readQuantities(document.at("action"));
    if (document.contains("discrete_actions"))
      contract.discreteActions = document["discrete_actions"].get<std::vector<std::string>>();
    for (const json& f : document.at("features"))
      contract.features.push_back({f.at("name"), f.at("description"), f.at("prior_weight"), f.at("theta")});
    contract.version = document.at("policy").at("version");
    contract.lineage = readLineage(document.at("lineage"));
    hashes = document.at("files").get<Hashes>();
    return contract;
  } catch (const json::exception& error) {
    return Error{ErrorCode::Corrupt, std::string("the contract is damaged: ") + error.what()};
  }
}

}  // namespace nudge::package
