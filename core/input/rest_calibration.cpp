#include "core/input/rest_calibration.h"

#include <algorithm>
#include <cmath>

namespace nudge {

namespace {
constexpr double kMargin = 1.5;  ///< over the wandering that was seen
}

void RestCalibration::add(const RawInput& raw, double now_s) {
  if (done(now_s)) return;
  lost_ = lost_ || !raw.connected;
  for (std::size_t i = 0; i < kAxes; ++i) {
    const double value = std::isfinite(raw.axes[i]) ? raw.axes[i] : 1.0;
    sum_[i] += value;
    low_[i] = count_ ? std::min(low_[i], value) : value;
    high_[i] = count_ ? std::max(high_[i], value) : value;
  }
  ++count_;
}

double RestCalibration::share(double now_s) const { return std::clamp((now_s - begin_s_) / kTime_s, 0.0, 1.0); }

Result<DeviceSettings> RestCalibration::result(const DeviceSettings& before) const {
  if (lost_ || count_ == 0) {
    return Error{ErrorCode::Disconnected, "The device was gone during the ten seconds. Nothing was changed; try again."};
  }
  DeviceSettings after = before;
  double most = 0.0;
  for (std::size_t i = 0; i < kAxes; ++i) {
    const double rest = sum_[i] / count_;
    const double wander = std::max(high_[i] - rest, rest - low_[i]);
    if (wander > kMostWander) {
      return Error{ErrorCode::InvalidInput, "The device was moved during the ten seconds. Nothing was changed; try again with the hands off."};
    }
    after.feel.rest[i] = rest;
    most = std::max(most, wander);
  }
  for (AxisFeel& axis : after.feel.axes) axis.deadZone = std::max(axis.deadZone, kMargin * most);
  after.grip.exit = std::max(before.grip.exit, kMargin * most);
  after.grip.enter = std::max(before.grip.enter, 2.0 * after.grip.exit);
  return sane(after);
}

}  // namespace nudge
