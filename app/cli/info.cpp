#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "app/cli/commands.h"
#include "app/cli/lesson_update.h"
#include "sessions/catalog.h"
#include "sessions/store.h"

namespace nudge::cli {
namespace {

struct Round {
  int episodes = 0;
  std::int64_t steps = 0, teacherSteps = 0;
  double rate() const {
    return steps > 0 ? static_cast<double>(teacherSteps) / static_cast<double>(steps) : 0.0;
  }
};
struct VerdictCount {
  std::int64_t segments = 0, steps = 0;
};

/// What the command shows, gathered once for both forms.
struct Summary {
  LessonInfo lesson;
  LessonSummary labels;
  int episodes = 0, successes = 0;  ///< without practice, as all counts
  int practiceEpisodes = 0;
  std::int64_t practiceSteps = 0;
  CommandLag lag;  ///< all commands; of the episode where they came latest
  std::int64_t steps = 0, teacherSteps = 0, takeOvers = 0;
  std::map<int, Round> rounds;
  std::array<VerdictCount, 4> verdicts;
  std::vector<PolicyVersion> versions;
  std::vector<Update> updates;
  std::vector<RecordingTrouble> troubles;
  int activeVersion = 0;
  double duration_s() const { return static_cast<double>(steps) / lesson.controlRate_hz; }
};

constexpr std::array kVerdictOrder{Verdict::Expert, Verdict::Good, Verdict::Bad, Verdict::Excluded};

Status addEpisodes(const Store& store, Summary& summary) {
  const auto rows = store.episodes();
  if (!rows) return rows.error();
  for (const EpisodeRow& row : *rows) {
    summary.lag.commands += row.lag.commands;
    summary.lag.median_s = std::max(summary.lag.median_s, row.lag.median_s);
    summary.lag.p99_s = std::max(summary.lag.p99_s, row.lag.p99_s);
    if (row.practice) {
      ++summary.practiceEpisodes;
      summary.practiceSteps += row.steps;
      continue;
    }
    ++summary.episodes;
    summary.successes += row.success ? 1 : 0;
    summary.steps += row.steps;
    summary.teacherSteps += row.teacherSteps;
    summary.takeOvers += row.takeOvers;
    Round& round = summary.rounds[row.start.round];
    ++round.episodes;
    round.steps += row.steps;
    round.teacherSteps += row.teacherSteps;
    const auto segments = store.segments(row.start.episode);
    if (!segments) return segments.error();
    for (const Segment& segment : *segments) {
      VerdictCount& count = summary.verdicts[static_cast<std::size_t>(segment.verdict)];
      ++count.segments;
      count.steps += segment.end - segment.begin;
    }
  }
  return {};
}

Result<Summary> summarize(const std::string& path) {
  const auto store = Store::open(path, OpenMode::ReadOnly);
  if (!store) return store.error();
  Summary summary;
  summary.lesson = store->info();
  summary.labels = summarizeLesson(path);
  if (const Status added = addEpisodes(*store, summary); !added) return added.error();
  auto versions = store->policyVersions();
  if (!versions) return versions.error();
  summary.versions = std::move(versions).value();
  auto updates = store->updates();
  if (!updates) return updates.error();
  summary.updates = std::move(updates).value();
  auto troubles = store->troubles();
  if (!troubles) return troubles.error();
  summary.troubles = std::move(troubles).value();
  const auto active = store->activeVersion();
  if (!active) return active.error();
  summary.activeVersion = *active;
  return summary;
}

nlohmann::json byFeature(const LessonInfo& lesson, const std::vector<double>& values) {
  auto named = nlohmann::json::object();
  for (std::size_t i = 0; i < std::min(values.size(), lesson.features.size()); ++i)
    named[lesson.features[i]] = values[i];
  return named;
}

/// Text that the learner stored as JSON; as a string when it is not.
nlohmann::json embedded(const std::string& text) {
  if (text.empty()) return nullptr;
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  return parsed.is_discarded() ? nlohmann::json(text) : parsed;
}

nlohmann::json updateJson(const Update& update, const LessonInfo& lesson) {
  return {
      {"id", update.id},
      {"outcome", outcomeName(update.outcome)},
      {"round", update.round},
      {"base_version", update.baseVersion},
      {"result_version", update.resultVersion < 0 ? nlohmann::json() : nlohmann::json(update.resultVersion)},
      {"theta", byFeature(lesson, update.theta)},
      {"theta_half_width", byFeature(lesson, update.thetaHalfWidth)},
      {"expert_steps", update.expertSteps},
      {"good_steps", update.goodSteps},
      {"bad_steps", update.badSteps},
      {"last_episode", update.lastEpisode},
      {"last_step", update.lastStep},
      {"seconds", update.seconds},
      {"started", update.started},
      {"message", update.message},
      {"settings", embedded(update.settings)},
      {"report", embedded(update.report)}};
}

nlohmann::json toJson(const Summary& summary, const std::string& path) {
  const LessonInfo& lesson = summary.lesson;
  auto rounds = nlohmann::json::array(), versions = nlohmann::json::array(),
       updates = nlohmann::json::array();
  for (const auto& [number, round] : summary.rounds)
    rounds.push_back({{"round", number},
                      {"episodes", round.episodes},
                      {"steps", round.steps},
                      {"teacher_steps", round.teacherSteps},
                      {"rate", round.rate()}});
  for (const PolicyVersion& version : summary.versions)
    versions.push_back({{"version", version.version},
                        {"parent", version.parent < 0 ? nlohmann::json() : nlohmann::json(version.parent)},
                        {"sha256", version.hash},
                        {"theta", byFeature(lesson, version.theta)},
                        {"created", version.created}});
  for (const Update& update : summary.updates) updates.push_back(updateJson(update, lesson));
  auto troubles = nlohmann::json::array();
  for (const RecordingTrouble& trouble : summary.troubles)
    troubles.push_back({{"kind", trouble.kind == RecordingTrouble::Kind::Late ? "late" : "refused"},
                        {"episode", trouble.episode},
                        {"first_step", trouble.firstStep},
                        {"steps", trouble.steps},
                        {"delay_s", trouble.delay_s},
                        {"message", trouble.message},
                        {"noticed", trouble.noticed}});
  auto segments = nlohmann::json::object();
  for (const Verdict verdict : kVerdictOrder) {
    const VerdictCount& count = summary.verdicts[static_cast<std::size_t>(verdict)];
    segments[name(verdict)] = {{"segments", count.segments}, {"steps", count.steps}};
  }
  return {{"file", path},
          {"task", lesson.task},
          {"teacher", lesson.teacher},
          {"tags", summary.labels.tags},
          {"notes", summary.labels.notes},
          {"created", lesson.created},
          {"nudge_version", lesson.nudgeVersion},
          {"mujoco_version", lesson.mujocoVersion},
          {"seed", lesson.seed},
          {"control_rate_hz", lesson.controlRate_hz},
          {"target_rate", lesson.targetRate},
          {"features", lesson.features},
          {"duration_s", summary.duration_s()},
          {"episodes", summary.episodes},
          {"successes", summary.successes},
          {"take_overs", summary.takeOvers},
          {"steps",
           {{"total", summary.steps},
            {"robot", summary.steps - summary.teacherSteps},
            {"teacher", summary.teacherSteps}}},
          {"segments", segments},
          {"practice", {{"episodes", summary.practiceEpisodes}, {"steps", summary.practiceSteps}}},
          {"reaction_s", lesson.reaction_s},
          {"input_lag",
           {{"commands", summary.lag.commands},
            {"worst_median_s", summary.lag.median_s},
            {"worst_p99_s", summary.lag.p99_s}}},
          {"recording_troubles", troubles},
          {"rounds", rounds},
          {"active_version", summary.activeVersion},
          {"policy_versions", versions},
          {"updates", updates}};
}

void printTheta(const LessonInfo& lesson, const std::vector<double>& theta,
                const std::vector<double>& halfWidth) {
  for (std::size_t i = 0; i < std::min(theta.size(), lesson.features.size()); ++i) {
    std::printf("      %-24s %+9.4f", lesson.features[i].c_str(), theta[i]);
    if (i < halfWidth.size()) std::printf("  ± %.4f", halfWidth[i]);
    std::printf("\n");
  }
}

void print(const Summary& summary, const std::string& path) {
  const LessonInfo& lesson = summary.lesson;
  std::printf("%s\n", path.c_str());
  std::printf("  task %s, taught by %s, created %s with Nudge %s\n", lesson.task.c_str(),
              lesson.teacher.empty() ? "an unnamed teacher" : lesson.teacher.c_str(), lesson.created.c_str(),
              lesson.nudgeVersion.c_str());
  for (const std::string& tag : summary.labels.tags) std::printf("  tag: %s\n", tag.c_str());
  if (!summary.labels.notes.empty()) std::printf("  notes: %s\n", summary.labels.notes.c_str());
  std::printf("  %d episodes (%d successful), %.0f s of robot time at %g Hz\n", summary.episodes,
              summary.successes, summary.duration_s(), lesson.controlRate_hz);
  std::printf("  steps: %lld by the robot, %lld by the teacher in %lld take-overs\n",
              static_cast<long long>(summary.steps - summary.teacherSteps),
              static_cast<long long>(summary.teacherSteps), static_cast<long long>(summary.takeOvers));
  std::printf("  segments:");
  for (const Verdict verdict : kVerdictOrder) {
    const VerdictCount& count = summary.verdicts[static_cast<std::size_t>(verdict)];
    std::printf(" %lld %s (%lld steps)%s", static_cast<long long>(count.segments), name(verdict),
                static_cast<long long>(count.steps), verdict == kVerdictOrder.back() ? "\n" : ",");
  }
  if (summary.practiceEpisodes > 0)
    std::printf("  practice, not counted: %d episodes (%lld steps)\n", summary.practiceEpisodes,
                static_cast<long long>(summary.practiceSteps));
  std::printf("  reaction time %.2f s", lesson.reaction_s);
  if (summary.lag.commands > 0)
    std::printf("; input lag of %d commands, worst episode: median %.0f ms, p99 %.0f ms", summary.lag.commands,
                1e3 * summary.lag.median_s, 1e3 * summary.lag.p99_s);
  std::printf("\n");
  for (const RecordingTrouble& trouble : summary.troubles) {
    const bool late = trouble.kind == RecordingTrouble::Kind::Late;
    std::printf("  %lld steps from episode %lld, step %lld were %s", static_cast<long long>(trouble.steps),
                static_cast<long long>(trouble.episode), static_cast<long long>(trouble.firstStep),
                late ? "stored late" : "refused");
    if (late) std::printf(" (up to %.1f s)", trouble.delay_s);
    std::printf(": %s\n", trouble.message.c_str());
  }
  std::printf("\n  round  episodes     steps   teacher     rate  (target %.3f)\n", lesson.targetRate);
  for (const auto& [number, round] : summary.rounds)
    std::printf("  %5d  %8d  %8lld  %8lld  %7.3f\n", number, round.episodes,
                static_cast<long long>(round.steps), static_cast<long long>(round.teacherSteps),
                round.rate());
  std::printf("\n  policies\n");
  for (const PolicyVersion& version : summary.versions) {
    std::printf("    %s %-4d", version.version == summary.activeVersion ? "*" : " ", version.version);
    if (version.parent < 0)
      std::printf("the prior      ");
    else
      std::printf("from %-10d", version.parent);
    std::printf("%.12s  %s\n", version.hash.c_str(), version.created.c_str());
  }
  for (const Update& update : summary.updates) {
    std::printf("\n  update %lld in round %d: %s", static_cast<long long>(update.id), update.round,
                outcomeName(update.outcome));
    if (update.resultVersion >= 0) std::printf(" %d", update.resultVersion);
    std::printf(", %.1f s%s%s\n", update.seconds, update.message.empty() ? "" : ". ", update.message.c_str());
    printTheta(lesson, update.theta, update.thetaHalfWidth);
  }
}

int info(const std::string& path, bool json) {
  const auto summary = summarize(path);
  if (!summary) return fail(summary.error());
  if (json)
    printJson(toJson(*summary, path));
  else
    print(*summary, path);
  return kFine;
}

}  // namespace

void addInfo(CLI::App& app, int& code) {
  struct Options {
    std::string file;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("info", "Show what a session file holds: episodes, rates, policies, updates.");
  command->add_option("FILE", options->file, "session file")->required();
  command->add_flag("--json", options->json, "one JSON document");
  command->callback([options, &code] { code = info(options->file, options->json); });
}

}  // namespace nudge::cli
