// Marks set by a key while the robot runs: a tap means the last second, a hold means all the while. Both ends are
// moved back by the time the person needs to react.
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

/// Plain value driven by key events and frames; no clock of its own.
class LiveMarks {
 public:
  explicit LiveMarks(double controlRate_hz, double reaction_s = 0.0) : rate_hz_(controlRate_hz), reaction_s_(reaction_s) {}

  /// Of the person, wall-clock; takes effect with the next press.
  void setReaction(double reaction_s) { reaction_s_ = reaction_s; }
  /// The running episode stands before this step, the world runs at `speed` times real time.
  void moved(std::int64_t episode, int step, double speed = 1.0);
  void press(Verdict verdict, double now_s);
  /// What to paint; what reaches over an episode's border gives a stretch for each episode.
  std::vector<MarkedStretch> release(double now_s);
  void cancel() { held_.reset(); }
  std::optional<Verdict> holding() const { return held_; }

 private:
  static constexpr double kTap_s = 0.35;
  static constexpr std::size_t kEpisodes = 8;  ///< more than a person resets within their reaction time
  struct Episode {
    std::int64_t number = 0;
    int steps = 0;  ///< so far
  };
  std::int64_t newestStep() const { return offset_ + (seen_.empty() ? 0 : seen_.back().steps); }

  double rate_hz_, reaction_s_, speed_ = 1.0;
  std::vector<Episode> seen_;  ///< the newest ones; all that lie under a held key
  std::int64_t offset_ = 0;    ///< steps of all episodes before the running one
  std::optional<Verdict> held_;
  double pressed_s_ = 0.0;
  std::int64_t begin_ = 0;  ///< counted over all episodes, as offset_
  int shift_ = 0;           ///< steps
};

}  // namespace nudge
