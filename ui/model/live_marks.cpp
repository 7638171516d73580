#include "ui/model/live_marks.h"

#include <algorithm>
#include <cmath>

namespace nudge {

void LiveMarks::moved(std::int64_t episode, int step) {
  if (episode != episode_) {
    if (held_ && step_ > begin_) past_.push_back({episode_, begin_, step_, *held_});
    begin_ = 0;
    episode_ = episode;
  }
  step_ = step;
}

void LiveMarks::press(Verdict verdict, double now_s) {
  held_ = verdict;
  pressed_s_ = now_s;
  begin_ = step_;
  past_.clear();
}

std::vector<MarkedStretch> LiveMarks::release(double now_s) {
  if (!held_) return {};
  const Verdict verdict = *held_;
  held_.reset();
  const bool tap = now_s - pressed_s_ < kTap_s && past_.empty();
  const int second = std::max(1, static_cast<int>(std::lround(rate_hz_)));
  const int begin = tap ? std::max(0, step_ - second) : begin_;
  std::vector<MarkedStretch> stretches = std::move(past_);
  past_.clear();
  if (step_ > begin) stretches.push_back({episode_, begin, step_, verdict});
  return stretches;
}

}  // namespace nudge
