#include "core/input/gamepad.h"

#include <SDL.h>

#include <algorithm>

namespace nudge {
namespace {

constexpr double kLookAgain_s = 0.5;
constexpr double kFullWay = 32767.0;

double share(Sint16 value) { return std::clamp(value / kFullWay, -1.0, 1.0); }

int percentOf(SDL_JoystickPowerLevel level) {
  switch (level) {
    case SDL_JOYSTICK_POWER_EMPTY: return 5;
    case SDL_JOYSTICK_POWER_LOW: return 20;
    case SDL_JOYSTICK_POWER_MEDIUM: return 70;
    case SDL_JOYSTICK_POWER_FULL: return 100;
    default: return -1;
  }
}

}  // namespace

struct Gamepad::Impl {
  bool started = false;
  SDL_GameController* pad = nullptr;  ///< null for a joystick without a map
  SDL_Joystick* stick = nullptr;      ///< of `pad`, or our own
  RawInput raw;
  DeviceInfo info{"", 0, -1, "no gamepad is plugged in"};
  double nextLook_s = 0.0;

  void start();
  void look(double now_s);
  void letGo();
  Axes axes() const;
  std::uint32_t buttons() const;
};

Gamepad::Gamepad() : impl_(std::make_unique<Impl>()) {}

Gamepad::~Gamepad() {
  if (!impl_->started) return;
  impl_->letGo();
  SDL_QuitSubSystem(SDL_INIT_GAMECONTROLLER);
}

const DeviceInfo& Gamepad::info() const { return impl_->info; }

void Gamepad::setLight(DeviceLight light) {
  const bool on = light == DeviceLight::On;
  if (impl_->stick) SDL_JoystickSetLED(impl_->stick, on ? 230 : 0, on ? 159 : 0, 0);  // the teacher's colour
}

void Gamepad::Impl::start() {
  started = true;
  SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
  SDL_SetHint(SDL_HINT_JOYSTICK_ALLOW_BACKGROUND_EVENTS, "1");  // the focus gate is ours
  if (SDL_InitSubSystem(SDL_INIT_GAMECONTROLLER) != 0) info.problem = SDL_GetError();
}

void Gamepad::Impl::letGo() {
  if (pad) SDL_GameControllerClose(pad);
  else if (stick) SDL_JoystickClose(stick);
  pad = nullptr;
  stick = nullptr;
  raw = RawInput{};
  info = {"", 0, -1, "no gamepad is plugged in"};
}

void Gamepad::Impl::look(double now_s) {
  if (now_s < nextLook_s) return;
  nextLook_s = now_s + kLookAgain_s;
  for (int i = 0; i < SDL_NumJoysticks() && !stick; ++i) {
    pad = SDL_IsGameController(i) ? SDL_GameControllerOpen(i) : nullptr;
    stick = pad ? SDL_GameControllerGetJoystick(pad) : SDL_JoystickOpen(i);
  }
  if (!stick) return;
  raw.connected = true;
  raw.packet_s = raw.change_s = now_s;
  const char* name = SDL_JoystickName(stick);
  info = {name ? name : "Gamepad", pad ? int{SDL_CONTROLLER_BUTTON_MAX} : SDL_JoystickNumButtons(stick),
          percentOf(SDL_JoystickCurrentPowerLevel(stick)), ""};
}

Axes Gamepad::Impl::axes() const {
  if (!pad) {
    const auto axis = [this](int i) { return i < SDL_JoystickNumAxes(stick) ? share(SDL_JoystickGetAxis(stick, i)) : 0.0; };
    return {axis(0), -axis(1), -axis(3), 0.0, 0.0, axis(2)};
  }
  const auto axis = [this](SDL_GameControllerAxis which) { return share(SDL_GameControllerGetAxis(pad, which)); };
  return {axis(SDL_CONTROLLER_AXIS_LEFTX),
          -axis(SDL_CONTROLLER_AXIS_LEFTY),
          -axis(SDL_CONTROLLER_AXIS_RIGHTY),
          axis(SDL_CONTROLLER_AXIS_TRIGGERRIGHT) - axis(SDL_CONTROLLER_AXIS_TRIGGERLEFT),
          0.0,
          axis(SDL_CONTROLLER_AXIS_RIGHTX)};
}

std::uint32_t Gamepad::Impl::buttons() const {
  std::uint32_t bits = 0;
  const int count = std::min(32, info.buttons);
  for (int i = 0; i < count; ++i) {
    const bool down = pad ? SDL_GameControllerGetButton(pad, static_cast<SDL_GameControllerButton>(i)) != 0
                          : SDL_JoystickGetButton(stick, i) != 0;
    if (down) bits |= 1u << i;
  }
  return bits;
}

const RawInput& Gamepad::poll(double now_s) {
  Impl& impl = *impl_;
  if (!impl.started) impl.start();
  SDL_JoystickUpdate();
  SDL_FlushEvents(SDL_FIRSTEVENT, SDL_LASTEVENT);  // the state is asked for; nobody reads the queue
  if (impl.stick && !SDL_JoystickGetAttached(impl.stick)) impl.letGo();
  if (!impl.stick) impl.look(now_s);
  if (!impl.stick) return impl.raw;

  const Axes axes = impl.axes();
  const std::uint32_t buttons = impl.buttons();
  impl.raw.clicked = buttons & ~impl.raw.buttons;
  if (axes != impl.raw.axes || buttons != impl.raw.buttons) impl.raw.packet_s = impl.raw.change_s = now_s;
  impl.raw.axes = axes;
  impl.raw.buttons = buttons;
  return impl.raw;
}

}  // namespace nudge
