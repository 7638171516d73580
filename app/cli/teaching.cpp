#include "app/cli/teaching.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include "app/cli/lesson_update.h"
#include "app/cli/policy_source.h"
#include "core/base/version.h"
#include "core/sim/folder/folder_task.h"

namespace nudge::cli {

namespace {

constexpr int kMostDiverged = 20;  ///< episodes of diverged physics before teaching gives up

std::vector<std::string> names(const std::vector<Quantity>& quantities) {
  std::vector<std::string> result;
  for (const Quantity& quantity : quantities) result.push_back(quantity.name);
  return result;
}

std::string utcNow() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

LessonInfo describeLesson(const Task& task, const TeachingSettings& settings) {
  const TaskSpec& spec = task.spec();
  LessonInfo info;
  info.task = spec.id;
  info.mjcf = task.mjcf();
  info.mujocoVersion = mujocoVersion();
  info.nudgeVersion = kVersion;
  info.seed = settings.seed.value_or(1);
  info.controlRate_hz = spec.controlRate_hz;
  info.observation = names(spec.observation);
  info.action = names(spec.action);
  for (const Feature& feature : spec.features) info.features.push_back(feature.name);
  info.stateSize = task.stateSize();
  info.teacher = settings.teacher;
  info.created = utcNow();
  return info;
}

Status checkSameTask(const LessonInfo& info, const Task& task, const std::string& path) {
  if (info.task != task.spec().id)
    return Error{ErrorCode::InvalidInput, "'" + path + "' is a lesson in '" + info.task + "', not in '" +
                                              task.spec().id + "'; it was left as it is"};
  const auto features = static_cast<std::size_t>(task.featureCount());
  if (info.stateSize != task.stateSize() || info.observation != names(task.spec().observation) ||
      info.features.size() != features)
    return Error{ErrorCode::InvalidInput, "'" + path + "' was recorded in another version of the task '" + info.task +
                                              "', so it cannot go on; it was left as it is"};
  return {};
}

Result<SyntheticTeacher> makeTeacher(const Task& task, const TeachingSettings& settings, std::uint64_t seed) {
  const auto noise = parseTeacher(settings.teacher);
  if (!noise) return noise.error();
  auto policy = shippedPolicy(settings.task, "teacher");
  if (!policy) return policy.error();
  const int continuous = task.spec().discreteActions.empty() ? task.actionSize() : 0;  // what critics see of the action
  const auto fits = [&](const Mlp& critic) { return critic.inputSize() == task.observationSize() + continuous; };
  const auto& critics = policy->critics.networks();
  if (policy->actor.observationSize() != task.observationSize() || policy->actor.actionSize() != task.actionSize() ||
      critics.empty() || !std::all_of(critics.begin(), critics.end(), fits))
    return Error{ErrorCode::InvalidInput, "the teacher that comes with '" + settings.task + "' does not fit this task"};
  const TeacherGate gate = gateOf(*policy);
  return SyntheticTeacher(std::move(*policy), gate, *noise, task.spec().controlRate_hz, seed);
}

/// The policy that a new lesson begins with: the prior, or an untrained one for a method that starts from nothing.
Result<std::vector<std::uint8_t>> firstPolicy(const TeachingSettings& settings) {
  const auto method = findMethod(settings.method);
  if (!method) return method.error();
  auto prior = findPolicy(settings.prior, settings.task, std::nullopt);
  if (!prior) return prior.error();
  if (auto task = makeTaskFor(*prior); !task) return task.error();
  auto start = startingPolicy(settings.method, prior->policy, settings.seed.value_or(1));
  if (!start) return start.error();
  return method->fromNothing ? serializePolicy(*start) : std::move(prior->weights);
}

Result<std::shared_ptr<const Policy>> readPolicy(const Store& store, int version) {
  auto row = store.policyVersion(version);
  if (!row) return row.error();
  auto policy = parsePolicy(row->weights);
  if (!policy) return policy.error();
  return std::shared_ptr<const Policy>(std::make_shared<Policy>(std::move(*policy)));
}

double median(std::vector<float>& values) {
  if (values.empty()) return 0.0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return static_cast<double>(*middle);
}

}  // namespace

Result<std::unique_ptr<Teaching>> Teaching::open(const std::string& path, const TeachingSettings& settings) {
  auto task = makeTask(settings.task);
  if (!task) return task.error();
  // What a lesson needs is looked at before a file is made for it.
  if (auto teacher = makeTeacher(**task, settings, 0); !teacher) return teacher.error();

  std::error_code ignored;
  const bool exists = std::filesystem::exists(path, ignored);
  auto store = [&]() -> Result<Store> {
    if (exists) return Store::open(path, OpenMode::ReadWrite);
    auto first = firstPolicy(settings);
    if (!first) return first.error();
    return Store::create(path, describeLesson(**task, settings), *first);
  }();
  if (!store) return store.error();
  if (auto same = checkSameTask(store->info(), **task, path); !same) return same.error();
  if (const std::string remark = folderRemark(store->info().mjcf); !remark.empty()) {
    std::fprintf(stderr, "nudge-cli: note: %s\n", remark.c_str());
    task = makeTask(taskOfLesson(store->info().task, store->info().mjcf));
    if (!task) return task.error();
  }

  std::unique_ptr<Teaching> teaching(new Teaching(settings));
  teaching->goesOn_ = exists;
  if (!settings.seed) teaching->settings_.seed = store->info().seed;
  auto teacher = makeTeacher(**task, settings, *teaching->settings_.seed);
  if (!teacher) return teacher.error();
  if (auto ready = teaching->prepare(std::move(*store), std::move(*task), std::move(*teacher)); !ready) return ready.error();
  return teaching;
}

Status Teaching::prepare(Store store, std::unique_ptr<Task> task, SyntheticTeacher teacher) {
  if (auto claimed = store.claim(); !claimed) return claimed;
  if (auto closed = store.closeUnfinishedEpisodes(); !closed) return closed.error();
  const auto rows = store.episodes();
  if (!rows) return rows.error();
  const auto version = store.activeVersion();
  if (!version) return version.error();
  auto policy = readPolicy(store, *version);
  if (!policy) return policy.error();
  // Said before a round is collected, not after.
  if (auto start = startingPolicy(settings_.method, **policy, 0); !start) return start.error();

  SimLoopSettings loop;
  loop.seed = *settings_.seed;
  loop.slices = 1;
  loop.autoNextEpisode = false;
  for (const EpisodeRow& row : *rows) {
    if (!row.practice) stepsBefore_ += row.steps;
    loop.firstEpisode = std::max(loop.firstEpisode, row.start.episode + 1);
    round_ = std::max(round_, row.start.round + 1);
  }
  loop.round = round_;
  const std::vector<Feature>& features = task->spec().features;
  const auto style = std::find_if(features.begin(), features.end(), [](const Feature& f) { return f.style; });
  if (style != features.end()) style_ = static_cast<int>(style - features.begin());
  device_ = std::make_unique<SyntheticDevice>(std::move(teacher), task->actionSize(),
                                              !task->spec().discreteActions.empty(),
                                              [spec = task->spec()](std::span<const float> f) { return teacherReward(spec, f); });
  loop_ = std::make_unique<SimLoop>(std::move(task), std::move(*policy), *version,
                                    std::vector<InputDevice*>{device_.get()}, loop);
  recorder_ = std::make_unique<Recorder>(std::move(store), loop_->records());
  return {};
}

Result<RoundFigures> Teaching::collectRound() {
  RoundFigures figures;
  std::vector<float> style;
  while (figures.steps < settings_.stepsPerRound || !loop_->episodeOver()) {
    if (settings_.stopped && *settings_.stopped) {
      if (auto stored = recorder_->flush(); !stored) return stored.error();
      if (auto closed = recorder_->store().closeUnfinishedEpisodes(); !closed) return closed.error();
      return Error{ErrorCode::Cancelled, "stopped; the lesson keeps all that was seen"};
    }
    if (loop_->episodeOver()) loop_->commands().tryPush(NextEpisode{});
    const bool moved = loop_->tick(now_s_);
    now_s_ += loop_->slicePeriod_s();
    loop_->frames().refresh();
    const Frame& frame = loop_->frames().front();
    if (auto held = checkHold(frame); !held) return held.error();
    if (moved && frame.hold == HoldReason::None) {
      ++figures.steps;
      figures.teacherSteps += frame.driver == Driver::Teacher;
      figures.round = frame.round;
      figures.policyVersion = frame.policyVersion;
      if (style_ >= 0) style.push_back(frame.features[static_cast<std::size_t>(style_)]);
      if (loop_->episodeOver())
        if (auto ended = endOfEpisode(frame, figures); !ended) return ended.error();
    }
    if (auto stored = recorder_->drain(); !stored) return stored.error();
  }
  figures.rate = static_cast<double>(figures.teacherSteps) / static_cast<double>(figures.steps);
  figures.styleMedian = median(style);
  return figures;
}

Status Teaching::endOfEpisode(const Frame& frame, RoundFigures& figures) {
  ++figures.episodes;
  figures.successes += frame.success;
  if (auto stored = recorder_->drain(); !stored) return stored;
  const int lost = device_->teacher().lostSince();
  if (lost < 0) return {};
  // As a person would: what the teacher does to a bottle that lies is no example of anything.
  ++figures.lostEpisodes;
  const Mark mark{0, frame.episode, MarkKind::Paint, lost, frame.step, Verdict::Excluded, "exclude what was lost"};
  if (auto marked = recorder_->store().addMark(mark); !marked) return marked.error();
  return {};
}

Status Teaching::checkHold(const Frame& frame) {
  if (frame.hold == HoldReason::BadPolicy)
    return Error{ErrorCode::InvalidInput, "policy version " + std::to_string(frame.policyVersion) +
                                              " gives no usable action; the lesson keeps all that was seen"};
  if (frame.hold == HoldReason::Diverged && ++diverged_ > kMostDiverged)
    return Error{ErrorCode::Internal, "the physics diverged in more than " + std::to_string(kMostDiverged) +
                                          " episodes; the lesson keeps all that was seen"};
  return {};
}

Result<Update> Teaching::learn(const ProgressCallback& progress) {
  MereqSettings settings = settings_.update;
  settings.seed = deriveSeed(*settings_.seed, static_cast<std::uint64_t>(round_));
  const auto update = updateLesson(recorder_->store(), settings_.method, settings, progress);
  if (!update) return update.error();
  if (update->resultVersion >= 0) {
    auto policy = readPolicy(recorder_->store(), update->resultVersion);
    if (!policy) return policy.error();
    loop_->commands().tryPush(SetPolicy{std::move(*policy), update->resultVersion});
  }
  loop_->commands().tryPush(SetRound{++round_});
  return update;
}

}  // namespace nudge::cli
