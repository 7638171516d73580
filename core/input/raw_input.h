// What a real device says before anything is done to it.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace nudge {

inline constexpr std::size_t kAxes = 6;
/// Moves right, forward (away from the person), up, then turns about the same three; 1 is the end stop.
using Axes = std::array<double, kAxes>;

enum class DeviceKind : std::uint8_t { SpaceMouse, Gamepad };
inline constexpr std::size_t kDeviceKinds = 2;
/// "spacemouse", "gamepad": stable, for files and JSON.
const char* deviceKindName(DeviceKind kind);

/// The state of a device as far as its packets tell. Times are of the monotonic clock, s.
struct RawInput {
  bool connected = false;
  Axes axes{};
  std::uint32_t buttons = 0;  ///< bit i: button i is down
  std::uint32_t clicked = 0;  ///< bit i: went down since the last look, however shortly
  double packet_s = 0.0;      ///< newest packet
  double change_s = 0.0;      ///< newest packet that differed from the one before
};

/// Who the device is; changes only when one comes or goes.
struct DeviceInfo {
  std::string name;
  int buttons = 0;
  int battery_percent = -1;  ///< −1: unknown or on a cable
  std::string problem;       ///< for people, why there is none; empty when there is one
  friend bool operator==(const DeviceInfo&, const DeviceInfo&) = default;
};

/// What a device's light shall say.
enum class DeviceLight : std::uint8_t { AsItWas, Off, On };

/// One place where a device may appear. Used by the one thread that reads it.
class DeviceSource {
 public:
  virtual ~DeviceSource() = default;
  virtual DeviceKind kind() const = 0;
  /// Looks for a device, or reads all that has arrived. Does not wait for packets, but finding a device may
  /// take a few hundred milliseconds. Each clicked bit is told once.
  virtual const RawInput& poll(double now_s) = 0;
  virtual const DeviceInfo& info() const = 0;
  /// True when axes and buttons are asked from the system, so that silence means that nothing moved; false
  /// when only changes are heard and one may have been lost.
  virtual bool vouches() const = 0;
  /// Where the device has a light. AsItWas: as it was before this program asked for anything.
  virtual void setLight(DeviceLight /*light*/) {}
};

}  // namespace nudge
