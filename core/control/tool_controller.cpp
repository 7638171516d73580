#include "core/control/tool_controller.h"

#include <Eigen/Cholesky>
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/check.h"

namespace nudge {
namespace {

using Matrix6d = Eigen::Matrix<double, 6, 6>;
using Rotation = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;
constexpr int kMaxVelocities = 256;

/// Rotation vector that turns `from` into `to`, exact to third order, in the world frame.
Eigen::Vector3d rotationError(const Eigen::Matrix3d& from, const Eigen::Matrix3d& to) {
  Eigen::Vector3d twice = Eigen::Vector3d::Zero();
  for (int axis = 0; axis < 3; ++axis) twice += from.col(axis).cross(to.col(axis));
  return 0.5 * twice;
}

}  // namespace

ToolController::ToolController(const mjModel& model, int toolSite, const ToolControllerSettings& settings)
    : model_(model), site_(toolSite), settings_(settings) {
  NUDGE_CHECK(site_ >= 0 && site_ < model.nsite, "the model has no such tool site");
  if (settings_.actuators.empty()) settings_.actuators = {0, 1, 2, 3, 4, 5};
  NUDGE_CHECK(settings_.actuators.size() <= kMaxJoints && model.nv <= kMaxVelocities, "not an arm");
  for (const int actuator : settings_.actuators) {
    NUDGE_CHECK(actuator >= 0 && actuator < model.nu, "the model has no such actuator");
    const int joint = model.actuator_trnid[2 * actuator];
    constexpr double kFar = std::numeric_limits<double>::max();
    const bool limited = model.jnt_limited[joint];
    joints_.push_back({actuator, model.jnt_dofadr[joint], model.jnt_qposadr[joint], model.actuator_gear[6 * actuator],
                       limited ? model.jnt_range[2 * joint] : -kFar,
                       limited ? model.jnt_range[2 * joint + 1] : kFar});
  }
  NUDGE_CHECK(settings_.ownLag_s.empty() || settings_.ownLag_s.size() == joints_.size(), "one lag a joint");
  contact_Nm_ = JointVector::Zero(static_cast<Eigen::Index>(joints_.size()));
}

void ToolController::reset(const mjData& data) {
  wanted_W_.setZero();
  velocity_W_.setZero();
  target_W_ = Eigen::Map<const Eigen::Vector3d>(data.site_xpos + 3 * site_);
  ceiling_m_ = kNoCeiling;
  contact_Nm_.setZero();
}

struct ToolController::Lever {
  Eigen::Matrix<double, 6, Eigen::Dynamic, Eigen::ColMajor, 6, kMaxJoints> jacobian;
  Eigen::LLT<Matrix6d> normal;

  JointVector motion(const Vector6d& error) const { return jacobian.transpose() * normal.solve(error); }
  /// Force at the tool, N, that puts these torques on the joints.
  Eigen::Vector3d force(const JointVector& torque) const { return normal.solve(jacobian * torque).head<3>(); }
};

ToolController::Lever ToolController::lever(const mjData& data) const {
  double rows[6 * kMaxVelocities];
  mj_jacSite(&model_, &data, rows, rows + 3 * model_.nv, site_);
  Lever lever;
  const Eigen::Map<const Eigen::Matrix<double, 6, Eigen::Dynamic, Eigen::RowMajor>> all(rows, 6, model_.nv);
  lever.jacobian.resize(6, static_cast<Eigen::Index>(joints_.size()));
  for (std::size_t i = 0; i < joints_.size(); ++i)
    lever.jacobian.col(static_cast<Eigen::Index>(i)) = all.col(joints_[i].dof);
  lever.jacobian.bottomRows<3>() *= settings_.rotationWeight_m;
  Matrix6d normal = lever.jacobian * lever.jacobian.transpose();
  normal.diagonal().array() += settings_.damping * settings_.damping;
  lever.normal.compute(normal);
  return lever;
}

ToolController::Vector6d ToolController::poseError(const mjData& data, const Eigen::Vector3d& move_W) const {
  const Eigen::Matrix3d R_WT = Eigen::Map<const Rotation>(data.site_xmat + 9 * site_);
  Vector6d error;
  error << move_W, settings_.rotationWeight_m * rotationError(R_WT, settings_.R_WT);
  return error;
}

void ToolController::update(mjData& data) {
  const double step_s = model_.opt.timestep;
  const Eigen::Vector3d tool_W = Eigen::Map<const Eigen::Vector3d>(data.site_xpos + 3 * site_);
  const Lever lever = this->lever(data);
  const double push = std::clamp(2.0 - lever.force(contact_Nm_).norm() / settings_.force_N, 0.0, 1.0);

  velocity_W_ += (1.0 - std::exp(-step_s / settings_.filter_s)) * (wanted_W_ - velocity_W_);
  const Eigen::Vector3d before_W = target_W_;
  target_W_ = limitPosition(before_W + step_s * velocity_W_, settings_.limits, ceiling_m_);
  // What is left of the velocity at a wall of the workspace; limited again, for a wall may have moved.
  const Eigen::Vector3d feedForward_W =
      push * limitVelocity((target_W_ - before_W) / step_s, settings_.limits);
  const Eigen::Vector3d lead_W = target_W_ - tool_W;
  const double lead_m = lead_W.norm(), largest_m = push * settings_.lead_m;
  if (lead_m > largest_m) target_W_ = tool_W + lead_W * (largest_m / lead_m);

  JointVector motion =
      lever.motion(poseError(data, target_W_ - tool_W + settings_.feedForward_s * feedForward_W));
  if (!settings_.ownLag_s.empty()) {
    Vector6d velocity = Vector6d::Zero();
    velocity.head<3>() = feedForward_W;
    motion += Eigen::Map<const JointVector>(settings_.ownLag_s.data(), motion.size()).cwiseProduct(lever.motion(velocity));
  }
  for (std::size_t i = 0; i < joints_.size(); ++i) {
    const Joint& joint = joints_[i];
    const double wanted = data.qpos[joint.position] + motion[static_cast<Eigen::Index>(i)];
    data.ctrl[joint.actuator] = joint.gear * std::clamp(wanted, joint.low, joint.high);
    data.qfrc_applied[joint.dof] = data.qfrc_bias[joint.dof];
  }
}

void ToolController::sense(const mjData& data) {
  // Smoothed, for tapping the bottle is a peak of one physics step and no reason to let go.
  const double share = 1.0 - std::exp(-model_.opt.timestep / settings_.forceFilter_s);
  for (std::size_t i = 0; i < joints_.size(); ++i) {
    double& sensed = contact_Nm_[static_cast<Eigen::Index>(i)];
    sensed += share * (data.qfrc_constraint[joints_[i].dof] - sensed);
  }
}

double ToolController::solve(mjData& data, const Eigen::Vector3d& p_WT) const {
  constexpr int kIterations = 200;
  constexpr double kStep_rad = 0.2, kGood_m = 1e-7;
  Eigen::Map<const Eigen::Vector3d> tool_W(data.site_xpos + 3 * site_);
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    mj_kinematics(&model_, &data);
    mj_comPos(&model_, &data);
    const JointVector motion = lever(data).motion(poseError(data, p_WT - tool_W));
    if ((p_WT - tool_W).norm() < kGood_m && motion.norm() < kGood_m) break;
    for (std::size_t i = 0; i < joints_.size(); ++i) {
      const Joint& joint = joints_[i];
      double& angle = data.qpos[joint.position];
      const double turn = std::clamp(motion[static_cast<Eigen::Index>(i)], -kStep_rad, kStep_rad);
      angle = std::clamp(angle + turn, joint.low, joint.high);
    }
  }
  return (p_WT - tool_W).norm();
}

void ToolController::save(std::span<double> state) const {
  NUDGE_CHECK(state.size() == static_cast<std::size_t>(stateSize()), "state of another size");
  Eigen::Map<Eigen::VectorXd> all(state.data(), stateSize());
  all.head<kPointState>() << wanted_W_, velocity_W_, target_W_, ceiling_m_;
  all.tail(stateSize() - kPointState) = contact_Nm_;
}

void ToolController::restore(std::span<const double> state) {
  NUDGE_CHECK(state.size() == static_cast<std::size_t>(stateSize()), "state of another size");
  const Eigen::Map<const Eigen::VectorXd> all(state.data(), stateSize());
  wanted_W_ = all.segment<3>(0);
  velocity_W_ = all.segment<3>(3);
  target_W_ = all.segment<3>(6);
  ceiling_m_ = all[9];
  contact_Nm_ = all.tail(stateSize() - kPointState);
}

}  // namespace nudge
