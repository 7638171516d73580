// What the tasks of the six-joint arm have in common: the tool moved at a wanted velocity, the clock of the
// episode, and the state. A task adds its world, what it observes and what it is about.
#pragma once

#include <Eigen/Core>
#include <string>

#include "core/control/tool_controller.h"
#include "core/sim/model.h"
#include "core/sim/task.h"

namespace nudge {

/// The first three actions are the tool's velocity v_W, 1 = the controller's speed limit.
class ArmTask : public Task {
 public:
  void begin(std::span<const float> action) final;
  void advance(int substeps) final;
  StepOutcome end() final;
  int stepIndex() const final { return stepIndex_; }

  int stateSize() const final;
  void save(std::span<double> state) const final;
  Status restore(std::span<const double> state) final;

  const mjModel& model() const final { return world_.model(); }
  mjData& data() final { return world_.data(); }
  const std::string& mjcf() const final { return mjcf_; }
  void toolPosition(std::span<double, 3> p_WT) const final { Eigen::Map<Eigen::Vector3d>(p_WT.data()) = tool_W(); }
  /// Too fast is slowed down as a whole, so that the direction stays the teacher's; other actions are 0.
  void toolVelocityToAction(std::span<const double, 3> v_W, std::span<float> action) const final;

 protected:
  using Rotation = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;
  using Posture = std::array<double, ToolController::kJoints>;

  /// `mjcf` has a site "tip", which the arm's first joints move. ownState: numbers that a task adds to the state.
  ArmTask(World world, std::string mjcf, const ToolControllerSettings& settings, int ownState);

  /// The arm at the start of an episode: clock and action back to 0, the tool at p_WT, searched from `posture`. All
  /// else that the task puts into the world comes before.
  void startArm(const Posture& posture, const Eigen::Vector3d& p_WT, double ceiling_m);

  /// What of a wanted velocity, in units of the action, a training start lets through.
  virtual Eigen::Vector3d allowed(const Eigen::Vector3d& wanted) const { return wanted; }
  /// Before and after each physics step; at the end of the control step.
  virtual void beforePhysics() {}
  virtual void afterPhysics() {}
  virtual void stepDone() {}
  virtual void saveOwn(std::span<double> own) const = 0;
  virtual void restoreOwn(std::span<const double> own) = 0;

  Eigen::Map<const Eigen::Vector3d> tool_W() const {
    return Eigen::Map<const Eigen::Vector3d>(world_.data().site_xpos + 3 * tip_);
  }
  Eigen::Vector3d toolVelocity_W() const;
  Eigen::Map<const Eigen::Vector3d> body_W(int body) const {
    return Eigen::Map<const Eigen::Vector3d>(world_.data().xpos + 3 * body);
  }
  Eigen::Map<const Rotation> bodyRotation_W(int body) const {
    return Eigen::Map<const Rotation>(world_.data().xmat + 9 * body);
  }
  /// Of the last step, clamped to [−1, 1]; all 0 when it was no number.
  Eigen::Map<const Eigen::VectorXd> action() const { return {action_.data(), actionSize()}; }

  World world_;
  ToolController controller_;

 private:
  static constexpr std::size_t kMostActions = 4;

  std::string mjcf_;
  int tip_, ownState_;
  int stepIndex_ = 0;
  std::array<double, kMostActions> action_{};
};

/// Scaled observation: all[i] divided by its quantity's scale.
void scaleObservation(const TaskSpec& spec, std::span<const double> all, std::span<float> observation);
/// Features cut to [0, 1].
void cutFeatures(std::span<const double> all, std::span<float> features);
/// "contact 9.8 N"
std::string reading(const char* what, double value, const char* unit);
/// The arm's controller with its workspace on the table; the tool's own limits and orientation are the task's.
ToolControllerSettings armController(double speed_m_s);

}  // namespace nudge
