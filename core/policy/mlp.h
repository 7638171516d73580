// Small fully connected networks without libtorch: the live policy decides in microseconds.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace nudge {

/// What stands between two layers. Elu has α = 1, Clip bounds to [−1, 1].
enum class Activation { Relu, Tanh, Elu, Silu, Clip, Identity };

/// "relu", "tanh", …: as policy files name them.
const char* activationName(Activation activation);
std::optional<Activation> activationByName(const std::string& name);
/// In place. NaN stays NaN: a broken input must not look like a sound decision.
void activate(Activation activation, std::span<float> values);

/// One dense layer, y = W x + b, and what follows unless it is the last.
struct DenseLayer {
  Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> weight;  ///< [out, in]
  Eigen::VectorXf bias;                                                          ///< [out]
  Activation activation = Activation::Relu;
};

/// Layers with their activations between them, none after the last. Copy it for another thread: forward() uses scratch
/// memory of its own and never allocates.
class Mlp {
 public:
  Mlp() = default;
  /// InvalidInput when there is no layer, or the layers do not fit each other or hold NaN or infinity.
  static Result<Mlp> fromLayers(std::vector<DenseLayer> layers);

  int inputSize() const { return layers_.empty() ? 0 : static_cast<int>(layers_.front().weight.cols()); }
  int outputSize() const { return layers_.empty() ? 0 : static_cast<int>(layers_.back().weight.rows()); }
  const std::vector<DenseLayer>& layers() const { return layers_; }

  /// input [in] → output [out], both finite-checked by nobody: NaN in gives NaN out. Sizes are CHECKed.
  void forward(std::span<const float> input, std::span<float> output);

 private:
  std::vector<DenseLayer> layers_;
  std::vector<Eigen::VectorXf> hidden_;  ///< one a hidden layer, [out] each
};

}  // namespace nudge
