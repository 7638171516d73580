#include "core/benchmark/statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/base/check.h"

namespace nudge {

double studentT(int freedom) {
  NUDGE_CHECK(freedom >= 1, "Student's t needs a degree of freedom");
  static constexpr std::array kTable{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                     2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                                     2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
  if (freedom <= static_cast<int>(kTable.size())) return kTable[static_cast<std::size_t>(freedom - 1)];
  const double z = 1.959964;  // Abramowitz and Stegun 26.7.5, to 1e-4 from here on
  return z + (z * z * z + z) / (4.0 * freedom) +
         (5.0 * std::pow(z, 5) + 16.0 * z * z * z + 3.0 * z) / (96.0 * freedom * freedom);
}

Estimate estimate(std::span<const double> values) {
  Estimate result;
  result.count = static_cast<int>(values.size());
  if (values.empty()) return result;
  result.mean = std::accumulate(values.begin(), values.end(), 0.0) / result.count;
  if (result.count < 2) return result;
  double squares = 0.0;
  for (const double v : values) squares += (v - result.mean) * (v - result.mean);
  const double error = std::sqrt(squares / (result.count - 1) / result.count);
  result.halfWidth = studentT(result.count - 1) * error;
  return result;
}

double jensenShannon(std::span<const std::int64_t> a, std::span<const std::int64_t> b) {
  NUDGE_CHECK(a.size() == b.size(), "histograms with different bins");
  const auto total = [](auto h) { return static_cast<double>(std::accumulate(h.begin(), h.end(), std::int64_t{0})); };
  const double sumA = total(a), sumB = total(b);
  if (sumA <= 0.0 || sumB <= 0.0) return 0.0;
  double divergence = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double p = static_cast<double>(a[i]) / sumA, q = static_cast<double>(b[i]) / sumB, middle = 0.5 * (p + q);
    if (p > 0.0) divergence += 0.5 * p * std::log(p / middle);
    if (q > 0.0) divergence += 0.5 * q * std::log(q / middle);
  }
  return std::max(0.0, divergence);
}

FirstHit firstUnder(std::span<const double> rates, std::span<const double> costs, double delta) {
  NUDGE_CHECK(rates.size() == costs.size(), "as many rates as costs");
  for (std::size_t i = 0; i < rates.size(); ++i)
    if (rates[i] < delta) return {true, static_cast<int>(i), costs[i]};
  if (rates.empty()) return {};
  return {false, static_cast<int>(rates.size()) - 1, costs.back()};
}

double valueAt(std::span<const double> xs, std::span<const double> ys, double x) {
  NUDGE_CHECK(!xs.empty() && xs.size() == ys.size(), "a curve needs points");
  const auto above = static_cast<std::size_t>(std::upper_bound(xs.begin(), xs.end(), x) - xs.begin());
  if (above == 0) return ys.front();
  if (above == xs.size()) return ys.back();
  const double part = (x - xs[above - 1]) / (xs[above] - xs[above - 1]);
  return ys[above - 1] + part * (ys[above] - ys[above - 1]);
}

}  // namespace nudge
