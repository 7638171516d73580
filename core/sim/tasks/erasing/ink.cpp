#include "core/sim/tasks/erasing/ink.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace nudge {
namespace {

using Eigen::Vector2d;

// Ranges of a stroke, m and rad.
constexpr double kMiddleY = 0.08, kMiddleLow = 0.31, kMiddleHigh = 0.41;
constexpr double kShort = 0.07, kLong = 0.12, kSlope = 0.6;
constexpr double kWavesFew = 1.0, kWavesMany = 2.5, kWaveSize = 0.035;

constexpr double kRub_m = 0.15;   ///< so much felt under full pressure takes a dot off
constexpr double kGone = 0.02;    ///< less of a dot than this cannot be seen

}  // namespace

void Ink::draw(Random& random) {
  const double height = random.uniform(kMiddleLow, kMiddleHigh);  // first: seeds mean what they always did
  const Vector2d middle(random.uniform(-kMiddleY, kMiddleY), height);
  const double half = random.uniform(kShort, kLong), slope = random.uniform(-kSlope, kSlope);
  const double waves = random.uniform(kWavesFew, kWavesMany), size = random.uniform(0.0, kWaveSize);
  const double phase = random.uniform(0.0, 2.0 * std::numbers::pi);
  for (int i = 0; i < kDots; ++i) {
    const double along = 2.0 * i / (kDots - 1.0) - 1.0;
    const double s = half * along, t = size * std::sin(std::numbers::pi * waves * along + phase);
    dots_[i] = {middle.x() + std::cos(slope) * s - std::sin(slope) * t,
                middle.y() + std::sin(slope) * s + std::cos(slope) * t, 1.0};
  }
}

void Ink::rub(const Vector2d& felt, const Vector2d& halfSize, double travel_m, double share) {
  for (auto& [y, z, left] : dots_) {
    if (std::abs(y - felt.x()) > halfSize.x() || std::abs(z - felt.y()) > halfSize.y()) continue;
    left = std::max(0.0, left - share * travel_m / kRub_m);
    if (left < kGone) left = 0.0;
  }
}

double Ink::left() const {
  double sum = 0.0;
  for (const auto& dot : dots_) sum += dot[2];
  return sum / kDots;
}

Ink::Remains Ink::remains(const Vector2d& from) const {
  Remains all{from, Vector2d::Zero(), from};
  double weight = 0.0, best = 1e9;
  Vector2d sum = Vector2d::Zero(), squares = Vector2d::Zero();
  for (int i = 0; i < kDots; ++i) {
    if (left(i) <= 0.0) continue;
    const Vector2d p = dot(i);
    weight += left(i);
    sum += left(i) * p;
    squares += left(i) * p.cwiseProduct(p);
    const double distance = (p - from).norm();
    if (distance < best) all.nearest = p, best = distance;
  }
  if (weight <= 0.0) return all;
  all.middle = sum / weight;
  all.spread = (squares / weight - all.middle.cwiseProduct(all.middle)).cwiseMax(0.0).cwiseSqrt();
  return all;
}

void Ink::save(std::span<double> state) const { std::copy_n(dots_.front().data(), kStateSize, state.begin()); }

void Ink::restore(std::span<const double> state) {
  std::copy_n(state.begin(), kStateSize, dots_.front().data());
  for (auto& dot : dots_) dot[2] = std::clamp(dot[2], 0.0, 1.0);
}

}  // namespace nudge
