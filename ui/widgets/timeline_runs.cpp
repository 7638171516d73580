#include "ui/widgets/timeline_runs.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nudge {

namespace {
constexpr int kBlock = 64;
}

void Extremes::add(const Extremes& other) {
  if (other.empty()) return;
  if (empty()) {
    *this = other;
    return;
  }
  low = std::min(low, other.low);
  high = std::max(high, other.high);
}

EpisodeRuns::EpisodeRuns(const EpisodeView& episode, int curve, int featureCount) {
  const int steps = static_cast<int>(episode.drivers.size());
  for (int i = 0; i < steps; ++i) {
    const Driver driver = episode.drivers[static_cast<std::size_t>(i)];
    if (drivers_.empty() || drivers_.back().driver != driver) drivers_.push_back({i, i, driver});
    drivers_.back().end = i + 1;
  }
  if (curve < 0 || curve >= featureCount) return;
  curve_.reserve(episode.drivers.size());
  const auto width = static_cast<std::size_t>(featureCount);
  for (std::size_t at = static_cast<std::size_t>(curve); at < episode.features.size(); at += width) {
    const float value = episode.features[at];
    if (curve_.size() % kBlock == 0) blocks_.emplace_back();
    curve_.push_back(value);
    if (std::isfinite(value)) blocks_.back().add({value, value});
  }
}

Extremes EpisodeRuns::extremes(int begin, int end) const {
  Extremes found;
  end = std::min(end, static_cast<int>(curve_.size()));
  for (int i = std::max(begin, 0); i < end;) {
    if (i % kBlock == 0 && i + kBlock <= end) {
      found.add(blocks_[static_cast<std::size_t>(i / kBlock)]);
      i += kBlock;
    } else {
      const float value = curve_[static_cast<std::size_t>(i++)];
      if (std::isfinite(value)) found.add({value, value});
    }
  }
  return found;
}

float EpisodeRuns::value(int step) const {
  if (step < 0 || step >= static_cast<int>(curve_.size())) return std::numeric_limits<float>::quiet_NaN();
  return curve_[static_cast<std::size_t>(step)];
}

void PixelColumns::fill(double x0, double x1, std::uint8_t code) {
  const double width = static_cast<double>(codes_.size());
  if (x1 <= 0.0 || x0 >= width) return;
  const int begin = static_cast<int>(std::floor(std::max(x0, 0.0)));
  const int end = static_cast<int>(std::floor(std::min(x1, width)));
  std::uint8_t& first = codes_[static_cast<std::size_t>(begin)];
  first = std::max(first, code);  // a narrower run may have it
  if (end > begin + 1) std::fill(codes_.begin() + begin + 1, codes_.begin() + end, code);
}

std::vector<PixelColumns::Run> PixelColumns::runs() const {
  std::vector<Run> runs;
  for (int i = 0; i < static_cast<int>(codes_.size()); ++i) {
    const std::uint8_t code = codes_[static_cast<std::size_t>(i)];
    if (code == 0) continue;
    if (runs.empty() || runs.back().end != i || runs.back().code != code) runs.push_back({i, i, code});
    runs.back().end = i + 1;
  }
  return runs;
}

}  // namespace nudge
