// All that a teacher can set about one device.
#pragma once

#include "core/input/feel.h"
#include "core/input/grip.h"

namespace nudge {

/// What a button of a device does.
enum class ButtonAction : std::uint8_t { None, TakeOver, MarkGood, MarkBad, Discard, Pause, NextEpisode, Stop };
inline constexpr std::size_t kButtonActions = 8;
/// "none", "take-over", "mark-good", …: stable, for files and JSON.
const char* buttonActionName(ButtonAction action);

/// Which hand the keys for driving, marking and stopping lie under.
enum class HandSide : std::uint8_t { Both, Left, Right };
/// "both", "left", "right": stable, for files.
const char* handSideName(HandSide hand);

inline constexpr std::size_t kMappedButtons = 16;

struct DeviceSettings {
  GripSettings grip;
  FeelSettings feel;
  std::array<ButtonAction, kMappedButtons> buttons{};
  bool pinned = false;  ///< drives also while another window is in front
  bool light = false;   ///< the device's light is on while it drives, and only then
  friend bool operator==(const DeviceSettings&, const DeviceSettings&) = default;
};

/// What the arbiter looks at: what the device says, its rest taken off, and whether it may drive.
GripInput gripInput(const DeviceSettings& settings, const RawInput& raw, bool allowed);

/// What a device of this kind starts with.
DeviceSettings standardSettings(DeviceKind kind);
/// The same for the left hand: a gamepad's sticks change places.
DeviceSettings leftHanded(DeviceSettings settings);
DeviceSettings sane(DeviceSettings settings);

}  // namespace nudge
