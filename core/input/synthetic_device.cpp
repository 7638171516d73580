#include "core/input/synthetic_device.h"

#include <algorithm>

#include "core/base/check.h"

namespace nudge {

SyntheticDevice::SyntheticDevice(SyntheticTeacher teacher, int actionSize, bool choice, Reward reward)
    : teacher_(std::move(teacher)), reward_(std::move(reward)), action_(static_cast<std::size_t>(actionSize)) {
  NUDGE_CHECK(!action_.empty() && action_.size() <= kMostActions, "an action of another size");
  state_.mode = choice ? DeviceMode::Choice : DeviceMode::Action;
}

DeviceState SyntheticDevice::poll(const DeviceView& view) {
  state_.time_s = view.now_s;
  if (view.paused) return state_;  // nothing new to judge: a pause neither takes nor leaves the wheel
  const TaskSign sign{view.success, view.failure, reward_ ? reward_(view.features) : 0.0};
  state_.engaged = teacher_.decide(view.observation, view.proposal, sign, action_);
  std::copy(action_.begin(), action_.end(), state_.action.begin());
  if (state_.mode == DeviceMode::Choice) state_.value[0] = action_[0];
  return state_;
}

void SyntheticDevice::episodeStarted(std::uint64_t seed) {
  teacher_.startEpisode(seed);
  state_.engaged = false;
  state_.value = {};
  state_.action = {};
}

}  // namespace nudge
