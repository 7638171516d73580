// From steps to what can be drawn: runs of one driver, extremes of a curve, pixel columns of one code.
// Hours of steps are reduced once for an episode and then cost no more than their pixels.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ui/model/session_document.h"

namespace nudge {

/// Smallest and largest value; empty when low > high.
struct Extremes {
  float low = 2.0f;
  float high = -1.0f;
  bool empty() const { return low > high; }
  void add(const Extremes& other);
};

/// What the timeline keeps of each episode between paints.
class EpisodeRuns {
 public:
  struct Run {
    int begin = 0;
    int end = 0;
    Driver driver = Driver::Robot;
  };

  EpisodeRuns(const EpisodeView& episode, int curve, int featureCount);
  const std::vector<Run>& drivers() const { return drivers_; }
  /// Extremes of the curve over steps [begin, end); NaN does not count.
  Extremes extremes(int begin, int end) const;
  /// The curve's value at a step, NaN where there is none.
  float value(int step) const;

 private:
  std::vector<Run> drivers_;
  std::vector<float> curve_;
  std::vector<Extremes> blocks_;  // of 64 steps each
};

/// One byte a pixel column. Runs narrower than a pixel compete for it: the larger code wins.
class PixelColumns {
 public:
  struct Run {
    int begin = 0;
    int end = 0;
    std::uint8_t code = 0;
  };

  explicit PixelColumns(int width) : codes_(static_cast<std::size_t>(width > 0 ? width : 0), 0) {}
  void fill(double x0, double x1, std::uint8_t code);
  /// Runs of equal code other than 0.
  std::vector<Run> runs() const;

 private:
  std::vector<std::uint8_t> codes_;
};

}  // namespace nudge
