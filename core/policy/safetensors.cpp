#include "core/policy/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>

namespace nudge::safetensors {

static_assert(std::endian::native == std::endian::little, "tensors are stored little-endian");

namespace {
using nlohmann::json;

constexpr std::uint64_t kMaxHeader = 1 << 20;
constexpr std::int64_t kMaxDimension = 1 << 16;
constexpr std::size_t kLengthBytes = 8;

Error corrupt(const std::string& why) {
  return {ErrorCode::Corrupt, "not a sound safetensors file: " + why};
}

struct Range {
  std::uint64_t begin = 0, end = 0;
};

/// Reads one entry of the header and says where its bytes lie, relative to the data.
Result<Range> parseEntry(const std::string& name, const json& entry, std::uint64_t dataSize,
                         std::vector<std::int64_t>& shape) {
  const auto bad = [&](const std::string& why) {
    return corrupt("tensor '" + name.substr(0, 60) + "' " + why);
  };
  if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") ||
      !entry.contains("data_offsets"))
    return bad("lacks its dtype, shape or offsets");
  if (entry["dtype"] != "F32") return bad("is not float32");
  const json &dimensions = entry["shape"], &offsets = entry["data_offsets"];
  if (!dimensions.is_array() || dimensions.empty() || dimensions.size() > 2)
    return bad("is no vector or matrix");
  std::uint64_t bytes = sizeof(float);
  for (const json& dimension : dimensions) {
    if (!dimension.is_number_unsigned() || dimension.get<std::uint64_t>() < 1 ||
        dimension.get<std::uint64_t>() > static_cast<std::uint64_t>(kMaxDimension))
      return bad("has an impossible shape");
    shape.push_back(dimension.get<std::int64_t>());
    bytes *= dimension.get<std::uint64_t>();
  }
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned())
    return bad("has malformed offsets");
  const Range range{offsets[0].get<std::uint64_t>(), offsets[1].get<std::uint64_t>()};
  if (range.begin > range.end || range.end > dataSize) return bad("lies outside the file");
  if (range.end - range.begin != bytes) return bad("has another size than its shape says");
  return range;
}

/// Every byte of the data belongs to exactly one tensor.
bool fillExactly(std::vector<Range> ranges, std::uint64_t dataSize) {
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  std::uint64_t next = 0;
  for (const Range& range : ranges) {
    if (range.begin != next) return false;
    next = range.end;
  }
  return next == dataSize;
}
}  // namespace

Result<Content> parse(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kLengthBytes) return corrupt("it is too short");
  std::uint64_t headerSize = 0;
  std::memcpy(&headerSize, bytes.data(), kLengthBytes);
  if (headerSize > kMaxHeader || headerSize > bytes.size() - kLengthBytes)
    return corrupt("its header does not fit the file");
  const auto headerBytes = bytes.subspan(kLengthBytes, static_cast<std::size_t>(headerSize));
  const auto data = bytes.subspan(kLengthBytes + headerBytes.size());
  const json header = json::parse(headerBytes.begin(), headerBytes.end(), nullptr, false);
  if (!header.is_object()) return corrupt("its header is not JSON");

  Content content;
  std::vector<Range> ranges;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      if (!entry.is_object()) return corrupt("its metadata is not a dictionary");
      for (const auto& [key, value] : entry.items()) {
        if (!value.is_string()) return corrupt("its metadata holds something else than text");
        content.metadata[key] = value.get<std::string>();
      }
      continue;
    }
    auto range = parseEntry(name, entry, data.size(), content.tensors[name].shape);
    if (!range) return range.error();
    ranges.push_back(*range);
  }
  if (!fillExactly(ranges, data.size())) return corrupt("its tensors overlap or leave bytes unused");

  content.storage.resize(data.size() / sizeof(float));
  if (!data.empty()) std::memcpy(content.storage.data(), data.data(), data.size());
  auto range = ranges.begin();  // items() and the map share their order: both are sorted by name
  for (auto& [name, tensor] : content.tensors) {
    tensor.data = std::span<const float>(content.storage)
                      .subspan(range->begin / sizeof(float), (range->end - range->begin) / sizeof(float));
    ++range;
  }
  return content;
}

std::vector<std::uint8_t> serialize(const std::map<std::string, std::string>& metadata,
                                    const std::vector<std::pair<std::string, Tensor>>& tensors) {
  json header = {{"__metadata__", metadata}};
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    const std::uint64_t end = offset + tensor.data.size_bytes();
    header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump(-1, ' ', false, json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data starts aligned, as other readers like it

  const std::uint64_t headerSize = text.size();
  std::vector<std::uint8_t> bytes(kLengthBytes + text.size() + offset);
  std::memcpy(bytes.data(), &headerSize, kLengthBytes);
  std::memcpy(bytes.data() + kLengthBytes, text.data(), text.size());
  std::uint8_t* next = bytes.data() + kLengthBytes + text.size();
  for (const auto& [name, tensor] : tensors) {
    std::memcpy(next, tensor.data.data(), tensor.data.size_bytes());
    next += tensor.data.size_bytes();
  }
  return bytes;
}

}  // namespace nudge::safetensors
