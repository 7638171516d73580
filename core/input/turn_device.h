// Wishes that count once: keys for tasks with choices, posted by another thread.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/latest_value.h"
#include "core/input/device.h"

namespace nudge {

/// What the person says. A wish is a push in a direction (DeviceState::value, Velocity); the task turns it
/// into a choice.
struct Turn {
  DeviceState state;
  std::uint64_t wish = 0;  ///< grows with every wish
  bool waits = true;       ///< without a new wish the world waits; else no push is the wish
};

/// From the first wish on the device holds the wheel until the person lets go or the episode ends. Each wish counts for one
/// control step, the next that begins; a newer one replaces one that has not counted yet. post() from one
/// thread, poll() from the simulation thread. Only a device that does not wait must be heard again every
/// TakeOverSettings::staleAfter_s: a wish is said once, and a world that waits drives nowhere, so a window that
/// is slow does not hand the wheel back.
class TurnDevice : public InputDevice {
 public:
  explicit TurnDevice(std::string name) : name_(std::move(name)) {}
  const char* name() const override { return name_.c_str(); }
  void post(const Turn& turn) { turn_.write(turn); }

  DeviceState poll(const DeviceView& view) override {
    turn_.refresh();
    const Turn& turn = turn_.front();
    DeviceState state = turn.state;
    state.engaged = state.engaged && turn.wish > dropped_;
    if (state.engaged && (turn.waits || turn.wish != counted_)) state.time_s = view.now_s;
    if (!state.engaged || view.paused) return state;  // while it stands, a wish is kept
    if (turn.wish == counted_) {
      state.value = {};
      state.undecided = turn.waits;
    }
    counted_ = turn.wish;
    return state;
  }
  void episodeStarted(std::uint64_t /*seed*/) override {
    turn_.refresh();
    dropped_ = counted_ = turn_.front().wish;
  }

 private:
  std::string name_;
  LatestValue<Turn> turn_;
  std::uint64_t counted_ = 0, dropped_ = 0;  ///< wishes up to these have counted, belong to an ended episode
};

}  // namespace nudge
