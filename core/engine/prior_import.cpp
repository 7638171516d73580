#include "core/engine/prior_import.h"

#include <algorithm>
#include <cmath>

#include "core/base/version.h"
#include "core/policy/package/onnx_actor.h"

namespace nudge {

namespace {
Error refuse(const std::string& why) { return {ErrorCode::InvalidInput, why}; }

template <typename List>
std::string namesOf(const List& list) {
  std::string names;
  for (const auto& entry : list) names += (names.empty() ? "" : ", ") + entry.name;
  return names;
}

/// Where a quantity of the contract stands in the task's list, with its unit checked.
Result<std::size_t> placeOf(const char* what, const ContractQuantity& quantity, const std::vector<Quantity>& task) {
  const auto found = std::find_if(task.begin(), task.end(), [&](const Quantity& q) { return q.name == quantity.name; });
  if (found == task.end())
    return refuse("the task has no " + std::string(what) + " '" + quantity.name.substr(0, 60) + "'; it has " + namesOf(task));
  if (!quantity.unit.empty() && quantity.unit != found->unit)
    return refuse("the " + std::string(what) + " '" + quantity.name + "' is in " + found->unit + ", the contract says " + quantity.unit.substr(0, 20));
  return static_cast<std::size_t>(found - task.begin());
}

Status mapObservation(const TaskSpec& task, const ImportContract& contract, OnnxMapping& mapping, std::vector<std::string>& notes) {
  mapping.observationSize = static_cast<int>(task.observation.size());
  std::vector<ContractQuantity> all = contract.observation;
  if (all.empty())
    for (const Quantity& q : task.observation) all.push_back({q.name, q.unit, {}, 0.0});
  else
    mapping.observationBy = "the contract";
  for (const ContractQuantity& quantity : all) {
    const auto place = placeOf("observation", quantity, task.observation);
    if (!place) return place.error();
    mapping.observation.push_back(static_cast<int>(*place));
    const double unit = task.observation[*place].scale, scale = quantity.scale.value_or(unit);
    mapping.observationScale.push_back(unit / scale);
    mapping.observationOffset.push_back(-quantity.offset / scale);
  }
  std::string unseen;
  for (const Quantity& q : task.observation)
    if (std::none_of(all.begin(), all.end(), [&](const ContractQuantity& c) { return c.name == q.name; }))
      unseen += (unseen.empty() ? "" : ", ") + q.name;
  if (!unseen.empty()) notes.push_back("It does not see " + unseen + ".");
  return {};
}

Status mapActions(const TaskSpec& task, const ImportContract& contract, OnnxMapping& mapping) {
  std::vector<ContractQuantity> all = contract.action;
  if (all.empty())
    for (const Quantity& q : task.action) all.push_back({q.name, q.unit, {}, 0.0});
  if (all.size() != task.action.size())
    return refuse("the contract has " + std::to_string(all.size()) + " actions, the task has " + std::to_string(task.action.size()) + ": " +
                  namesOf(task.action));
  mapping.action.resize(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto place = placeOf("action", all[i], task.action);
    if (!place) return place.error();
    mapping.action[*place] = static_cast<int>(i);
    const double unit = task.actionScale.at(*place);
    mapping.actionScale.push_back(all[i].scale.value_or(unit) / unit);
    mapping.actionOffset.push_back(all[i].offset / unit);
  }
  return {};
}

Status mapChoices(const TaskSpec& task, const ImportContract& contract, OnnxMapping& mapping) {
  mapping.choices = true;
  if (!contract.action.empty()) return refuse("the task has named choices, the contract continuous actions");
  const std::vector<std::string>& all = contract.discreteActions.empty() ? task.discreteActions : contract.discreteActions;
  for (const std::string& name : task.discreteActions) {
    const auto found = std::find(all.begin(), all.end(), name);
    if (found == all.end() || all.size() != task.discreteActions.size()) {
      std::string names;
      for (const std::string& one : task.discreteActions) names += (names.empty() ? "" : ", ") + one;
      return refuse("the contract's choices are not those of the task: " + names);
    }
    mapping.action.push_back(static_cast<int>(found - all.begin()));
  }
  mapping.actionScale.assign(all.size(), 1.0);
  return {};
}

Result<OnnxMapping> mappingFor(const TaskSpec& task, const ImportContract& contract, std::vector<std::string>& notes) {
  if (!contract.task.empty() && contract.task != task.id)
    return refuse("the contract is for task '" + contract.task.substr(0, 60) + "', not for '" + task.id + "'");
  const bool choices = !task.discreteActions.empty();
  if (!choices && !contract.discreteActions.empty()) return refuse("the contract has named choices, the task continuous actions");
  if (choices && (contract.squash || !contract.sigma.empty() || contract.deterministic))
    return refuse("squash and sigma are for continuous actions, the task has named choices");
  OnnxMapping mapping;
  mapping.input = contract.input;
  mapping.outputs = contract.outputs;
  mapping.squash = contract.squash;
  mapping.sigma = contract.sigma;
  mapping.usualSigma = kDefaultSigma;
  mapping.deterministic = contract.deterministic;
  if (auto mapped = mapObservation(task, contract, mapping, notes); !mapped) return mapped.error();
  if (auto mapped = choices ? mapChoices(task, contract, mapping) : mapActions(task, contract, mapping); !mapped) return mapped.error();
  if (contract.observation.empty())
    notes.push_back("No contract names the observation: its numbers are taken in the task's order and scales (nudge-cli tasks).");
  return mapping;
}

std::string textOf(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  return text.back() == '.' ? text + "0" : text;
}
}  // namespace

Result<ImportedPrior> importPrior(std::span<const std::uint8_t> onnx, const TaskSpec& task, const PriorImport& stated) {
  ImportedPrior result;
  auto mapping = mappingFor(task, stated.contract, result.notes);
  if (!mapping) return mapping.error();
  auto read = readOnnxActor(onnx, *mapping);
  if (!read) return read.error();
  const bool usual = read->sigma == "usual";
  if (usual) result.notes.push_back("It gives no sigma, so one of " + textOf(kDefaultSigma) + " is taken; --sigma states another.");
  result.policy.actor = std::move(read->actor);
  auto& info = result.policy.info;
  info = {{"task", task.id}, {"kind", "prior"}, {"version", kVersion}, {"source", stated.file}, {"source_sha256", sha256Hex(onnx)},
          {"source_producer", read->producer}, {"contract", writeImportContract(stated.contract)}, {"sigma", read->sigma}};
  if (usual) info["sigma"] += " " + textOf(kDefaultSigma);
  for (const double sigma : mapping->sigma) info["sigma"] += " " + textOf(sigma);
  info["source_outputs"] = "";
  for (const auto& [role, name] : read->outputs) info["source_outputs"] += (info["source_outputs"].empty() ? "" : ", ") + role + " = " + name;
  return result;
}

}  // namespace nudge
