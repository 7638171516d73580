#include "core/policy/package/onnx_network.h"

#include <algorithm>
#include <cmath>

#include "core/policy/policy.h"

namespace nudge::package {

namespace {
/// Collects layers. What only scales and shifts waits until a layer can take it in.
class StageBuilder {
 public:
  explicit StageBuilder(int width) { rest(width); }

  Status add(const Expression& e) {
    switch (e.op) {
      case Op::Dense: return dense(e);
      case Op::Scale: return affine(e.scale, e.offset);
      case Op::Relu: return close(Activation::Relu);
      case Op::Tanh: return close(Activation::Tanh);
      case Op::Elu: return close(Activation::Elu);
      case Op::Silu: return close(Activation::Silu);
      case Op::Sigmoid: return sigmoid();
      case Op::Clamp: return clamp(e.low, e.high);
      case Op::Exp: return refusal("Exp stands in the middle of the network");
      case Op::Log: return refusal("Log stands in the middle of the network");
      case Op::Sum: return refusal("two branches of the network are added, which is not supported");
      case Op::Softmax:
      case Op::LogSoftmax: return refusal("a softmax stands in the middle of the network");
      case Op::ArgMax: return refusal("the file gives the best choice alone: export the logits");
      case Op::Observation: break;
    }
    return refusal("the network does not end at the observation");
  }

  /// last: the result is an output, so no activation may follow its last layer.
  std::vector<Stage> finish(bool last) {
    if (pending() || (last && !open())) settle();
    return std::move(stages_);
  }

 private:
  bool open() const { return !stages_.empty() && stages_.back().activation == Activation::Identity; }
  bool pending() const { return !(scale_.array() == 1.0).all() || !(offset_.array() == 0.0).all(); }
  void rest(Eigen::Index width) {
    scale_ = Eigen::VectorXd::Ones(width);
    offset_ = Eigen::VectorXd::Zero(width);
  }
  Status affine(const Eigen::VectorXd& scale, const Eigen::VectorXd& offset) {
    offset_ = scale.cwiseProduct(offset_) + offset;
    scale_ = scale.cwiseProduct(scale_);
    return {};
  }
  /// What waits becomes part of the open layer, or a layer of its own.
  void settle() {
    if (open()) {
      Stage& stage = stages_.back();
      stage.weight = scale_.asDiagonal() * stage.weight;
      stage.bias = scale_.cwiseProduct(stage.bias) + offset_;
    } else {
      stages_.push_back({scale_.asDiagonal(), offset_, Activation::Identity});
    }
    rest(scale_.size());
  }
  Status dense(const Expression& e) {
    stages_.push_back({e.weight * scale_.asDiagonal(), e.offset + e.weight * offset_, Activation::Identity});
    rest(e.width);
    return {};
  }
  Status close(Activation activation) {
    if (pending() || !open()) settle();
    stages_.back().activation = activation;
    return {};
  }
  /// 1/(1 + e^−x) = (1 + tanh(x/2))/2.
  Status sigmoid() {
    const Eigen::VectorXd half = Eigen::VectorXd::Constant(scale_.size(), 0.5);
    static_cast<void>(affine(half, Eigen::VectorXd::Zero(scale_.size())));
    static_cast<void>(close(Activation::Tanh));
    return affine(half, half);
  }
  Status clamp(const Eigen::VectorXd& low, const Eigen::VectorXd& high) {
    const Eigen::VectorXd ones = Eigen::VectorXd::Ones(low.size()), zeros = Eigen::VectorXd::Zero(low.size());
    const bool below = low.allFinite(), above = high.allFinite();
    if (below && above) {  // to [−1, 1] and back
      const Eigen::VectorXd half = 0.5 * (high - low), middle = 0.5 * (high + low);
      if (!(half.array() > 0.0).all()) return refusal("Clip leaves one number only");
      static_cast<void>(affine(half.cwiseInverse(), -middle.cwiseQuotient(half)));
      static_cast<void>(close(Activation::Clip));
      return affine(half, middle);
    }
    if (below && !high.array().isFinite().any()) {  // max(x, l) = relu(x − l) + l
      static_cast<void>(affine(ones, -low));
      static_cast<void>(close(Activation::Relu));
      return affine(ones, low);
    }
    if (above && !low.array().isFinite().any()) {  // min(x, h) = h − relu(h − x)
      static_cast<void>(affine(-ones, high));
      static_cast<void>(close(Activation::Relu));
      return affine(-ones, high);
    }
    const bool never = !low.array().isFinite().any() && !high.array().isFinite().any();
    return never ? Status() : refusal("Clip bounds only some of its numbers");
  }

  std::vector<Stage> stages_;
  Eigen::VectorXd scale_, offset_;  ///< waiting
};

Result<std::vector<Stage>> build(const Expressions& expressions, const std::vector<int>& path, std::size_t begin, std::size_t end, bool last) {
  StageBuilder builder(expressions.at(path[begin]).width);
  for (std::size_t i = begin + 1; i < end; ++i)
    if (auto added = builder.add(expressions.at(path[i])); !added) return added.error();
  return builder.finish(last);
}
}  // namespace

std::vector<int> pathTo(const Expressions& expressions, int expression) {
  std::vector<int> path;
  for (int id = expression; id >= 0; id = expressions.at(id).from) path.push_back(id);
  std::reverse(path.begin(), path.end());
  return path;
}

Result<std::vector<Stage>> stagesOf(const Expressions& expressions, const std::vector<int>& path) {
  return build(expressions, path, 0, path.size(), true);
}

Result<std::vector<Stage>> sideBySide(const Expressions& expressions, const std::vector<int>& first, const std::vector<int>& second) {
  const auto parting = std::mismatch(first.begin(), first.end(), second.begin(), second.end());
  const auto common = static_cast<std::size_t>(parting.first - first.begin());
  auto stages = build(expressions, first, 0, common, false);
  auto a = build(expressions, first, common - 1, first.size(), true), b = build(expressions, second, common - 1, second.size(), true);
  for (const auto* part : {&stages, &a, &b})
    if (!*part) return part->error();
  bool alike = a->size() == b->size();
  for (std::size_t i = 0; alike && i < a->size(); ++i) alike = (*a)[i].activation == (*b)[i].activation;
  if (!alike) return refusal("the mean and log sigma come from networks that part early and differ in depth or activations");
  for (std::size_t i = 0; i < a->size(); ++i) {
    const Stage &x = (*a)[i], &y = (*b)[i];
    const Eigen::Index rows = x.weight.rows(), columns = i == 0 ? 0 : x.weight.cols();
    Stage both{Eigen::MatrixXd::Zero(rows + y.weight.rows(), columns + y.weight.cols()), Eigen::VectorXd(rows + y.weight.rows()), x.activation};
    both.weight.topLeftCorner(rows, x.weight.cols()) = x.weight;
    both.weight.block(rows, columns, y.weight.rows(), y.weight.cols()) = y.weight;
    both.bias << x.bias, y.bias;
    stages->push_back(std::move(both));
  }
  return stages;
}

Result<Mlp> networkOf(const std::vector<Stage>& stages) {
  if (static_cast<int>(stages.size()) > kMostLayers)
    return refusal("the network has " + std::to_string(stages.size()) + " layers, at most " + std::to_string(kMostLayers) + " are supported");
  std::vector<DenseLayer> layers;
  for (const Stage& stage : stages) layers.push_back({stage.weight.cast<float>(), stage.bias.cast<float>(), stage.activation});
  return Mlp::fromLayers(std::move(layers));
}

}  // namespace nudge::package
