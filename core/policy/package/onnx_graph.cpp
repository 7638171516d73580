#include "core/policy/package/onnx_graph.h"

#include <google/protobuf/arena.h>

#include <cstdlib>
#include <new>

namespace nudge::package {

namespace {
constexpr std::size_t kMostFile = 64u << 20, kMostParsed = 256u << 20;
constexpr int kMostNodes = 4096;
constexpr std::int64_t kMostOpset = 25, kLeastOpset = 7;

std::string quoted(const std::string& name) { return std::string("'").append(name, 0, 60).append("'"); }

// A few bytes of a file can ask for hundreds when parsed, so what parsing takes is counted.
thread_local std::size_t parsed = 0;
void* takeBlock(std::size_t size) {
  if (parsed + size > kMostParsed) throw std::bad_alloc();
  void* block = std::malloc(size);
  if (!block) throw std::bad_alloc();
  parsed += size;
  return block;
}
void returnBlock(void* block, std::size_t) { std::free(block); }

google::protobuf::ArenaOptions counted() {
  google::protobuf::ArenaOptions options;
  options.block_alloc = takeBlock;
  options.block_dealloc = returnBlock;
  return options;
}
}  // namespace

struct OnnxGraph::Memory {
  google::protobuf::Arena arena{counted()};
};

OnnxGraph::~OnnxGraph() = default;

Result<std::unique_ptr<OnnxGraph>> OnnxGraph::open(std::span<const std::uint8_t> bytes, const std::string& input,
                                                   int observationSize, const std::string& observationBy) {
  if (bytes.size() > kMostFile) return refusal("the file is too large for an actor (over 64 MiB)");
  std::unique_ptr<OnnxGraph> graph(new OnnxGraph);
  try {
    parsed = 0;
    graph->memory_ = std::make_unique<Memory>();
    auto* model = google::protobuf::Arena::CreateMessage<onnx::ModelProto>(&graph->memory_->arena);
    if (bytes.empty() || !model->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !model->has_graph())
      return Error{ErrorCode::Corrupt, "this is no ONNX model, or it is cut off"};
    graph->model_ = model;
  } catch (const std::bad_alloc&) {
    return refusal("the model is too large for an actor: it holds too many parts");
  }
  if (auto indexed = graph->index(); !indexed) return indexed.error();
  if (auto chosen = graph->chooseInput(input, observationSize, observationBy); !chosen) return chosen.error();
  return graph;
}

Status OnnxGraph::index() {
  for (const auto& opset : model_->opset_import()) {
    if (!opset.domain().empty() && opset.domain() != "ai.onnx") continue;
    if (opset.version() > kMostOpset)
      return Error{ErrorCode::NewerVersion, "the file uses ONNX operators of version " + std::to_string(opset.version()) +
                                                ", this program knows them up to " + std::to_string(kMostOpset) +
                                                ": export it with a lower opset_version"};
    if (opset.version() < kLeastOpset) return refusal("the file's ONNX operators are too old (before version 7)");
  }
  const onnx::GraphProto& graph = model_->graph();
  if (graph.node_size() > kMostNodes) return refusal("the graph is too large for an actor: " + std::to_string(graph.node_size()) + " nodes");
  if (graph.sparse_initializer_size() > 0) return refusal("sparse tensors are not supported");
  for (const onnx::TensorProto& tensor : graph.initializer())
    if (!initializers_.emplace(tensor.name(), &tensor).second)
      return Error{ErrorCode::Corrupt, "there are two tensors of the name " + quoted(tensor.name())};
  for (int i = 0; i < graph.node_size(); ++i)
    for (const std::string& name : graph.node(i).output())
      if (!name.empty() && !producers_.emplace(name, i).second)
        return Error{ErrorCode::Corrupt, "two nodes give " + quoted(name)};
  return {};
}

Status OnnxGraph::chooseInput(const std::string& wanted, int observationSize, const std::string& observationBy) {
  const onnx::ValueInfoProto* chosen = nullptr;
  std::string names;
  int count = 0;
  for (const onnx::ValueInfoProto& input : model_->graph().input()) {
    if (initializers_.count(input.name())) continue;  // old files list their weights as well
    names += (count++ ? ", " : "") + quoted(input.name());
    if (wanted.empty() ? !chosen : input.name() == wanted) chosen = &input;
  }
  if (count == 0) return refusal("the model has no input");
  if (!chosen) return refusal("the model has no input " + quoted(wanted) + "; it has " + names);
  if (wanted.empty() && count > 1)
    return refusal("the model has " + std::to_string(count) + " inputs (" + names +
                  "); an actor takes one observation: name it in the contract (\"input\")");
  const auto& type = chosen->type().tensor_type();
  if (type.elem_type() != onnx::TensorProto::FLOAT && type.elem_type() != onnx::TensorProto::DOUBLE)
    return refusal("the input " + quoted(chosen->name()) + " does not take floating-point numbers");
  Symbol symbol;
  const int rank = type.has_shape() ? type.shape().dim_size() : 2;
  if (rank < 1 || rank > 4) return refusal("the input " + quoted(chosen->name()) + " is no list of numbers");
  for (int i = 0; i < rank; ++i) symbol.dims.push_back(i + 1 < rank ? 1 : observationSize);
  for (int i = 0; type.has_shape() && i < rank; ++i) {
    const auto& dim = type.shape().dim(i);
    if (!dim.has_dim_value()) continue;
    const bool last = i + 1 == rank;
    if (last && dim.dim_value() != observationSize)
      return refusal("the model takes an observation of " + std::to_string(dim.dim_value()) + " numbers, " +
                    observationBy + " has " + std::to_string(observationSize));
    if (!last && dim.dim_value() > 1)
      return refusal("the model wants " + std::to_string(dim.dim_value()) + " observations at once; export it with a batch of 1");
  }
  auto observation = expressions_.observation(observationSize);
  if (!observation) return observation.error();
  symbol.expression = *observation;
  input_ = chosen->name();
  values_[input_] = std::move(symbol);
  return {};
}

std::vector<std::string> OnnxGraph::outputs() const {
  std::vector<std::string> names;
  for (const auto& output : model_->graph().output()) names.push_back(output.name());
  return names;
}

std::string OnnxGraph::producer() const {
  return (model_->producer_name() + " " + model_->producer_version()).substr(0, 80);
}

Result<std::vector<int>> OnnxGraph::order(const std::string& name) const {
  enum : char { Unseen, Open, Done };
  std::vector<char> state(static_cast<std::size_t>(model_->graph().node_size()), Unseen);
  std::vector<int> sorted, stack;
  const auto visit = [&](const std::string& needed) -> Status {
    if (needed.empty() || values_.count(needed) || initializers_.count(needed)) return {};
    const auto producer = producers_.find(needed);
    if (producer == producers_.end())
      return Error{ErrorCode::Corrupt, "nothing gives " + quoted(needed) + ": a tensor or node is missing"};
    const char seen = state[static_cast<std::size_t>(producer->second)];
    if (seen == Open) return Error{ErrorCode::Corrupt, "the graph goes in a circle at " + quoted(needed)};
    if (seen == Unseen) stack.push_back(producer->second);
    return {};
  };
  if (auto visited = visit(name); !visited) return visited.error();
  while (!stack.empty()) {
    const int node = stack.back();
    char& now = state[static_cast<std::size_t>(node)];
    if (now != Unseen) {
      stack.pop_back();
      if (now == Open) sorted.push_back(node);
      now = Done;
      continue;
    }
    now = Open;
    for (const std::string& input : model_->graph().node(node).input())
      if (auto visited = visit(input); !visited) return visited.error();
  }
  return sorted;
}

/// A tensor of the file becomes a value when it is first needed.
Status OnnxGraph::load(const std::string& name) {
  const auto initializer = initializers_.find(name);
  if (initializer == initializers_.end() || values_.count(name)) return {};
  auto constant = readTensor(*initializer->second, expressions_);
  if (!constant) return Error{constant.error().code, "tensor " + quoted(name) + ": " + constant.error().message};
  values_[name] = std::move(*constant);
  return {};
}

Status OnnxGraph::run(const onnx::NodeProto& node) {
  Operands operands;
  for (const std::string& name : node.input()) {
    if (name.empty()) {
      operands.push_back(nullptr);
      continue;
    }
    if (auto loaded = load(name); !loaded) return loaded;
    const auto found = values_.find(name);
    if (found == values_.end()) return refusal(describe(node) + " needs " + quoted(name) + ", which its operator does not give");
    operands.push_back(&found->second);
  }
  auto results = runOperator(node, operands, expressions_);
  if (!results) return Error{results.error().code, describe(node) + ": " + results.error().message};
  for (int i = 0; i < node.output_size() && i < static_cast<int>(results->size()); ++i) {
    Value& result = (*results)[static_cast<std::size_t>(i)];
    if (const auto* constant = std::get_if<Constant>(&result))
      if (auto fits = expressions_.spend(static_cast<std::int64_t>(constant->values.size())); !fits) return fits;
    values_[node.output(i)] = std::move(result);
  }
  return {};
}

Result<const Value*> OnnxGraph::value(const std::string& name) {
  auto sorted = order(name);
  if (!sorted) return sorted.error();
  const auto& nodes = model_->graph().node();
  for (const int i : *sorted)
    if (auto done = run(nodes[i]); !done) return done.error();
  if (auto loaded = load(name); !loaded) return loaded.error();
  const auto found = values_.find(name);
  if (found == values_.end()) return refusal(quoted(name) + " is an output that its operator does not give here");
  return &found->second;
}

}  // namespace nudge::package
