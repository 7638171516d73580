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

inline constexpr std::size_t kMappedButtons = 16;

struct DeviceSettings {
  GripSettings grip;
  FeelSettings feel;
  std::array<ButtonAction, kMappedButtons> buttons{};
  bool pinned = false;  ///< drives also while another window is in front
  friend bool operator==(const DeviceSettings&, const DeviceSettings&) = default;
};

/// What a device of this kind starts with.
DeviceSettings standardSettings(DeviceKind kind);
/// The same for the left hand: a gamepad's sticks change places.
DeviceSettings leftHanded(DeviceSettings settings);
DeviceSettings sane(DeviceSettings settings);

}  // namespace nudge
