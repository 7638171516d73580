// How training goes, episode by episode: the curve for the record and the line for whoever waits.
#pragma once

#include <chrono>
#include <deque>
#include <vector>

#include "core/base/random.h"
#include "core/learn/learn.h"

namespace nudge {

constexpr int kMostMembers = 8;

/// Seed of a member of an ensemble: the first is what the same seed gives alone.
inline std::uint64_t memberSeed(std::uint64_t seed, int member) {
  return member == 0 ? seed : deriveSeed(seed, 100 + static_cast<std::uint64_t>(member));
}

/// The training curve of one run and its progress. A point is the mean of the last 40 episodes.
class TrainingCurve {
 public:
  using Clock = std::chrono::steady_clock;
  explicit TrainingCurve(int steps) : steps_(steps) {}

  /// An episode ended with the `step`th step (counted from 1).
  void add(int step, double episodeReturn, bool success);
  /// Reports twice a second; false when the run is to be cancelled. `done`: steps so far.
  bool report(const ProgressCallback& progress, int done);
  const std::vector<CurvePoint>& points() const { return points_; }

 private:
  struct Episode {
    double value, success;
  };
  double seconds() const;
  LearnProgress where(int done) const;
  int steps_, nextPoint_ = 0;
  std::deque<Episode> recent_;
  std::vector<CurvePoint> points_;
  Clock::time_point start_ = Clock::now(), reported_ = start_;
};

}  // namespace nudge
