// What an ONNX graph computes, as values: constants, and expressions of the observation. Internal to the package.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"

namespace nudge::package {

/// Numbers that do not depend on the observation, row-major; also shapes and other integers.
struct Constant {
  std::vector<std::int64_t> dims;
  std::vector<double> values;
  bool integer = false;
};

enum class Op { Observation, Dense, Scale, Relu, Tanh, Elu, Sigmoid, Silu, Clamp, Exp, Log, Sum, Softmax, LogSoftmax, ArgMax };

/// One step of the computation on a vector; `from` (and `other` of a Sum) are earlier expressions.
struct Expression {
  Op op = Op::Observation;
  int from = -1, other = -1;
  int width = 0;
  Eigen::MatrixXd weight;        ///< Dense [width, width of from]
  Eigen::VectorXd scale, offset; ///< Scale: scale·x + offset; Dense: offset alone
  Eigen::VectorXd low, high;     ///< Clamp, may be infinite
};

/// An expression with the shape that the graph gives it, for a batch of one.
struct Symbol {
  int expression = -1;
  std::vector<std::int64_t> dims;
};

using Value = std::variant<Constant, Symbol>;

/// All expressions of one graph. Elementwise steps join dense ones, so that a normalisation costs no layer. Every
/// function refuses (InvalidInput) what would take more memory than kMostNumbers in all.
class Expressions {
 public:
  static constexpr std::int64_t kMostNumbers = std::int64_t{64} << 20;
  static constexpr int kMostWidth = 4096;

  const Expression& at(int id) const { return list_[static_cast<std::size_t>(id)]; }
  Result<int> observation(int width);
  Result<int> dense(int from, Eigen::MatrixXd weight, Eigen::VectorXd bias);
  Result<int> scale(int from, const Eigen::VectorXd& scale, const Eigen::VectorXd& offset);
  Result<int> clamp(int from, const Eigen::VectorXd& low, const Eigen::VectorXd& high);
  Result<int> apply(Op op, int from, int width);
  Result<int> sum(int from, int other);
  /// The numbers `indices` of an expression, in that order.
  Result<int> pick(int from, const std::vector<std::int64_t>& indices);
  /// Takes so many numbers from what may be used in all.
  Status spend(std::int64_t numbers);

 private:
  Result<int> add(Expression expression, std::int64_t numbers);
  std::vector<Expression> list_;
  std::int64_t spent_ = 0;
};

/// InvalidInput.
Error refusal(const std::string& why);
std::int64_t elementCount(const std::vector<std::int64_t>& dims);
/// "[1, 64]"
std::string dimsText(const std::vector<std::int64_t>& dims);

}  // namespace nudge::package
