#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

#include "core/policy/package/contract.h"

namespace nudge {

namespace {
constexpr int kIrVersion = 7, kOpset = 13;  // old enough for every runtime of the last years

/// Writes nodes and constants into a graph.
class GraphWriter {
 public:
  explicit GraphWriter(onnx::GraphProto& graph) : graph_(graph) {}

  onnx::NodeProto& node(const char* type, const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs) {
    onnx::NodeProto& node = *graph_.add_node();
    node.set_op_type(type);
    node.set_name(outputs.front());
    for (const auto& input : inputs) node.add_input(input);
    for (const auto& output : outputs) node.add_output(output);
    return node;
  }

  /// dims empty = a scalar.
  std::string constant(const std::string& name, const std::vector<std::int64_t>& dims,
                       std::span<const float> values) {
    onnx::TensorProto& tensor = *graph_.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const auto dim : dims) tensor.add_dims(dim);
    tensor.set_raw_data(values.data(), values.size_bytes());
    return name;
  }
  std::string integers(const std::string& name, const std::vector<std::int64_t>& values) {
    onnx::TensorProto& tensor = *graph_.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(static_cast<std::int64_t>(values.size()));
    for (const auto value : values) tensor.add_int64_data(value);
    return name;
  }
  std::string scales(const std::string& name, const std::vector<PackageQuantity>& quantities) {
    std::vector<float> values;
    for (const PackageQuantity& q : quantities) values.push_back(static_cast<float>(q.scale));
    return constant(name, {static_cast<std::int64_t>(values.size())}, values);
  }

  /// Gemm and activation in turns, no activation at the end. Returns the output's name.
  std::string network(const std::string& name, const Mlp& mlp, std::string x) {
    const auto& layers = mlp.layers();
    for (std::size_t i = 0; i < layers.size(); ++i)
      x = layer(name + "." + std::to_string(i), layers[i], i + 1 == layers.size(), x);
    return x;
  }

  void clip(const std::string& in, float low, float high, const std::string& out) {
    node("Clip", {in, constant(out + "_min", {}, {&low, 1}), constant(out + "_max", {}, {&high, 1})}, {out});
  }

  void attribute(onnx::NodeProto& node, const char* name, std::int64_t value) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(value);
  }

 private:
  /// y = W x + b, and its activation unless it is the last. Returns y's name.
  std::string layer(const std::string& name, const DenseLayer& dense, bool last, const std::string& input) {
    const auto size = [](auto count) { return static_cast<std::size_t>(count); };
    const std::string weight = constant(name + ".weight", {dense.weight.rows(), dense.weight.cols()},
                                        {dense.weight.data(), size(dense.weight.size())});
    const std::string bias =
        constant(name + ".bias", {dense.bias.size()}, {dense.bias.data(), size(dense.bias.size())});
    attribute(node("Gemm", {input, weight, bias}, {name + ".out"}), "transB", 1);
    return last ? name + ".out" : activation(dense.activation, name);
  }

  std::string activation(Activation activation, const std::string& name) {
    const std::string in = name + ".out", out = name + "." + activationName(activation);
    switch (activation) {
      case Activation::Relu: node("Relu", {in}, {out}); break;
      case Activation::Tanh: node("Tanh", {in}, {out}); break;
      case Activation::Elu: node("Elu", {in}, {out}); break;
      case Activation::Silu:
        node("Sigmoid", {in}, {name + ".sigmoid"});
        node("Mul", {in, name + ".sigmoid"}, {out});
        break;
      case Activation::Clip: clip(in, -1.0f, 1.0f, out); break;
      case Activation::Identity: return in;
    }
    return out;
  }

  onnx::GraphProto& graph_;
};

void describe(onnx::ValueInfoProto& value, const char* name, int size, const std::string& text,
              onnx::TensorProto::DataType type = onnx::TensorProto::FLOAT) {
  value.set_name(name);
  value.set_doc_string(text);
  auto& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  tensor.mutable_shape()->add_dim()->set_dim_param("batch");
  tensor.mutable_shape()->add_dim()->set_dim_value(size);
}

std::string joined(const std::vector<PackageQuantity>& quantities, std::string PackageQuantity::*member) {
  std::string text;
  for (const PackageQuantity& q : quantities) text += (text.empty() ? "" : ",") + q.*member;
  return text;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

void writeLogStd(GraphWriter& write, const GaussianHead& head) {
  if (head.sigma == Sigma::Clamped) return write.clip("log_std_raw", head.logStdMin, head.logStdMax, "log_std");
  const float half = 0.5f * (head.logStdMax - head.logStdMin), middle = head.logStdMin + half;
  write.node("Tanh", {"log_std_raw"}, {"log_std_unit"});
  write.node("Mul", {"log_std_unit", write.constant("log_std_half", {}, {&half, 1})}, {"log_std_scaled"});
  write.node("Add", {"log_std_scaled", write.constant("log_std_middle", {}, {&middle, 1})}, {"log_std"});
}

/// A squashed Gaussian on the scaled observation `x`.
void writeGaussian(onnx::GraphProto& graph, GraphWriter& write, const GaussianPolicy& policy,
                   const PackageContract& contract, const std::string& x) {
  const int actions = policy.actionSize();
  describe(*graph.add_output(), "action", actions, joined(contract.action, &PackageQuantity::name));
  const GaussianHead& head = policy.head();
  const char* before = head.squash == Squash::Tanh ? "before tanh" : "before clipping";
  describe(*graph.add_output(), "mean", actions, before);
  const std::string both = write.network("actor", policy.actor(), x);
  if (policy.deterministic()) {
    write.node("Identity", {both}, {"mean"});
  } else {
    describe(*graph.add_output(), "log_std", actions, before);
    write.attribute(write.node("Split", {both, write.integers("halves", {actions, actions})}, {"mean", "log_std_raw"}),
                    "axis", 1);
    writeLogStd(write, head);
  }
  if (head.squash == Squash::Tanh)
    write.node("Tanh", {"mean"}, {"action_unit"});
  else
    write.clip("mean", -1.0f, 1.0f, "action_unit");
  write.node("Mul", {"action_unit", write.scales("action_scale", contract.action)}, {"action"});
}

/// The weighted sum of networks on the scaled observation `x`, normalised; and its likeliest choice.
void writeCategorical(onnx::GraphProto& graph, GraphWriter& write, const CategoricalPolicy& policy,
                      const PackageContract& contract, const std::string& x) {
  describe(*graph.add_output(), "action", 1, "index into " + joined(contract.discreteActions), onnx::TensorProto::INT64);
  describe(*graph.add_output(), "logits", policy.choices(), "log-probabilities of " + joined(contract.discreteActions));
  std::string sum;
  for (std::size_t i = 0; i < policy.terms().size(); ++i) {
    const CategoricalPolicy::Term& term = policy.terms()[i];
    const std::string name = "actor" + std::to_string(i + 1);
    write.node("Mul", {write.network(name, term.network, x), write.constant(name + ".weight", {}, {&term.weight, 1})},
               {name + ".weighted"});
    if (i > 0) write.node("Add", {sum, name + ".weighted"}, {name + ".sum"});
    sum = name + (i > 0 ? ".sum" : ".weighted");
  }
  write.attribute(write.node("LogSoftmax", {sum}, {"logits"}), "axis", 1);
  write.attribute(write.node("ArgMax", {"logits"}, {"action"}), "axis", 1);
}

void writeGraph(onnx::GraphProto& graph, const Policy& policy, const PackageContract& contract) {
  graph.set_name(contract.task + "_policy");
  describe(*graph.add_input(), "observation", policy.actor.observationSize(),
           joined(contract.observation, &PackageQuantity::name));
  GraphWriter write(graph);
  const std::string x = "observation_scaled";
  write.node("Div", {"observation", write.scales("observation_scale", contract.observation)}, {x});
  if (const GaussianPolicy* gaussian = policy.actor.gaussian())
    writeGaussian(graph, write, *gaussian, contract, x);
  else
    writeCategorical(graph, write, *policy.actor.categorical(), contract, x);
}

void writeMetadata(onnx::ModelProto& model, const PackageContract& contract) {
  const auto add = [&](const char* key, const std::string& value) {
    auto& property = *model.add_metadata_props();
    property.set_key(key);
    property.set_value(value);
  };
  add("task", contract.task);
  add("policy_version", std::to_string(contract.version));
  add("rate_hz", std::to_string(contract.controlRate_hz));
  add("frame", contract.frame);
  add("observation_names", joined(contract.observation, &PackageQuantity::name));
  add("observation_units", joined(contract.observation, &PackageQuantity::unit));
  add("action_names",
      contract.discreteActions.empty() ? joined(contract.action, &PackageQuantity::name) : joined(contract.discreteActions));
  add("action_units", joined(contract.action, &PackageQuantity::unit));
}
}  // namespace

Result<std::string> onnxModel(const Policy& policy, const PackageContract& contract) {
  if (auto good = package::checkContract(contract, policy); !good) return good.error();
  try {
    onnx::ModelProto model;
    model.set_ir_version(kIrVersion);
    model.set_producer_name("nudge");
    model.set_producer_version(contract.nudgeVersion);
    model.set_doc_string(contract.description);
    model.add_opset_import()->set_version(kOpset);
    writeGraph(*model.mutable_graph(), policy, contract);
    writeMetadata(model, contract);
    onnx::checker::check_model(model);
    std::string bytes;
    if (!model.SerializeToString(&bytes))
      return Error{ErrorCode::Internal, "the ONNX model could not be written"};
    return bytes;
  } catch (const std::exception& error) {
    return Error{ErrorCode::Internal, std::string("onnx refuses the model: ") + error.what()};
  }
}

}  // namespace nudge
