// A gamepad through SDL 2: the first one that is there.
#pragma once

#include <memory>

#include "core/input/raw_input.h"

namespace nudge {

/// Left stick: right and forward. Right stick: up (its up and down) and turn. Triggers: tilt. Pads that SDL
/// has no map of are read as a joystick: its first axes in the same order. Used by the one thread that first
/// polls it; SDL's joystick part is started there and ended with it.
class Gamepad : public DeviceSource {
 public:
  Gamepad();
  ~Gamepad() override;

  DeviceKind kind() const override { return DeviceKind::Gamepad; }
  const RawInput& poll(double now_s) override;
  const DeviceInfo& info() const override;
  bool vouches() const override { return true; }
  void setLight(DeviceLight light) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nudge
