// Marks set by a key while the robot runs: a tap means the last second, a hold means all the while.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/teach/segments.h"

namespace nudge {

/// Steps [begin, end) of one episode that a key marked.
struct MarkedStretch {
  std::int64_t episode = 0;
  int begin = 0;
  int end = 0;
  Verdict verdict = Verdict::Good;
  friend bool operator==(const MarkedStretch&, const MarkedStretch&) = default;
};

/// Plain value driven by key events and frames; no clock of its own. Nothing is taken off a held stretch:
/// the person saw its start and its end.
class LiveMarks {
 public:
  explicit LiveMarks(double controlRate_hz) : rate_hz_(controlRate_hz) {}

  /// The running episode stands before this step.
  void moved(std::int64_t episode, int step);
  void press(Verdict verdict, double now_s);
  /// What to paint; a hold over an episode's end gives a stretch for each episode.
  std::vector<MarkedStretch> release(double now_s);
  void cancel() { held_.reset(); }
  std::optional<Verdict> holding() const { return held_; }

 private:
  static constexpr double kTap_s = 0.35;

  double rate_hz_;
  std::int64_t episode_ = 0;
  int step_ = 0;
  std::optional<Verdict> held_;
  double pressed_s_ = 0.0;
  int begin_ = 0;
  std::vector<MarkedStretch> past_;
};

}  // namespace nudge
