// Policies with random weights, for tests of everything that carries policies around.
#pragma once

#include <cmath>

#include "core/policy/policy.h"

namespace nudge::test {

inline Mlp randomMlp(const std::vector<int>& sizes, Random& random) {
  std::vector<DenseLayer> layers;
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
    DenseLayer layer;
    layer.weight.resize(sizes[i + 1], sizes[i]);
    layer.bias.resize(sizes[i + 1]);
    const double scale = 1.0 / std::sqrt(sizes[i]);
    for (float& value : layer.weight.reshaped()) value = static_cast<float>(scale * random.normal());
    for (float& value : layer.bias) value = static_cast<float>(0.1 * random.normal());
    layers.push_back(std::move(layer));
  }
  return Mlp::fromLayers(std::move(layers)).value();
}

inline Policy randomPolicy(int observation, int action, int hidden, std::uint64_t seed) {
  Random random(seed);
  Policy policy;
  policy.actor =
      GaussianPolicy::create(randomMlp({observation, hidden, hidden, 2 * action}, random), -2.3f, 1.0f)
          .value();
  const std::vector<int> critic{observation + action, hidden, 1};
  policy.critics = Critics({randomMlp(critic, random), randomMlp(critic, random)});
  policy.residualCritics = Critics({randomMlp(critic, random), randomMlp(critic, random)});
  policy.info = {{"task", "bottle"}, {"kind", "residual"}, {"seed", std::to_string(seed)}};
  return policy;
}

inline std::vector<float> randomVector(std::size_t size, Random& random) {
  std::vector<float> values(size);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

}  // namespace nudge::test
