#include "core/sim/folder/task_check.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/base/random.h"
#include "core/sim/folder/folder_task.h"

namespace nudge {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kHeldSteps = 5;  // an action is kept for so long, or the robot would only tremble
constexpr int kRepeatedSteps = 20;

double seconds(Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::vector<double> stateOf(const Task& task) {
  std::vector<double> state(static_cast<std::size_t>(task.stateSize()));
  task.save(state);
  return state;
}

/// Random actions, or random choices.
class Actions {
 public:
  Actions(const TaskSpec& spec, std::uint64_t seed)
      : choices_(spec.discreteActions.size()),
        random_(deriveSeed(seed, 2)),
        action_(spec.action.size(), 0.0f) {}
  std::span<const float> next() {
    if (step_++ % kHeldSteps == 0)
      for (float& one : action_)
        one = static_cast<float>(choices_ ? static_cast<double>(random_.index(choices_))
                                          : random_.uniform(-1.0, 1.0));
    return action_;
  }

 private:
  std::size_t choices_;
  Random random_;
  std::vector<float> action_;
  int step_ = 0;
};

std::vector<double> after(Task& task, std::uint64_t seed, int steps) {
  Actions actions(task.spec(), seed);
  for (int i = 0; i < steps; ++i) task.step(actions.next());
  return stateOf(task);
}

void widen(SeenRange& range, float value, bool first) {
  if (!std::isfinite(value)) {
    ++range.notFinite;
    return;
  }
  const auto number = static_cast<double>(value);
  range.low = first ? number : std::min(range.low, number);
  range.high = first ? number : std::max(range.high, number);
  range.mean += number;
}

class Checker {
 public:
  Checker(Task& task, Task& another, std::uint64_t seed) : task_(task), another_(another), seed_(seed) {
    for (const Quantity& one : task.spec().observation) check_.observation.push_back({one.name});
    for (const Feature& one : task.spec().features) check_.features.push_back({one.name});
    observation_.resize(check_.observation.size());
    features_.resize(check_.features.size());
  }

  TaskCheck run(int episodes) {
    repeatReset();
    repeatRestore();
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < episodes && seconds(Clock::now() - start) < kLongestCheck_s; ++i)
      runEpisode(seed_ + static_cast<std::uint64_t>(i), start);
    if (check_.episodes < episodes)
      check_.notes.push_back("the dry run ended early: the task is slow on this computer");
    check_.realTimes = simulated_s_ / std::max(1e-9, seconds(stepping_));
    for (auto* ranges : {&check_.observation, &check_.features})
      for (SeenRange& range : *ranges)
        range.mean /= std::max<double>(1.0, static_cast<double>(looks_ - range.notFinite));
    judge();
    return std::move(check_);
  }

 private:
  void repeatReset() {
    task_.reset(seed_);
    const auto first = stateOf(task_), moved = after(task_, seed_, kRepeatedSteps);
    task_.reset(seed_);
    another_.reset(seed_);
    check_.resetRepeats = stateOf(task_) == first && stateOf(another_) == first &&
                          after(task_, seed_, kRepeatedSteps) == moved &&
                          after(another_, seed_, kRepeatedSteps) == moved;
  }

  void repeatRestore() {
    task_.reset(seed_);
    const auto middle = after(task_, seed_, kRepeatedSteps), end = after(task_, seed_ + 1, kRepeatedSteps);
    const Status restored = task_.restore(middle);
    check_.restoreRepeats =
        restored && stateOf(task_) == middle && after(task_, seed_ + 1, kRepeatedSteps) == end;
  }

  void runEpisode(std::uint64_t seed, Clock::time_point start) {
    task_.reset(seed);
    look();
    Actions actions(task_.spec(), seed);
    StepOutcome outcome;
    for (int i = 0; i < task_.spec().episodeSteps && !outcome.terminated && !outcome.diverged; ++i) {
      const auto action = actions.next();
      const Clock::time_point before = Clock::now();
      outcome = task_.step(action);
      stepping_ += Clock::now() - before;
      simulated_s_ += 1.0 / task_.spec().controlRate_hz;
      ++check_.steps;
      look();
      if (seconds(Clock::now() - start) > kLongestCheck_s) return;
    }
    check_.diverged = check_.diverged || outcome.diverged;
    check_.successes += task_.status().success;
    check_.failures += task_.status().failure;
    ++check_.episodes;
  }

  void look() {
    task_.observe(observation_);
    task_.features(features_);
    for (std::size_t i = 0; i < observation_.size(); ++i)
      widen(check_.observation[i], observation_[i], looks_ == 0);
    for (std::size_t i = 0; i < features_.size(); ++i) widen(check_.features[i], features_[i], looks_ == 0);
    ++looks_;
  }

  void judge() {
    if (check_.diverged)
      check_.faults.push_back("the simulation ran away: look at the time step, masses and gains");
    if (!check_.resetRepeats) check_.faults.push_back("the same seed did not give the same episode");
    if (!check_.restoreRepeats) check_.faults.push_back("a saved state did not give the same future");
    for (const auto* ranges : {&check_.observation, &check_.features})
      for (const SeenRange& range : *ranges)
        if (range.notFinite)
          check_.faults.push_back("'" + range.name + "' was no number in " + std::to_string(range.notFinite) +
                                  " steps");
    if (check_.realTimes < 1.0) check_.faults.push_back("it runs slower than real time on this computer");
    constexpr double kLarge = 10.0;
    for (const SeenRange& range : check_.observation) {
      if (range.low == range.high) check_.notes.push_back("observation '" + range.name + "' never changed");
      if (std::max(std::abs(range.low), std::abs(range.high)) > kLarge)
        check_.notes.push_back("observation '" + range.name + "' goes beyond 10: give it a larger scale");
    }
    for (const SeenRange& range : check_.features)
      if (range.low == range.high) check_.notes.push_back("feature '" + range.name + "' never changed");
    const auto& features = task_.spec().features;
    if (!canSucceed(task_.mjcf()))
      check_.notes.push_back("no [[success]] says when it is done: no episode counts as one");
    if (std::none_of(features.begin(), features.end(), [](const Feature& one) { return one.style; }))
      check_.notes.push_back(
          "no feature has style = true: nothing is marked as what a teacher wants otherwise");
    if (std::all_of(features.begin(), features.end(),
                    [](const Feature& one) { return one.teacherWeight == one.priorWeight; }))
      check_.notes.push_back(
          "the synthetic teacher wants what the prior does: no teacher_weight differs from its prior_weight");
  }

  Task &task_, &another_;
  std::uint64_t seed_;
  TaskCheck check_;
  std::vector<float> observation_, features_;
  Clock::duration stepping_{};
  double simulated_s_ = 0.0;
  int looks_ = 0;
};

}  // namespace

TaskCheck checkTask(Task& task, Task& another, int episodes, std::uint64_t seed) {
  return Checker(task, another, seed).run(episodes);
}

}  // namespace nudge
