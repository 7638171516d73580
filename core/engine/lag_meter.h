// How late commands are, counted in bins: no allocation, however long it runs.
#pragma once

#include <array>
#include <cstddef>

#include "core/teach/command_lag.h"

namespace nudge {

/// Plain value; one thread.
class LagMeter {
 public:
  void add(double lag_s);
  void reset() { *this = {}; }
  const CommandLag& summary() const { return summary_; }

 private:
  static constexpr double kBin_s = 0.0005;
  static constexpr std::size_t kBins = 1000;  ///< the last one holds all that is older than half a second
  double quantile(double share) const;

  std::array<int, kBins> counts_{};
  CommandLag summary_;
};

}  // namespace nudge
