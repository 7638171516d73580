// Maximum-entropy inverse reinforcement learning that starts from the prior: θ is the whole reward, learned from
// nothing, and only the first policy remembers what the prior could do.
#include "core/learn/method.h"

namespace nudge::method {

namespace {

/// Choices are drawn by softmax(Q/α̂), so the Q to start from is α̂ times the prior's logits. Exact for a prior of one
/// network; an ensemble is represented by its first.
Critics priorAsCritic(const CategoricalPolicy& prior, double alphaHat) {
  double weight = 0.0;
  for (const auto& term : prior.terms()) weight += term.weight;
  std::vector<DenseLayer> layers = prior.terms().front().network.layers();
  layers.back().weight *= static_cast<float>(weight * alphaHat);
  layers.back().bias *= static_cast<float>(weight * alphaHat);
  return Critics({Mlp::fromLayers(std::move(layers)).value()});
}

Result<MereqResult> learnMaxEntFt(const MereqInput& input, const MereqSettings& settings,
                                  const ProgressCallback& progress) {
  MereqSettings maxent = settings;
  maxent.omegaPrime = 0.0;
  maxent.baseTaskTolerance = 1.0;
  const CategoricalPolicy* choices = input.current.actor.categorical();
  if (!choices || !input.current.residualCritics.empty()) return mereqUpdate(input, maxent, progress);
  MereqInput first = input;
  first.current.residualCritics = priorAsCritic(*choices, settings.alphaHat);
  return mereqUpdate(first, maxent, progress);
}

}  // namespace

extern const Method maxent_ft{
    4,
    {"maxent-ft", "MaxEnt-FT", "Infers all that you want, from nothing, and retrains the robot's policy for it.", false},
    learnMaxEntFt};

}  // namespace nudge::method
