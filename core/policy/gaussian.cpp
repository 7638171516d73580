#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/policy/actor.h"

namespace nudge {

Result<GaussianPolicy> GaussianPolicy::create(Mlp actor, float logStdMin, float logStdMax) {
  if (actor.outputSize() < 2 || actor.outputSize() % 2 != 0)
    return Error{ErrorCode::InvalidInput,
                 "an actor gives a mean and a log sigma for every action, but this one has " +
                     std::to_string(actor.outputSize()) + " outputs"};
  // exp(±20) is far beyond use and far from the limits of float.
  if (!(logStdMin >= -20.0f && logStdMin <= logStdMax && logStdMax <= 20.0f))
    return Error{ErrorCode::InvalidInput, "the bounds of log sigma must be ordered and within -20 … 20"};
  GaussianPolicy policy;
  policy.output_.resize(static_cast<std::size_t>(actor.outputSize()));
  policy.actor_ = std::move(actor);
  policy.logStdMin_ = logStdMin;
  policy.logStdMax_ = logStdMax;
  return policy;
}

void GaussianPolicy::distribution(std::span<const float> observation, std::span<float> mean,
                                  std::span<float> logStd) {
  actor_.forward(observation, output_);
  const auto count = static_cast<std::size_t>(actionSize());
  NUDGE_CHECK(mean.size() == count && logStd.size() == count, "mean or log sigma of the wrong size");
  for (std::size_t i = 0; i < count; ++i) {
    mean[i] = output_[i];
    logStd[i] = std::clamp(output_[count + i], logStdMin_, logStdMax_);
  }
}

void GaussianPolicy::sample(std::span<const float> observation, Random& random, std::span<float> action) {
  actor_.forward(observation, output_);
  const auto count = static_cast<std::size_t>(actionSize());
  NUDGE_CHECK(action.size() == count, "action of the wrong size");
  for (std::size_t i = 0; i < count; ++i) {
    const float sigma = std::exp(std::clamp(output_[count + i], logStdMin_, logStdMax_));
    action[i] = std::tanh(output_[i] + sigma * static_cast<float>(random.normal()));
  }
}

void GaussianPolicy::mode(std::span<const float> observation, std::span<float> action) {
  actor_.forward(observation, output_);
  NUDGE_CHECK(static_cast<int>(action.size()) == actionSize(), "action of the wrong size");
  for (std::size_t i = 0; i < action.size(); ++i) action[i] = std::tanh(output_[i]);
}

}  // namespace nudge
