// The building blocks that the trainers share: networks on flat parameters, Adam, a squashed Gaussian,
// the replay buffer. Internal to core/learn, because it includes torch.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "core/policy/policy.h"

namespace nudge::learn {

using torch::Tensor;

/// Uses one thread for all that torch does in the calling thread: two training threads get in each
/// other's way (and the window's) as soon as something else wants the second core.
void useOneThread();

/// An MLP with ReLU between its layers. All weights are views of one flat vector, so that an optimiser
/// step, a target copy or an average is one operation.
class Net {
 public:
  /// Uniform ±1/√in, as torch's own Linear. sizes: in, hidden …, out.
  Net(std::vector<std::int64_t> sizes, torch::Generator& generator);
  explicit Net(const Mlp& mlp);
  Net clone() const;

  /// x [batch, in] → [batch, out]; differentiable in x and the parameters.
  Tensor forward(const Tensor& x) const;
  /// The same with the parameters held constant.
  Tensor forwardFrozen(const Tensor& x) const;
  /// Makes the output 0 everywhere.
  void zeroLastLayer();

  Tensor& parameters() { return flat_; }
  const Tensor& parameters() const { return flat_; }
  Result<Mlp> toMlp() const;

 private:
  Net() = default;
  std::vector<std::int64_t> sizes_;
  Tensor flat_;  ///< [parameters]: for each layer weight [out, in], then bias [out]
};

/// target ← target + rate·(source − target).
void moveToward(Net& target, const Net& source, double rate);

/// Adam (Kingma and Ba 2015) on one flat vector, fused into one pass.
class Adam {
 public:
  explicit Adam(Net& net);
  /// Uses and clears the gradient.
  void step(double learningRate);

 private:
  Tensor parameters_, first_, second_;
  std::int64_t count_ = 0;
};

/// N(μ, σ) before squashing. mean, logStd [batch, action].
struct Gaussian {
  Tensor mean, logStd;
};
/// Splits an actor's output and clamps log σ.
Gaussian gaussian(const Tensor& output, double logStdMin, double logStdMax);

/// A reparametrised sample a = tanh(μ + σε).
struct Sample {
  Tensor action;   ///< [batch, action]
  Tensor logProb;  ///< [batch] log density of the squashed action
};
Sample sample(const Gaussian& distribution, torch::Generator& generator);

/// KL(N ‖ N₀) summed over actions, [batch]. Squashing both does not change it, so no bound on log π₀ is
/// needed. At N = N₀ value and gradient are exactly 0.
Tensor klDivergence(const Gaussian& n, const Gaussian& n0);

/// Transitions in a ring. Rows hold features, not rewards: rewards follow from the weights of the moment.
class Replay {
 public:
  /// widths: row width of each column.
  Replay(std::int64_t capacity, std::vector<std::int64_t> widths);
  std::int64_t size() const { return size_; }
  /// One row; rows[i] has widths[i] numbers.
  void add(std::initializer_list<std::span<const float>> row);
  /// `count` rows drawn with replacement, one tensor [count, width] a column.
  std::vector<Tensor> sample(std::int64_t count, torch::Generator& generator) const;
  /// Column `index` of the rows in use, [size, width].
  Tensor column(std::size_t index) const { return columns_[index].narrow(0, 0, size_); }

 private:
  std::int64_t capacity_, size_ = 0, next_ = 0;
  std::vector<Tensor> columns_;
};

torch::Generator makeGenerator(std::uint64_t seed);
Tensor toTensor(std::span<const float> values);

}  // namespace nudge::learn
