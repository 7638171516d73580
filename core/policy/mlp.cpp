#include "core/policy/mlp.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/base/check.h"

namespace nudge {

namespace {
/// The one list of activations by name.
constexpr std::pair<Activation, const char*> kActivations[] = {
    {Activation::Relu, "relu"}, {Activation::Tanh, "tanh"}, {Activation::Elu, "elu"},
    {Activation::Silu, "silu"}, {Activation::Clip, "clip"}, {Activation::Identity, "identity"}};
}  // namespace

const char* activationName(Activation activation) {
  for (const auto& [known, name] : kActivations)
    if (known == activation) return name;
  return "";
}

std::optional<Activation> activationByName(const std::string& name) {
  for (const auto& [activation, known] : kActivations)
    if (name == known) return activation;
  return std::nullopt;
}

void activate(Activation activation, std::span<float> values) {
  const auto each = [values](auto f) { std::transform(values.begin(), values.end(), values.begin(), f); };
  // Comparisons are written so that NaN passes.
  switch (activation) {
    case Activation::Relu: return each([](float x) { return 0.0f > x ? 0.0f : x; });
    case Activation::Tanh: return each([](float x) { return std::tanh(x); });
    case Activation::Elu: return each([](float x) { return 0.0f > x ? std::expm1(x) : x; });
    case Activation::Silu: return each([](float x) { return x / (1.0f + std::exp(-x)); });
    case Activation::Clip: return each([](float x) { return x > 1.0f ? 1.0f : (x < -1.0f ? -1.0f : x); });
    case Activation::Identity: return;
  }
}

Result<Mlp> Mlp::fromLayers(std::vector<DenseLayer> layers) {
  const auto refuse = [](std::size_t index, const std::string& why) {
    return Error{ErrorCode::InvalidInput, "layer " + std::to_string(index) + " of the network " + why};
  };
  if (layers.empty()) return Error{ErrorCode::InvalidInput, "the network has no layers"};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const DenseLayer& layer = layers[i];
    if (layer.weight.size() == 0) return refuse(i, "is empty");
    if (layer.bias.size() != layer.weight.rows())
      return refuse(i, "has a bias of another size than its outputs");
    if (i > 0 && layer.weight.cols() != layers[i - 1].weight.rows())
      return refuse(i, "takes " + std::to_string(layer.weight.cols()) +
                           " inputs, but the layer before gives " +
                           std::to_string(layers[i - 1].weight.rows()));
    if (!layer.weight.allFinite() || !layer.bias.allFinite()) return refuse(i, "holds NaN or infinity");
  }
  layers.back().activation = Activation::Identity;
  Mlp mlp;
  for (std::size_t i = 0; i + 1 < layers.size(); ++i) mlp.hidden_.emplace_back(layers[i].bias);
  mlp.layers_ = std::move(layers);
  return mlp;
}

void Mlp::forward(std::span<const float> input, std::span<float> output) {
  NUDGE_CHECK(!layers_.empty() && static_cast<int>(input.size()) == inputSize() &&
                  static_cast<int>(output.size()) == outputSize(),
              "network input or output of the wrong size");
  using Vector = Eigen::Map<Eigen::VectorXf>;
  using ConstVector = Eigen::Map<const Eigen::VectorXf>;
  const float* x = input.data();
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const DenseLayer& layer = layers_[i];
    const bool last = i + 1 == layers_.size();
    Vector y(last ? output.data() : hidden_[i].data(), layer.weight.rows());
    y = layer.bias;
    y.noalias() += layer.weight * ConstVector(x, layer.weight.cols());
    if (!last) activate(layer.activation, {y.data(), static_cast<std::size_t>(y.size())});
    x = y.data();
  }
}

}  // namespace nudge
