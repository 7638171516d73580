#include "ui/model/live_marks.h"

#include <algorithm>
#include <cmath>

namespace nudge {

void LiveMarks::moved(std::int64_t episode, int step, double speed) {
  speed_ = speed;
  if (seen_.empty() || seen_.back().number != episode) {
    if (!seen_.empty()) offset_ += seen_.back().steps;
    if (!held_ && seen_.size() > kEpisodes) seen_.erase(seen_.begin());
    seen_.push_back({episode, 0});
  }
  seen_.back().steps = step;
}

void LiveMarks::press(Verdict verdict, double now_s) {
  held_ = verdict;
  pressed_s_ = now_s;
  begin_ = newestStep();
  shift_ = reactionSteps(reaction_s_ * speed_, rate_hz_);
}

std::vector<MarkedStretch> LiveMarks::release(double now_s) {
  if (!held_) return {};
  const Verdict verdict = *held_;
  held_.reset();
  const bool tap = now_s - pressed_s_ < kTap_s && begin_ >= offset_;
  const int second = std::max(1, static_cast<int>(std::lround(rate_hz_)));
  const std::int64_t end = newestStep() - shift_;
  const std::int64_t begin = tap ? end - second : begin_ - shift_;
  std::vector<MarkedStretch> stretches;
  std::int64_t last = newestStep();
  for (auto episode = seen_.rbegin(); episode != seen_.rend(); ++episode) {
    const std::int64_t first = last - episode->steps;
    const std::int64_t from = std::max(begin, first), to = std::min(end, last);
    last = first;
    // A tap is about one moment: it does not reach back over the start of the episode it is in.
    if (from >= to || (tap && !stretches.empty())) continue;
    stretches.insert(stretches.begin(), {episode->number, static_cast<int>(from - first), static_cast<int>(to - first), verdict});
  }
  // What was meant lies before everything that was seen: then it is all there is.
  if (end <= last && newestStep() > offset_) return {{seen_.back().number, 0, seen_.back().steps, verdict}};
  return stretches;
}

}  // namespace nudge
