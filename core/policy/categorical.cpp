#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/policy/actor.h"

namespace nudge {

Result<CategoricalPolicy> CategoricalPolicy::create(std::vector<Term> terms) {
  const auto refuse = [](const std::string& why) { return Error{ErrorCode::InvalidInput, why}; };
  if (terms.empty()) return refuse("a policy over choices needs at least one network");
  const Mlp& first = terms.front().network;
  if (first.outputSize() < 2) return refuse("a policy over choices needs at least two of them");
  for (const Term& term : terms) {
    if (term.network.inputSize() != first.inputSize() || term.network.outputSize() != first.outputSize())
      return refuse("the networks of a policy over choices must have the same sizes");
    if (!std::isfinite(term.weight)) return refuse("the weight of a network is not a number");
  }
  CategoricalPolicy policy;
  policy.one_.resize(static_cast<std::size_t>(first.outputSize()));
  policy.logits_ = policy.one_;
  policy.terms_ = std::move(terms);
  return policy;
}

void CategoricalPolicy::logProbabilities(std::span<const float> observation, std::span<float> out) {
  NUDGE_CHECK(static_cast<int>(out.size()) == choices(), "log probabilities of the wrong size");
  std::fill(out.begin(), out.end(), 0.0f);
  for (Term& term : terms_) {
    term.network.forward(observation, one_);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += term.weight * one_[i];
  }
  const float highest = *std::max_element(out.begin(), out.end());
  float sum = 0.0f;
  for (const float logit : out) sum += std::exp(logit - highest);
  const float normaliser = highest + std::log(sum);
  for (float& logit : out) logit -= normaliser;
}

int CategoricalPolicy::sample(std::span<const float> observation, Random& random) {
  logProbabilities(observation, logits_);
  const double draw = random.uniform();
  double sum = 0.0;
  int last = -1;
  for (std::size_t i = 0; i < logits_.size(); ++i) {
    if (std::isnan(logits_[i])) return -1;
    const double probability = std::exp(static_cast<double>(logits_[i]));
    sum += probability;
    if (probability > 0.0) last = static_cast<int>(i);
    if (draw < sum) return static_cast<int>(i);
  }
  return last;  // the sum may miss 1 by rounding
}

int CategoricalPolicy::mode(std::span<const float> observation) {
  logProbabilities(observation, logits_);
  if (std::any_of(logits_.begin(), logits_.end(), [](float l) { return std::isnan(l); })) return -1;
  return static_cast<int>(std::max_element(logits_.begin(), logits_.end()) - logits_.begin());
}

}  // namespace nudge
