#include "core/learn/losses.h"

namespace nudge::learn {

namespace {

constexpr double kLargestAction = 0.99;

/// The u of somebody's actions.
Tensor targets(const Tensor& action, Squash squash) {
  if (squash == Squash::Clip) return action;
  return torch::atanh(action.clamp(-kLargestAction, kLargestAction));
}

}  // namespace

Tensor crossEntropyGradient(const Tensor& logits, const Tensor& action) {
  const Tensor chosen = torch::zeros_like(logits).scatter_(1, action.to(torch::kLong), 1.0);
  return (torch::softmax(logits, 1) - chosen) / static_cast<double>(logits.size(0));
}

Tensor cloningGradient(const Tensor& output, const Tensor& action, const GaussianHead& head) {
  const std::int64_t actions = action.size(1);
  const auto rows = static_cast<double>(output.size(0));
  const Tensor apart = output.narrow(1, 0, actions) - targets(action, head.squash);
  if (head.sigma == Sigma::None) return apart / rows;
  // The Jacobian of tanh does not depend on the network.
  Tensor slope;
  const Tensor logStd = logStdOf(output.narrow(1, actions, actions), head, &slope);
  const Tensor dMean = apart * torch::exp(-2.0 * logStd);
  const Tensor dLogStd = (1.0 - apart * dMean) * slope;
  return torch::cat({dMean, dLogStd}, 1) / rows;
}

Tensor successorGradient(const Tensor& psi, const Tensor& action, const Tensor& target) {
  const std::int64_t count = psi.size(0), features = psi.size(2);
  const Tensor index = action.to(torch::kLong).view({count, 1, 1}).expand({count, 1, features});
  const Tensor error = psi.gather(1, index).squeeze(1) - target;
  const Tensor slope = error.clamp(-kSuccessorHuber, kSuccessorHuber) / static_cast<double>(count);
  return torch::zeros_like(psi).scatter_(1, index, slope.unsqueeze(1));
}

}  // namespace nudge::learn
