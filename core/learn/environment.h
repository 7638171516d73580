// What the trainers need of a world: less than a Task, so that tests can hand in a point mass.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "core/sim/task.h"

namespace nudge {

/// A world with continuous actions in [−1, 1], or with named choices, and with named features. Owned by one thread.
class Environment {
 public:
  virtual ~Environment() = default;
  virtual int observationSize() const = 0;
  virtual int actionSize() const = 0;
  virtual int choices() const { return 0; }  ///< an action is then one number, the index of the choice
  virtual int featureCount() const = 0;
  virtual double stepReward() const { return 0.0; }  ///< constant part of the reward: what going on is worth
  virtual int episodeSteps() const = 0;  ///< time limit; never a termination
  /// Starts an episode of training.
  virtual void reset(std::uint64_t seed) = 0;
  virtual StepOutcome step(std::span<const float> action) = 0;
  virtual void observe(std::span<float> observation) const = 0;
  virtual void features(std::span<float> features) const = 0;  ///< of the last step
  virtual bool success() const = 0;
};

/// A task as a world to train in; wideStarts: under Task::resetForTraining.
std::unique_ptr<Environment> makeTrainingEnvironment(std::unique_ptr<Task> task, bool wideStarts);

}  // namespace nudge
