// A device with a cable in the test's hand; set it from any one thread.
#pragma once

#include "core/base/latest_value.h"
#include "core/input/raw_input.h"

namespace nudge::test {

class HandSource : public DeviceSource {
 public:
  explicit HandSource(LatestValue<RawInput>& wire, DeviceKind kind = DeviceKind::SpaceMouse) : wire_(wire), kind_(kind) {}
  DeviceKind kind() const override { return kind_; }
  const RawInput& poll(double now_s) override {
    raw_.clicked = 0;
    if (!wire_.refresh()) return raw_;
    const RawInput& news = wire_.front();
    const std::uint32_t clicked = news.buttons & ~raw_.buttons;
    raw_ = news;
    raw_.clicked = clicked;
    raw_.packet_s = raw_.change_s = now_s;
    info_ = raw_.connected ? DeviceInfo{"Test puck", 2, -1, ""} : DeviceInfo{"", 0, -1, "no test puck"};
    return raw_;
  }
  const DeviceInfo& info() const override { return info_; }
  bool vouches() const override { return true; }

 private:
  LatestValue<RawInput>& wire_;
  DeviceKind kind_;
  RawInput raw_;
  DeviceInfo info_{"", 0, -1, "no test puck"};
};

}  // namespace nudge::test
