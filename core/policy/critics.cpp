#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/check.h"
#include "core/policy/policy.h"

namespace nudge {

float Critics::mean(std::span<const float> observation, std::span<const float> action) {
  NUDGE_CHECK(!networks_.empty(), "no critics");
  const bool discrete = networks_.front().inputSize() == static_cast<int>(observation.size());
  input_.resize(observation.size() + (discrete ? 0 : action.size()));
  std::copy(observation.begin(), observation.end(), input_.begin());
  if (!discrete) std::copy(action.begin(), action.end(), input_.begin() + static_cast<std::ptrdiff_t>(observation.size()));
  output_.resize(static_cast<std::size_t>(networks_.front().outputSize()));
  const float choice = discrete ? action[0] : 0.0f;
  if (!(choice >= 0.0f && choice < static_cast<float>(output_.size()))) return std::numeric_limits<float>::quiet_NaN();
  float sum = 0.0f;
  for (Mlp& network : networks_) {
    network.forward(input_, output_);
    sum += output_[static_cast<std::size_t>(choice)];
  }
  return sum / static_cast<float>(networks_.size());
}

}  // namespace nudge
