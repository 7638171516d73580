// From expressions of the observation to layers of a network. Internal to the package.
#pragma once

#include "core/policy/mlp.h"
#include "core/policy/package/onnx_values.h"

namespace nudge::package {

/// A layer in double: y = activation(W x + b).
struct Stage {
  Eigen::MatrixXd weight;
  Eigen::VectorXd bias;
  Activation activation = Activation::Identity;
};

/// From the observation to `expression`, both included.
std::vector<int> pathTo(const Expressions& expressions, int expression);
/// The layers of a path without its first; the last has no activation. InvalidInput names what is no layer.
Result<std::vector<Stage>> stagesOf(const Expressions& expressions, const std::vector<int>& path);
/// Two networks on the same input, side by side as far as they differ: the outputs of the first, then of the second.
/// InvalidInput when they part and differ in depth or activations.
Result<std::vector<Stage>> sideBySide(const Expressions& expressions, const std::vector<int>& first, const std::vector<int>& second);
/// The most layers an actor may have; numbers beyond float are refused.
Result<Mlp> networkOf(const std::vector<Stage>& stages);

}  // namespace nudge::package
