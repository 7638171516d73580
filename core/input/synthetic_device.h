// The synthetic teacher as a device: it moves the robot on the path a person's hand takes.
#pragma once

#include <string>
#include <vector>

#include "core/input/device.h"
#include "core/teach/synthetic_teacher.h"

namespace nudge {

/// Polled by the simulation thread; does not allocate. For tasks whose action is the tool's velocity or a choice.
class SyntheticDevice : public InputDevice {
 public:
  /// actionScale: TaskSpec::actionScale; m/s for an action of 1 [3], or [1] when the action is a choice.
  SyntheticDevice(SyntheticTeacher teacher, const std::vector<double>& actionScale);

  const char* name() const override { return "synthetic teacher"; }
  DeviceState poll(const DeviceView& view) override;
  void episodeStarted(std::uint64_t seed) override;
  const SyntheticTeacher& teacher() const { return teacher_; }

 private:
  SyntheticTeacher teacher_;
  std::vector<double> scale_;
  std::vector<float> action_;
  DeviceState state_;
};

}  // namespace nudge
