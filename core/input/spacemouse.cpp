#include "core/input/spacemouse.h"

#include <poll.h>
#include <spnav.h>

#include <algorithm>

namespace nudge {
namespace {

constexpr double kTryAgain_s = 1.0;
constexpr int kMostEvents = 4096;  // of one poll: a daemon gone mad must not keep the reader for ever
constexpr int kOldProtocol = 0;

/// spnav's y is up and its z away from the person, as other programs take it too; ours are forward and up.
Axes axesOf(const spnav_event_motion& motion) {
  const auto share = [](int value) { return std::clamp(value / SpaceMouse::kFullWay, -1.0, 1.0); };
  return {share(motion.x), share(motion.z), share(motion.y), share(motion.rx), share(motion.rz), share(motion.ry)};
}

}  // namespace

SpaceMouse::~SpaceMouse() {
  setLight(DeviceLight::AsItWas);
  if (open_) spnav_close();
}

const RawInput& SpaceMouse::poll(double now_s) {
  raw_.clicked = 0;
  if (!open_ && now_s >= nextTry_s) open(now_s);
  if (open_) readEvents(now_s);
  return raw_;
}

void SpaceMouse::open(double now_s) {
  nextTry_s = now_s + kTryAgain_s;
  if (spnav_open() == -1) {
    info_ = {"", 0, -1, "no spacenavd is running"};
    return;
  }
  open_ = true;
  info_ = {"", 0, -1, "spacenavd runs and has no device"};
  // A daemon of the old protocol cannot be asked: the device is there once it speaks.
  if (spnav_protocol() != kOldProtocol) {
    spnav_client_name("nudge");
    if (spnav_dev_type() > SPNAV_DEV_UNKNOWN) deviceCame();
  }
}

void SpaceMouse::close(const char* problem) {
  spnav_close();
  open_ = false;
  lightBefore_.reset();  // a new daemon has its own setting
  deviceGone();
  info_.problem = problem;
}

void SpaceMouse::setLight(DeviceLight light) {
  if (!open_ || spnav_protocol() == kOldProtocol) return;
  if (light == DeviceLight::AsItWas) {
    if (lightBefore_) spnav_cfg_set_led(*lightBefore_);
    lightBefore_.reset();
    return;
  }
  if (!lightBefore_) {
    const int before = spnav_cfg_get_led();
    if (before < 0) return;
    lightBefore_ = before;
  }
  spnav_cfg_set_led(light == DeviceLight::On);
}

void SpaceMouse::deviceCame() {
  if (raw_.connected) return;
  raw_ = RawInput{};
  raw_.connected = true;
  info_ = {"SpaceMouse", 2, -1, ""};
  if (spnav_protocol() == kOldProtocol) return;
  char name[128] = "";
  if (spnav_dev_name(name, sizeof name) > 0 && name[0] != '\0') info_.name = name;
  info_.buttons = std::max(0, spnav_dev_buttons());
}

void SpaceMouse::deviceGone() {
  const double packet_s = raw_.packet_s;
  raw_ = RawInput{};
  raw_.packet_s = packet_s;
  info_ = {"", 0, -1, "spacenavd runs and has no device"};
}

void SpaceMouse::readEvents(double now_s) {
  // spnav_poll_event says 'nothing' at the end of the stream too, so the socket is asked first.
  pollfd watched{spnav_fd(), POLLIN, 0};
  if (::poll(&watched, 1, 0) < 0) return;
  spnav_event event;
  for (int i = 0; i < kMostEvents && spnav_poll_event(&event) != 0; ++i) {
    const Axes axes = raw_.axes;
    const std::uint32_t buttons = raw_.buttons;
    switch (event.type) {
      case SPNAV_EVENT_MOTION:
        deviceCame();
        raw_.axes = axesOf(event.motion);
        break;
      case SPNAV_EVENT_BUTTON:
        deviceCame();
        if (event.button.bnum >= 0 && event.button.bnum < 32) {
          const std::uint32_t bit = 1u << event.button.bnum;
          if (event.button.press) raw_.clicked |= bit;
          raw_.buttons = event.button.press ? raw_.buttons | bit : raw_.buttons & ~bit;
        }
        break;
      case SPNAV_EVENT_DEV:
        if (event.dev.op == SPNAV_DEV_ADD) deviceCame();
        else deviceGone();
        continue;
      default: continue;
    }
    raw_.packet_s = now_s;
    if (axes != raw_.axes || buttons != raw_.buttons) raw_.change_s = now_s;
  }
  if ((watched.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) close("spacenavd has gone; it is looked for again");
}

}  // namespace nudge
