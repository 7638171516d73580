// A device whose state another thread posts: the mouse and the keyboard of the window.
#pragma once

#include <string>

#include "core/base/latest_value.h"
#include "core/input/device.h"

namespace nudge {

/// post() from one thread (the GUI), poll() from the simulation thread. While engaged, post again at
/// least every TakeOverSettings::staleAfter_s: a window that hangs must not drive.
class PostedDevice : public InputDevice {
 public:
  explicit PostedDevice(std::string name) : name_(std::move(name)) {}
  const char* name() const override { return name_.c_str(); }
  DeviceState poll(const DeviceView&) override {
    state_.refresh();
    return state_.front();
  }
  void post(const DeviceState& state) { state_.write(state); }

 private:
  std::string name_;
  LatestValue<DeviceState> state_;
};

}  // namespace nudge
