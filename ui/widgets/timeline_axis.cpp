#include "ui/widgets/timeline_axis.h"

#include <algorithm>

namespace nudge {

namespace {
constexpr double kLargestScale = 24.0;
constexpr double kDefaultScale = 2.0, kWideScale = 12.0;
constexpr double kSecond_px = 40.0;
constexpr double kRightMargin_px = 24.0;  // room after the newest step
}  // namespace

TimelineAxis::TimelineAxis(double rate_hz) : scale_(std::clamp(kSecond_px / rate_hz, kDefaultScale, kWideScale)) {}

void TimelineAxis::setLengths(std::span<const int> steps) {
  starts_.assign(1, 0);
  for (const int length : steps) starts_.push_back(starts_.back() + std::max(length, 0));
  clamp();
}

void TimelineAxis::setWidth(double width_px) {
  width_ = std::max(width_px, 1.0);
  clamp();
}

std::optional<TimelineAxis::Place> TimelineAxis::place(double position) const {
  if (total() == 0) return std::nullopt;
  const auto step = static_cast<std::int64_t>(std::clamp(position, 0.0, static_cast<double>(total() - 1)));
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), step);
  const auto index = static_cast<std::size_t>(after - starts_.begin()) - 1;
  return Place{index, static_cast<int>(step - starts_[index])};
}

std::pair<std::size_t, std::size_t> TimelineAxis::visible() const {
  const auto first = place(left_), last = place(position(width_));
  if (!first || !last || left_ > static_cast<double>(total())) return {0, 0};
  return {first->index, last->index + 1};
}

void TimelineAxis::zoomAt(double x, double factor) {
  const double held = position(x);
  fitted_ = false;
  scale_ = std::clamp(scale_ * factor, smallestScale(), kLargestScale);
  left_ = held - x / scale_;
  clamp();
}

void TimelineAxis::scrollBy(double pixels) {
  left_ += pixels / scale_;
  clamp();
}

void TimelineAxis::fit() {
  fitted_ = true;
  clamp();
}

void TimelineAxis::showEnd() {
  left_ = lastLeft();
}

bool TimelineAxis::atEnd() const {
  return left_ >= lastLeft() - 1.0 / scale_;
}

void TimelineAxis::reveal(double position) {
  const double margin = std::min(kRightMargin_px, width_ / 4.0) / scale_;
  const double span = width_ / scale_;
  if (position < left_ + margin) left_ = position - margin;
  if (position > left_ + span - margin) left_ = position - span + margin;
  clamp();
}

double TimelineAxis::smallestScale() const {
  const double room = std::max(width_ - kRightMargin_px, 1.0);
  return std::min(kDefaultScale, room / static_cast<double>(std::max<std::int64_t>(total(), 1)));
}

double TimelineAxis::lastLeft() const {
  return std::max(0.0, static_cast<double>(total()) - std::max(width_ - kRightMargin_px, 1.0) / scale_);
}

void TimelineAxis::clamp() {
  scale_ = fitted_ ? smallestScale() : std::clamp(scale_, smallestScale(), kLargestScale);
  left_ = std::clamp(left_, 0.0, lastLeft());
}

}  // namespace nudge
