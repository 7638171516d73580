#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/policy/actor.h"

namespace nudge {

LogStd logStdOf(const GaussianHead& head, double raw) {
  const double low = head.logStdMin, high = head.logStdMax;
  if (head.sigma == Sigma::None) return {low, 0.0};
  if (head.sigma == Sigma::Squashed) {
    const double t = std::tanh(raw), half = 0.5 * (high - low);
    return {low + half * (t + 1.0), half * (1.0 - t * t)};
  }
  const double value = std::clamp(raw, low, high);
  return {value, value == raw ? 1.0 : 0.0};
}

float squashed(Squash squash, float u) {
  if (squash == Squash::Clip) activate(Activation::Clip, {&u, 1});
  return squash == Squash::Clip ? u : std::tanh(u);
}

double unsquashed(Squash squash, double action, double largest) {
  return squash == Squash::Clip ? action : std::atanh(std::clamp(action, -largest, largest));
}

Result<GaussianPolicy> GaussianPolicy::create(Mlp actor, const GaussianHead& head) {
  const bool sigma = head.sigma != Sigma::None;
  if (actor.outputSize() < 1 || (sigma && actor.outputSize() % 2 != 0))
    return Error{ErrorCode::InvalidInput,
                 "an actor gives a mean and a log sigma for every action, but this one has " +
                     std::to_string(actor.outputSize()) + " outputs"};
  // exp(±20) is far beyond use and far from the limits of float.
  if (!(head.logStdMin >= -20.0f && head.logStdMin <= head.logStdMax && head.logStdMax <= 20.0f))
    return Error{ErrorCode::InvalidInput, "the bounds of log sigma must be ordered and within -20 … 20"};
  GaussianPolicy policy;
  policy.output_.resize(static_cast<std::size_t>(actor.outputSize()));
  policy.actor_ = std::move(actor);
  policy.head_ = head;
  return policy;
}

float GaussianPolicy::logStdAt(std::size_t i) const {
  const double raw = deterministic() ? 0.0 : output_[static_cast<std::size_t>(actionSize()) + i];
  return static_cast<float>(logStdOf(head_, raw).value);
}

void GaussianPolicy::distribution(std::span<const float> observation, std::span<float> mean,
                                  std::span<float> logStd) {
  actor_.forward(observation, output_);
  const auto count = static_cast<std::size_t>(actionSize());
  NUDGE_CHECK(mean.size() == count && logStd.size() == count, "mean or log sigma of the wrong size");
  for (std::size_t i = 0; i < count; ++i) {
    mean[i] = output_[i];
    logStd[i] = logStdAt(i);
  }
}

void GaussianPolicy::sample(std::span<const float> observation, Random& random, std::span<float> action) {
  actor_.forward(observation, output_);
  const auto count = static_cast<std::size_t>(actionSize());
  NUDGE_CHECK(action.size() == count, "action of the wrong size");
  for (std::size_t i = 0; i < count; ++i) {
    const float noise = deterministic() ? 0.0f : std::exp(logStdAt(i)) * static_cast<float>(random.normal());
    action[i] = squashed(head_.squash, output_[i] + noise);
  }
}

void GaussianPolicy::mode(std::span<const float> observation, std::span<float> action) {
  actor_.forward(observation, output_);
  NUDGE_CHECK(static_cast<int>(action.size()) == actionSize(), "action of the wrong size");
  for (std::size_t i = 0; i < action.size(); ++i) action[i] = squashed(head_.squash, output_[i]);
}

}  // namespace nudge
