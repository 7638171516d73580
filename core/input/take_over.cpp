#include "core/input/take_over.h"

#include <algorithm>
#include <cmath>

namespace nudge {

// NaN fails every comparison, the one with the time too.
bool isDriving(const DeviceState& state, double now_s, double staleAfter_s) {
  return state.engaged && now_s - state.time_s <= staleAfter_s &&
         std::all_of(state.value.begin(), state.value.end(), [](double v) { return std::isfinite(v); });
}

TakeOver::TakeOver(const TakeOverSettings& settings) : settings_(settings) {}

void TakeOver::reset() {
  share_ = 0.0;
  last_ = {};
  device_ = -1;
}

TakeOverDecision TakeOver::decide(std::span<const DeviceState> states, double now_s, double dt_s) {
  const auto engaged = [&](int index) {
    return index >= 0 && index < static_cast<int>(states.size()) &&
           isDriving(states[static_cast<std::size_t>(index)], now_s, settings_.staleAfter_s);
  };
  const int before = device_;
  bool lost = false;
  // Whoever has the wheel keeps it until letting go; a free wheel goes to the first engaged device.
  if (!engaged(device_)) {
    device_ = -1;
    for (int i = 0; i < static_cast<int>(states.size()) && device_ < 0; ++i)
      if (engaged(i)) device_ = i;
  }

  if (device_ >= 0) {
    last_ = states[static_cast<std::size_t>(device_)];
    share_ = settings_.takeOverRamp_s > 0.0 ? std::min(1.0, share_ + dt_s / settings_.takeOverRamp_s) : 1.0;
  } else {
    // A device that still claims the wheel went silent or mad: its last command is not obeyed any further.
    const bool faulty = before >= 0 && (before >= static_cast<int>(states.size()) ||
                                        states[static_cast<std::size_t>(before)].engaged);
    if (faulty) last_ = DeviceState{}, lost = true;
    share_ = settings_.handBackRamp_s > 0.0 ? std::max(0.0, share_ - dt_s / settings_.handBackRamp_s) : 0.0;
  }
  return {device_ >= 0 ? Driver::Teacher : Driver::Robot, share_, device_, lost, last_};
}

}  // namespace nudge
