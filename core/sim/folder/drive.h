// How actions move the robot: the tool at a velocity, or joints one by one, and perhaps a gripper.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/sim/folder/scene.h"
#include "core/sim/task.h"

namespace nudge {

/// Made from [control]. One thread, that of its task. What a drive remembers beyond mjData is in save().
class Drive {
 public:
  virtual ~Drive() = default;
  Drive(const Drive&) = delete;
  Drive& operator=(const Drive&) = delete;

  const std::vector<Quantity>& actions() const { return actions_; }
  const std::vector<double>& scales() const { return scales_; }
  /// Which action closes a gripper; −1: there is none.
  virtual int gripAction() const { return -1; }
  /// The point that a teacher grabs.
  const Place& tool() const { return tool_; }

  /// At the start of an episode, with positions up to date but before the first step: brings the arm into its
  /// posture and, where p_WT says so and the drive can, its tool to that place.
  virtual void place(mjData& data) = 0;
  /// How far the tool stays from there, m.
  virtual double placeTool(mjData&, const Eigen::Vector3d& /*p_WT*/) { return 0.0; }
  virtual bool canPlaceTool() const { return false; }
  /// How far outside of its workspace the tool would be at p_WT, m.
  virtual double outside_m(const Eigen::Vector3d& /*p_WT*/) const { return 0.0; }
  /// Stands still from here on. Of a training start: the tool's height stays between floor and ceiling, m.
  virtual void reset(mjData& data, double floor_m, double ceiling_m) = 0;

  /// action [actions], each finite and in [−1, 1].
  virtual void begin(mjData& data, std::span<const double> action) = 0;
  /// Around each physics step.
  virtual void before(mjData&) {}
  virtual void after(const mjData&) {}
  /// The action that moves the tool at v_W, m/s, as far as it can.
  virtual void toward(const mjData& data, const Eigen::Vector3d& v_W, std::span<double> action) const = 0;

  virtual int stateSize() const { return 0; }
  virtual void save(std::span<double>) const {}
  virtual void restore(std::span<const double>) {}

 protected:
  Drive(std::vector<Quantity> actions, std::vector<double> scales, Place tool)
      : actions_(std::move(actions)), scales_(std::move(scales)), tool_(tool) {}

 private:
  std::vector<Quantity> actions_;
  std::vector<double> scales_;
  Place tool_;
};

inline constexpr double kNoFloor = -1e3;

/// The drive that [control] describes. Null if problems came up. `rate_hz` is the control rate.
std::unique_ptr<Drive> makeDrive(TomlSection& control, const SceneNames& names, double rate_hz);
std::unique_ptr<Drive> makeToolDrive(TomlSection& control, const SceneNames& names);
std::unique_ptr<Drive> makeJointDrive(TomlSection& control, const SceneNames& names, double rate_hz);

/// One hinge or slide moved by one actuator.
struct DrivenJoint {
  enum class Servo { Position, Velocity, Motor } servo = Servo::Motor;
  std::string name;
  int actuator = 0, joint = 0, dof = 0, position = 0;
  bool hinge = true;
  double gear = 1.0;  ///< of a servo: control a rad or m of its joint; 1 where the control is taken as it is
  double low = -1e9,
         high = 1e9;  ///< of what the actuator is told, over the gear: its control range, else its joint's
};
/// Reads `actuators` of [control]: up to kMostDriven named actuators of hinges and slides; a problem for any
/// other. `inControls`: actions are controls as they are, whatever the gear.
inline constexpr int kMostDriven = 15;  // with a gripper as many as devices carry
std::vector<DrivenJoint> readJoints(TomlSection& control, const SceneNames& names, const std::string& key,
                                    bool inControls = false);
/// Reads `posture`: empty, or one number a joint.
std::vector<double> readPosture(TomlSection& control, const SceneNames& names,
                                const std::vector<DrivenJoint>& joints);
/// Sets what no action moves at the start: servos hold their joints where the reset put them.
void holdServos(const mjModel& model, mjData& data);

}  // namespace nudge
