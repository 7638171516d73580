// The clock that devices, the control loop and records share.
#pragma once

#include <chrono>

namespace nudge {

/// Seconds of the monotonic clock, from an arbitrary start: DeviceState::time_s and SimLoop::tick().
inline double monotonic_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace nudge
