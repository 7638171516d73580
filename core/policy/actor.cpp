#include "core/policy/actor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/base/check.h"

namespace nudge {

namespace {
float asAction(int choice) {
  return choice < 0 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(choice);
}
}  // namespace

int Actor::observationSize() const {
  return std::visit([](const auto& policy) { return policy.observationSize(); }, policy_);
}

int Actor::actionSize() const {
  const GaussianPolicy* continuous = gaussian();
  return continuous ? continuous->actionSize() : 1;
}

void Actor::sample(std::span<const float> observation, Random& random, std::span<float> action) {
  if (GaussianPolicy* continuous = gaussian()) return continuous->sample(observation, random, action);
  NUDGE_CHECK(action.size() == 1, "action of the wrong size");
  action[0] = asAction(categorical()->sample(observation, random));
}

void Actor::mode(std::span<const float> observation, std::span<float> action) {
  if (GaussianPolicy* continuous = gaussian()) return continuous->mode(observation, action);
  NUDGE_CHECK(action.size() == 1, "action of the wrong size");
  action[0] = asAction(categorical()->mode(observation));
}

double Actor::logProbability(std::span<const float> observation, std::span<const float> action) {
  if (CategoricalPolicy* discrete = categorical()) {
    mean_.resize(static_cast<std::size_t>(discrete->choices()));
    discrete->logProbabilities(observation, mean_);
    const bool known = action[0] >= 0.0f && action[0] < static_cast<float>(mean_.size());
    return known ? static_cast<double>(mean_[static_cast<std::size_t>(action[0])])
                 : -std::numeric_limits<double>::infinity();
  }
  mean_.resize(action.size());
  logStd_.resize(action.size());
  gaussian()->distribution(observation, mean_, logStd_);
  if (!hasDensity()) return -std::numeric_limits<double>::infinity();
  const Squash squash = gaussian()->head().squash;
  double sum = 0.0;
  for (std::size_t i = 0; i < action.size(); ++i) {
    const double a = std::clamp(static_cast<double>(action[i]), -1.0 + 1e-6, 1.0 - 1e-6);
    const double logStd = logStd_[i];
    const double z = (unsquashed(squash, a, 1.0) - static_cast<double>(mean_[i])) / std::exp(logStd);
    const double jacobian = squash == Squash::Tanh ? std::log1p(-a * a) : 0.0;
    sum -= 0.5 * z * z + logStd + 0.5 * std::log(2.0 * std::numbers::pi) + jacobian;
  }
  return sum;
}

}  // namespace nudge
