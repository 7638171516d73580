// Small fully connected networks without libtorch: the live policy decides in microseconds.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "core/base/result.h"

namespace nudge {

/// One dense layer, y = W x + b.
struct DenseLayer {
  Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> weight;  ///< [out, in]
  Eigen::VectorXf bias;                                                          ///< [out]
};

/// ReLU between the layers, none after the last. Copy it for another thread: forward() uses scratch
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
