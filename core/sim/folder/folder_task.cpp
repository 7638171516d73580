#include "core/sim/folder/folder_task.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "core/control/tool_controller.h"
#include "core/sim/folder/description.h"
#include "core/sim/folder/task_source.h"
#include "core/sim/model.h"

namespace nudge {
namespace {

class FolderTask final : public Task {
 public:
  FolderTask(World world, TaskDescription description, std::string text)
      : text_(std::move(text)),
        world_(std::move(world)),
        d_(std::move(description)),
        action_(d_.spec.action.size(), 0.0),
        previousAction_(d_.spec.action.size(), 0.0),
        held_(d_.success.size() + d_.failure.size(), 0) {
    for (const ObservedTerm& one : d_.observed) terms_.push_back(one.term.get());
    for (const FeatureTerm& one : d_.features) terms_.push_back(one.term.get());
    for (const Condition& one : d_.success) terms_.push_back(one.term.get());
    for (const Condition& one : d_.failure) terms_.push_back(one.term.get());
    if (d_.readout.term) terms_.push_back(d_.readout.term.get());
    for (const Term* term : terms_) termState_ += static_cast<std::size_t>(term->stateSize());
    reset(0);
  }

  const TaskSpec& spec() const override { return d_.spec; }

  void reset(std::uint64_t seed) override { start(seed, d_.resets, kNoFloor, ToolController::kNoCeiling); }
  void resetForTraining(std::uint64_t seed) override {
    Random random(deriveSeed(seed, 1));
    const auto drawn = [&random](const HeightLimit& limit, double none) {
      if (limit.share <= 0.0 || random.uniform() >= limit.share) return none;
      return random.uniform(limit.height_m.first, limit.height_m.last);
    };
    const double ceiling_m = drawn(d_.ceiling, ToolController::kNoCeiling),
                 floor_m = drawn(d_.floor, kNoFloor);
    start(seed, d_.trainingResets.empty() ? d_.resets : d_.trainingResets, floor_m, ceiling_m);
  }

  void begin(std::span<const float> action) override;
  void advance(int substeps) override;
  StepOutcome end() override;

  void observe(std::span<float> observation) const override;
  void features(std::span<float> features) const override;
  EpisodeStatus status() const override;
  std::string readout() const override;
  int stepIndex() const override { return stepIndex_; }

  int stateSize() const override {
    return world_.stateSize() + d_.drive->stateSize() +
           static_cast<int>(kOwnState + action_.size() + previousAction_.size() + held_.size() + termState_);
  }
  void save(std::span<double> state) const override;
  Status restore(std::span<const double> state) override;

  const mjModel& model() const override { return world_.model(); }
  mjData& data() override { return world_.data(); }
  const std::string& mjcf() const override { return text_; }
  void toolPosition(std::span<double, 3> p_WT) const override {
    Eigen::Map<Eigen::Vector3d>(p_WT.data()) = d_.drive->tool().position_W(world_.data());
  }
  void toolVelocityToAction(std::span<const double, 3> v_W, std::span<float> action) const override;

 private:
  static constexpr std::size_t kOwnState = 2;  // step, largest tilt

  Moment moment() const {
    return {world_.model(), world_.data(), action_, previousAction_,
            static_cast<double>(stepIndex_) / d_.spec.episodeSteps};
  }
  void start(std::uint64_t seed, const std::vector<ResetRule>& rules, double floor_m, double ceiling_m);
  void takeKeyframe();
  void countConditions();
  double tilt_rad() const;

  std::string text_;
  World world_;
  TaskDescription d_;
  std::vector<Term*> terms_;
  std::size_t termState_ = 0;
  std::vector<double> action_, previousAction_;  ///< clamped
  std::vector<int> held_;  ///< control steps that each condition has held, success first
  int stepIndex_ = 0;
  double maxTilt_rad_ = 0.0;
};

void FolderTask::start(std::uint64_t seed, const std::vector<ResetRule>& rules, double floor_m,
                       double ceiling_m) {
  Random random(deriveSeed(seed, 0));
  world_.reset();
  takeKeyframe();
  applyResets(rules, world_.model(), world_.data(), *d_.drive, random, ceiling_m);
  holdServos(world_.model(), world_.data());
  world_.refresh();
  d_.drive->reset(world_.data(), floor_m, ceiling_m);
  stepIndex_ = 0;
  maxTilt_rad_ = 0.0;
  std::fill(action_.begin(), action_.end(), 0.0);
  std::fill(previousAction_.begin(), previousAction_.end(), 0.0);
  for (Term* term : terms_) term->reset(moment());
  std::fill(held_.begin(), held_.end(), 0);
  countConditions();
}

void FolderTask::takeKeyframe() {
  if (d_.keyframe < 0) return;
  const mjModel& m = world_.model();
  mjData& data = world_.data();
  const int key = d_.keyframe;
  std::copy_n(m.key_qpos + key * m.nq, m.nq, data.qpos);
  std::copy_n(m.key_qvel + key * m.nv, m.nv, data.qvel);
  std::copy_n(m.key_act + key * m.na, m.na, data.act);
  std::copy_n(m.key_ctrl + key * m.nu, m.nu, data.ctrl);
  std::copy_n(m.key_mpos + key * 3 * m.nmocap, 3 * m.nmocap, data.mocap_pos);
  std::copy_n(m.key_mquat + key * 4 * m.nmocap, 4 * m.nmocap, data.mocap_quat);
}

void FolderTask::begin(std::span<const float> action) {
  NUDGE_CHECK(action.size() == action_.size(), "an action of another size");
  previousAction_ = action_;
  const bool finite = std::all_of(action.begin(), action.end(), [](float one) { return std::isfinite(one); });
  for (std::size_t i = 0; i < action.size(); ++i)
    action_[i] = finite ? std::clamp(static_cast<double>(action[i]), -1.0, 1.0) : 0.0;
  d_.drive->begin(world_.data(), action_);
}

void FolderTask::advance(int substeps) {
  for (int i = 0; i < substeps; ++i) {
    d_.drive->before(world_.data());
    world_.step();
    d_.drive->after(world_.data());
    for (Term* term : terms_) term->sense(moment());
    maxTilt_rad_ = std::max(maxTilt_rad_, tilt_rad());
  }
}

StepOutcome FolderTask::end() {
  ++stepIndex_;
  countConditions();
  world_.forgetSolver();
  return {.terminated = d_.failureEnds && status().failure, .diverged = world_.diverged()};
}

void FolderTask::countConditions() {
  const Moment now = moment();
  const auto count = [&now](const Condition& condition, int& held) {
    double value = 0.0;
    condition.term->read(now, {&value, 1});
    held = (condition.above ? value > condition.threshold : value < condition.threshold) ? held + 1 : 0;
  };
  for (std::size_t i = 0; i < d_.success.size(); ++i) count(d_.success[i], held_[i]);
  for (std::size_t i = 0; i < d_.failure.size(); ++i) count(d_.failure[i], held_[d_.success.size() + i]);
}

/// All conditions of success must hold, any one of failure.
EpisodeStatus FolderTask::status() const {
  EpisodeStatus status;
  status.success = !d_.success.empty();
  for (std::size_t i = 0; i < d_.success.size(); ++i)
    status.success = status.success && held_[i] >= d_.success[i].holdSteps;
  for (std::size_t i = 0; i < d_.failure.size(); ++i)
    status.failure = status.failure || held_[d_.success.size() + i] >= d_.failure[i].holdSteps;
  status.maxTilt_rad = maxTilt_rad_;
  return status;
}

std::string FolderTask::readout() const {
  if (!d_.readout.term) return {};
  double value = 0.0;
  d_.readout.term->read(moment(), {&value, 1});
  char number[64];
  std::snprintf(number, sizeof number, "%.1f", value / d_.readout.scale);
  return d_.readout.title + " " + number + (d_.readout.unit.empty() ? "" : " " + d_.readout.unit);
}

double FolderTask::tilt_rad() const {
  if (!d_.tiltOf) return 0.0;
  return std::acos(std::clamp(d_.tiltOf->rotation_W(world_.data())(2, 2), -1.0, 1.0));
}

void FolderTask::observe(std::span<float> observation) const {
  NUDGE_CHECK(observation.size() == d_.spec.observation.size(), "an observation of another size");
  const Moment now = moment();
  double values[256];
  std::size_t at = 0;
  for (const ObservedTerm& one : d_.observed) {
    const std::size_t count = one.term->parts().size();
    one.term->read(now, {values, count});
    for (std::size_t i = 0; i < count; ++i) observation[at++] = static_cast<float>(values[i] / one.scale);
  }
}

void FolderTask::features(std::span<float> features) const {
  NUDGE_CHECK(features.size() == d_.features.size(), "features of another size");
  const Moment now = moment();
  for (std::size_t i = 0; i < features.size(); ++i) {
    double value = 0.0;
    d_.features[i].term->read(now, {&value, 1});
    const double share = (value - d_.features[i].zero) / (d_.features[i].one - d_.features[i].zero);
    features[i] = static_cast<float>(std::clamp(share, 0.0, 1.0));
  }
}

void FolderTask::save(std::span<double> state) const {
  NUDGE_CHECK(state.size() == static_cast<std::size_t>(stateSize()), "state of another size");
  const auto take = [&state](std::size_t count) {
    const auto part = state.first(count);
    state = state.subspan(count);
    return part;
  };
  world_.save(take(static_cast<std::size_t>(world_.stateSize())));
  d_.drive->save(take(static_cast<std::size_t>(d_.drive->stateSize())));
  const auto own = take(kOwnState);
  own[0] = stepIndex_;
  own[1] = maxTilt_rad_;
  std::copy(action_.begin(), action_.end(), take(action_.size()).begin());
  std::copy(previousAction_.begin(), previousAction_.end(), take(previousAction_.size()).begin());
  std::copy(held_.begin(), held_.end(), take(held_.size()).begin());
  for (const Term* term : terms_) term->save(take(static_cast<std::size_t>(term->stateSize())));
}

Status FolderTask::restore(std::span<const double> state) {
  if (state.size() != static_cast<std::size_t>(stateSize()))
    return Error{ErrorCode::InvalidInput, "the stored state has " + std::to_string(state.size()) +
                                              " numbers, this world needs " + std::to_string(stateSize())};
  if (!World::plausible(state))
    return Error{ErrorCode::InvalidInput, "the stored state holds numbers that no world can have"};
  const auto take = [&state](std::size_t count) {
    const auto part = state.first(count);
    state = state.subspan(count);
    return part;
  };
  const auto count = [](double value) {
    constexpr double kMostSteps = 1e9;
    return static_cast<int>(std::clamp(value, 0.0, kMostSteps));
  };
  world_.restore(take(static_cast<std::size_t>(world_.stateSize())));
  d_.drive->restore(take(static_cast<std::size_t>(d_.drive->stateSize())));
  const auto own = take(kOwnState);
  stepIndex_ = count(own[0]);
  maxTilt_rad_ = own[1];
  for (auto* action : {&action_, &previousAction_}) {
    const auto part = take(action->size());
    std::copy(part.begin(), part.end(), action->begin());
  }
  const auto held = take(held_.size());
  std::transform(held.begin(), held.end(), held_.begin(), count);
  for (Term* term : terms_) term->restore(take(static_cast<std::size_t>(term->stateSize())));
  return {};
}

void FolderTask::toolVelocityToAction(std::span<const double, 3> v_W, std::span<float> action) const {
  NUDGE_CHECK(action.size() == action_.size(), "an action of another size");
  std::array<double, kMostDriven + 1> wanted{};
  d_.drive->toward(world_.data(), Eigen::Map<const Eigen::Vector3d>(v_W.data()),
                   std::span(wanted).first(action.size()));
  std::transform(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(action.size()), action.begin(),
                 [](double one) { return static_cast<float>(std::clamp(one, -1.0, 1.0)); });
}

}  // namespace

bool isTaskFolder(const std::string& path) {
  std::error_code ignored;
  constexpr std::size_t kLongestPath = 4096;
  return !path.empty() && path.size() < kLongestPath && std::filesystem::is_directory(path, ignored) &&
         std::filesystem::exists(std::filesystem::path(path) / kTaskFile, ignored);
}

std::unique_ptr<Task> makeFolderTask(const std::string& folderOrText, Problems& problems) {
  const bool text = isSourceText(folderOrText);
  const auto source = text ? readSourceText(folderOrText, problems) : readTaskFolder(folderOrText, problems);
  if (!source) return nullptr;
  auto world = World::fromMjcf(source->mjcf, source->files);
  if (!world) {
    problems.push_back(compileProblem(*source, world.error().message));
    return nullptr;
  }
  const std::size_t before = problems.size();
  TaskDescription description = readDescription(source->toml, world->model(), problems);
  if (!text && problems.size() == before)
    for (const auto* rules : {&description.resets, &description.trainingResets})
      if (rules == &description.resets || !rules->empty())
        tryStarts(*rules, world->model(), description.keyframe, *description.drive, description.controlLine,
                  problems);
  if (text)
    problems.erase(
        std::remove_if(problems.begin(), problems.end(), [](const Problem& one) { return one.runs; }),
        problems.end());
  if (problems.size() != before) return nullptr;
  return std::make_unique<FolderTask>(std::move(*world), std::move(description),
                                      text ? folderOrText : sourceText(*source));
}

std::string absoluteTask(const std::string& idOrFolder) {
  const auto builtIn = taskIds();
  if (std::find(builtIn.begin(), builtIn.end(), idOrFolder) != builtIn.end() || !isTaskFolder(idOrFolder))
    return idOrFolder;
  std::error_code ignored;
  const auto path = std::filesystem::weakly_canonical(idOrFolder, ignored);
  return path.empty() ? idOrFolder : path.string();
}

bool canSucceed(const std::string& mjcf) {
  Problems ignored;
  const auto source = isSourceText(mjcf) ? readSourceText(mjcf, ignored) : std::nullopt;
  const auto tree = source ? parseToml(source->toml, kTaskFile, ignored) : std::nullopt;
  return !tree || TomlSection(*tree, kTaskFile, kTaskFile, ignored).has("success");
}

const std::string& taskOfLesson(const std::string& id, const std::string& mjcf) {
  return isSourceText(mjcf) ? mjcf : id;
}

std::string folderOfLesson(const std::string& mjcf) {
  Problems ignored;
  if (!isSourceText(mjcf)) return {};
  const auto source = readSourceText(mjcf, ignored);
  return source ? source->folder : std::string();
}

std::string folderRemark(const std::string& mjcf) {
  const std::string folder = folderOfLesson(mjcf);
  if (folder.empty()) return {};
  const std::string kept = " This lesson goes on with the copy that it keeps.";
  if (!isTaskFolder(folder)) return "The task's folder " + folder + " is gone." + kept;
  Problems problems;
  const auto now = readTaskFolder(folder, problems);
  if (now && withoutFolder(sourceText(*now)) == withoutFolder(mjcf)) return {};
  return "The task in " + folder + " has changed since this lesson began." + kept;
}

Result<std::unique_ptr<Task>> makeFolderTask(const std::string& folderOrText) {
  Problems problems;
  auto task = makeFolderTask(folderOrText, problems);
  if (task) return task;
  NUDGE_CHECK(!problems.empty(), "a refused task says why");
  std::string message = problemText(problems.front());
  if (problems.size() > 1)
    message += " (and " + std::to_string(problems.size() - 1) + " more, see nudge-cli check-task)";
  if (!isSourceText(folderOrText)) message = folderOrText + "/" + message;
  return Error{ErrorCode::InvalidInput, std::move(message)};
}

}  // namespace nudge
