// Six axes as hands and desks move them, made from a seed: what trackers of such devices complain of, with generous
// sizes. Units: share of the full way, seconds.
#pragma once

#include <cmath>
#include <vector>

#include "core/base/random.h"
#include "core/input/raw_input.h"

namespace nudge::test {

inline constexpr double kTau = 6.283185307179586;

/// A spring that does not come back quite to the middle, creeping about for minutes, with a count of jitter.
inline Axes drift(double t_s, Random& random, double size = 0.12) {
  Axes axes;
  for (std::size_t i = 0; i < kAxes; ++i) {
    const double phase = static_cast<double>(i);
    axes[i] = size * (0.7 * std::sin(kTau * t_s / 47.0 + phase) + 0.3 * std::sin(kTau * t_s / 7.3 + 2.0 * phase));
    axes[i] += random.uniform(-0.006, 0.006);
  }
  return axes;
}

/// A knock on the desk: the cap rings at some 9 … 20 Hz and dies away in a fifth of a second.
inline Axes knock(double since_s, double frequency_hz, double strength) {
  Axes axes{};
  if (since_s < 0.0 || since_s > 1.0) return axes;
  const double swing = strength * std::exp(-since_s / 0.08) * std::sin(kTau * frequency_hz * since_s);
  axes[2] = swing;
  axes[3] = 0.6 * swing;
  return axes;
}

/// One wrong packet or a brushing sleeve: up and back within some tens of milliseconds.
inline Axes twitch(double since_s, double length_s, double strength) {
  Axes axes{};
  if (since_s >= 0.0 && since_s < length_s) axes[0] = strength * std::sin(0.5 * kTau * since_s / length_s);
  return axes;
}

/// Let go from a full push: the spring carries the cap past the middle and back.
inline Axes bounce(double since_s, double from) {
  Axes axes{};
  if (since_s >= 0.0) axes[1] = from * std::exp(-since_s / 0.02) * std::cos(kTau * 14.0 * since_s);
  return axes;
}

/// A hand that pushes: rises within 40 ms, holds with its tremor, and is let go.
inline Axes push(double since_s, double length_s, double strength, Random& random) {
  Axes axes{};
  if (since_s < 0.0) return axes;
  if (since_s > length_s) return bounce(since_s - length_s, strength);
  axes[1] = strength * std::min(1.0, since_s / 0.04) + random.uniform(-0.01, 0.01);
  return axes;
}

inline Axes sum(const Axes& a, const Axes& b) {
  Axes axes;
  for (std::size_t i = 0; i < kAxes; ++i) axes[i] = std::clamp(a[i] + b[i], -1.0, 1.0);
  return axes;
}

}  // namespace nudge::test
