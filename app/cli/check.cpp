#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <optional>

#include "app/cli/commands.h"
#include "core/policy/policy.h"
#include "core/sim/folder/folder_task.h"
#include "core/sim/task.h"
#include "sessions/store.h"

namespace nudge::cli {
namespace {

struct Findings {
  std::vector<std::string> problems;  ///< the file is not sound
  std::vector<std::string> notes;     ///< what could not be checked, and why
  std::int64_t rerunSteps = 0;
  double largestDifference = 0.0;  ///< of a number from the recorded one, relative to 1 + its size
};

/// Index of the first number whose bits differ.
std::optional<std::size_t> firstDifference(std::span<const double> a, std::span<const double> b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::memcmp(&a[i], &b[i], sizeof(double)) != 0) return i;
  return std::nullopt;
}

std::string difference(const std::string& where, std::size_t at, double recorded, double rerun) {
  char text[160];
  std::snprintf(text, sizeof text, ": re-running gives another state; number %zu is %.17g, recorded %.17g",
                at, rerun, recorded);
  return where + text;
}

double largestDifference(std::span<const double> recorded, std::span<const double> rerun) {
  double largest = 0.0;
  for (std::size_t i = 0; i < recorded.size(); ++i)
    largest = std::max(largest, std::abs(rerun[i] - recorded[i]) / (1.0 + std::abs(recorded[i])));
  return largest;
}

/// Repeats the recorded actions from the first recorded state; every state on the way must come out bit for
/// bit. Stops at the first difference, for all later ones follow from it. With a tolerance, as for a lesson
/// of another machine, every action starts from its own recorded state: contacts let small differences grow.
void rerun(const EpisodeData& data, Task& task, double tolerance, Findings& findings) {
  if (data.steps.empty()) return;
  const std::string where = "episode " + std::to_string(data.row.start.episode);
  if (const Status restored = task.restore(data.steps.front().state); !restored) {
    findings.problems.push_back(where + ": its first state cannot be restored: " + restored.error().message);
    return;
  }
  std::vector<double> state(static_cast<std::size_t>(task.stateSize()));
  for (std::size_t i = 0; i < data.steps.size(); ++i) {
    const bool last = i + 1 == data.steps.size();
    const std::vector<double>& recorded = last ? data.finalState : data.steps[i + 1].state;
    // A broken-off episode has no final state; that of a diverged one means nothing.
    if (last && (recorded.empty() || data.row.outcome == EpisodeOutcome::Diverged)) return;
    if (tolerance > 0.0 && !task.restore(data.steps[i].state)) {
      findings.problems.push_back(where + ", step " + std::to_string(i) + ": its state cannot be restored");
      return;
    }
    task.step(data.steps[i].action);
    task.save(state);
    ++findings.rerunSteps;
    const auto at = firstDifference(recorded, state);
    if (!at) continue;
    const double apart = largestDifference(recorded, state);
    if (findings.largestDifference == 0.0 && tolerance > 0.0)
      findings.notes.push_back(difference("first differs in " + where + ", after step " + std::to_string(i),
                                          *at, recorded[*at], state[*at]));
    findings.largestDifference = std::max(findings.largestDifference, apart);
    if (!(apart <= tolerance)) {
      findings.problems.push_back(
          difference(where + ", after step " + std::to_string(i), *at, recorded[*at], state[*at]));
      return;
    }
  }
}

void rerunAll(const Store& store, double tolerance, Findings& findings) {
  const LessonInfo& info = store.info();
  const auto task = makeTask(taskOfLesson(info.task, info.mjcf));
  if (!task) {
    findings.notes.push_back("The actions were not re-run: this Nudge has no task '" + info.task + "'.");
    return;
  }
  if ((*task)->mjcf() != info.mjcf) {
    findings.notes.push_back("The actions were not re-run: the world of '" + info.task +
                             "' has changed since the lesson was recorded. The recorded states are whole.");
    return;
  }
  if ((*task)->stateSize() != info.stateSize ||
      (*task)->actionSize() != static_cast<int>(info.action.size())) {
    findings.problems.push_back("the lesson's state or action size is not that of task '" + info.task + "'");
    return;
  }
  const auto rows = store.episodes();
  if (!rows) return;  // said by the structure check
  for (const EpisodeRow& row : *rows)
    if (const auto data = store.episode(row.start.episode)) rerun(*data, **task, tolerance, findings);
}

void checkPolicies(const Store& store, Findings& findings) {
  const auto versions = store.policyVersions();
  if (!versions) return;  // said by the structure check
  const LessonInfo& info = store.info();
  for (const PolicyVersion& each : *versions) {
    const auto whole = store.policyVersion(each.version);
    if (!whole) continue;
    const std::string where = "policy " + std::to_string(each.version);
    const auto policy = parsePolicy(whole->weights);
    if (!policy)
      findings.problems.push_back(where + ": " + policy.error().message);
    else if (policy->actor.observationSize() != static_cast<int>(info.observation.size()) ||
             policy->actor.actionSize() != static_cast<int>(info.action.size()))
      findings.problems.push_back(where + ": its inputs and outputs are not those of the lesson");
  }
}

int check(const std::string& path, bool json, bool replay, double tolerance) {
  const auto store = Store::open(path, OpenMode::ReadOnly);
  if (!store) return fail(store.error());
  Findings findings;
  auto problems = store->checkStructure();
  if (!problems) return fail(problems.error());
  findings.problems = std::move(problems).value();
  checkPolicies(*store, findings);
  if (replay) rerunAll(*store, tolerance, findings);
  const bool sound = findings.problems.empty();
  const auto content = store->contentHash();
  if (json) {
    printJson({{"file", path},
               {"sound", sound},
               {"problems", findings.problems},
               {"notes", findings.notes},
               {"rerun_steps", findings.rerunSteps},
               {"largest_difference", findings.largestDifference},
               {"content_sha256", content ? nlohmann::json(*content) : nlohmann::json()}});
  } else {
    for (const std::string& problem : findings.problems) std::printf("%s\n", problem.c_str());
    for (const std::string& note : findings.notes) std::printf("%s\n", note.c_str());
    std::printf("%s: %s; %lld steps re-run\n", path.c_str(), sound ? "sound" : "not sound",
                static_cast<long long>(findings.rerunSteps));
  }
  return sound ? kFine : kNo;
}

}  // namespace

void addCheck(CLI::App& app, int& code) {
  struct Options {
    std::string file;
    bool json = false, noReplay = false;
    double tolerance = 0.0;
  };
  const auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "check",
      "Check a session file: its structure, hashes, and that re-running the actions gives the same states.");
  command->add_option("FILE", options->file, "session file")->required();
  command->add_flag("--json", options->json, "one JSON document");
  command->add_flag("--no-replay", options->noReplay, "do not re-run the actions");
  command
      ->add_option(
          "--tolerance", options->tolerance,
          "how far each re-run step may be from the recorded one, relative to 1 + its size; for lessons of "
          "another machine, for example 1e-6. 0: bit for bit")
      ->check(CLI::Range(0.0, 1.0));
  command->footer("Exit code: 0 sound, 1 problems were found, 2 missing or not a session file.");
  command->callback([options, &code] {
    code = check(options->file, options->json, !options->noReplay, options->tolerance);
  });
}

}  // namespace nudge::cli
