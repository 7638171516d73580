// Operators that calculate: dense layers, activations, arithmetic with constants.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/policy/package/onnx_call.h"

namespace nudge::package {

namespace {
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The constant's numbers laid out for `dims`.
Eigen::VectorXd spread(const Constant& constant, const Dims& dims) {
  const auto places = broadcastPlaces(constant.dims, dims);
  Eigen::VectorXd values(static_cast<Eigen::Index>(places.size()));
  for (std::size_t i = 0; i < places.size(); ++i)
    values(static_cast<Eigen::Index>(i)) = constant.values[static_cast<std::size_t>(places[i])];
  return values;
}

// ---- dense layers -------------------------------------------------------------------------------

Result<RowMajor> matrixOf(const Call& call, std::size_t i) {
  auto constant = call.constant(i);
  if (!constant) return constant.error();
  const Dims& dims = (*constant)->dims;
  if (dims.size() != 2 || elementCount(dims) == 0) return refusal("its weights have the shape " + dimsText(dims) + ", not that of a matrix");
  return RowMajor(Eigen::Map<const RowMajor>((*constant)->values.data(), dims[0], dims[1]));
}

/// y = W x + b for the symbol x, whose numbers lie along its last dimension.
Results layer(const Call& call, const Symbol& x, Eigen::MatrixXd weight, Eigen::VectorXd bias) {
  if (x.dims.empty() || x.dims.back() != elementCount(x.dims) || x.dims.back() != weight.cols())
    return refusal("its weights take " + std::to_string(weight.cols()) + " numbers, it gets the shape " + dimsText(x.dims));
  Dims dims = x.dims;
  dims.back() = weight.rows();
  auto dense = call.expressions.dense(x.expression, std::move(weight), std::move(bias));
  if (!dense) return dense.error();
  return one(Symbol{*dense, std::move(dims)});
}

Results gemm(const Call& call) {
  auto a = call.operand(0);
  if (!a) return a.error();
  const auto* x = std::get_if<Symbol>(*a);
  if (!x) return refusal("its first input does not depend on the observation");
  auto b = matrixOf(call, 1);
  if (!b) return b.error();
  const auto transA = call.attribute("transA", std::int64_t{0}), transB = call.attribute("transB", std::int64_t{0});
  const auto alpha = call.attribute("alpha", 1.0), beta = call.attribute("beta", 1.0);
  for (const auto* flag : {&transA, &transB})
    if (!*flag) return flag->error();
  for (const auto* factor : {&alpha, &beta})
    if (!*factor) return factor->error();
  if (*transA != 0) return refusal("transA is not supported");
  Eigen::MatrixXd weight = *transB != 0 ? Eigen::MatrixXd(*b) : Eigen::MatrixXd(b->transpose());
  weight *= *alpha;
  Eigen::VectorXd bias = Eigen::VectorXd::Zero(weight.rows());
  if (call.optional(2)) {
    auto c = call.constant(2);
    if (!c) return c.error();
    auto fits = broadcast((*c)->dims, {1, weight.rows()});
    if (!fits) return fits.error();
    if (elementCount(*fits) != weight.rows()) return refusal("its bias has the shape " + dimsText((*c)->dims));
    bias = *beta * spread(**c, *fits);
  }
  return layer(call, *x, std::move(weight), std::move(bias));
}

Results matMul(const Call& call) {
  auto a = call.operand(0), b = call.operand(1);
  if (!a) return a.error();
  if (!b) return b.error();
  const auto *x = std::get_if<Symbol>(*a), *y = std::get_if<Symbol>(*b);
  if ((x != nullptr) == (y != nullptr)) return refusal("it does not multiply the observation's numbers by constant weights");
  auto matrix = matrixOf(call, x ? 1 : 0);
  if (!matrix) return matrix.error();
  if (y && y->dims.size() != 1) return refusal("weights from the left take a vector, not the shape " + dimsText(y->dims));
  Eigen::MatrixXd weight = x ? Eigen::MatrixXd(matrix->transpose()) : Eigen::MatrixXd(*matrix);
  Eigen::VectorXd bias = Eigen::VectorXd::Zero(weight.rows());
  return layer(call, x ? *x : *y, std::move(weight), std::move(bias));
}

// ---- elementwise --------------------------------------------------------------------------------

using Binary = double (*)(double, double);
double lesser(double a, double b) { return std::min(a, b); }
double greater(double a, double b) { return std::max(a, b); }

Binary binaryOf(const std::string& type) {
  if (type == "Add") return [](double a, double b) { return a + b; };
  if (type == "Sub") return [](double a, double b) { return a - b; };
  if (type == "Mul") return [](double a, double b) { return a * b; };
  if (type == "Div") return [](double a, double b) { return a / b; };
  if (type == "Pow") return [](double a, double b) { return std::pow(a, b); };
  if (type == "Min") return lesser;
  if (type == "Max") return greater;
  if (type == "Equal") return [](double a, double b) { return a == b ? 1.0 : 0.0; };
  return nullptr;
}

Result<Value> ofConstants(const Call& call, const Constant& a, const Constant& b, Binary f) {
  auto dims = broadcast(a.dims, b.dims);
  if (!dims) return dims.error();
  if (auto fits = call.expressions.spend(elementCount(*dims)); !fits) return fits.error();
  const Eigen::VectorXd x = spread(a, *dims), y = spread(b, *dims);
  Constant result{*dims, {}, a.integer && b.integer};
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    const double value = f(x(i), y(i));
    if (std::isnan(value)) return refusal("its constants give NaN");
    result.values.push_back(result.integer ? std::trunc(value) : value);
  }
  return Value(std::move(result));
}

/// x ∘ c, or c ∘ x when `reversed`.
Result<Value> withConstant(const Call& call, const Symbol& x, const Constant& c, bool reversed) {
  auto dims = broadcast(x.dims, c.dims);
  if (!dims) return dims.error();
  if (elementCount(*dims) != elementCount(x.dims))
    return refusal("a constant of the shape " + dimsText(c.dims) + " does not fit numbers of the shape " + dimsText(x.dims));
  const std::string& type = call.node.op_type();
  const Eigen::VectorXd values = spread(c, *dims);
  const Eigen::VectorXd ones = Eigen::VectorXd::Ones(values.size()), zeros = Eigen::VectorXd::Zero(values.size());
  const Eigen::VectorXd never = Eigen::VectorXd::Constant(values.size(), std::numeric_limits<double>::infinity());
  Expressions& e = call.expressions;
  auto result = [&]() -> Result<int> {
    if (type == "Add") return e.scale(x.expression, ones, values);
    if (type == "Sub") return reversed ? e.scale(x.expression, -ones, values) : e.scale(x.expression, ones, -values);
    if (type == "Mul") return e.scale(x.expression, values, zeros);
    if (type == "Div" && !reversed) return e.scale(x.expression, values.cwiseInverse(), zeros);
    if (type == "Min") return e.clamp(x.expression, -never, values);
    if (type == "Max") return e.clamp(x.expression, values, never);
    return refusal("with the observation's numbers it is not supported");
  }();
  if (!result) return result.error();
  return Value(Symbol{*result, *dims});
}

Result<Value> ofSymbols(const Call& call, const Symbol& a, const Symbol& b) {
  const std::string& type = call.node.op_type();
  Expressions& e = call.expressions;
  const Expression &x = e.at(a.expression), &y = e.at(b.expression);
  if (x.width != y.width) return refusal("shapes " + dimsText(a.dims) + " and " + dimsText(b.dims) + " do not fit each other");
  const Dims& dims = a.dims.size() >= b.dims.size() ? a.dims : b.dims;
  auto result = [&]() -> Result<int> {
    if (type == "Add") return e.sum(a.expression, b.expression);
    if (type == "Mul" && y.op == Op::Sigmoid && y.from == a.expression) return e.apply(Op::Silu, a.expression, x.width);
    if (type == "Mul" && x.op == Op::Sigmoid && x.from == b.expression) return e.apply(Op::Silu, b.expression, x.width);
    return refusal("both of its inputs depend on the observation; only x·Sigmoid(x) is known");
  }();
  if (!result) return result.error();
  return Value(Symbol{*result, dims});
}

Result<Value> combine(const Call& call, const Value& a, const Value& b, Binary f) {
  const auto *x = std::get_if<Symbol>(&a), *y = std::get_if<Symbol>(&b);
  if (x && y) return ofSymbols(call, *x, *y);
  if (x) return withConstant(call, *x, std::get<Constant>(b), false);
  if (y) return withConstant(call, *y, std::get<Constant>(a), true);
  return ofConstants(call, std::get<Constant>(a), std::get<Constant>(b), f);
}

Results binary(const Call& call, Binary f) {
  auto first = call.operand(0);
  if (!first) return first.error();
  Value result = **first;
  for (std::size_t i = 1; i < std::max<std::size_t>(2, call.operands.size()); ++i) {
    if (i == 1 && call.operands.size() == 1 && (f == lesser || f == greater)) break;  // of one thing alone
    auto next = call.operand(i);
    if (!next) return next.error();
    auto combined = combine(call, result, **next, f);
    if (!combined) return combined.error();
    result = std::move(*combined);
  }
  return one(std::move(result));
}

Results clip(const Call& call) {
  auto a = call.operand(0);
  if (!a) return a.error();
  const Dims& dims = dimsOf(**a);
  constexpr double kNever = std::numeric_limits<double>::infinity();
  const auto bound = [&](std::size_t i, const char* name, double otherwise) -> Result<Eigen::VectorXd> {
    if (call.optional(i)) {
      auto constant = call.constant(i);
      if (!constant) return constant.error();
      if ((*constant)->values.size() != 1) return refusal("its bounds are no single numbers");
      return Eigen::VectorXd(Eigen::VectorXd::Constant(elementCount(dims), (*constant)->values[0]));
    }
    auto value = call.attribute(name, otherwise);
    if (!value) return value.error();
    return Eigen::VectorXd(Eigen::VectorXd::Constant(elementCount(dims), *value));
  };
  auto low = bound(1, "min", -kNever), high = bound(2, "max", kNever);
  if (!low) return low.error();
  if (!high) return high.error();
  if (const auto* x = std::get_if<Symbol>(*a)) {
    auto clamped = call.expressions.clamp(x->expression, *low, *high);
    if (!clamped) return clamped.error();
    return one(Symbol{*clamped, dims});
  }
  Constant result = std::get<Constant>(**a);
  for (std::size_t i = 0; i < result.values.size(); ++i)
    result.values[i] = std::min(std::max(result.values[i], (*low)(static_cast<Eigen::Index>(i))), (*high)(static_cast<Eigen::Index>(i)));
  return one(std::move(result));
}

struct Unary {
  const char* type;
  Op op;
  double (*f)(double);
};
constexpr Unary kUnary[] = {
    {"Relu", Op::Relu, [](double x) { return std::max(x, 0.0); }},
    {"Tanh", Op::Tanh, [](double x) { return std::tanh(x); }},
    {"Elu", Op::Elu, [](double x) { return x < 0 ? std::expm1(x) : x; }},
    {"Sigmoid", Op::Sigmoid, [](double x) { return 1.0 / (1.0 + std::exp(-x)); }},
    {"Exp", Op::Exp, [](double x) { return std::exp(x); }},
    {"Log", Op::Log, [](double x) { return std::log(x); }},
    // Of constants alone:
    {"Sqrt", Op::Observation, [](double x) { return std::sqrt(x); }},
    {"Neg", Op::Scale, [](double x) { return -x; }},
    {"Reciprocal", Op::Observation, [](double x) { return 1.0 / x; }},
    {"Softplus", Op::Observation, [](double x) { return std::log1p(std::exp(x)); }},
    {"Abs", Op::Observation, [](double x) { return std::abs(x); }}};

Results unary(const Call& call, const Unary& known) {
  auto a = call.operand(0);
  if (!a) return a.error();
  if (known.op == Op::Elu) {
    const auto alpha = call.attribute("alpha", 1.0);
    if (!alpha) return alpha.error();
    if (*alpha != 1.0) return refusal("only alpha = 1 is supported");
  }
  if (const auto* x = std::get_if<Symbol>(*a)) {
    const int width = call.expressions.at(x->expression).width;
    if (known.op == Op::Observation) return refusal("of the observation's numbers it is not supported");
    const Eigen::VectorXd ones = Eigen::VectorXd::Ones(width);
    auto applied = known.op == Op::Scale ? call.expressions.scale(x->expression, -ones, Eigen::VectorXd::Zero(width))
                                         : call.expressions.apply(known.op, x->expression, width);
    if (!applied) return applied.error();
    return one(Symbol{*applied, x->dims});
  }
  Constant result = std::get<Constant>(**a);
  for (double& value : result.values) {
    value = known.f(value);
    if (std::isnan(value)) return refusal("its constants give NaN");
  }
  return one(std::move(result));
}

/// Softmax, LogSoftmax and ArgMax over all numbers.
Results overChoices(const Call& call, Op op) {
  auto a = call.operand(0);
  if (!a) return a.error();
  const auto* x = std::get_if<Symbol>(*a);
  if (!x) return refusal("it does not depend on the observation");
  const auto said = call.attribute("axis", op == Op::ArgMax ? std::int64_t{0} : std::int64_t{-1});
  if (!said) return said.error();
  auto axis = axisOf(*said, x->dims.size());
  if (!axis) return axis.error();
  if (x->dims[*axis] != elementCount(x->dims)) return refusal("it does not go over the choices");
  const auto keep = call.attribute("keepdims", std::int64_t{1});
  if (!keep) return keep.error();
  Dims dims = x->dims;
  if (op == Op::ArgMax) dims[*axis] = 1;
  if (op == Op::ArgMax && *keep == 0) dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(*axis));
  auto applied = call.expressions.apply(op, x->expression, op == Op::ArgMax ? 1 : static_cast<int>(elementCount(dims)));
  if (!applied) return applied.error();
  return one(Symbol{*applied, std::move(dims)});
}
}  // namespace

std::optional<Results> runArithmetic(const Call& call) {
  const std::string& type = call.node.op_type();
  if (type == "Gemm") return gemm(call);
  if (type == "MatMul") return matMul(call);
  if (type == "Clip") return clip(call);
  if (type == "Softmax") return overChoices(call, Op::Softmax);
  if (type == "LogSoftmax") return overChoices(call, Op::LogSoftmax);
  if (type == "ArgMax") return overChoices(call, Op::ArgMax);
  if (const Binary f = binaryOf(type)) return binary(call, f);
  for (const Unary& known : kUnary)
    if (type == known.type) return unary(call, known);
  return std::nullopt;
}

}  // namespace nudge::package
