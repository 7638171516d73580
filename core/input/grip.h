// Does a hand hold this device? The state machine that turns packets into 'the teacher takes the wheel'.
//
// Absent ─ no device.   Blocked ─ may not drive until it has been at rest once.   Idle ─ at rest.
// Arming ─ pushed, but not yet long enough.   Driving.   Releasing ─ let go, but not yet long enough.
//
// Drive by motion: the push must be above `enter` for `enterDwell_s` in one direction. Drift stays below
// `enter`; a knock on the desk rings, so its direction turns round before the dwell is over. The wheel goes
// back when the push has been below `exit` for `exitDwell_s`, which outlasts the spring's bounce.
//
// Silence is no release: some devices send nothing while they are held still. A hand, however, never holds
// perfectly still: it trembles by more than one count, so a device that only tells changes is heard every
// second while a hand is on it. If nothing has changed for `stillAfter_s`, the command fades to nothing but the
// wheel stays with the teacher; any change brings the command back. After `stuckAfter_s` the device is
// taken for stuck (its release was lost): the wheel is let go as when the device is lost, and it may
// not drive again before it has been at rest. With the axes at rest silence says nothing and moves nothing. A source that vouches for its state (a stick on its end stop, read from the
// system) is believed as long as it likes.
#pragma once

#include "core/input/raw_input.h"

namespace nudge {

enum class GripMode : std::uint8_t {
  Hold,    ///< drives while the take-over button is down
  Toggle,  ///< the take-over button takes the wheel and gives it back
  Motion   ///< drives when it is pushed; the button, where mapped, takes the wheel at once
};

enum class GripState : std::uint8_t { Absent, Blocked, Idle, Arming, Driving, Releasing };
/// "absent", "blocked", "idle", "arming", "driving", "releasing".
const char* gripStateName(GripState state);

struct GripSettings {
  GripMode mode = GripMode::Motion;
  double enter = 0.20, exit = 0.10;  ///< of the full way, on the strongest axis, rest taken off
  double enterDwell_s = 0.08, exitDwell_s = 0.12;
  double stillAfter_s = 2.0, fade_s = 0.5, stuckAfter_s = 6.0;
  friend bool operator==(const GripSettings&, const GripSettings&) = default;
};
GripSettings sane(GripSettings settings);

/// What the arbiter looks at.
struct GripInput {
  bool connected = false;
  bool allowed = true;   ///< the window is in front, or the device is pinned
  Axes axes{};           ///< centred (feel.h)
  bool buttonDown = false, buttonClicked = false;  ///< take over
  double change_s = 0.0;
  bool vouched = false;
};

/// Plain value with no clock of its own: one call a packet or a few milliseconds.
class Grip {
 public:
  GripState update(const GripSettings& settings, const GripInput& input, double now_s);
  GripState state() const { return state_; }
  bool engaged() const { return state_ == GripState::Driving || state_ == GripState::Releasing; }
  /// Share of the command that may be obeyed: 1, less while nothing has changed for long.
  double strength() const { return strength_; }
  /// Grows each time the device was lost, or taken for stuck, while it had the wheel.
  std::uint32_t losses() const { return losses_; }
  /// Lets go now; drives again once it has been at rest. For Esc.
  void letGo();

 private:
  void leave(GripState to, double now_s);
  void drive(const GripSettings& settings, const GripInput& input, double now_s);
  void stand(const GripSettings& settings, const GripInput& input, double now_s);

  GripState state_ = GripState::Absent;
  double since_s_ = 0.0;   ///< of the state
  Axes armed_{};           ///< the push that Arming began with
  bool byButton_ = false;  ///< the button took the wheel
  double strength_ = 1.0;
  std::uint32_t losses_ = 0;
};

}  // namespace nudge
