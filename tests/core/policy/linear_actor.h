// The smallest actor that an ONNX file can hold: one layer.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace nudge::test {

/// a = W x + b of two numbers each.
inline constexpr float kWeight[] = {1.0f, -2.0f, 0.5f, 3.0f}, kBias[] = {0.25f, -0.5f};

inline std::vector<std::uint8_t> linearActor() {
  onnx::ModelProto model;
  model.set_ir_version(7);
  model.add_opset_import()->set_version(13);
  auto& graph = *model.mutable_graph();
  auto& input = *graph.add_input();
  input.set_name("obs");
  auto& type = *input.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  for (const int size : {1, 2}) type.mutable_shape()->add_dim()->set_dim_value(size);
  graph.add_output()->set_name("actions");
  const auto tensor = [&graph](const char* name, std::initializer_list<int> dims, std::span<const float> values) {
    auto& t = *graph.add_initializer();
    t.set_name(name);
    t.set_data_type(onnx::TensorProto::FLOAT);
    for (const int dim : dims) t.add_dims(dim);
    t.mutable_float_data()->Add(values.begin(), values.end());
  };
  tensor("weight", {2, 2}, kWeight);
  tensor("bias", {2}, kBias);
  auto& node = *graph.add_node();
  node.set_op_type("Gemm");
  for (const char* name : {"obs", "weight", "bias"}) node.add_input(name);
  node.add_output("actions");
  auto& transB = *node.add_attribute();
  transB.set_name("transB");
  transB.set_type(onnx::AttributeProto::INT);
  transB.set_i(1);
  const std::string bytes = model.SerializeAsString();
  return {bytes.begin(), bytes.end()};
}

}  // namespace nudge::test
