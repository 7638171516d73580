// Arrays of numbers as they lie in the file: BLOBs of one format byte and plain little-endian numbers, and
// short lists as JSON.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "sessions/packing.h"

namespace nudge::sessions {

static_assert(std::endian::native == std::endian::little, "session files hold little-endian numbers");

/// Thrown inside this library when rows do not make sense; becomes ErrorCode::Corrupt at its edge.
struct CorruptContent : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr std::uint8_t kPlainFormat = 1;
inline constexpr std::size_t kLargestArray_bytes = 64 << 20;  ///< of one kind in a chunk; more is refused

/// Builds one BLOB out of the arrays of several steps, all of one kind and size.
class BlobWriter {
 public:
  BlobWriter() : bytes_{kPlainFormat} {}
  template <typename T>
  void append(std::span<const T> values) {
    width_ = sizeof(T);
    columns_ = values.size();
    const auto* first = reinterpret_cast<const std::uint8_t*>(values.data());
    bytes_.insert(bytes_.end(), first, first + values.size_bytes());
  }
  template <typename T>
  void append(T value) {
    append(std::span<const T>(&value, 1));
  }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  std::vector<std::uint8_t> packed() const { return sessions::packed(bytes_, width_, columns_); }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t width_ = 1, columns_ = 0;
};

/// A BLOB of `rows` arrays of `columns` numbers, plain or packed. Checks format and size first
/// (CorruptContent), so a lying row costs nothing. Borrows the bytes when they are plain.
template <typename T>
class BlobReader {
 public:
  BlobReader(std::span<const std::uint8_t> bytes, std::size_t rows, std::size_t columns, const char* what)
      : columns_(columns) {
    const std::size_t size = rows * columns * sizeof(T);
    if (!bytes.empty() && bytes[0] == kPackedFormat && size <= kLargestArray_bytes) {
      unpacked_ = unpacked(bytes, size);
      numbers_ = unpacked_;
    } else if (!bytes.empty() && bytes[0] == kPlainFormat) {
      numbers_ = bytes.subspan(1);
    } else {
      throw CorruptContent(std::string(what) + " has an unknown format");
    }
    if (numbers_.size() != size)
      throw CorruptContent(std::string(what) + " holds " + std::to_string(numbers_.size()) +
                           " bytes instead of " + std::to_string(size));
  }
  BlobReader(const BlobReader&) = delete;
  BlobReader& operator=(const BlobReader&) = delete;
  std::vector<T> row(std::size_t index) const {
    std::vector<T> values(columns_);
    const std::size_t size = columns_ * sizeof(T);
    if (size > 0) std::memcpy(values.data(), numbers_.data() + index * size, size);
    return values;
  }
  T at(std::size_t index) const {
    T value;
    std::memcpy(&value, numbers_.data() + index * sizeof(T), sizeof(T));
    return value;
  }

 private:
  std::vector<std::uint8_t> unpacked_;
  std::span<const std::uint8_t> numbers_;
  std::size_t columns_;
};

std::string toJson(const std::vector<std::string>& names);
/// Numbers in the shortest form that reads back to the same bits. All must be finite.
std::string toJson(const std::vector<double>& numbers);
/// CorruptContent names `what` when the text is not a list of that kind.
std::vector<std::string> namesFromJson(const std::string& text, const char* what);
std::vector<double> numbersFromJson(const std::string& text, const char* what);

}  // namespace nudge::sessions
