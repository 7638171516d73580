#include "core/input/synthetic_device.h"

#include <algorithm>

#include "core/base/check.h"

namespace nudge {

SyntheticDevice::SyntheticDevice(SyntheticTeacher teacher, const std::vector<double>& actionScale)
    : teacher_(std::move(teacher)), scale_(actionScale), action_(actionScale.size()) {
  NUDGE_CHECK(scale_.size() == 3 || scale_.size() == 1, "the synthetic device drives tool velocities or choices");
  if (scale_.size() == 1) state_.mode = DeviceMode::Choice;
}

DeviceState SyntheticDevice::poll(const DeviceView& view) {
  state_.time_s = view.now_s;
  if (view.paused) return state_;  // nothing new to judge: a pause neither takes nor leaves the wheel
  state_.engaged = teacher_.decide(view.observation, view.proposal, {view.success, view.failure}, action_);
  for (std::size_t i = 0; i < scale_.size(); ++i) state_.value[i] = scale_[i] * static_cast<double>(action_[i]);
  return state_;
}

void SyntheticDevice::episodeStarted(std::uint64_t seed) {
  teacher_.startEpisode(seed);
  state_.engaged = false;
  state_.value = {};
}

}  // namespace nudge
