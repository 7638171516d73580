// One shape for everything a teacher can hold: mouse, keyboard, later gamepad and SpaceMouse, and the
// synthetic teacher, which moves the same path.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace nudge {

enum class DeviceMode : std::uint8_t {
  Velocity,  ///< `value` is the wanted tool velocity v_W in m/s
  Target,    ///< `value` is the wanted tool position p_WT in m (the mouse drags a point)
  Choice,    ///< `value[0]` is the index into TaskSpec::discreteActions
  Action     ///< `action` is the task's action itself: the synthetic teacher's
};

inline constexpr std::size_t kMostActions = 16;  ///< numbers of a task's action

/// What a device says now.
struct DeviceState {
  bool engaged = false;  ///< the teacher holds the wheel
  DeviceMode mode = DeviceMode::Velocity;
  std::array<double, 3> value{};  ///< world frame
  double time_s = 0.0;            ///< when the device said so, monotonic clock
  double packet_s = 0.0;          ///< when the hand did it, if known better than time_s; 0: not
  bool undecided = false;         ///< holds the wheel but has no wish yet: the world waits for it
  std::array<float, kMostActions> action{};  ///< of mode Action: the first of them are the task's
};

/// What a device may look at when it is polled (the synthetic teacher does, a mouse does not).
struct DeviceView {
  double now_s = 0.0;  ///< monotonic clock
  std::span<const float> observation{};
  std::span<const float> proposal{};  ///< the robot's action for this step
  std::span<const float> features{};
  int stepIndex = 0;
  bool success = false;  ///< EpisodeStatus::success
  bool failure = false;  ///< EpisodeStatus::failure
  bool paused = false;   ///< the world stands; a device that takes the wheel now sets it going
};

/// Polled by the simulation thread once a control step; must not block, lock or allocate.
class InputDevice {
 public:
  virtual ~InputDevice() = default;
  virtual const char* name() const = 0;
  virtual DeviceState poll(const DeviceView& view) = 0;
  /// Grows each time the device vanished, fell silent or got stuck while it had the wheel. Asked at every tick.
  virtual std::uint32_t losses(double /*now_s*/) { return 0; }
  /// A new episode begins: forget what belongs to the old one.
  virtual void episodeStarted(std::uint64_t /*seed*/) {}
};

}  // namespace nudge
