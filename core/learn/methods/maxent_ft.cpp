// Maximum-entropy inverse reinforcement learning that starts from the prior: θ is the whole reward, learned from
// nothing, and only the first policy remembers what the prior could do.
#include <algorithm>

#include "core/learn/method.h"

namespace nudge::method {

namespace {

/// Choices are drawn by softmax(Q/α̂), so the Q to start from is α̂ times the prior's logits. The networks of an
/// ensemble side by side are one wide network that gives the sum of theirs.
Result<Critics> priorAsCritic(const CategoricalPolicy& prior, double alphaHat) {
  using Weight = decltype(DenseLayer::weight);
  std::vector<DenseLayer> wide;
  for (const auto& term : prior.terms()) {
    const std::vector<DenseLayer>& layers = term.network.layers();
    if (wide.empty()) wide.resize(layers.size());
    if (wide.size() != layers.size()) return Error{ErrorCode::InvalidInput, "the prior's networks differ in depth"};
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const bool first = i == 0, last = i + 1 == layers.size();
      const float scale = last ? static_cast<float>(alphaHat) * term.weight : 1.0f;
      auto& [weight, bias, activation] = wide[i];
      if (&term == &prior.terms().front()) activation = layers[i].activation;
      if (activation != layers[i].activation)
        return Error{ErrorCode::InvalidInput, "the prior's networks differ in their activations"};
      const auto out = weight.rows(), in = weight.cols(), moreOut = layers[i].weight.rows(), moreIn = layers[i].weight.cols();
      // The first layer sees the same observation, the last one adds up; those between do not mix.
      const auto row = last ? 0 : out, column = first ? 0 : in;
      weight.conservativeResizeLike(Weight::Zero(std::max(out, row + moreOut), std::max(in, column + moreIn)));
      weight.block(row, column, moreOut, moreIn) += scale * layers[i].weight;
      bias.conservativeResizeLike(Eigen::VectorXf::Zero(weight.rows()));
      bias.segment(row, moreOut) += scale * layers[i].bias;
    }
  }
  auto network = Mlp::fromLayers(std::move(wide));
  if (!network) return network.error();
  return Critics({std::move(*network)});
}

Result<MereqResult> learnMaxEntFt(const MereqInput& input, const MereqSettings& settings,
                                  const ProgressCallback& progress) {
  MereqSettings maxent = settings;
  maxent.omegaPrime = 0.0;
  maxent.learningRate = settings.fineTuningRate;
  maxent.rateHalvedAfter = 0.0;
  maxent.roundSteps = 0;
  maxent.baseTaskTolerance = 1.0;
  const CategoricalPolicy* choices = input.current.actor.categorical();
  if (!choices || !input.current.residualCritics.empty()) return mereqUpdate(input, maxent, progress);
  MereqInput first = input;
  auto critics = priorAsCritic(*choices, settings.alphaHat);
  if (!critics) return critics.error();
  first.current.residualCritics = std::move(*critics);
  return mereqUpdate(first, maxent, progress);
}

}  // namespace

extern const Method maxent_ft{
    4,
    {"maxent-ft", "MaxEnt-FT", "Infers all that you want, from nothing, and retrains the robot's policy for it.", true, false, true},
    learnMaxEntFt};

}  // namespace nudge::method
