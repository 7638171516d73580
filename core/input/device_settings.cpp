#include "core/input/device_settings.h"

#include <utility>

namespace nudge {

const char* buttonActionName(ButtonAction action) {
  static constexpr const char* kNames[kButtonActions] = {"none",    "take-over", "mark-good",    "mark-bad",
                                                         "discard", "pause",     "next-episode", "stop"};
  return kNames[static_cast<std::size_t>(action)];
}

const char* handSideName(HandSide hand) {
  static constexpr const char* kNames[] = {"both", "left", "right"};
  return kNames[static_cast<std::size_t>(hand)];
}

GripInput gripInput(const DeviceSettings& settings, const RawInput& raw, bool allowed) {
  std::uint32_t takeOver = 0;
  for (std::size_t i = 0; i < kMappedButtons; ++i)
    if (settings.buttons[i] == ButtonAction::TakeOver) takeOver |= 1u << i;
  GripInput input;
  input.connected = raw.connected;
  input.allowed = allowed;
  input.axes = centred(settings.feel, raw.axes);
  input.buttonDown = (raw.buttons & takeOver) != 0;
  input.buttonClicked = (raw.clicked & takeOver) != 0;
  input.change_s = raw.change_s;
  return input;
}

DeviceSettings standardSettings(DeviceKind kind) {
  using enum ButtonAction;
  DeviceSettings settings;
  if (kind == DeviceKind::SpaceMouse) {
    settings.buttons = {MarkGood, MarkBad};
  } else {
    // SDL's order: A B X Y, back guide start, sticks, shoulders. South good, east bad; both shoulders take over.
    settings.buttons = {MarkGood, MarkBad, Discard, NextEpisode, Stop, None, Pause, None, None, TakeOver, TakeOver};
    settings.feel.translateOnly = true;
    settings.light = true;
    for (AxisFeel& axis : settings.feel.axes) axis.deadZone = 0.15;  // worn sticks rest off the middle
    settings.grip.enter = 0.30;
    settings.grip.exit = 0.18;
  }
  return settings;
}

DeviceSettings leftHanded(DeviceSettings settings) {
  // Right and forward come from what the other thumb does, up from this one.
  constexpr std::pair<int, int> kSwaps[] = {{0, 5}, {1, 2}};
  for (AxisFeel& axis : settings.feel.axes) {
    for (const auto& [a, b] : kSwaps) {
      if (axis.source == a) axis.source = b;
      else if (axis.source == b) axis.source = a;
    }
  }
  return settings;
}

DeviceSettings sane(DeviceSettings settings) {
  settings.grip = sane(settings.grip);
  settings.feel = sane(settings.feel);
  for (ButtonAction& action : settings.buttons)
    if (static_cast<std::size_t>(action) >= kButtonActions) action = ButtonAction::None;
  return settings;
}

}  // namespace nudge
