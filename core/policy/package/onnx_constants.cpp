// Operators that give constants: numbers in the graph, types and shapes. With a batch of one, shapes are constants.
#include <cmath>

#include "core/policy/package/onnx_call.h"

namespace nudge::package {

namespace {
Results cast(const Call& call) {
  auto value = call.operand(0);
  if (!value) return value.error();
  const auto to = call.attribute("to", std::int64_t{onnx::TensorProto::FLOAT});
  if (!to) return to.error();
  const bool real = *to == onnx::TensorProto::FLOAT || *to == onnx::TensorProto::DOUBLE;
  const bool whole = *to == onnx::TensorProto::INT64 || *to == onnx::TensorProto::INT32 || *to == onnx::TensorProto::BOOL;
  if (!real && !whole) return refusal("it casts to a type that is not supported");
  if (const auto* x = std::get_if<Symbol>(*value)) {
    if (whole && call.expressions.at(x->expression).op != Op::ArgMax) return refusal("it makes whole numbers of the observation's");
    return one(*x);
  }
  Constant result = std::get<Constant>(**value);
  result.integer = whole;
  for (double& number : result.values) {
    if (whole) number = std::trunc(number);
    if (*to == onnx::TensorProto::BOOL) number = number != 0.0;
  }
  return one(std::move(result));
}

Results constantNode(const Call& call) {
  for (const auto& a : call.node.attribute()) {
    if (a.name() == "value" && a.has_t()) {
      auto constant = readTensor(a.t(), call.expressions);
      if (!constant) return constant.error();
      return one(std::move(*constant));
    }
    if (a.name() == "value_float") return one(Constant{{}, {static_cast<double>(a.f())}, false});
    if (a.name() == "value_int") return one(Constant{{}, {static_cast<double>(a.i())}, true});
    if (a.name() == "value_floats") return one(Constant{{a.floats_size()}, {a.floats().begin(), a.floats().end()}, false});
    if (a.name() == "value_ints") return one(Constant{{a.ints_size()}, {a.ints().begin(), a.ints().end()}, true});
  }
  return refusal("it holds no numbers");
}

Results constantOfShape(const Call& call) {
  auto dims = call.integers(0);
  if (!dims) return dims.error();
  Constant value{{1}, {0.0}, false};
  for (const auto& a : call.node.attribute()) {
    if (a.name() != "value") continue;
    auto read = readTensor(a.t(), call.expressions);
    if (!read) return read.error();
    value = std::move(*read);
  }
  if (value.values.size() != 1) return refusal("it holds no single number");
  for (const std::int64_t dim : *dims)
    if (dim < 1 || dim > Expressions::kMostNumbers) return refusal("its shape " + dimsText(*dims) + " is impossible");
  auto checked = broadcast(*dims, {});
  if (!checked) return checked.error();
  if (auto fits = call.expressions.spend(elementCount(*dims)); !fits) return fits.error();
  const auto count = static_cast<std::size_t>(elementCount(*dims));
  return one(Constant{std::move(*dims), std::vector<double>(count, value.values[0]), value.integer});
}

Results shapeOf(const Call& call) {
  auto value = call.operand(0);
  if (!value) return value.error();
  if (call.integersOf("start") || call.integersOf("end")) return refusal("a part of the shape is not supported");
  const Dims& dims = dimsOf(**value);
  return one(Constant{{static_cast<std::int64_t>(dims.size())}, {dims.begin(), dims.end()}, true});
}

Results where(const Call& call) {
  auto condition = call.constant(0), yes = call.constant(1), no = call.constant(2);
  for (const auto* operand : {&condition, &yes, &no})
    if (!*operand) return operand->error();
  if ((*yes)->dims != (*condition)->dims || (*no)->dims != (*condition)->dims) return refusal("its inputs have different shapes");
  Constant result = **no;
  for (std::size_t i = 0; i < result.values.size(); ++i)
    if ((*condition)->values[i] != 0.0) result.values[i] = (*yes)->values[i];
  return one(std::move(result));
}
}  // namespace

std::optional<Results> runConstants(const Call& call) {
  const std::string& type = call.node.op_type();
  if (type == "Cast") return cast(call);
  if (type == "Constant") return constantNode(call);
  if (type == "ConstantOfShape") return constantOfShape(call);
  if (type == "Shape") return shapeOf(call);
  if (type == "Where") return where(call);
  return std::nullopt;
}

}  // namespace nudge::package
