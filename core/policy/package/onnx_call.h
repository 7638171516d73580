// What the implementations of operators share. Internal to the package.
#pragma once

#include <optional>

#include "core/policy/package/onnx_graph.h"

namespace nudge::package {

using Dims = std::vector<std::int64_t>;
using Results = Result<std::vector<Value>>;

/// One node about to run. Its accessors check what the file claims.
struct Call {
  const onnx::NodeProto& node;
  const Operands& operands;
  Expressions& expressions;

  /// nullptr where it is left out.
  const Value* optional(std::size_t i) const { return i < operands.size() ? operands[i] : nullptr; }
  Result<const Value*> operand(std::size_t i) const;
  Result<const Constant*> constant(std::size_t i) const;
  /// A constant as integers.
  Result<Dims> integers(std::size_t i) const;
  Result<double> attribute(const char* name, double otherwise) const;
  Result<std::int64_t> attribute(const char* name, std::int64_t otherwise) const;
  std::optional<Dims> integersOf(const char* name) const;
  /// Integers from input `i`, or in older files from the attribute.
  Result<std::optional<Dims>> integersFrom(std::size_t i, const char* name) const;
};

Results one(Value value);
const Dims& dimsOf(const Value& value);
/// −1 means the last, and so on. InvalidInput outside of the shape.
Result<std::size_t> axisOf(std::int64_t axis, std::size_t rank);
/// The shape that two give together, as NumPy has it.
Result<Dims> broadcast(const Dims& a, const Dims& b);
/// For each number of `to` (a broadcast of `from`) its place in `from`.
std::vector<std::int64_t> broadcastPlaces(const Dims& from, const Dims& to);
/// The numbers at `places`, with a new shape.
Result<Value> moved(const Call& call, const Value& value, Dims dims, const std::vector<std::int64_t>& places);

/// The operators that calculate, those that give constants, and those that only move numbers about; nothing for an
/// unknown one.
std::optional<Results> runArithmetic(const Call& call);
std::optional<Results> runConstants(const Call& call);
std::optional<Results> runMovement(const Call& call);

}  // namespace nudge::package
