#include "core/sim/folder/drive.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace nudge {
namespace {

/// What the actuator follows: a position servo pulls back with its own gain, a velocity servo brakes with it.
DrivenJoint::Servo servoOf(const mjModel& model, int actuator) {
  const double gain = model.actuator_gainprm[mjNGAIN * actuator];
  const double* bias = model.actuator_biasprm + mjNBIAS * actuator;
  const bool affine = model.actuator_biastype[actuator] == mjBIAS_AFFINE;
  if (affine && gain > 0.0 && std::abs(bias[1] + gain) <= 1e-9 * gain) return DrivenJoint::Servo::Position;
  if (affine && gain > 0.0 && bias[1] == 0.0 && std::abs(bias[2] + gain) <= 1e-9 * gain)
    return DrivenJoint::Servo::Velocity;
  return DrivenJoint::Servo::Motor;
}

bool movesJoint(const mjModel& model, int actuator) {
  const int kind = model.actuator_trntype[actuator];
  if (kind != mjTRN_JOINT && kind != mjTRN_JOINTINPARENT) return false;
  const int type = model.jnt_type[model.actuator_trnid[2 * actuator]];
  return type == mjJNT_HINGE || type == mjJNT_SLIDE;
}

/// What one action does to an actuator of the gripper.
struct Finger {
  int actuator = 0;
  double open = 0.0, closed = 0.0;
};

/// Opens and closes with one more action after those of the arm.
class Gripper final : public Drive {
 public:
  Gripper(std::unique_ptr<Drive> arm, std::vector<Finger> fingers)
      : Drive(with(arm->actions(), {"gripper", "1", "-1 open, 1 closed"}), with(arm->scales(), 1.0),
              arm->tool()),
        arm_(std::move(arm)),
        fingers_(std::move(fingers)) {}

  int gripAction() const override { return static_cast<int>(actions().size()) - 1; }
  void place(mjData& data) override { arm_->place(data); }
  double placeTool(mjData& data, const Eigen::Vector3d& p_WT) override { return arm_->placeTool(data, p_WT); }
  double outside_m(const Eigen::Vector3d& p_WT) const override { return arm_->outside_m(p_WT); }
  bool canPlaceTool() const override { return arm_->canPlaceTool(); }
  void reset(mjData& data, double floor_m, double ceiling_m) override {
    arm_->reset(data, floor_m, ceiling_m);
  }
  void begin(mjData& data, std::span<const double> action) override {
    arm_->begin(data, action.first(action.size() - 1));
    for (const Finger& one : fingers_)
      data.ctrl[one.actuator] = one.open + 0.5 * (action.back() + 1.0) * (one.closed - one.open);
  }
  void before(mjData& data) override { arm_->before(data); }
  void after(const mjData& data) override { arm_->after(data); }
  /// A hand on the tool leaves the gripper as it is told now.
  void toward(const mjData& data, const Eigen::Vector3d& v_W, std::span<double> action) const override {
    arm_->toward(data, v_W, action.first(action.size() - 1));
    const Finger& one = fingers_.front();
    action.back() =
        std::clamp(2.0 * (data.ctrl[one.actuator] - one.open) / (one.closed - one.open) - 1.0, -1.0, 1.0);
  }
  int stateSize() const override { return arm_->stateSize(); }
  void save(std::span<double> state) const override { arm_->save(state); }
  void restore(std::span<const double> state) override { arm_->restore(state); }

 private:
  template <typename T>
  static std::vector<T> with(std::vector<T> list, T one) {
    list.push_back(std::move(one));
    return list;
  }

  std::unique_ptr<Drive> arm_;
  std::vector<Finger> fingers_;
};

std::unique_ptr<Drive> withGripper(std::unique_ptr<Drive> arm, TomlSection& section, TomlSection& control,
                                   const SceneNames& names) {
  std::vector<int> arms;
  if (arm)
    for (const std::string& name : control.texts("actuators"))
      arms.push_back(names.actuator(name, control, "actuators"));
  const std::vector<std::string> actuators = section.texts("actuator");
  const auto open = section.numberForEach("open", actuators.size()),
             closed = section.numberForEach("closed", actuators.size());
  std::vector<Finger> fingers;
  bool fine = !actuators.empty();
  for (std::size_t i = 0; i < actuators.size(); ++i) {
    fingers.push_back({names.actuator(actuators[i], section, "actuator"), open[i], closed[i]});
    if (std::count(arms.begin(), arms.end(), fingers.back().actuator))
      section.doubt("actuator",
                    "the gripper's actuator '" + actuators[i] + "' is one of the arm's 'actuators' as well");
    if (open[i] == closed[i]) section.fail("closed", "'open' and 'closed' of the gripper are the same");
    fine = fine && fingers.back().actuator >= 0 && open[i] != closed[i];
  }
  section.finish();
  return arm && fine ? std::make_unique<Gripper>(std::move(arm), std::move(fingers)) : nullptr;
}

}  // namespace

std::vector<DrivenJoint> readJoints(TomlSection& control, const SceneNames& names, const std::string& key,
                                    bool inControls) {
  const mjModel& m = names.model();
  std::vector<DrivenJoint> joints;
  for (const std::string& name : control.texts(key)) {
    const int actuator = names.actuator(name, control, key);
    if (actuator < 0) continue;
    if (!movesJoint(m, actuator)) {
      control.fail(key, "actuator '" + name + "' does not move a hinge or a slide");
      continue;
    }
    const int joint = m.actuator_trnid[2 * actuator];
    DrivenJoint one{servoOf(m, actuator),
                    name,
                    actuator,
                    joint,
                    m.jnt_dofadr[joint],
                    m.jnt_qposadr[joint],
                    m.jnt_type[joint] == mjJNT_HINGE};
    const double gear = one.servo == DrivenJoint::Servo::Motor ? 1.0 : m.actuator_gear[6 * actuator];
    if (gear == 0.0) {
      control.fail(key, "actuator '" + name + "' has a gear of 0, so it moves nothing");
      continue;
    }
    one.gear = inControls ? 1.0 : gear;
    const bool own = m.actuator_ctrllimited[actuator];
    const double* range = own ? m.actuator_ctrlrange + 2 * actuator : m.jnt_range + 2 * joint;
    const double over = own ? one.gear : one.gear / gear;
    if (own || (m.jnt_limited[joint] && one.servo == DrivenJoint::Servo::Position))
      std::tie(one.low, one.high) = std::minmax({range[0] / over, range[1] / over});
    if (std::any_of(joints.begin(), joints.end(),
                    [&](const DrivenJoint& other) { return other.actuator == actuator; }))
      control.doubt(key, "actuator '" + name + "' is named twice");
    joints.push_back(one);
  }
  if (joints.size() > kMostDriven) {
    control.fail(key, "actions move at most " + std::to_string(kMostDriven) + " actuators");
    joints.clear();
  }
  return joints;
}

std::vector<double> readPosture(TomlSection& control, const SceneNames& names,
                                const std::vector<DrivenJoint>& joints) {
  std::vector<double> posture = control.numbersOr("posture", {});
  if (!posture.empty() && posture.size() != joints.size()) {
    control.fail("posture", "'posture' must have one number for each actuator");
    posture.clear();
  }
  for (std::size_t i = 0; i < posture.size(); ++i)
    if (const std::string outside = outsideRange(names.model(), joints[i].joint, posture[i]);
        !outside.empty())
      control.doubt("posture", "number " + std::to_string(i + 1) + " of 'posture' lies " + outside);
  return posture;
}

void holdServos(const mjModel& model, mjData& data) {
  for (int i = 0; i < model.nu; ++i)
    if (movesJoint(model, i) && servoOf(model, i) == DrivenJoint::Servo::Position)
      data.ctrl[i] = model.actuator_gear[6 * i] * data.qpos[model.jnt_qposadr[model.actuator_trnid[2 * i]]];
}

std::unique_ptr<Drive> makeDrive(TomlSection& control, const SceneNames& names, double rate_hz) {
  const std::string kind = control.choice("kind", {"tool", "joints"});
  if (kind.empty()) {
    control.finishUnread();
    return nullptr;
  }
  auto drive = kind == "tool" ? makeToolDrive(control, names) : makeJointDrive(control, names, rate_hz);
  if (auto gripper = control.section("gripper"))
    drive = withGripper(std::move(drive), *gripper, control, names);
  control.finish();
  return drive;
}

}  // namespace nudge
