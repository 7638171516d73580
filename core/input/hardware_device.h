// A device with a cable, as the simulation sees it: its reader's newest word, and whether that is fresh.
#pragma once

#include "core/base/latest_value.h"
#include "core/input/device.h"

namespace nudge {

/// What a reader says at every tick, moved or not.
struct HardwareState {
  DeviceState state;         ///< time_s: when the reader said so
  std::uint32_t losses = 0;  ///< Grip::losses()
};

/// post() from the reader's thread, the rest from the simulation thread.
class HardwareDevice : public InputDevice {
 public:
  /// A reader that has been silent for so long while it drove is as bad as a device that is gone.
  static constexpr double kSilence_s = 0.08;

  explicit HardwareDevice(const char* name) : name_(name) {}
  const char* name() const override { return name_; }
  void post(const HardwareState& state) { newest_.write(state); }

  DeviceState poll(const DeviceView& view) override {
    newest_.refresh();
    DeviceState state = newest_.front().state;
    state.engaged = state.engaged && view.now_s - state.time_s <= kSilence_s;
    return state;
  }
  std::uint32_t losses(double now_s) override {
    newest_.refresh();
    const HardwareState& newest = newest_.front();
    const bool silent = newest.state.engaged && now_s - newest.state.time_s > kSilence_s;
    if (silent && !silent_) ++silences_;
    silent_ = silent;
    return newest.losses + silences_;
  }

 private:
  const char* name_;
  LatestValue<HardwareState> newest_;
  std::uint32_t silences_ = 0;
  bool silent_ = false;
};

}  // namespace nudge
