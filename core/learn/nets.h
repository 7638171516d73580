// The building blocks that the trainers share: networks on flat parameters, Adam, the replay buffer.
// Internal to core/learn, because it includes torch.
//
// Gradients are written out by hand and no autograd graph is built: at 128 hidden units torch's
// bookkeeping would cost more than the matrix products. The tests hold them against torch's autograd.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "core/policy/policy.h"

namespace nudge::learn {

using torch::Tensor;

/// Uses one thread for all that torch does in the calling thread: two training threads get in each
/// other's way (and the window's) as soon as something else wants the second core.
void useOneThread();

/// What a forward pass leaves for the backward pass: the input of every layer, then the output, then for each layer
/// what its activation took, where the derivative needs that.
using Activations = std::vector<Tensor>;

/// An MLP. All weights are views of one flat vector, so that an optimiser
/// step, a target copy or an average is one operation. Copies share their memory; clone() does not.
class Net {
 public:
  /// ReLU between the layers; uniform ±1/√in, as torch's own Linear. sizes: in, hidden …, out.
  Net(std::vector<std::int64_t> sizes, torch::Generator& generator);
  explicit Net(const Mlp& mlp);
  Net clone() const;

  /// x [batch, in] → [batch, out]. The result and `kept` are overwritten by the next call with `kept`.
  const Tensor& forward(const Tensor& x, Activations& kept) const;
  Tensor forward(const Tensor& x) const;
  /// Loss gradient of the output [batch, out] → of the input [batch, in], parameters held constant.
  Tensor inputGradient(const Activations& kept, const Tensor& outputGradient) const;
  /// Loss gradient of the parameters, left in gradient().
  void parameterGradient(const Activations& kept, const Tensor& outputGradient);

  /// Makes the output 0 everywhere.
  void zeroLastLayer();
  Tensor& parameters() { return flat_; }
  const Tensor& parameters() const { return flat_; }
  const Tensor& gradient() const { return gradient_; }
  /// InvalidInput when a number is not finite.
  Result<Mlp> toMlp() const;

 private:
  struct Layer {
    Tensor weight, weightT, bias;       ///< [out, in], [in, out], [out], views of flat_
    Tensor weightGradient, biasGradient;  ///< views of gradient_
  };
  Net() = default;
  void makeLayers();
  std::vector<std::int64_t> sizes_;
  std::vector<Activation> activations_;  ///< one a layer, the last none
  Tensor flat_, gradient_;  ///< [parameters]: for each layer weight [out, in], then bias [out]
  std::vector<Layer> layers_;
};

/// target ← target + rate·(source − target).
void moveToward(Net& target, const Net& source, double rate);

/// Adam (Kingma and Ba 2015) on one flat vector, fused into one pass.
class Adam {
 public:
  explicit Adam(const Net& net);
  void step(Net& net, double learningRate);

 private:
  Tensor first_, second_;
  std::int64_t count_ = 0;
};

/// Transitions in a ring. Rows hold features, not rewards: rewards follow from the weights of the moment.
class Replay {
 public:
  /// widths: row width of each column.
  Replay(std::int64_t capacity, const std::vector<std::int64_t>& widths);
  std::int64_t size() const { return size_; }
  /// One row; row[i] has widths[i] numbers.
  void add(std::initializer_list<std::span<const float>> row);
  /// Rows drawn with replacement into `batch`, one tensor [count, width] a column.
  void sample(std::int64_t count, Random& random, std::vector<Tensor>& batch) const;
  /// All rows of a column, [size, width].
  Tensor column(std::size_t index) const { return columns_[index].narrow(0, 0, size_); }

 private:
  std::int64_t capacity_, size_ = 0, next_ = 0;
  std::vector<Tensor> columns_;
};

/// While it lives, numbers too small for a float's full precision are 0 in this thread. What is nearly learned leaves such gradients, and
/// a processor takes many times as long over them. Not around physics, which must repeat exactly.
class NoDenormals {
 public:
  NoDenormals() { at::globalContext().setFlushDenormal(true); }
  ~NoDenormals() { at::globalContext().setFlushDenormal(false); }
  NoDenormals(const NoDenormals&) = delete;
  NoDenormals& operator=(const NoDenormals&) = delete;
};

torch::Generator makeGenerator(std::uint64_t seed);
Tensor toTensor(std::span<const float> values);

}  // namespace nudge::learn
