// Actions move joints one by one: at velocities, to positions, or straight into the actuators.
#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/sim/folder/drive.h"

namespace nudge {
namespace {

enum class Mode { Velocity, Position, Direct };

class JointDrive final : public Drive {
 public:
  JointDrive(const mjModel& model, Mode mode, Place tool, std::vector<DrivenJoint> joints,
             std::vector<double> speeds, std::vector<double> posture, double lead, double rate_hz)
      : Drive(quantities(mode, joints, speeds), scalesOf(mode, joints, speeds), tool),
        model_(model),
        mode_(mode),
        joints_(std::move(joints)),
        speeds_(std::move(speeds)),
        posture_(std::move(posture)),
        action_(joints_.size(), 0.0),
        lead_(lead),
        rate_hz_(rate_hz),
        rows_(static_cast<std::size_t>(3 * model.nv)) {}

  void place(mjData& data) override {
    for (std::size_t i = 0; i < posture_.size(); ++i) data.qpos[joints_[i].position] = posture_[i];
  }
  void reset(mjData& data, double, double) override {
    std::fill(action_.begin(), action_.end(), 0.0);
    for (const DrivenJoint& joint : joints_)
      if (joint.servo != DrivenJoint::Servo::Position)
        data.ctrl[joint.actuator] = joint.gear * std::clamp(0.0, joint.low, joint.high);
  }

  void begin(mjData&, std::span<const double> action) override {
    std::copy(action.begin(), action.end(), action_.begin());
  }

  void before(mjData& data) override {
    const double step_s = model_.opt.timestep;
    for (std::size_t i = 0; i < joints_.size(); ++i) {
      const DrivenJoint& joint = joints_[i];
      double& control = data.ctrl[joint.actuator];
      double told = control / joint.gear;
      if (mode_ == Mode::Direct) {
        told = middle(joint) + half(joint) * action_[i];
      } else if (joint.servo == DrivenJoint::Servo::Velocity) {
        told = std::clamp(speeds_[i] * action_[i], joint.low, joint.high);
      } else {
        const double most = speeds_[i] * step_s;
        const double wanted =
            mode_ == Mode::Position ? middle(joint) + half(joint) * action_[i] - told : most * action_[i];
        // Never far ahead of a joint that is held up.
        const double at = data.qpos[joint.position];
        told = std::clamp(told + std::clamp(wanted, -most, most), at - lead_, at + lead_);
        told = std::clamp(told, joint.low, joint.high);
      }
      control = joint.gear * told;
    }
  }

  /// Damped least squares on the joints' share of the tool's velocity.
  void toward(const mjData& data, const Eigen::Vector3d& v_W, std::span<double> action) const override {
    std::fill(action.begin(), action.end(), 0.0);
    if (mode_ == Mode::Direct) return;  // forces follow from no velocity
    constexpr double kDamping = 0.02;
    mj_jacSite(&model_, &data, rows_.data(), nullptr, tool().id);
    const Eigen::Map<const Eigen::Matrix<double, 3, Eigen::Dynamic, Eigen::RowMajor>> all(rows_.data(), 3,
                                                                                          model_.nv);
    Eigen::Matrix<double, 3, Eigen::Dynamic, Eigen::ColMajor, 3, kMostDriven> jacobian(
        3, static_cast<Eigen::Index>(joints_.size()));
    for (std::size_t i = 0; i < joints_.size(); ++i)
      jacobian.col(static_cast<Eigen::Index>(i)) = all.col(joints_[i].dof);
    const Eigen::Matrix3d normal =
        jacobian * jacobian.transpose() + kDamping * kDamping * Eigen::Matrix3d::Identity();
    const Eigen::Matrix<double, Eigen::Dynamic, 1, Eigen::ColMajor, kMostDriven, 1> turn =
        jacobian.transpose() * normal.llt().solve(v_W);
    double fastest = 1.0;
    for (std::size_t i = 0; i < joints_.size(); ++i)
      fastest = std::max(fastest, std::abs(turn[static_cast<Eigen::Index>(i)]) / speeds_[i]);
    for (std::size_t i = 0; i < joints_.size(); ++i) {
      const double velocity = turn[static_cast<Eigen::Index>(i)] / fastest;
      const DrivenJoint& joint = joints_[i];
      action[i] = mode_ == Mode::Velocity
                      ? velocity / speeds_[i]
                      : (data.qpos[joint.position] + velocity / rate_hz_ - middle(joint)) / half(joint);
    }
  }

  int stateSize() const override { return static_cast<int>(action_.size()); }
  void save(std::span<double> state) const override {
    std::copy(action_.begin(), action_.end(), state.begin());
  }
  void restore(std::span<const double> state) override {
    std::copy(state.begin(), state.end(), action_.begin());
  }

 private:
  static double middle(const DrivenJoint& joint) { return 0.5 * (joint.low + joint.high); }
  static double half(const DrivenJoint& joint) { return 0.5 * (joint.high - joint.low); }

  static std::vector<double> scalesOf(Mode mode, const std::vector<DrivenJoint>& joints,
                                      std::vector<double> speeds) {
    for (std::size_t i = 0; i < joints.size(); ++i)
      if (mode != Mode::Velocity) speeds[i] = half(joints[i]);
    return speeds;
  }

  static std::vector<Quantity> quantities(Mode mode, const std::vector<DrivenJoint>& joints,
                                          const std::vector<double>& speeds) {
    std::vector<Quantity> all;
    for (std::size_t i = 0; i < joints.size(); ++i) {
      const DrivenJoint& joint = joints[i];
      const std::string unit = joint.hinge ? "rad" : "m";
      char text[96];
      std::snprintf(text, sizeof text, "1 = %g", mode == Mode::Velocity ? speeds[i] : joint.high);
      if (mode == Mode::Velocity)
        all.push_back({joint.name + "_velocity", unit + "/s", std::string(text) + " " + unit + "/s"});
      if (mode == Mode::Position)
        all.push_back({joint.name + "_position", unit, "-1 lower end, " + std::string(text) + " " + unit});
      if (mode == Mode::Direct)
        all.push_back({joint.name, "1", "the actuator's control, " + std::string(text)});
    }
    return all;
  }

  const mjModel& model_;
  Mode mode_;
  std::vector<DrivenJoint> joints_;
  std::vector<double> speeds_, posture_, action_;
  double lead_, rate_hz_;
  mutable std::vector<double> rows_;  ///< room for a Jacobian
};

bool suits(const DrivenJoint& joint, Mode mode, TomlSection& control) {
  using Servo = DrivenJoint::Servo;
  if (joint.servo == Servo::Motor && mode != Mode::Direct) {
    control.fail("actuators", "actuator '" + joint.name +
                                  "' is no servo; use mode = \"direct\", or a position or velocity "
                                  "actuator in the MJCF");
    return false;
  }
  if (mode == Mode::Position && joint.servo != Servo::Position) {
    control.fail("actuators", "actuator '" + joint.name + "' is no position servo; use mode = \"velocity\"");
    return false;
  }
  if (mode != Mode::Velocity && !(joint.high - joint.low < 1e8)) {
    control.fail("actuators",
                 "actuator '" + joint.name + "' needs a ctrlrange (or its joint a range) that -1 and 1 mean");
    return false;
  }
  return true;
}

}  // namespace

std::unique_ptr<Drive> makeJointDrive(TomlSection& control, const SceneNames& names, double rate_hz) {
  const std::string said = control.choice("mode", {"velocity", "position", "direct"});
  const Mode mode = said == "direct" ? Mode::Direct : said == "position" ? Mode::Position : Mode::Velocity;
  const int site = names.find(mjOBJ_SITE, control.text("site"), control, "site");
  auto joints = readJoints(control, names, "actuators", mode == Mode::Direct);
  bool fine = site >= 0 && !joints.empty();
  for (const DrivenJoint& joint : joints) fine = suits(joint, mode, control) && fine;
  const std::vector<double> speeds = control.has("speed")
                                         ? control.numberForEach("speed", joints.size(), 1e-4, 1e3)
                                         : std::vector<double>(joints.size(), 1.0);
  std::vector<double> posture = readPosture(control, names, joints);
  const double lead = control.numberOr("lead", 0.2, 1e-4, 1e3);
  if (!fine) return nullptr;
  return std::make_unique<JointDrive>(names.model(), mode, Place{mjOBJ_SITE, site}, std::move(joints), speeds,
                                      std::move(posture), lead, rate_hz);
}

}  // namespace nudge
