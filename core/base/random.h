// Seeded random numbers that repeat exactly, whatever the standard library: mt19937_64 is fixed by the
// C++ standard, its distributions are not, so the two needed here are our own.
#pragma once

#include <cstdint>
#include <random>

namespace nudge {

/// One stream of random numbers. Not shared between threads; copy it to keep its state.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// Uniform in [0, 1), with 53 random bits.
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }
  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Standard normal (Box-Muller, one number a call; the second is kept for the next call).
  double normal();
  /// Uniform in {0, …, count−1}. count > 0.
  std::uint64_t index(std::uint64_t count) { return static_cast<std::uint64_t>(uniform() * static_cast<double>(count)); }
  std::uint64_t bits() { return engine_(); }

 private:
  std::mt19937_64 engine_;
  double spare_ = 0.0;
  bool hasSpare_ = false;
};

/// A seed for stream `stream` of `seed`: distinct, well mixed (splitmix64).
std::uint64_t deriveSeed(std::uint64_t seed, std::uint64_t stream);

}  // namespace nudge
