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
  /// InvalidInput when the layers do not fit each other or hold NaN.
  static Result<Mlp> fromLayers(std::vector<DenseLayer> layers);

  int inputSize() const { return layers_.empty() ? 0 : static_cast<int>(layers_.front().weight.cols()); }
  int outputSize() const { return layers_.empty() ? 0 : static_cast<int>(layers_.back().weight.rows()); }
  const std::vector<DenseLayer>& layers() const { return layers_; }

  /// input [in] → output [out].
  void forward(std::span<const float> input, std::span<float> output);

 private:
  std::vector<DenseLayer> layers_;
  Eigen::VectorXf scratch_[2];
};

}  // namespace nudge
