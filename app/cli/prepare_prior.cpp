#include <cstdio>

#include "app/cli/commands.h"
#include "app/cli/policy_source.h"
#include "app/cli/progress_line.h"
#include "core/learn/foresee.h"
#include "core/sim/folder/folder_task.h"

namespace nudge::cli {

namespace {

struct Options {
  std::string prior, task, out;
  ForesightSettings settings;
  bool json = false;
};

int run(const Options& o) {
  auto policy = loadPolicyFile(o.prior);
  if (!policy) return fail(policy.error());
  const std::string out = o.out.empty() ? o.prior : o.out;
  if (auto writable = checkWritable(out); !writable) return fail(writable.error());
  const auto task = o.task.empty() ? taskOfPolicyFile(o.prior, policy->info["task"]) : Result<std::string>(absoluteTask(o.task));
  if (!task) return fail(task.error());
  ProgressLine line;
  auto prepared = withForesight(*task, *policy, o.settings, [&](const LearnProgress& p) {
    if (o.json) printJson({{"event", "progress"}, {"stage", p.stage}, {"fraction", p.fraction}, {"seconds_left", p.secondsLeft}});
    else line.show(p);
    return true;
  });
  line.end();
  if (!prepared) return fail(prepared.error());
  prepared->info["prepared"] = "nudge-cli prepare-prior --seed " + std::to_string(o.settings.seed) + " --steps " +
                               std::to_string(o.settings.steps) + " --updates " + std::to_string(o.settings.updates);
  if (auto saved = savePolicyFile(*prepared, out); !saved) return fail(saved.error());
  if (o.json) printJson({{"event", "done"}, {"file", out}});
  else std::printf("%s knows now what its actions lead to; its behaviour is the same.\n", out.c_str());
  return kFine;
}

constexpr const char* kHelp =
    "Learn ahead of a lesson what a prior's actions lead to, so that its first update need not.\n"
    "The prior's behaviour stays as it is. train-prior does this by itself; imported priors may be prepared with it.";

}  // namespace

void addPreparePrior(CLI::App& app, int& code) {
  auto o = std::make_shared<Options>();
  auto* command = app.add_subcommand("prepare-prior", kHelp);
  command->add_option("prior", o->prior, "Policy file (.safetensors)")->required();
  command->add_option("--task", o->task, "Task id, or a task's folder; may be left out where the policy says it");
  command->add_option("--seed", o->settings.seed, "Seed of everything random")->check(CLI::NonNegativeNumber)->capture_default_str();
  command->add_option("--steps", o->settings.steps, "Control steps of experience")->check(CLI::Range(100, 10'000'000))->capture_default_str();
  command->add_option("--updates", o->settings.updates, "Updates of the critics")->check(CLI::Range(1, 100'000'000))->capture_default_str();
  command->add_option("--out", o->out, "Where to write it (default: in place)");
  command->add_flag("--json", o->json, "Progress and result as JSON lines");
  command->callback([o, &code] { code = run(*o); });
}

}  // namespace nudge::cli
