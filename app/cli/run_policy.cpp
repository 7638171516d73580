#include <cstdio>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/policy_source.h"
#include "core/engine/evaluate.h"

namespace nudge::cli {
namespace {
using nlohmann::json;

constexpr double kDegrees = 57.29577951308232;

constexpr const char* kHelp = R"(The robot alone: runs a policy over fresh episodes and says how well it does.
Episode i starts from a seed derived from --seed and i, so the same command gives the same figures.

--json prints one document: task, policy {name, kind, version, sha256}, episodes, seed, deterministic,
steps, steps_per_s, seconds, success_rate, toppling_rate (episodes lost beyond repair), diverged_rate
(physics), tilt_deg (of each episode's largest tilt) {mean, min, q1, median, q3, max},
features {name: {mean, min, q1, median, q3, max}} over all steps, prior_reward and teacher_reward
(mean over episodes of the sum of weight times feature).
--steps also prints, before it, for every control step
{event: "step", episode, step, observation, action, features}.)";

struct Options {
  std::string policy, task;
  int version = -1;
  EvaluationSettings evaluation;
  bool deterministic = false, json = false, steps = false;
};

json toJson(const Spread& s, double factor = 1.0) {
  return {{"mean", s.mean * factor},     {"min", s.min * factor}, {"q1", s.q1 * factor},
          {"median", s.median * factor}, {"q3", s.q3 * factor},   {"max", s.max * factor}};
}

json toJson(const Evaluation& result, const PolicySource& source, const TaskSpec& spec,
            const Options& options) {
  json features = json::object();
  for (std::size_t i = 0; i < spec.features.size(); ++i)
    features[spec.features[i].name] = toJson(result.features[i]);
  return {{"task", spec.id},
          {"policy",
           {{"name", source.name},
            {"kind", source.kind},
            {"version", source.version ? json(*source.version) : json()},
            {"sha256", sha256Hex(source.weights)}}},
          {"episodes", result.episodes.size()},
          {"seed", options.evaluation.seed},
          {"deterministic", options.deterministic},
          {"steps", result.steps},
          {"steps_per_s", static_cast<double>(result.steps) / std::max(result.seconds, 1e-9)},
          {"seconds", result.seconds},
          {"success_rate", result.successRate},
          {"toppling_rate", result.failureRate},
          {"diverged_rate", result.divergedRate},
          {"tilt_deg", toJson(result.tilt_rad, kDegrees)},
          {"features", features},
          {"prior_reward", result.priorReward},
          {"teacher_reward", result.teacherReward}};
}

void print(const Evaluation& result, const PolicySource& source, const TaskSpec& spec,
           const Options& options) {
  const auto row = [](const char* name, const Spread& s, double factor) {
    std::printf("  %-20s %8.3f %8.3f %8.3f %8.3f\n", name, s.mean * factor, s.q1 * factor, s.median * factor,
                s.q3 * factor);
  };
  std::printf("%s on %s, alone: %zu episodes from seed %llu, %s\n", source.name.c_str(), spec.id.c_str(),
              result.episodes.size(), static_cast<unsigned long long>(options.evaluation.seed),
              options.deterministic ? "deterministic" : "sampled");
  std::printf("  success %.1f %%, %s %.1f %%, diverged %.1f %%\n", 100 * result.successRate, spec.failure.c_str(),
              100 * result.failureRate, 100 * result.divergedRate);
  std::printf("  reward an episode: prior's %.2f, teacher's %.2f\n\n", result.priorReward,
              result.teacherReward);
  std::printf("  %-20s %8s %8s %8s %8s\n", "", "mean", "q1", "median", "q3");
  const bool tilts = result.tilt_rad.max > 0.0;  // a car does not
  if (tilts) row("largest tilt, deg", result.tilt_rad, kDegrees);
  for (std::size_t i = 0; i < spec.features.size(); ++i)
    row(spec.features[i].name.c_str(), result.features[i], 1.0);
  std::printf("\n  %lld steps, %.0f steps/s\n", static_cast<long long>(result.steps),
              static_cast<double>(result.steps) / std::max(result.seconds, 1e-9));
  if (tilts) std::printf("  largest tilt of all %.1f deg\n", result.tilt_rad.max * kDegrees);
}

int run(Options options) {
  auto source = findPolicy(options.policy, options.task,
                           options.version < 0 ? std::nullopt : std::optional(options.version));
  if (!source) return fail(source.error());
  auto task = makeTaskFor(*source);
  if (!task) return fail(task.error());
  options.evaluation.stochastic = !options.deterministic;
  if (options.steps)
    options.evaluation.onStep = [](const EvaluatedStep& step) {
      const auto list = [](std::span<const float> values) {
        return std::vector<float>(values.begin(), values.end());
      };
      printJson({{"event", "step"},
                 {"episode", step.episode},
                 {"step", step.step},
                 {"observation", list(step.observation)},
                 {"action", list(step.action)},
                 {"features", list(step.features)}});
    };
  const auto result = evaluatePolicy(**task, source->policy, options.evaluation);
  if (!result) return fail(result.error());
  if (options.json || options.steps)
    printJson(toJson(*result, *source, (*task)->spec(), options));
  else
    print(*result, *source, (*task)->spec(), options);
  return kFine;
}
}  // namespace

void addRunPolicy(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("run-policy", kHelp);
  command->add_option("POLICY", options->policy, kPolicyHelp)->required();
  command->add_option("--task", options->task, "Task id, or a task's folder; may be left out where the policy says it");
  command->add_option("--version", options->version, "Version in a session file (default: the active one)")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--episodes", options->evaluation.episodes, "How many episodes")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--seed", options->evaluation.seed, "Seed of worlds and noise")
      ->check(CLI::NonNegativeNumber)  // or −1 would quietly become 2⁶⁴ − 1
      ->capture_default_str();
  command->add_flag("--deterministic", options->deterministic, "Take tanh of the mean instead of sampling");
  command->add_flag("--json", options->json, "One JSON document instead of text");
  command->add_flag("--steps", options->steps, "A JSON line for every control step as well");
  command->callback([&code, options] { code = run(*options); });
}

}  // namespace nudge::cli
