// Hands off for ten seconds: where a device rests, and how much it wanders there.
#pragma once

#include "core/base/result.h"
#include "core/input/device_settings.h"

namespace nudge {

/// Plain value; feed it what the device says, for example 60 times a second.
class RestCalibration {
 public:
  static constexpr double kTime_s = 10.0;
  static constexpr double kMostWander = 0.25;  ///< more than that is a hand

  explicit RestCalibration(double begin_s) : begin_s_(begin_s) {}
  void add(const RawInput& raw, double now_s);
  double share(double now_s) const;  ///< of the time, 1 when done
  bool done(double now_s) const { return now_s - begin_s_ >= kTime_s; }
  /// The settings with rest, dead zones and thresholds that this device needs. Disconnected; InvalidInput when it
  /// was touched. The old settings are kept then.
  Result<DeviceSettings> result(const DeviceSettings& before) const;

 private:
  double begin_s_;
  bool lost_ = false;
  int count_ = 0;
  Axes sum_{}, low_{}, high_{};
};

}  // namespace nudge
