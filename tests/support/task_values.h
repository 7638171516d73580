// A task's state, observation and features as values that tests compare.
#pragma once

#include <array>
#include <vector>

#include "core/base/random.h"
#include "core/sim/task.h"

namespace nudge {

inline std::vector<double> stateOf(const Task& task) {
  std::vector<double> state(static_cast<std::size_t>(task.stateSize()));
  task.save(state);
  return state;
}
inline std::vector<float> observationOf(const Task& task) {
  std::vector<float> all(static_cast<std::size_t>(task.observationSize()));
  task.observe(all);
  return all;
}
inline std::vector<float> featuresOf(const Task& task) {
  std::vector<float> all(static_cast<std::size_t>(task.featureCount()));
  task.features(all);
  return all;
}
inline std::array<double, 3> toolOf(const Task& task) {
  std::array<double, 3> p_WT{};
  task.toolPosition(p_WT);
  return p_WT;
}

}  // namespace nudge
