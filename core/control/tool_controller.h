// Moves an arm's tool at a wanted velocity: damped least squares on top of position servos.
//
// A target point runs ahead of the tool, at the wanted velocity after a short filter and inside the
// limits, but never further than a small lead. Lead and speed fade when the tool pushes too hard, as the
// torques that contacts put on the joints tell (what a real arm senses). Each physics step
// the joints are told  ctrl = gear (q + J⁺ (e + τ v)),  with e the error of the tool's pose, v the target's
// velocity and τ the servos' damping over stiffness, so that the servos' damping does not hold it back.
// The arm's weight is carried by qfrc_applied, outside of the servos.
#pragma once

#include <mujoco/mujoco.h>

#include <Eigen/Core>
#include <span>
#include <vector>

#include "core/control/limits.h"

namespace nudge {

struct ToolControllerSettings {
  ToolLimits limits;
  std::vector<int> actuators;     ///< position servos of the arm's hinges and slides; empty: the first six
  Eigen::Matrix3d R_WT = Eigen::Matrix3d::Identity();  ///< the tool's orientation, held
  double force_N = 30.0;          ///< pushing fades out from here to twice this; impacts may exceed it
  double forceFilter_s = 0.05;    ///< time constant with which it is sensed
  double filter_s = 0.015;        ///< time constant of the command filter
  double lead_m = 0.005;          ///< the target is at most so far from the tool
  double feedForward_s = 0.06;    ///< τ: joint damping / servo stiffness
  std::vector<double> ownLag_s;   ///< what each joint's own τ has more than that; empty: it is the same for all
  double damping = 0.02;          ///< λ of the damped least squares
  double rotationWeight_m = 0.3;  ///< metres that one radian of orientation error counts
};

/// Drives an arm by its position servos: those that the settings name, else the first six, whose joints are the
/// first six degrees of freedom. An arm of fewer than six joints turns its tool as far as it can.
/// Does not own the model. Used by the thread that owns the mjData. Never allocates after construction.
class ToolController {
 public:
  static constexpr int kJoints = 6;      ///< of an arm whose actuators are not named
  static constexpr int kMaxJoints = 8;
  static constexpr int kStateSize = 16;  ///< of a six-joint arm
  static constexpr double kNoCeiling = 1e3;

  /// toolSite: id of the site at the tool's tip.
  ToolController(const mjModel& model, int toolSite, const ToolControllerSettings& settings);

  /// Stands still where the tool is now, without a ceiling. Needs positions up to date (mj_step1).
  void reset(const mjData& data);
  /// Wanted velocity of the tool in the world frame, m/s; cut by the limits, not finite → stand still.
  void command(const Eigen::Vector3d& v_W) { wanted_W_ = limitVelocity(v_W, settings_.limits); }
  /// An extra upper limit on the tool's height, m; kNoCeiling lifts it.
  void setCeiling(double ceiling_m) { ceiling_m_ = ceiling_m; }
  /// Writes ctrl and qfrc_applied for one physics step. Call between mj_step1 and mj_step2.
  void update(mjData& data);
  /// Takes note of the contact torques of the physics step just made. Call after each.
  void sense(const mjData& data);

  /// Solves for joint angles that bring the tool to p_WT in the held orientation, from data.qpos as first
  /// guess; leaves them and the kinematics in data. Returns the remaining position error, m.
  double solve(mjData& data, const Eigen::Vector3d& p_WT) const;

  /// All that the future depends on, [stateSize()].
  int stateSize() const { return kPointState + static_cast<int>(joints_.size()); }
  void save(std::span<double> state) const;
  void restore(std::span<const double> state);

  const ToolControllerSettings& settings() const { return settings_; }

 private:
  using Vector6d = Eigen::Matrix<double, 6, 1>;           ///< of a pose
  using JointVector = Eigen::Matrix<double, Eigen::Dynamic, 1, Eigen::ColMajor, kMaxJoints, 1>;
  static constexpr int kPointState = 10;                  ///< command, velocity, target, ceiling

  /// One joint of the arm by its numbers in the model.
  struct Joint {
    int actuator, dof, position;
    double gear, low, high;
  };
  /// The tool's Jacobian with its damped least-squares inverse; rows: translation, weighted rotation.
  struct Lever;
  Lever lever(const mjData& data) const;
  Vector6d poseError(const mjData& data, const Eigen::Vector3d& move_W) const;

  const mjModel& model_;
  int site_;
  ToolControllerSettings settings_;
  std::vector<Joint> joints_;
  Eigen::Vector3d wanted_W_ = Eigen::Vector3d::Zero();
  Eigen::Vector3d velocity_W_ = Eigen::Vector3d::Zero();  ///< filtered command
  Eigen::Vector3d target_W_ = Eigen::Vector3d::Zero();
  double ceiling_m_ = kNoCeiling;
  JointVector contact_Nm_;  ///< sensed, smoothed
};

}  // namespace nudge
