// Who drives, decided in one place: the arbiter between the robot's policy and the teacher's devices.
#pragma once

#include <span>
#include <vector>

#include "core/input/device.h"
#include "core/teach/step.h"

namespace nudge {

struct TakeOverSettings {
  double handBackRamp_s = 0.3;  ///< after letting go the command blends from the teacher's to the robot's
  double takeOverRamp_s = 0.0;  ///< 0: the teacher has the robot at once
  double targetGain_per_s = 8.0;  ///< Target mode: v = gain · (target − tool)
  double staleAfter_s = 0.5;    ///< a device that says 'engaged' but has not spoken for so long is let go
};

/// One arbiter decision for one control step.
struct TakeOverDecision {
  Driver driver = Driver::Robot;      ///< recorded; Teacher from the first step of the request on
  double teacherShare = 0.0;          ///< blend of the command, 0 robot … 1 teacher
  int device = -1;                    ///< index of the device that drives, −1 none
  bool lost = false;                  ///< the device that drove fell silent or mad in this step, and nobody else holds the wheel
  DeviceState state;                  ///< of that device
};

/// True when the device holds the wheel, with numbers that can be obeyed, and said so recently enough.
bool isDriving(const DeviceState& state, double now_s, double staleAfter_s);

/// Recording follows the request at once; only the command is ramped: to the teacher's over takeOverRamp_s,
/// and from the last one to the robot's over handBackRamp_s. A driving device keeps the wheel until it lets
/// go; a free wheel goes to the first engaged one. A device that falls silent or mad while it drives is let
/// go, and the ramp then starts from standing still, because its last command is not to be trusted.
class TakeOver {
 public:
  explicit TakeOver(const TakeOverSettings& settings);
  void reset();
  /// states: one a device, in order of priority. now_s monotonic, dt_s the control period.
  TakeOverDecision decide(std::span<const DeviceState> states, double now_s, double dt_s);

 private:
  TakeOverSettings settings_;
  double share_ = 0.0;
  DeviceState last_;
  int device_ = -1;
};

}  // namespace nudge
