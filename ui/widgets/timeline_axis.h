// The axis of the timeline: all steps of all episodes in one row, and what part of it is visible.
// Pure arithmetic; x is in pixels from the left of the lanes, positions are in steps of the lesson.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace nudge {

class TimelineAxis {
 public:
  /// A step of the episode with this index (not number).
  struct Place {
    std::size_t index = 0;
    int step = 0;
    friend bool operator==(const Place&, const Place&) = default;
  };

  /// A second is as wide as a hand sees well, but a step never under two pixels nor over twelve.
  explicit TimelineAxis(double rate_hz = 20.0);

  void setLengths(std::span<const int> steps);  ///< of each episode
  void setWidth(double width_px);

  std::int64_t total() const { return starts_.back(); }
  std::size_t count() const { return starts_.size() - 1; }
  std::int64_t start(std::size_t index) const { return starts_[index]; }
  int length(std::size_t index) const { return static_cast<int>(starts_[index + 1] - starts_[index]); }

  double x(double position) const { return (position - left_) * scale_; }
  double position(double x) const { return left_ + x / scale_; }
  double pixelsPerStep() const { return scale_; }
  double left() const { return left_; }
  double width() const { return width_; }
  /// The step at a position, the first or last one outside; nothing in an empty lesson.
  std::optional<Place> place(double position) const;
  /// Episodes that show at least a pixel: [first, last).
  std::pair<std::size_t, std::size_t> visible() const;

  /// Keeps the step under x where it is.
  void zoomAt(double x, double factor);
  void scrollBy(double pixels);
  void fit();  ///< everything, also as it grows, until zoomed
  void showEnd();
  bool atEnd() const;
  void reveal(double position);  ///< scrolls no more than needed

 private:
  double smallestScale() const;
  double lastLeft() const;
  void clamp();

  std::vector<std::int64_t> starts_{0};  // [episodes + 1]
  double width_ = 600.0;
  double scale_;        // pixels a step
  double left_ = 0.0;   // position at x = 0
  bool fitted_ = false;
};

}  // namespace nudge
