// A task is one world with a robot in it: what it observes, what it can do, what people may care about.
//
// Story: reset(seed) starts an episode; step(action) moves the world by one control step; observe() and
// features() describe what holds then. A task knows no reward of its own: rewards are weights over its
// named features, r(s,a) = wᵀ f(s,a), so that prior, teacher and residual reward share one vocabulary.
// The end of an episode by the clock is *not* termination: only `terminated` ends the value of a state.
// Everything that moves is in state(): restoring it and repeating the actions repeats the world bit for bit.
//
// One instance is owned by one thread. The GUI, the learner and the simulator each have their own.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

struct mjModel_;
struct mjData_;

namespace nudge {

/// One named number of an observation or action.
struct Quantity {
  std::string name;  ///< machine name, snake_case, unique in its list
  std::string unit;  ///< SI, "1" for a pure number; for a scaled observation: the unit before scaling
  std::string description;
  double scale = 1.0;  ///< observations: what 1.0 means in the unit (exported policies take the unit itself)
};

/// One named feature f_i(s,a) in [0,1] with the weights that the built-in reward functions give it.
struct Feature {
  std::string name;         ///< machine name, snake_case
  std::string title;        ///< for people: "tool height"
  std::string description;  ///< what 0 and 1 mean, in units
  double priorWeight = 0.0;
  double teacherWeight = 0.0;
  bool style = false;  ///< the preference that prior and teacher disagree about; metrics report it first
};

/// What a task is, constant for its lifetime.
struct TaskSpec {
  std::string id;           ///< "bottle"
  std::string title;        ///< "Bottle pushing"
  std::string description;  ///< two sentences for people
  std::vector<Quantity> observation;
  std::vector<Quantity> action;              ///< each in [−1, 1] times its unit; for choices one, the index
  std::vector<double> actionScale;           ///< what 1.0 of each action means in its unit
  int gripAction = -1;                       ///< which action closes a gripper: 1 closes, −1 opens; −1: there is none
  std::vector<std::string> discreteActions;  ///< named choices; empty if actions are continuous
  std::string failure = "failed";            ///< for people, what EpisodeStatus::failure is: "toppled"
  std::string arrowKeys;                     ///< for people, what they do in a task with choices: "← → lane"
  std::vector<Feature> features;
  double stepReward = 0.0;   ///< constant part of the prior's and the teacher's reward in every control step:
                             ///< what going on is worth, where an episode can terminate
  double controlRate_hz = 20.0;
  int substeps = 1;          ///< physics steps in a control step
  int episodeSteps = 150;    ///< time limit in control steps
  double discount = 0.97;
  double firstRoundRate = 0.3;  ///< share of the prior's steps that the synthetic teacher is calibrated to drive
  std::vector<std::string> cameras;  ///< names in the MJCF, the first is the default
};

/// Of one step, by the teacher's weights. features [features].
inline double teacherReward(const TaskSpec& spec, std::span<const float> features) {
  double reward = spec.stepReward;
  for (std::size_t i = 0; i < features.size(); ++i) reward += spec.features[i].teacherWeight * static_cast<double>(features[i]);
  return reward;
}

/// How the world stood after a control step.
struct StepOutcome {
  bool terminated = false;  ///< the task itself ended (never the clock)
  bool diverged = false;    ///< NaN or runaway physics: the state must not be used
};

/// What went wrong or right in an episode so far; tasks fill what applies to them.
struct EpisodeStatus {
  bool success = false;    ///< the aim is met *now*; an episode's success is that of its last step
  bool failure = false;    ///< lost beyond repair, for example the bottle lies
  double maxTilt_rad = 0.0;  ///< largest since reset
};

class Task {
 public:
  virtual ~Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  virtual const TaskSpec& spec() const = 0;
  int observationSize() const { return static_cast<int>(spec().observation.size()); }
  int actionSize() const { return static_cast<int>(spec().action.size()); }
  int featureCount() const { return static_cast<int>(spec().features.size()); }

  /// Starts an episode. The same seed gives the same world, always.
  virtual void reset(std::uint64_t seed) = 0;
  /// Starts an episode for training a prior, which may be more varied than reset(): bottle caps the tool's
  /// height in many episodes, so that the prior knows the whole range of the style feature, and keeps it up
  /// in many, so that the prior has no reason to prefer one end of it. The
  /// variation is constant over the episode, repeats with the seed and is part of the state.
  virtual void resetForTraining(std::uint64_t seed) { reset(seed); }

  /// One control step in three parts, so that a viewer can show the world in between: begin() takes the
  /// action [action], advance() moves the physics by `substeps`, end() closes the step. The parts of
  /// one step add up to exactly spec().substeps. Continuous actions are clamped to [−1, 1]; a choice
  /// is an index, and one that names none does what doing nothing does.
  virtual void begin(std::span<const float> action) = 0;
  virtual void advance(int substeps) = 0;
  virtual StepOutcome end() = 0;
  StepOutcome step(std::span<const float> action) {
    begin(action);
    advance(spec().substeps);
    return end();
  }

  /// Observation of the present state, [observation], scaled to about 1.
  virtual void observe(std::span<float> observation) const = 0;
  /// Features of the last step (or of the reset state with no action), [features], each in [0, 1].
  virtual void features(std::span<float> features) const = 0;
  virtual EpisodeStatus status() const = 0;
  /// For people, of the present state: what the picture does not show and this task is about, as "contact 9.8 N".
  virtual std::string readout() const { return {}; }
  /// Control steps since reset.
  virtual int stepIndex() const = 0;

  /// The full state: MuJoCo's, the controller's, the task's. Constant size. save → restore → the same
  /// future bit for bit. restore() refuses (InvalidInput) a vector of another size or with NaN.
  virtual int stateSize() const = 0;
  virtual void save(std::span<double> state) const = 0;
  virtual Status restore(std::span<const double> state) = 0;

  /// For drawing and for the teacher's handle.
  virtual const mjModel_& model() const = 0;
  virtual mjData_& data() = 0;
  /// The model as MJCF text, stored with every lesson.
  virtual const std::string& mjcf() const = 0;
  /// Position of the point that a teacher grabs, p_WT in metres, and the largest speed it is moved with.
  virtual void toolPosition(std::span<double, 3> p_WT) const = 0;
  /// Velocity that action [action] commands for the tool, in the world frame, m/s; and the inverse.
  virtual void toolVelocityToAction(std::span<const double, 3> v_W, std::span<float> action) const = 0;

 protected:
  Task() = default;
};

/// Ids of the built-in tasks, in the order to show them.
std::vector<std::string> taskIds();
/// A new, independent world. NotFound names the known tasks.
Result<std::unique_ptr<Task>> makeTask(const std::string& id);
/// Of the library that simulates, as "2.2.2": lessons and packages carry it.
std::string mujocoVersion();

}  // namespace nudge
