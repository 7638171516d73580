#include "app/cli/lesson_update.h"

#include "core/learn/settings.h"
#include "core/sim/folder/folder_task.h"

namespace nudge::cli {

namespace {

using nlohmann::json;

/// The lesson as the learner wants it. Practice and episodes without steps are left out.
Result<std::vector<LessonEpisode>> readEpisodes(const Store& store) {
  auto rows = store.episodes();
  if (!rows) return rows.error();
  std::vector<LessonEpisode> episodes;
  for (const EpisodeRow& row : *rows) {
    if (row.steps == 0 || row.practice) continue;
    auto data = store.episode(row.start.episode);
    if (!data) return data.error();
    LessonEpisode episode;
    episode.number = row.start.episode;
    episode.seed = row.start.seed;
    episode.round = row.start.round;
    episode.policyVersion = row.start.policyVersion;
    episode.steps = std::move(data->steps);
    episode.segments = std::move(data->segments);
    // After diverged physics there is no next state to learn from.
    if (data->row.outcome != EpisodeOutcome::Diverged) episode.finalObservation = std::move(data->finalObservation);
    episode.terminated = data->row.outcome == EpisodeOutcome::Terminated;
    episodes.push_back(std::move(episode));
  }
  return episodes;
}

Result<Policy> readPolicy(const Store& store, int version, std::vector<double>* theta) {
  auto row = store.policyVersion(version);
  if (!row) return row.error();
  if (theta) *theta = row->theta;
  auto policy = parsePolicy(row->weights);
  if (!policy) return Error{policy.error().code, "policy version " + std::to_string(version) + ": " + policy.error().message};
  return policy;
}

/// The round whose update moved θ last on the way to this version; 0: none did.
Result<int> learnedRound(const Store& store, int version) {
  const auto versions = store.policyVersions();
  if (!versions) return versions.error();
  const auto updates = store.updates();
  if (!updates) return updates.error();
  const auto numbered = [&](int number) {
    return std::find_if(versions->begin(), versions->end(), [&](const PolicyVersion& one) { return one.version == number; });
  };
  for (auto at = numbered(version); at != versions->end();) {
    const auto parent = numbered(at->parent);
    if (parent == versions->end() || parent->version >= at->version) break;
    const auto made = std::find_if(updates->begin(), updates->end(),
                                   [&](const Update& one) { return one.resultVersion == at->version; });
    if (made != updates->end() && at->theta != parent->theta) return made->round;
    at = parent;
  }
  return 0;
}

Result<MereqInput> readLesson(const Store& store, int version) {
  MereqInput input;
  input.taskId = taskOfLesson(store.info().task, store.info().mjcf);
  auto prior = readPolicy(store, 0, nullptr);
  if (!prior) return prior.error();
  input.prior = std::move(*prior);
  auto current = readPolicy(store, version, &input.theta);
  if (!current) return current.error();
  input.current = std::move(*current);
  auto learned = learnedRound(store, version);
  if (!learned) return learned.error();
  input.learnedRound = *learned;
  auto episodes = readEpisodes(store);
  if (!episodes) return episodes.error();
  input.episodes = std::move(*episodes);
  return input;
}

UpdateOutcome outcomeOf(MereqOutcome outcome) {
  switch (outcome) {
    case MereqOutcome::NewPolicy: return UpdateOutcome::NewPolicy;
    case MereqOutcome::NothingToCorrect: return UpdateOutcome::NothingToCorrect;
    case MereqOutcome::BaseTaskKept: return UpdateOutcome::BaseTaskKept;
  }
  return UpdateOutcome::Failed;
}

json reportJson(const MereqReport& r) {
  return {{"excluded_steps", r.excludedSteps}, {"demonstrated", r.demonstrated}, {"imagined", r.imagined},
          {"prior_success", r.priorSuccess ? json(*r.priorSuccess) : json()}, {"new_success", r.newSuccess},
          {"residual_updates", r.residualUpdates}, {"slips", r.slips}};
}

/// The interval of θ when policy `version` was learned, or asked about since; 0 where nothing was.
std::vector<double> intervalOf(const std::vector<Update>& updates, int version, std::size_t features) {
  for (auto u = updates.rbegin(); u != updates.rend(); ++u) {
    const bool about = u->resultVersion == version || (u->resultVersion < 0 && u->baseVersion == version);
    if (about && u->thetaHalfWidth.size() == features) return u->thetaHalfWidth;
  }
  return std::vector<double>(features);
}

void takeOver(const MereqResult& result, Update& update) {
  update.outcome = outcomeOf(result.outcome);
  update.theta = result.theta;
  if (!result.thetaHalfWidth.empty()) update.thetaHalfWidth = result.thetaHalfWidth;
  update.expertSteps = result.report.expertSteps;
  update.goodSteps = result.report.goodSteps;
  update.badSteps = result.report.badSteps;
  update.seconds = result.report.seconds;
  update.report = reportJson(result.report).dump();
  update.message = result.message;
}

PolicyVersion versionOf(MereqResult& result, const Update& update) {
  result.policy.info["kind"] = "residual";
  result.policy.info["parent"] = std::to_string(update.baseVersion);
  result.policy.info.erase("command");
  PolicyVersion version;
  version.parent = update.baseVersion;
  version.weights = serializePolicy(result.policy);
  version.theta = result.theta;
  return version;
}

}  // namespace

const char* outcomeName(UpdateOutcome outcome) {
  switch (outcome) {
    case UpdateOutcome::Running: return "running";
    case UpdateOutcome::NewPolicy: return "new-policy";
    case UpdateOutcome::NothingToCorrect: return "nothing-to-correct";
    case UpdateOutcome::Cancelled: return "cancelled";
    case UpdateOutcome::Failed: return "failed";
    case UpdateOutcome::BaseTaskKept: return "base-task-kept";
  }
  return "failed";
}

json settingsJson(const std::string& method, const MereqSettings& settings) {
  json values{{"method", method}, {"seed", settings.seed}};
  for (const SettingInfo& setting : settingsTable()) {
    const double value = valueOf(settings, setting);
    const bool whole = std::holds_alternative<int MereqSettings::*>(setting.field);
    values[setting.name] = !setting.choices.empty() ? json(textOf(settings, setting))
                           : whole                  ? json(static_cast<int>(value))
                                                    : json(value);
  }
  return values;
}

MereqSettings MethodOptions::settings(const TaskSpec& task) const {
  MereqSettings settings = defaultsFor(task);
  for (const std::string& assignment : assignments) NUDGE_CHECK(set(settings, assignment).ok(), "a setting was not checked");
  return settings;
}

void addMethodOptions(CLI::App& command, MethodOptions& options) {
  std::string known;
  for (const MethodInfo& info : methods()) known += "\n  " + info.id + ": " + info.sentence;
  command.add_option("--method", options.method, "How to learn:" + known)
      ->check([](const std::string& id) {
        const auto found = findMethod(id);
        return found ? std::string() : found.error().message;
      })
      ->capture_default_str();
  command.add_option("--set", options.assignments,
                     "A setting of the learner, NAME=VALUE, as often as you like; a wrong name lists them")
      ->allow_extra_args(false)
      ->check([](const std::string& assignment) {
        MereqSettings ignored;
        const auto done = set(ignored, assignment);
        return done ? std::string() : done.error().message;
      });
}

Result<Update> updateLesson(Store& store, const std::string& method, const MereqSettings& settings,
                            const ProgressCallback& progress) {
  auto active = store.activeVersion();
  if (!active) return active.error();
  auto input = readLesson(store, *active);
  if (!input) return input.error();

  auto before = store.updates();
  if (!before) return before.error();

  Update update;
  update.baseVersion = *active;
  update.theta = input->theta;
  update.thetaHalfWidth = intervalOf(*before, *active, input->theta.size());
  update.settings = settingsJson(method, settings).dump();
  for (const LessonEpisode& episode : input->episodes) {
    update.round = std::max(update.round, episode.round);
    update.lastEpisode = episode.number;
    update.lastStep = episode.steps.back().index;
  }
  auto id = store.beginUpdate(update);
  if (!id) return id.error();
  update.id = *id;

  auto result = learn(method, *input, settings, progress);
  if (!result) {
    const bool cancelled = result.error().code == ErrorCode::Cancelled;
    update.outcome = cancelled ? UpdateOutcome::Cancelled : UpdateOutcome::Failed;
    update.message = result.error().message;
    if (auto stored = store.finishUpdate(update, nullptr); !stored) return stored.error();
    return result.error();
  }
  takeOver(*result, update);
  const bool isNew = result->outcome == MereqOutcome::NewPolicy;
  const PolicyVersion version = isNew ? versionOf(*result, update) : PolicyVersion{};
  auto stored = store.finishUpdate(update, isNew ? &version : nullptr);
  if (!stored) return stored.error();
  update.resultVersion = *stored;
  return update;
}

}  // namespace nudge::cli
