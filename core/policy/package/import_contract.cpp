#include "core/policy/package/import_contract.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "core/policy/package/contract.h"

namespace nudge {

namespace {
using nlohmann::json;

constexpr const char* kFormat = "nudge-prior";
constexpr int kFormatVersion = 1;
const std::set<std::string> kKeys{"format", "format_version", "description", "task", "input", "outputs",
                                  "observation", "action", "discrete_actions", "squash", "sigma"};
const std::set<std::string> kQuantityKeys{"name", "unit", "scale", "offset", "description"};

Error refuse(const std::string& why) { return {ErrorCode::InvalidInput, (why[0] == '\'' ? "the contract" : "the contract ") + why}; }

Status knownKeys(const json& object, const std::set<std::string>& known) {
  for (const auto& [key, value] : object.items()) {
    if (known.count(key)) continue;
    std::string all;
    for (const std::string& one : known) all += (all.empty() ? "" : ", ") + one;
    return refuse("has a key '" + key.substr(0, 40) + "' that means nothing; there are " + all);
  }
  return {};
}

Result<std::vector<ContractQuantity>> quantities(const json& document, const char* key) {
  std::vector<ContractQuantity> list;
  if (!document.contains(key)) return list;
  const std::string where = std::string("'s ") + key;
  const json& entries = document[key];
  if (!entries.is_array() || entries.empty()) return refuse(where + " is no list of names");
  std::set<std::string> names;
  for (const json& entry : entries) {
    ContractQuantity quantity;
    if (entry.is_string()) {
      quantity.name = entry;
    } else if (entry.is_object() && entry.contains("name")) {
      if (auto known = knownKeys(entry, kQuantityKeys); !known) return known.error();
      quantity.name = entry["name"];
      quantity.unit = entry.value("unit", "");
      if (entry.contains("scale")) quantity.scale = entry["scale"].get<double>();
      quantity.offset = entry.value("offset", 0.0);
    } else {
      return refuse(where + " holds something else than names, or objects with a name");
    }
    if (quantity.name.empty() || !names.insert(quantity.name).second)
      return refuse(where + " has an empty or repeated name '" + quantity.name.substr(0, 60) + "'");
    if (!std::isfinite(quantity.scale.value_or(1.0)) || quantity.scale == 0.0 || !std::isfinite(quantity.offset))
      return refuse(where + " has no usable scale or offset for '" + quantity.name.substr(0, 60) + "': numbers, and a scale is not 0");
    list.push_back(std::move(quantity));
  }
  return list;
}

/// The contract of an exported package: its model takes units, and says the rest itself.
Result<ImportContract> fromPackage(const std::string& text) {
  package::Hashes hashes;
  auto package = package::readContract(text, hashes);
  if (!package) return package.error();
  ImportContract contract;
  contract.task = package->task;
  contract.discreteActions = package->discreteActions;
  for (const PackageQuantity& q : package->observation) contract.observation.push_back({q.name, q.unit, 1.0, 0.0});
  for (const PackageQuantity& q : package->action) contract.action.push_back({q.name, q.unit, {}, 0.0});
  return contract;
}

Status readSigma(const json& document, ImportContract& contract) {
  if (!document.contains("sigma")) return {};
  const json& sigma = document["sigma"];
  contract.deterministic = sigma == "none";
  if (contract.deterministic) return {};
  const json list = sigma.is_array() ? sigma : json::array({sigma});
  for (const json& one : list) {
    if (!one.is_number() || !(one.get<double>() > 0.0) || !std::isfinite(one.get<double>())) break;
    contract.sigma.push_back(one);
  }
  if (list.empty() || contract.sigma.size() != list.size())
    return refuse("'s sigma is neither a positive number, nor a list of them, nor \"none\"");
  return {};
}

Result<ImportContract> read(const json& document) {
  if (auto known = knownKeys(document, kKeys); !known) return known.error();
  if (document.value("format", kFormat) != kFormat) return refuse("has another format than '" + std::string(kFormat) + "'");
  if (document.value("format_version", kFormatVersion) > kFormatVersion)
    return Error{ErrorCode::NewerVersion, "the contract was written for a newer Nudge"};
  ImportContract contract;
  contract.task = document.value("task", "");
  contract.input = document.value("input", "");
  if (document.contains("outputs")) contract.outputs = document["outputs"].get<std::map<std::string, std::string>>();
  auto observation = quantities(document, "observation"), action = quantities(document, "action");
  if (!observation) return observation.error();
  if (!action) return action.error();
  contract.observation = std::move(*observation);
  contract.action = std::move(*action);
  if (document.contains("discrete_actions")) contract.discreteActions = document["discrete_actions"].get<std::vector<std::string>>();
  if (document.contains("squash")) {
    contract.squash = squashByName(document["squash"]);
    if (!contract.squash) return refuse("'s squash is tanh or clip");
  }
  if (auto good = readSigma(document, contract); !good) return good.error();
  return contract;
}

json write(const std::vector<ContractQuantity>& quantities) {
  json list = json::array();
  for (const ContractQuantity& q : quantities) {
    json entry{{"name", q.name}};
    if (!q.unit.empty()) entry["unit"] = q.unit;
    if (q.scale) entry["scale"] = *q.scale;
    if (q.offset != 0.0) entry["offset"] = q.offset;
    list.push_back(std::move(entry));
  }
  return list;
}
}  // namespace

namespace {
/// A key that an object has twice; empty if there is none.
std::string repeatedKey(const std::string& text) {
  std::vector<std::set<std::string>> objects;
  std::string repeated;
  const auto look = [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) objects.emplace_back();
    if (event == json::parse_event_t::object_end) objects.pop_back();
    if (event == json::parse_event_t::key && !objects.back().insert(parsed.get<std::string>()).second) repeated = parsed;
    return true;
  };
  const json whole = json::parse(text, look, false);
  return whole.is_discarded() ? std::string() : repeated;
}
}  // namespace

std::optional<Squash> squashByName(const std::string& name) {
  if (name == "tanh") return Squash::Tanh;
  if (name == "clip") return Squash::Clip;
  return std::nullopt;
}

Result<ImportContract> readImportContract(const std::string& text) {
  if (const std::string key = repeatedKey(text); !key.empty()) return refuse("says '" + key.substr(0, 40) + "' twice");
  if (package::saysPackage(text)) return fromPackage(text);
  try {
    const json document = json::parse(text);
    if (!document.is_object()) return refuse("is no JSON object");
    return read(document);
  } catch (const json::parse_error& error) {
    return Error{ErrorCode::Corrupt, std::string("the contract is no JSON: ") + error.what()};
  } catch (const json::exception& error) {
    return refuse(std::string("has a value of the wrong type: ") + error.what());
  }
}

std::string writeImportContract(const ImportContract& contract) {
  json document{{"format", kFormat}, {"format_version", kFormatVersion}};
  if (!contract.task.empty()) document["task"] = contract.task;
  if (!contract.input.empty()) document["input"] = contract.input;
  if (!contract.outputs.empty()) document["outputs"] = contract.outputs;
  if (!contract.observation.empty()) document["observation"] = write(contract.observation);
  if (!contract.action.empty()) document["action"] = write(contract.action);
  if (!contract.discreteActions.empty()) document["discrete_actions"] = contract.discreteActions;
  if (contract.squash) document["squash"] = *contract.squash == Squash::Tanh ? "tanh" : "clip";
  if (!contract.sigma.empty()) document["sigma"] = contract.sigma.size() == 1 ? json(contract.sigma.front()) : json(contract.sigma);
  if (contract.deterministic) document["sigma"] = "none";
  return document.dump();
}

}  // namespace nudge
