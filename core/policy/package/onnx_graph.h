// An ONNX file, parsed within bounds and read backwards from a name. Internal to the package.
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <memory>
#include <span>

#include "core/policy/package/onnx_values.h"

namespace nudge::package {

/// What an operator gets: nullptr for an input that is left out.
using Operands = std::vector<const Value*>;

/// One operator on values. InvalidInput says why not; who calls adds the node's name.
Result<std::vector<Value>> runOperator(const onnx::NodeProto& node, const Operands& operands, Expressions& expressions);
/// A tensor of the file. Corrupt: its data does not fit its shape. InvalidInput: external data, other types, NaN, size.
Result<Constant> readTensor(const onnx::TensorProto& tensor, Expressions& expressions);
/// "operator 'Conv' of node 'conv1'".
std::string describe(const onnx::NodeProto& node);

class OnnxGraph {
 public:
  /// observationSize: what the input must take, as observationBy ("the task") says. input: its name, empty for the only one.
  static Result<std::unique_ptr<OnnxGraph>> open(std::span<const std::uint8_t> bytes, const std::string& input,
                                                 int observationSize, const std::string& observationBy);
  OnnxGraph(const OnnxGraph&) = delete;
  OnnxGraph& operator=(const OnnxGraph&) = delete;
  ~OnnxGraph();

  const std::string& input() const { return input_; }
  std::vector<std::string> outputs() const;
  std::string producer() const;
  /// The value under a name; all that it needs is worked out, once.
  Result<const Value*> value(const std::string& name);
  Expressions& expressions() { return expressions_; }

 private:
  OnnxGraph() = default;
  Status index();
  Status chooseInput(const std::string& wanted, int observationSize, const std::string& observationBy);
  /// The nodes that `name` needs, each after those it needs itself.
  Result<std::vector<int>> order(const std::string& name) const;
  Status load(const std::string& name);
  Status run(const onnx::NodeProto& node);

  struct Memory;
  std::unique_ptr<Memory> memory_;
  const onnx::ModelProto* model_ = nullptr;  ///< in memory_
  std::string input_;
  std::map<std::string, const onnx::TensorProto*> initializers_;
  std::map<std::string, int> producers_;  ///< name → node
  std::map<std::string, Value> values_;
  Expressions expressions_;
};

}  // namespace nudge::package
