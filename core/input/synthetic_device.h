// The synthetic teacher as a device: it moves the robot on the path a person's hand takes.
#pragma once

#include <string>
#include <vector>

#include "core/input/device.h"
#include <functional>

#include "core/teach/synthetic_teacher.h"

namespace nudge {

/// Polled by the simulation thread; does not allocate.
class SyntheticDevice : public InputDevice {
 public:
  /// actionSize: of the task, at most kMostActions; choice: the action is an index.
  /// reward: of a step's features, by the teacher's weights; for a gate that judges by loss (TeacherGate::lossSteps).
  using Reward = std::function<double(std::span<const float>)>;
  SyntheticDevice(SyntheticTeacher teacher, int actionSize, bool choice, Reward reward = {});

  const char* name() const override { return "synthetic teacher"; }
  DeviceState poll(const DeviceView& view) override;
  void episodeStarted(std::uint64_t seed) override;
  const SyntheticTeacher& teacher() const { return teacher_; }

 private:
  SyntheticTeacher teacher_;
  Reward reward_;
  std::vector<float> action_;
  DeviceState state_;
};

}  // namespace nudge
