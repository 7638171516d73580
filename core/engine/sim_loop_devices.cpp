// What the loop has to do with the teacher's devices.
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/engine/sim_loop_impl.h"

namespace nudge {
namespace {

constexpr double kFastestRequest_m_s = 100.0;  ///< far over every robot's limit, far under overflow

}  // namespace

DeviceView SimLoop::Impl::deviceView() const {
  const bool stands = (paused && !stepOnce) || hold == HoldReason::DeviceLost;
  return {now_s,      step.observation, step.proposal,  step.features,
          step.index, status.success,   status.failure, stands};
}

// The teacher pauses, looks, takes the handle: taking it sets the world going again. Not after Esc. The same
// for a world held because a device was lost, also by that device when it is back in the teacher's hand.
void SimLoop::Impl::wakeWhenGrabbed() {
  const bool lost = hold == HoldReason::DeviceLost;
  if ((!paused && !lost) || stopped || stepOnce || !startSeen) return;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const bool before = deviceStates[i].engaged;
    deviceStates[i] = devices[i]->poll(deviceView());
    if ((before && !lost) || !isDriving(deviceStates[i], now_s, settings.takeOver.staleAfter_s)) continue;
    paused = false;
    if (lost) hold = HoldReason::None;
  }
}

// Between two slices too: a hold must not wait for the end of a long control step.
void SimLoop::Impl::watchDevices() {
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const std::uint32_t now = devices[i]->losses(now_s);
    if (std::exchange(losses[i], now) != now && decision.device == static_cast<int>(i)) loseDevice(decision.device);
  }
}

void SimLoop::Impl::loseDevice(int device) {
  hold = HoldReason::DeviceLost;
  lastDevice = device;
  arbiter.reset();
  decision = {};
}

/// Of commands that have just come; a hand held still has no lag.
void SimLoop::Impl::measureLag() {
  const DeviceState& state = decision.state;
  const double packet_s = state.packet_s > 0.0 ? state.packet_s : state.time_s;
  if (packet_s != lastPacket_s) {
    commandLag_s = now_s - packet_s;
    lag.add(commandLag_s);
  }
  lastPacket_s = packet_s;
}

void SimLoop::Impl::askDevices() {
  for (std::size_t i = 0; i < devices.size(); ++i)
    deviceStates[i] = devices[i]->poll(deviceView());
}

/// What the driving device asks for, as an action of the task.
void SimLoop::Impl::askedFor(std::span<float> action) const {
  std::array<double, 3> v_W = decision.state.value;
  if (decision.state.mode == DeviceMode::Choice) {
    std::fill(action.begin(), action.end(), static_cast<float>(v_W[0]));
    return;
  }
  if (decision.state.mode == DeviceMode::Action) {
    std::copy_n(decision.state.action.begin(), action.size(), action.begin());
    return;
  }
  if (decision.state.mode == DeviceMode::Target) {
    std::array<double, 3> p_WT;
    task->toolPosition(p_WT);
    for (std::size_t i = 0; i < 3; ++i) v_W[i] = settings.takeOver.targetGain_per_s * (v_W[i] - p_WT[i]);
  }
  for (double& v : v_W) v = std::isfinite(v) ? std::clamp(v, -kFastestRequest_m_s, kFastestRequest_m_s) : 0.0;
  task->toolVelocityToAction(v_W, action);
  if (const int grip = spec().gripAction; grip >= 0) action[static_cast<std::size_t>(grip)] = gripWish;
}

}  // namespace nudge
