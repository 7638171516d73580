#include "core/learn/slips.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>
#include <vector>

namespace nudge {

namespace {

constexpr int kReach = 1;            ///< steps to either side that the median is over
constexpr double kSteadiness = 0.2;  ///< of the range −1 … 1: what a steady hand moves between two steps
constexpr int kRecovery = 2;         ///< steps in which a slip is made good
constexpr int kIterations = 50;      ///< far more than it takes to settle

/// How far the action at `at` is from the median of those around it, in each direction: [action].
void deviation(const Demonstration& demo, int at, std::span<double> result) {
  const int begin = std::max(demo.begin, at - kReach), end = std::min(demo.end, at + kReach + 1);
  const auto& steps = demo.episode->steps;
  std::vector<double> around;
  for (std::size_t k = 0; k < result.size(); ++k) {
    around.clear();
    for (int i = begin; i < end; ++i) around.push_back(steps[static_cast<std::size_t>(i)].action[k]);
    std::sort(around.begin(), around.end());
    const double median = 0.5 * (around[(around.size() - 1) / 2] + around[around.size() / 2]);
    result[k] = steps[static_cast<std::size_t>(at)].action[k] - median;
  }
}

/// How likely each deviation belongs to the normal part of the mixture, [deviations]. `deviations`: [deviations · width].
std::vector<double> probabilitiesMeant(const std::vector<double>& deviations, std::size_t width) {
  const std::size_t count = deviations.size() / width;
  std::vector<double> meant(count), sigma(width, kSteadiness);
  double share = 0.1;  // of slips
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    const double odds = std::log(share / (1.0 - share)) - static_cast<double>(width) * std::numbers::ln2;  // uniform over −1 … 1
    for (std::size_t i = 0; i < count; ++i) {
      double likelihood = 0.0;
      for (std::size_t k = 0; k < width; ++k) {
        likelihood -= 0.5 * std::pow(deviations[i * width + k] / sigma[k], 2) + std::log(sigma[k] * std::sqrt(2.0 * std::numbers::pi));
      }
      meant[i] = std::max(1e-6, 1.0 / (1.0 + std::exp(odds - likelihood)));  // so that no second counts for nothing at all
    }
    const double all = std::accumulate(meant.begin(), meant.end(), 0.0);
    share = std::clamp(1.0 - all / static_cast<double>(count), 1e-4, 0.5);
    for (std::size_t k = 0; k < width; ++k) {
      double squares = 0.0;
      for (std::size_t i = 0; i < count; ++i) squares += meant[i] * std::pow(deviations[i * width + k], 2);
      sigma[k] = std::max(kSteadiness, std::sqrt(squares / std::max(all, 1e-9)));
    }
  }
  return meant;
}

}  // namespace

double findSlips(std::span<Demonstration> demonstrations, double leastShare) {
  std::vector<double> deviations;
  std::size_t width = 1;
  for (const Demonstration& demo : demonstrations) {
    if (!demo.expert) continue;
    width = demo.episode->steps.front().action.size();
    for (int i = demo.begin; i < demo.end; ++i) {
      deviations.resize(deviations.size() + width);
      deviation(demo, i, std::span(deviations).last(width));
    }
  }
  if (deviations.empty()) return 0.0;
  const std::vector<double> meant = probabilitiesMeant(deviations, width);
  const double slips = std::accumulate(meant.begin(), meant.end(), static_cast<double>(meant.size()), std::minus<>());
  if (slips <= leastShare * static_cast<double>(meant.size())) return 0.0;
  auto own = meant.begin();
  for (Demonstration& demo : demonstrations) {
    if (!demo.expert) continue;
    const auto begin = own;
    for (int i = demo.begin; i < demo.end; ++i, ++own) {
      const auto since = own - std::min<std::ptrdiff_t>(own - begin, kRecovery);
      demo.meant.push_back(std::accumulate(since, own + 1, 1.0, std::multiplies<>()));
    }
  }
  return slips;
}

}  // namespace nudge
