#include "core/engine/package_contract.h"

#include <cmath>

#include "core/sim/folder/task_source.h"

namespace nudge {

namespace {
Status compare(const char* what, const std::vector<PackageQuantity>& package,
               const std::vector<PackageQuantity>& task) {
  const auto refuse = [&](const std::string& why) {
    return Error{ErrorCode::InvalidInput,
                 "the package does not fit the task: its " + std::string(what) + " " + why};
  };
  if (package.size() != task.size())
    return refuse("has " + std::to_string(package.size()) + " numbers, the task's has " +
                  std::to_string(task.size()));
  for (std::size_t i = 0; i < task.size(); ++i) {
    if (package[i].name != task[i].name)
      return refuse("number " + std::to_string(i + 1) + " is '" + package[i].name + "', the task's is '" +
                    task[i].name + "'");
    if (package[i].unit != task[i].unit || std::abs(package[i].scale / task[i].scale - 1.0) > 1e-9)
      return refuse("'" + task[i].name + "' has another unit or scale");
  }
  return {};
}

std::vector<PackageQuantity> observationOf(const TaskSpec& spec) {
  std::vector<PackageQuantity> list;
  for (const Quantity& q : spec.observation) list.push_back({q.name, q.unit, q.description, q.scale});
  return list;
}

std::vector<PackageQuantity> actionOf(const TaskSpec& spec) {
  std::vector<PackageQuantity> list;
  if (!spec.discreteActions.empty()) return list;
  for (std::size_t i = 0; i < spec.action.size(); ++i) {
    const Quantity& q = spec.action[i];
    list.push_back({q.name, q.unit, q.description, spec.actionScale.at(i)});
  }
  return list;
}
}  // namespace

PackageContract contractFor(const Task& task) {
  const TaskSpec& spec = task.spec();
  PackageContract contract;
  contract.task = spec.id;
  contract.title = spec.title;
  contract.description = spec.description;
  const std::string mjcf = withoutFolder(task.mjcf());
  contract.mjcfHash = sha256Hex({reinterpret_cast<const std::uint8_t*>(mjcf.data()), mjcf.size()});
  contract.mujocoVersion = mujocoVersion();
  contract.controlRate_hz = spec.controlRate_hz;
  contract.episodeSteps = spec.episodeSteps;
  contract.observation = observationOf(spec);
  contract.action = actionOf(spec);
  contract.discreteActions = spec.discreteActions;
  for (const Feature& f : spec.features)
    contract.features.push_back({f.name, f.description, f.priorWeight, 0.0});
  return contract;
}

Status checkContractFits(const PackageContract& contract, const TaskSpec& spec) {
  if (contract.task != spec.id)
    return Error{ErrorCode::InvalidInput,
                 "the package is for task '" + contract.task + "', not for '" + spec.id + "'"};
  if (auto same = compare("observation", contract.observation, observationOf(spec)); !same) return same;
  if (auto same = compare("action", contract.action, actionOf(spec)); !same) return same;
  if (contract.discreteActions != spec.discreteActions)
    return Error{ErrorCode::InvalidInput, "the package does not fit the task: its choices differ"};
  if (std::abs(contract.controlRate_hz - spec.controlRate_hz) > 1e-9)
    return Error{ErrorCode::InvalidInput, "the package does not fit the task: its control rate differs"};
  return {};
}

}  // namespace nudge
