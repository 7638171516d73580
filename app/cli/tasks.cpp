#include <cstdio>
#include <memory>

#include "app/cli/commands.h"
#include "core/sim/task.h"

namespace nudge::cli {
namespace {

nlohmann::json quantities(const std::vector<Quantity>& list) {
  auto all = nlohmann::json::array();
  for (const auto& one : list)
    all.push_back(
        {{"name", one.name}, {"unit", one.unit}, {"description", one.description}, {"scale", one.scale}});
  return all;
}

nlohmann::json describe(const Task& task) {
  const TaskSpec& spec = task.spec();
  auto features = nlohmann::json::array();
  for (const auto& feature : spec.features)
    features.push_back({{"name", feature.name},
                        {"title", feature.title},
                        {"description", feature.description},
                        {"prior_weight", feature.priorWeight},
                        {"teacher_weight", feature.teacherWeight},
                        {"style", feature.style}});
  return {{"id", spec.id},
          {"title", spec.title},
          {"description", spec.description},
          {"control_rate_hz", spec.controlRate_hz},
          {"episode_steps", spec.episodeSteps},
          {"discount", spec.discount},
          {"observation", quantities(spec.observation)},
          {"action", quantities(spec.action)},
          {"action_scale", spec.actionScale},
          {"discrete_actions", spec.discreteActions},
          {"features", features},
          {"cameras", spec.cameras}};
}

void print(const Quantity& one, const std::string& unit) {
  std::printf("    %-20s %-14s %s\n", one.name.c_str(), unit.c_str(), one.description.c_str());
}

void print(const Task& task) {
  const TaskSpec& spec = task.spec();
  std::printf("%s: %s\n", spec.id.c_str(), spec.title.c_str());
  if (!spec.description.empty()) std::printf("  %s\n", spec.description.c_str());
  std::printf("  %g decisions a second, episodes of %d steps (%g s)\n", spec.controlRate_hz,
              spec.episodeSteps, spec.episodeSteps / spec.controlRate_hz);
  std::printf("  observation\n");
  for (const auto& one : spec.observation) {
    char scale[32];
    std::snprintf(scale, sizeof scale, "1 = %g ", one.scale);
    print(one, scale + (one.unit == "1" ? "" : one.unit));
  }
  std::printf("  action, each in [-1, 1]\n");
  for (const auto& one : spec.action) print(one, one.unit);
  std::printf("  features, each in [0, 1] (weights: prior, teacher)\n");
  for (const auto& feature : spec.features)
    std::printf("    %-20s %5.2f %5.2f  %s\n", feature.name.c_str(), feature.priorWeight,
                feature.teacherWeight, feature.description.c_str());
}

int listTasks(const std::vector<std::string>& wanted, bool json) {
  auto all = nlohmann::json::array();
  for (const auto& id : wanted.empty() ? taskIds() : wanted) {
    const auto task = makeTask(id);
    if (!task) return fail(task.error());
    if (json)
      all.push_back(describe(**task));
    else
      print(**task);
  }
  if (json) printJson({{"tasks", all}});
  return kFine;
}

}  // namespace

void addTasks(CLI::App& app, int& code) {
  auto* command =
      app.add_subcommand("tasks", "List tasks: what the robot sees, does, and is judged by");
  auto json = std::make_shared<bool>(false);
  auto wanted = std::make_shared<std::vector<std::string>>();
  command->add_option("TASK", *wanted, "Only these: ids, or folders of your own (default: all built-in ones)");
  command->add_flag("--json", *json, "One JSON document instead of text");
  command->callback([&code, json, wanted] { code = listTasks(*wanted, *json); });
}

}  // namespace nudge::cli
