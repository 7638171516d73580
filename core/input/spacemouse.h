// A SpaceMouse through libspnav: the daemon spacenavd owns the device, this program only listens.
#pragma once

#include <optional>

#include "core/input/raw_input.h"

namespace nudge {

/// libspnav has one connection a process, so there is one of these at a time, used by one thread. Leaves
/// the daemon's settings alone, which are everybody's, but for the light while it is asked for (setLight). Looks
/// for a daemon that is gone once a second.
class SpaceMouse : public DeviceSource {
 public:
  /// Full way of an axis in the daemon's units at its standard sensitivity.
  static constexpr double kFullWay = 350.0;

  SpaceMouse() = default;
  ~SpaceMouse() override;
  SpaceMouse(const SpaceMouse&) = delete;
  SpaceMouse& operator=(const SpaceMouse&) = delete;

  DeviceKind kind() const override { return DeviceKind::SpaceMouse; }
  const RawInput& poll(double now_s) override;
  const DeviceInfo& info() const override { return info_; }
  bool vouches() const override { return false; }
  /// The daemon is asked; it forgets the wish when it is started again, and its configuration file is not written.
  void setLight(DeviceLight light) override;

 private:
  void open(double now_s);
  void close(const char* problem);
  void readEvents(double now_s);
  void deviceCame();
  void deviceGone();

  RawInput raw_;
  DeviceInfo info_;
  bool open_ = false;
  std::optional<int> lightBefore_;  ///< the daemon's own setting, while it is changed
  double nextTry_s = 0.0;
};

}  // namespace nudge
