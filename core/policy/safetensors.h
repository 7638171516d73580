// The container of policy files: named float32 tensors and a string dictionary. Internal to core/policy.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace nudge::safetensors {

struct Tensor {
  std::vector<std::int64_t> shape;  ///< one or two dimensions
  std::span<const float> data;      ///< row-major; borrowed from the Content or from the writer
};

struct Content {
  std::map<std::string, std::string> metadata;
  std::map<std::string, Tensor> tensors;
  std::vector<float> storage;  ///< what the tensors point into: move the Content, do not copy it
};

/// Corrupt unless every tensor is F32, has 1 or 2 dimensions, and all of them together fill the data
/// exactly once. Bounds are checked before memory is taken, so a file costs at most about its own size.
Result<Content> parse(std::span<const std::uint8_t> bytes);

/// The order of `tensors` is the order of their data.
std::vector<std::uint8_t> serialize(const std::map<std::string, std::string>& metadata,
                                    const std::vector<std::pair<std::string, Tensor>>& tensors);

}  // namespace nudge::safetensors
