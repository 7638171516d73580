#include "core/policy/package/onnx_values.h"

namespace nudge::package {

Error refusal(const std::string& why) { return {ErrorCode::InvalidInput, why}; }

std::int64_t elementCount(const std::vector<std::int64_t>& dims) {
  std::int64_t count = 1;
  for (const std::int64_t dim : dims) count *= dim;
  return count;
}

std::string dimsText(const std::vector<std::int64_t>& dims) {
  std::string text;
  for (const std::int64_t dim : dims) text += (text.empty() ? "" : ", ") + std::to_string(dim);
  return "[" + text + "]";
}

Status Expressions::spend(std::int64_t numbers) {
  spent_ += numbers;
  if (numbers < 0 || spent_ > kMostNumbers)
    return Error{ErrorCode::InvalidInput, "the model is too large for an actor: it needs more than " +
                                              std::to_string(kMostNumbers >> 20) + " million numbers"};
  return {};
}

Result<int> Expressions::add(Expression expression, std::int64_t numbers) {
  if (expression.width < 1 || expression.width > kMostWidth)
    return Error{ErrorCode::InvalidInput, "a layer of " + std::to_string(expression.width) + " numbers is none of an actor (at most " +
                                              std::to_string(kMostWidth) + ")"};
  if (auto fits = spend(numbers); !fits) return fits.error();
  list_.push_back(std::move(expression));
  return static_cast<int>(list_.size()) - 1;
}

Result<int> Expressions::observation(int width) {
  Expression expression;
  expression.width = width;
  return add(std::move(expression), width);
}

Result<int> Expressions::dense(int from, Eigen::MatrixXd weight, Eigen::VectorXd bias) {
  Expression expression;
  expression.op = Op::Dense;
  expression.from = from;
  expression.width = static_cast<int>(weight.rows());
  if (!weight.allFinite() || !bias.allFinite()) return Error{ErrorCode::InvalidInput, "its weights hold NaN or infinity"};
  if (const Expression& before = at(from); before.op == Op::Scale) {
    bias += weight * before.offset;
    weight = weight * before.scale.asDiagonal();
    expression.from = before.from;
  }
  const std::int64_t numbers = static_cast<std::int64_t>(weight.size()) + weight.rows();
  expression.weight = std::move(weight);
  expression.offset = std::move(bias);
  return add(std::move(expression), numbers);
}

Result<int> Expressions::scale(int from, const Eigen::VectorXd& scale, const Eigen::VectorXd& offset) {
  if (!scale.allFinite() || !offset.allFinite())
    return Error{ErrorCode::InvalidInput, "its scales or offsets hold NaN or infinity (a division by zero?)"};
  const Expression& before = at(from);
  Expression expression;
  expression.width = before.width;
  expression.from = before.op == Op::Scale || before.op == Op::Dense ? before.from : from;
  if (before.op == Op::Dense) {
    if (auto fits = spend(static_cast<std::int64_t>(before.weight.size())); !fits) return fits.error();
    expression.op = Op::Dense;
    expression.weight = scale.asDiagonal() * before.weight;
    expression.offset = scale.cwiseProduct(before.offset) + offset;
    return add(std::move(expression), before.width);
  }
  expression.op = Op::Scale;
  const bool again = before.op == Op::Scale;
  expression.scale = again ? Eigen::VectorXd(scale.cwiseProduct(before.scale)) : scale;
  expression.offset = again ? Eigen::VectorXd(scale.cwiseProduct(before.offset) + offset) : offset;
  return add(std::move(expression), 2 * before.width);
}

Result<int> Expressions::clamp(int from, const Eigen::VectorXd& low, const Eigen::VectorXd& high) {
  if (!(low.array() <= high.array()).all()) return Error{ErrorCode::InvalidInput, "its lower bound lies above its upper bound"};
  Expression expression;
  expression.op = Op::Clamp;
  expression.from = from;
  expression.width = at(from).width;
  expression.low = low;
  expression.high = high;
  if (const Expression& before = at(from); before.op == Op::Clamp) {  // Max and Min of one clamp
    expression.from = before.from;
    expression.low = low.cwiseMax(before.low);
    expression.high = high.cwiseMin(before.high);
  }
  return add(std::move(expression), 2 * at(from).width);
}

Result<int> Expressions::apply(Op op, int from, int width) {
  Expression expression;
  expression.op = op;
  expression.from = from;
  expression.width = width;
  return add(std::move(expression), 1);
}

Result<int> Expressions::sum(int from, int other) {
  auto added = apply(Op::Sum, from, at(from).width);
  if (added) list_.back().other = other;
  return added;
}

Result<int> Expressions::pick(int from, const std::vector<std::int64_t>& indices) {
  const Expression& before = at(from);
  bool same = static_cast<int>(indices.size()) == before.width;
  for (std::size_t i = 0; same && i < indices.size(); ++i) same = indices[i] == static_cast<std::int64_t>(i);
  if (same) return from;
  const auto rows = static_cast<Eigen::Index>(indices.size());
  const bool joined = before.op == Op::Dense;
  const Eigen::Index columns = joined ? before.weight.cols() : before.width;
  if (auto fits = spend(static_cast<std::int64_t>(rows) * columns); !fits) return fits.error();
  Eigen::MatrixXd weight = Eigen::MatrixXd::Zero(rows, columns);
  Eigen::VectorXd bias = Eigen::VectorXd::Zero(rows);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const auto index = static_cast<Eigen::Index>(indices[static_cast<std::size_t>(i)]);
    if (!joined) {
      weight(i, index) = 1.0;
      continue;
    }
    weight.row(i) = before.weight.row(index);
    bias(i) = before.offset(index);
  }
  return dense(joined ? before.from : from, std::move(weight), std::move(bias));
}

}  // namespace nudge::package
