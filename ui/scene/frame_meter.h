// Counts drawn frames.
#pragma once

#include <deque>

namespace nudge {

/// Frames in the last second before a moment; times in seconds of one clock that never runs backwards.
class FrameMeter {
 public:
  void frame(double now_s) {
    forget(now_s);
    times_.push_back(now_s);
  }
  double perSecond(double now_s) {
    forget(now_s);
    return static_cast<double>(times_.size());
  }

 private:
  void forget(double now_s) {
    while (!times_.empty() && times_.front() <= now_s - 1.0) times_.pop_front();
  }
  std::deque<double> times_;
};

}  // namespace nudge
