// nudge-cli check-task: is a task's folder right, and how does it behave?
#include <cstdio>
#include <memory>

#include "app/cli/task_commands.h"
#include "core/sim/folder/folder_task.h"
#include "core/sim/folder/task_check.h"
#include "core/sim/folder/term.h"

namespace nudge::cli {
namespace {

using nlohmann::json;

struct Options {
  std::string folder;
  int episodes = 3;
  std::uint64_t seed = 1;
  bool terms = false, markdown = false, asJson = false;
};

/// The manual's page.
int printTermsMarkdown() {
  std::printf(
      "# What a task can measure\n\nThe terms of a `task.toml`, for observations, features, success and "
      "failure "
      "alike. `nudge-cli check-task --terms` prints them;\nthis page is `--terms --markdown`. Parameters in "
      "**bold** are needed.\n\n| term | unit | what it measures | parameters |\n|---|---|---|---|\n");
  for (const TermKind& kind : termKinds()) {
    std::string parameters;
    for (const TermParameter& one : kind.parameters) {
      const std::string name = one.required ? "**`" + one.name + "`**" : "`" + one.name + "`";
      parameters += (parameters.empty() ? "" : "<br>") + name + " " + one.description;
    }
    std::printf("| `%s` | %s | %s | %s |\n", kind.name.c_str(), kind.unit.c_str(), kind.summary.c_str(),
                parameters.c_str());
  }
  return kFine;
}

/// Every kind of term with its parameters, from one table.
int printTerms(bool asJson) {
  json all = json::array();
  for (const TermKind& kind : termKinds()) {
    json parameters = json::array();
    for (const TermParameter& one : kind.parameters)
      parameters.push_back(
          {{"name", one.name}, {"description", one.description}, {"required", one.required}});
    all.push_back(
        {{"term", kind.name}, {"unit", kind.unit}, {"summary", kind.summary}, {"parameters", parameters}});
    if (asJson) continue;
    std::printf("%s  (%s)\n  %s\n", kind.name.c_str(), kind.unit.c_str(), kind.summary.c_str());
    for (const TermParameter& one : kind.parameters)
      std::printf("    %-10s %s%s\n", one.name.c_str(), one.description.c_str(),
                  one.required ? " (needed)" : "");
  }
  if (asJson) printJson({{"terms", all}});
  return kFine;
}

json problemsJson(const Problems& problems) {
  json all = json::array();
  for (const Problem& one : problems)
    all.push_back({{"file", one.file}, {"line", one.line}, {"message", one.message}});
  return all;
}

int printProblems(const Problems& problems, const Options& o) {
  if (o.asJson) printJson({{"folder", o.folder}, {"sound", false}, {"problems", problemsJson(problems)}});
  if (problems.size() == 1)
    return fail({ErrorCode::InvalidInput, o.folder + "/" + problemText(problems.front())});
  if (!o.asJson)
    for (const Problem& one : problems) std::printf("%s/%s\n", o.folder.c_str(), problemText(one).c_str());
  return fail({ErrorCode::InvalidInput, o.folder + " has " + std::to_string(problems.size()) + " mistakes"});
}

json rangesJson(const std::vector<SeenRange>& ranges) {
  json all = json::object();
  for (const SeenRange& one : ranges)
    all[one.name] = {{"low", one.low}, {"high", one.high}, {"mean", one.mean}, {"not_finite", one.notFinite}};
  return all;
}

json toJson(const TaskCheck& check, const Task& task, const Options& o) {
  return {{"folder", o.folder},
          {"task", task.spec().id},
          {"sound", check.faults.empty()},
          {"problems", json::array()},
          {"faults", check.faults},
          {"notes", check.notes},
          {"episodes", check.episodes},
          {"steps", check.steps},
          {"successes", check.successes},
          {"failures", check.failures},
          {"real_times", check.realTimes},
          {"diverged", check.diverged},
          {"reset_repeats", check.resetRepeats},
          {"restore_repeats", check.restoreRepeats},
          {"state_size", task.stateSize()},
          {"observation", rangesJson(check.observation)},
          {"features", rangesJson(check.features)}};
}

void print(const char* title, const std::vector<SeenRange>& ranges) {
  std::printf("  %-28s %10s %10s %10s\n", title, "low", "mean", "high");
  for (const SeenRange& one : ranges)
    std::printf("    %-26s %10.4g %10.4g %10.4g\n", one.name.c_str(), one.low, one.mean, one.high);
}

void print(const TaskCheck& check, const TaskSpec& spec) {
  std::printf("%s: %s\n", spec.id.c_str(), spec.title.c_str());
  std::printf("  %d episodes of random actions, %lld steps: %.0f times real time; success %d, %s %d\n",
              check.episodes, static_cast<long long>(check.steps), check.realTimes, check.successes,
              spec.failure.c_str(), check.failures);
  std::printf("  the same seed gives the same episode: %s; a saved state gives the same future: %s\n",
              check.resetRepeats ? "yes" : "NO", check.restoreRepeats ? "yes" : "NO");
  print("observation, scaled", check.observation);
  print("feature", check.features);
  for (const std::string& note : check.notes) std::printf("  note: %s\n", note.c_str());
  for (const std::string& fault : check.faults) std::printf("  FAULT: %s\n", fault.c_str());
  if (check.faults.empty()) std::printf("  fine\n");
}

int run(const Options& o) {
  if (o.terms) return o.markdown ? printTermsMarkdown() : printTerms(o.asJson);
  if (o.folder.empty())
    return fail({ErrorCode::InvalidInput, "name a folder with a task.toml, or give --terms"});
  if (!isTaskFolder(o.folder))
    return fail({ErrorCode::NotFound, "'" + o.folder + "' is no folder with a task.toml in it"});
  Problems problems;
  auto task = makeFolderTask(o.folder, problems);
  if (!task) return printProblems(problems, o);
  auto another = makeFolderTask(task->mjcf(), problems);  // through the text, as a lesson keeps it
  if (!another) return printProblems(problems, o);
  const TaskCheck check = checkTask(*task, *another, o.episodes, o.seed);
  if (o.asJson)
    printJson(toJson(check, *task, o));
  else
    print(check, task->spec());
  return check.faults.empty() ? kFine : kNo;
}

}  // namespace

void addCheckTask(CLI::App& app, int& code) {
  auto o = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("check-task", "Look for mistakes in a task's folder and try the task out");
  command->add_option("folder", o->folder, "Folder with task.toml and MJCF");
  command->add_option("--episodes", o->episodes, "Episodes of random actions")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  command->add_option("--seed", o->seed, "Of worlds and actions")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_flag("--terms", o->terms, "Print what a task.toml can measure, and end");
  command->add_flag("--markdown", o->markdown, "With --terms: as the manual's page");
  command->add_flag("--json", o->asJson, "One JSON document instead of text");
  command->callback([o, &code] { code = run(*o); });
}

}  // namespace nudge::cli
