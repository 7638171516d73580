#include "core/policy/package/onnx_call.h"

#include <algorithm>
#include <cmath>

namespace nudge::package {

Results one(Value value) {
  std::vector<Value> values;
  values.push_back(std::move(value));
  return values;
}

const Dims& dimsOf(const Value& value) {
  return std::visit([](const auto& v) -> const Dims& { return v.dims; }, value);
}

Result<const Value*> Call::operand(std::size_t i) const {
  if (const Value* value = optional(i)) return value;
  return refusal("its input " + std::to_string(i + 1) + " is missing");
}

Result<const Constant*> Call::constant(std::size_t i) const {
  auto value = operand(i);
  if (!value) return value.error();
  if (const auto* constant = std::get_if<Constant>(*value)) return constant;
  return refusal("its input " + std::to_string(i + 1) + " depends on the observation, an actor has a constant there");
}

Result<Dims> Call::integers(std::size_t i) const {
  auto found = constant(i);
  if (!found) return found.error();
  Dims values;
  for (const double value : (*found)->values) {
    if (value != std::floor(value)) return refusal("its input " + std::to_string(i + 1) + " is not whole");
    values.push_back(static_cast<std::int64_t>(std::clamp(value, -9e18, 9e18)));
  }
  return values;
}

namespace {
const onnx::AttributeProto* find(const onnx::NodeProto& node, const char* name) {
  for (const auto& attribute : node.attribute())
    if (attribute.name() == name) return &attribute;
  return nullptr;
}
Error otherType(const char* name) { return refusal("its attribute '" + std::string(name) + "' has another type than it should"); }
}  // namespace

Result<double> Call::attribute(const char* name, double otherwise) const {
  const auto* found = find(node, name);
  if (!found) return otherwise;
  if (found->type() != onnx::AttributeProto::FLOAT || !std::isfinite(found->f())) return otherType(name);
  return static_cast<double>(found->f());
}

Result<std::int64_t> Call::attribute(const char* name, std::int64_t otherwise) const {
  const auto* found = find(node, name);
  if (!found) return otherwise;
  if (found->type() != onnx::AttributeProto::INT) return otherType(name);
  return std::int64_t{found->i()};
}

std::optional<Dims> Call::integersOf(const char* name) const {
  const auto* found = find(node, name);
  if (!found) return std::nullopt;
  return Dims(found->ints().begin(), found->ints().end());
}

Result<std::optional<Dims>> Call::integersFrom(std::size_t i, const char* name) const {
  if (!optional(i)) return integersOf(name);
  auto values = integers(i);
  if (!values) return values.error();
  return std::optional<Dims>(std::move(*values));
}

Result<std::size_t> axisOf(std::int64_t axis, std::size_t rank) {
  const auto size = static_cast<std::int64_t>(rank);
  if (axis < -size || axis >= size)
    return refusal("its axis " + std::to_string(axis) + " lies outside of a shape with " + std::to_string(rank) + " dimensions");
  return static_cast<std::size_t>(axis < 0 ? axis + size : axis);
}

Result<Dims> broadcast(const Dims& a, const Dims& b) {
  const std::size_t rank = std::max(a.size(), b.size());
  Dims result(rank, 1);
  std::int64_t count = 1;
  for (std::size_t i = 0; i < rank; ++i) {
    const auto of = [&](const Dims& dims) { return i + dims.size() < rank ? 1 : dims[i + dims.size() - rank]; };
    const std::int64_t x = of(a), y = of(b);
    if (x != y && x != 1 && y != 1) return refusal("shapes " + dimsText(a) + " and " + dimsText(b) + " do not fit each other");
    result[i] = x == 1 ? y : x;
    count *= result[i];
    if (count > Expressions::kMostNumbers) return refusal("its result is too large for an actor");
  }
  return result;
}

std::vector<std::int64_t> broadcastPlaces(const Dims& from, const Dims& to) {
  std::vector<std::int64_t> places(static_cast<std::size_t>(elementCount(to)));
  for (std::size_t n = 0; n < places.size(); ++n) {
    std::int64_t rest = static_cast<std::int64_t>(n), place = 0, stride = 1;
    for (std::size_t i = to.size(); i-- > 0;) {
      const std::int64_t at = rest % to[i];
      rest /= to[i];
      if (i + from.size() < to.size()) continue;
      const std::int64_t dim = from[i + from.size() - to.size()];
      place += (dim == 1 ? 0 : at) * stride;
      stride *= dim;
    }
    places[n] = place;
  }
  return places;
}

Result<Value> moved(const Call& call, const Value& value, Dims dims, const std::vector<std::int64_t>& places) {
  if (const auto* symbol = std::get_if<Symbol>(&value)) {
    auto picked = call.expressions.pick(symbol->expression, places);
    if (!picked) return picked.error();
    return Value(Symbol{*picked, std::move(dims)});
  }
  const auto& from = std::get<Constant>(value);
  if (auto fits = call.expressions.spend(static_cast<std::int64_t>(places.size())); !fits) return fits.error();
  Constant result{std::move(dims), {}, from.integer};
  result.values.reserve(places.size());
  for (const std::int64_t place : places) result.values.push_back(from.values[static_cast<std::size_t>(place)]);
  return Value(std::move(result));
}

std::string describe(const onnx::NodeProto& node) {
  const std::string type = (node.domain().empty() || node.domain() == "ai.onnx" ? "" : node.domain() + ".") + node.op_type();
  const std::string name = !node.name().empty() ? node.name() : node.output_size() ? node.output(0) : "";
  return "operator '" + type.substr(0, 60) + "' of node '" + name.substr(0, 80) + "'";
}

Results runOperator(const onnx::NodeProto& node, const Operands& operands, Expressions& expressions) {
  const Call call{node, operands, expressions};
  if (node.domain().empty() || node.domain() == "ai.onnx") {
    if (auto results = runArithmetic(call)) return std::move(*results);
    if (auto results = runConstants(call)) return std::move(*results);
    if (auto results = runMovement(call)) return std::move(*results);
  }
  return refusal("it is not supported; an actor is made of dense layers (Gemm, MatMul, Add), Relu, Tanh, Elu, Sigmoid and "
                 "x·Sigmoid(x), arithmetic with constants, Clip, and what moves numbers about");
}

}  // namespace nudge::package
