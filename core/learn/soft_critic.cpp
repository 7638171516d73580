#include "core/learn/soft_critic.h"

#include "core/learn/soft_value.h"

namespace nudge::learn {

Tensor softTargets(const Tensor& nextQ, const ChoiceBatch& batch, double discount, double alpha) {
  const std::int64_t count = nextQ.size(0);
  const auto choices = static_cast<std::size_t>(nextQ.size(1));
  const std::vector<float> uniform(choices, static_cast<float>(-std::log(static_cast<double>(choices))));
  const double uniformValue = alpha * std::log(static_cast<double>(choices));
  const float* q = nextQ.data_ptr<float>();
  const float* prior = batch.priorNext.defined() ? batch.priorNext.data_ptr<float>() : nullptr;
  Tensor target = torch::empty({count});
  for (std::int64_t i = 0; i < count; ++i, q += choices) {
    const std::span<const float> logPrior(prior ? prior : uniform.data(), choices);
    const double value = (prior ? prior[choices] : uniformValue) + softValue({q, choices}, logPrior, alpha);
    const double going = 1.0 - batch.done.data_ptr<float>()[i];
    target.data_ptr<float>()[i] = static_cast<float>(batch.reward.data_ptr<float>()[i] + going * discount * value);
    if (prior) prior += choices + 1;
  }
  return target;
}

TemporalDifference huber(const Tensor& q, const Tensor& action, const Tensor& target) {
  const std::int64_t count = q.size(0), choices = q.size(1);
  TemporalDifference result{0.0, torch::zeros({count, choices})};
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t at = i * choices + static_cast<std::int64_t>(action.data_ptr<float>()[i]);
    const float error = q.data_ptr<float>()[at] - target.data_ptr<float>()[i];
    const float held = std::clamp(error, -1.0f, 1.0f);
    result.loss += held * (error - 0.5f * held) / static_cast<double>(count);
    result.gradient.data_ptr<float>()[at] = held / static_cast<float>(count);
  }
  return result;
}

SoftCritic::SoftCritic(const Net& network, const SoftCriticSettings& settings)
    : settings_(settings), network_(network.clone()), target_(network.clone()), average_(network.clone()), adam_(network_) {}

double SoftCritic::update(const ChoiceBatch& batch, double learningRate) {
  const c10::InferenceMode guard;
  const Tensor target =
      softTargets(target_.forward(batch.next, targetKept_), batch, settings_.discount, settings_.alpha);
  const TemporalDifference difference = huber(network_.forward(batch.observation, kept_), batch.action, target);
  network_.parameterGradient(kept_, difference.gradient);
  adam_.step(network_, learningRate);
  moveToward(target_, network_, settings_.targetRate);
  moveToward(average_, network_, settings_.average);
  return difference.loss;
}

Result<Mlp> SoftCritic::averaged() const {
  auto network = average_.toMlp();
  if (!network) return Error{ErrorCode::Internal, "training left the finite numbers: " + network.error().message};
  return network;
}

}  // namespace nudge::learn
