// Actions are velocities of the tool along world axes, through the tool controller.
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/control/tool_controller.h"
#include "core/sim/folder/drive.h"
#include "core/sim/model.h"

namespace nudge {
namespace {

using Eigen::Vector3d;

class ToolDrive final : public Drive {
 public:
  ToolDrive(const mjModel& model, Place site, const ToolControllerSettings& settings, std::vector<int> axes,
            std::vector<DrivenJoint> joints, std::vector<double> posture)
      : Drive(quantities(axes, settings.limits.speed_m_s),
              std::vector<double>(axes.size(), settings.limits.speed_m_s), site),
        controller_(model, site.id, settings),
        axes_(std::move(axes)),
        joints_(std::move(joints)),
        posture_(std::move(posture)) {}

  void place(mjData& data) override {
    for (std::size_t i = 0; i < posture_.size(); ++i) data.qpos[joints_[i].position] = posture_[i];
    placedAt_m_.reset();
  }
  bool canPlaceTool() const override { return true; }
  double placeTool(mjData& data, const Vector3d& p_WT) override {
    placedAt_m_ = p_WT.z();
    return controller_.solve(data, p_WT);
  }
  double outside_m(const Vector3d& p_WT) const override {
    return (p_WT - limitPosition(p_WT, controller_.settings().limits, ToolController::kNoCeiling)).norm();
  }
  void reset(mjData& data, double floor_m, double ceiling_m) override {
    controller_.reset(data);
    controller_.setCeiling(ceiling_m);
    floor_m_ = std::min(floor_m, placedAt_m_.value_or(height_m(data)));
  }

  void begin(mjData& data, std::span<const double> action) override {
    Vector3d wanted = Vector3d::Zero();
    for (std::size_t i = 0; i < axes_.size(); ++i) wanted[axes_[i]] = action[i];
    if (height_m(data) <= floor_m_) wanted.z() = std::max(wanted.z(), 0.0);
    controller_.command(controller_.settings().limits.speed_m_s * wanted);
  }
  void before(mjData& data) override { controller_.update(data); }
  void after(const mjData& data) override { controller_.sense(data); }
  /// Too fast is slowed down as a whole, so that the direction stays the teacher's.
  void toward(const mjData&, const Vector3d& v_W, std::span<double> action) const override {
    double fastest = 1.0;
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      action[i] = v_W[axes_[i]] / controller_.settings().limits.speed_m_s;
      fastest = std::max(fastest, std::abs(action[i]));
    }
    for (double& one : action) one /= fastest;
  }

  int stateSize() const override { return controller_.stateSize() + 1; }
  void save(std::span<double> state) const override {
    controller_.save(state.first(state.size() - 1));
    state.back() = floor_m_;
  }
  void restore(std::span<const double> state) override {
    controller_.restore(state.first(state.size() - 1));
    floor_m_ = state.back();
  }

 private:
  static std::vector<Quantity> quantities(const std::vector<int>& axes, double speed_m_s) {
    std::vector<Quantity> all;
    char scale[32];
    std::snprintf(scale, sizeof scale, "%g", speed_m_s);
    for (const int axis : axes) {
      const std::string letter(1, static_cast<char>('x' + axis));
      all.push_back({"tool_velocity_" + letter, "m/s", "along world " + letter + ", 1 = " + scale + " m/s"});
    }
    return all;
  }
  double height_m(const mjData& data) const { return tool().position_W(data).z(); }

  ToolController controller_;
  std::vector<int> axes_;
  std::vector<DrivenJoint> joints_;
  std::vector<double> posture_;
  std::optional<double> placedAt_m_;  ///< the height that a reset asked for
  double floor_m_ = kNoFloor;
};

/// The orientation that the tool holds: as said, else as it is in the model's first pose.
Eigen::Matrix3d readOrientation(TomlSection& control, const SceneNames& names, int site,
                                const std::vector<DrivenJoint>& joints, const std::vector<double>& posture) {
  if (control.has("orientation")) {
    const auto axes = control.numbers("orientation", 6);  // of x, then of y, in world axes
    const Vector3d x(axes[0], axes[1], axes[2]), y(axes[3], axes[4], axes[5]);
    Eigen::Matrix3d R_WT;
    if (x.norm() < 1e-6 || x.cross(y).norm() < 1e-6 * x.norm() * y.norm() || y.norm() < 1e-6) {
      control.fail("orientation", "'orientation' must be the tool's x axis, then its y axis, as six numbers");
      return Eigen::Matrix3d::Identity();
    }
    constexpr double kUnit = 1e-12;  // of this length already: stays as it was written
    R_WT.col(0) = std::abs(x.norm() - 1.0) < kUnit ? x : x.normalized();
    R_WT.col(1) = (y - R_WT.col(0) * R_WT.col(0).dot(y)).normalized();
    R_WT.col(2) = R_WT.col(0).cross(R_WT.col(1));
    return R_WT;
  }
  const DataPtr data(mj_makeData(&names.model()));
  if (!data) return Eigen::Matrix3d::Identity();
  for (std::size_t i = 0; i < posture.size(); ++i) data->qpos[joints[i].position] = posture[i];
  mj_kinematics(&names.model(), data.get());
  return Eigen::Map<const Rotation3>(data->site_xmat + 9 * site);
}

/// τ of the servos: damping over stiffness, of joint and servo together, and its mean over the arm. A gear
/// counts twice, in how far the servo turns and in its torque.
void readLags(TomlSection& control, const mjModel& model, const std::vector<DrivenJoint>& joints,
              ToolControllerSettings& settings) {
  constexpr double kMost_s = 10.0, kSame_s = 1e-6;
  std::vector<double> lags_s;
  double sum_s = 0.0;
  for (const DrivenJoint& joint : joints) {
    const double squared = joint.gear * joint.gear;
    const double damping =
        model.dof_damping[joint.dof] - squared * model.actuator_biasprm[mjNBIAS * joint.actuator + 2];
    lags_s.push_back(
        std::clamp(damping / (squared * model.actuator_gainprm[mjNGAIN * joint.actuator]), 0.0, kMost_s));
    sum_s += lags_s.back();
  }
  const double mean_s = joints.empty() ? 0.0 : sum_s / static_cast<double>(joints.size());
  settings.feedForward_s = control.numberOr("servo_lag_s", mean_s, 0.0, kMost_s);
  if (control.has("servo_lag_s")) return;
  for (double& lag_s : lags_s) lag_s -= mean_s;
  if (std::any_of(lags_s.begin(), lags_s.end(), [](double more_s) { return std::abs(more_s) > kSame_s; }))
    settings.ownLag_s = std::move(lags_s);
}

void readLimits(TomlSection& control, ToolLimits& limits) {
  limits.speed_m_s = control.numberOr("speed", 0.25, 1e-4, 10.0);
  limits.low_W.setConstant(-1e3);
  limits.high_W.setConstant(1e3);
  if (auto box = control.section("workspace")) {
    limits.low_W = Eigen::Map<const Vector3d>(box->numbers("low", 3).data());
    limits.high_W = Eigen::Map<const Vector3d>(box->numbers("high", 3).data());
    if ((limits.low_W.array() >= limits.high_W.array()).any())
      box->fail("high", "'high' of the workspace must lie above 'low' in x, y and z");
    box->finish();
  }
  limits.reach_m = 1e3;
  if (auto reach = control.section("reach")) {
    limits.reachCentre_W = Eigen::Map<const Vector3d>(reach->numbers("centre", 3).data());
    limits.reach_m = reach->number("radius", 1e-3, 1e3);
    reach->finish();
  }
}

}  // namespace

std::unique_ptr<Drive> makeToolDrive(TomlSection& control, const SceneNames& names) {
  const mjModel& model = names.model();
  const int site = names.find(mjOBJ_SITE, control.text("site"), control, "site");
  auto joints = readJoints(control, names, "actuators");
  bool fine = site >= 0 && !joints.empty();
  for (const DrivenJoint& joint : joints)
    if (joint.servo != DrivenJoint::Servo::Position) {
      fine = false;
      control.fail("actuators", "actuator '" + joint.name +
                                    "' is no position servo, so it cannot move the tool at a "
                                    "velocity; use kind = \"joints\"");
    }
  constexpr int kMostVelocities = 256;
  if (joints.size() > ToolController::kMaxJoints || model.nv > kMostVelocities) {
    fine = false;
    control.fail("actuators",
                 "the tool's controller takes up to 8 joints in a world of up to 256 degrees of freedom");
  }
  ToolControllerSettings settings;
  for (const DrivenJoint& joint : joints) settings.actuators.push_back(joint.actuator);
  std::vector<double> posture = readPosture(control, names, joints);
  readLimits(control, settings.limits);
  settings.force_N = control.numberOr("force", 30.0, 0.1, 1e5);
  settings.lead_m = control.numberOr("lead", 0.005, 1e-4, 1.0);
  settings.damping = control.numberOr("damping", 0.02, 1e-6, 1.0);
  readLags(control, model, fine ? joints : std::vector<DrivenJoint>(), settings);
  settings.rotationWeight_m = control.numberOr("rotation_weight", 0.3, 0.0, 10.0);
  if (site >= 0) settings.R_WT = readOrientation(control, names, site, joints, posture);
  const std::vector<int> axes = readAxes(control, "axes", "xyz");
  if (!fine) return nullptr;
  return std::make_unique<ToolDrive>(model, Place{mjOBJ_SITE, site}, settings, axes, std::move(joints),
                                     std::move(posture));
}

}  // namespace nudge
