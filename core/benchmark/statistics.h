// Figures over several runs: pure functions, checked by hand-worked cases.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace nudge {

/// A mean with the half width of its 95 % interval (Student's t over independent values): 0 values give 0 ± 0,
/// one value says nothing of its spread and gets a half width of 0 as well; `count` tells.
struct Estimate {
  double mean = 0.0, halfWidth = 0.0;
  int count = 0;
};
Estimate estimate(std::span<const double> values);

/// 97.5 % point of Student's t. freedom ≥ 1.
double studentT(int freedom);

/// Jensen–Shannon divergence of two histograms with the same bins, in nats: 0 (equal) … ln 2 (nothing in
/// common). Each is scaled to sum 1; 0 when one of them is empty.
double jensenShannon(std::span<const std::int64_t> a, std::span<const std::int64_t> b);

/// Where a rate first falls under δ.
struct FirstHit {
  bool reached = false;
  int index = 0;      ///< of the rate that did, or the last
  double cost = 0.0;  ///< paid until then; everything that was paid when it never did (the cap)
};
/// rates[i] was seen after costs[i] (which grow) had been paid. Strictly under δ counts; NaN does not.
FirstHit firstUnder(std::span<const double> rates, std::span<const double> costs, double delta);

/// What `curve` (points x, y with growing x) shows at `x`: between points a straight line, before the first and
/// after the last point their value. A run that ended early keeps its last value.
double valueAt(std::span<const double> xs, std::span<const double> ys, double x);

}  // namespace nudge
