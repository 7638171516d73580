#include "core/input/grip.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/input/within.h"

namespace nudge {
namespace {

double strongest(const Axes& axes) {
  double most = 0.0;
  for (double value : axes) most = std::max(most, std::abs(value));
  return most;
}

bool sameWay(const Axes& a, const Axes& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0) > 0.0; }

}  // namespace

const char* gripStateName(GripState state) {
  static constexpr const char* kNames[] = {"absent", "blocked", "idle", "arming", "driving", "releasing"};
  return kNames[static_cast<int>(state)];
}

GripSettings sane(GripSettings settings) {
  const GripSettings standard;
  if (settings.mode > GripMode::Motion) settings.mode = standard.mode;
  settings.enter = within(settings.enter, 0.05, 0.9, standard.enter);
  settings.exit = within(settings.exit, 0.02, settings.enter, standard.exit);
  settings.enterDwell_s = within(settings.enterDwell_s, 0.0, 1.0, standard.enterDwell_s);
  settings.exitDwell_s = within(settings.exitDwell_s, 0.0, 1.0, standard.exitDwell_s);
  settings.stillAfter_s = within(settings.stillAfter_s, 0.5, 10.0, standard.stillAfter_s);
  settings.fade_s = within(settings.fade_s, 0.0, 2.0, standard.fade_s);
  settings.stuckAfter_s = within(settings.stuckAfter_s, settings.stillAfter_s + settings.fade_s, 60.0, standard.stuckAfter_s);
  return settings;
}

void Grip::leave(GripState to, double now_s) {
  state_ = to;
  since_s_ = now_s;
  byButton_ = false;
  strength_ = 1.0;
}

void Grip::letGo() {
  if (state_ != GripState::Absent) leave(GripState::Blocked, since_s_);
}

GripState Grip::update(const GripSettings& settings, const GripInput& input, double now_s) {
  if (!input.connected) {
    if (engaged()) ++losses_;
    if (state_ != GripState::Absent) leave(GripState::Absent, now_s);
    return state_;
  }
  // A device that comes, or comes back, must be seen at rest first.
  if (state_ == GripState::Absent || !input.allowed) {
    if (state_ != GripState::Blocked) leave(GripState::Blocked, now_s);
  }
  if (state_ == GripState::Blocked) {
    const bool rests = strongest(input.axes) < settings.exit && !input.buttonDown;
    if (input.allowed && rests) leave(GripState::Idle, now_s);
    return state_;
  }
  if (engaged()) drive(settings, input, now_s);
  else stand(settings, input, now_s);
  return state_;
}

/// Idle and Arming.
void Grip::stand(const GripSettings& settings, const GripInput& input, double now_s) {
  if (input.buttonClicked || (input.buttonDown && settings.mode == GripMode::Hold)) {
    leave(GripState::Driving, now_s);
    byButton_ = true;
    return;
  }
  if (settings.mode != GripMode::Motion) return;
  if (strongest(input.axes) < settings.enter) {
    if (state_ == GripState::Arming) leave(GripState::Idle, now_s);
    return;
  }
  if (state_ == GripState::Idle || !sameWay(armed_, input.axes)) {
    armed_ = input.axes;
    leave(GripState::Arming, now_s);
  }
  if (now_s - since_s_ >= settings.enterDwell_s) leave(GripState::Driving, now_s);
}

/// Driving and Releasing.
void Grip::drive(const GripSettings& settings, const GripInput& input, double now_s) {
  const bool pushed = strongest(input.axes) >= settings.exit;
  const double still_s = input.vouched || !pushed ? 0.0 : now_s - input.change_s;
  if (still_s >= settings.stuckAfter_s) {
    ++losses_;
    return leave(GripState::Blocked, now_s);
  }
  const double fading = settings.fade_s > 0.0 ? (still_s - settings.stillAfter_s) / settings.fade_s
                                               : still_s >= settings.stillAfter_s;
  strength_ = 1.0 - std::clamp(fading, 0.0, 1.0);

  switch (settings.mode) {
    case GripMode::Hold:
      if (!input.buttonDown) leave(GripState::Idle, now_s);
      return;
    case GripMode::Toggle:
      if (input.buttonClicked) leave(GripState::Idle, now_s);
      return;
    case GripMode::Motion: break;
  }
  if (byButton_ && input.buttonDown) return;  // held still on purpose
  if (pushed && state_ == GripState::Releasing) {
    state_ = GripState::Driving;
  } else if (!pushed && state_ == GripState::Driving) {
    state_ = GripState::Releasing;
    since_s_ = now_s;
  }
  if (state_ == GripState::Releasing && now_s - since_s_ >= settings.exitDwell_s) leave(GripState::Idle, now_s);
}

}  // namespace nudge
