#include "core/learn/environment.h"

namespace nudge {

namespace {

class TaskEnvironment : public Environment {
 public:
  TaskEnvironment(std::unique_ptr<Task> task, bool wideStarts) : task_(std::move(task)), wideStarts_(wideStarts) {}
  int observationSize() const override { return task_->observationSize(); }
  int actionSize() const override { return task_->actionSize(); }
  int choices() const override { return static_cast<int>(task_->spec().discreteActions.size()); }
  int featureCount() const override { return task_->featureCount(); }
  int episodeSteps() const override { return task_->spec().episodeSteps; }
  double stepReward() const override { return task_->spec().stepReward; }
  void reset(std::uint64_t seed) override { wideStarts_ ? task_->resetForTraining(seed) : task_->reset(seed); }
  StepOutcome step(std::span<const float> action) override { return task_->step(action); }
  void observe(std::span<float> observation) const override { task_->observe(observation); }
  void features(std::span<float> features) const override { task_->features(features); }
  bool success() const override { return task_->status().success; }

 private:
  std::unique_ptr<Task> task_;
  bool wideStarts_;
};

}  // namespace

std::unique_ptr<Environment> makeTrainingEnvironment(std::unique_ptr<Task> task, bool wideStarts) {
  return std::make_unique<TaskEnvironment>(std::move(task), wideStarts);
}

}  // namespace nudge
