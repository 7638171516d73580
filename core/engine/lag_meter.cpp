#include "core/engine/lag_meter.h"

#include <algorithm>
#include <cmath>

namespace nudge {

void LagMeter::add(double lag_s) {
  if (!(lag_s >= 0.0)) return;  // a clock that was set back, or no number
  const double bin = std::min(lag_s / kBin_s, static_cast<double>(kBins - 1));
  ++counts_[static_cast<std::size_t>(bin)];
  ++summary_.commands;
  summary_.median_s = quantile(0.5);
  summary_.p99_s = quantile(0.99);
}

/// The upper end of the bin that holds it.
double LagMeter::quantile(double share) const {
  int left = std::max(1, static_cast<int>(std::ceil(share * summary_.commands)));
  std::size_t bin = 0;
  while (bin + 1 < kBins && (left -= counts_[bin]) > 0) ++bin;
  return kBin_s * static_cast<double>(bin + 1);
}

}  // namespace nudge
