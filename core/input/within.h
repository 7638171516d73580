// Settings come from files and people: numbers brought into their range.
#pragma once

#include <algorithm>
#include <cmath>

namespace nudge {

/// `value` cut to [low, high]; `otherwise` when it is no number.
inline double within(double value, double low, double high, double otherwise) {
  return std::isfinite(value) ? std::clamp(value, low, high) : otherwise;
}

}  // namespace nudge
