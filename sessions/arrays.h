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

namespace nudge::sessions {

static_assert(std::endian::native == std::endian::little, "session files hold little-endian numbers");

/// Thrown inside this library when rows do not make sense; becomes ErrorCode::Corrupt at its edge.
struct CorruptContent : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr std::uint8_t kPlainFormat = 1;

/// Builds one BLOB out of the arrays of several steps.
class BlobWriter {
 public:
  BlobWriter() : bytes_{kPlainFormat} {}
  template <typename T>
  void append(std::span<const T> values) {
    const auto* first = reinterpret_cast<const std::uint8_t*>(values.data());
    bytes_.insert(bytes_.end(), first, first + values.size_bytes());
  }
  template <typename T>
  void append(T value) {
    append(std::span<const T>(&value, 1));
  }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// A BLOB of `rows` arrays of `columns` numbers. Checks format and size first (CorruptContent), so a lying
/// row costs nothing. Borrows the bytes.
template <typename T>
class BlobReader {
 public:
  BlobReader(std::span<const std::uint8_t> bytes, std::size_t rows, std::size_t columns, const char* what)
      : bytes_(bytes), columns_(columns) {
    if (bytes.empty() || bytes[0] != kPlainFormat)
      throw CorruptContent(std::string(what) + " has an unknown format");
    if (bytes.size() - 1 != rows * columns * sizeof(T))
      throw CorruptContent(std::string(what) + " holds " + std::to_string(bytes.size() - 1) +
                           " bytes instead of " + std::to_string(rows * columns * sizeof(T)));
  }
  std::vector<T> row(std::size_t index) const {
    std::vector<T> values(columns_);
    const std::size_t size = columns_ * sizeof(T);
    if (size > 0) std::memcpy(values.data(), bytes_.data() + 1 + index * size, size);
    return values;
  }
  T at(std::size_t index) const {
    T value;
    std::memcpy(&value, bytes_.data() + 1 + index * sizeof(T), sizeof(T));
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t columns_;
};

std::string toJson(const std::vector<std::string>& names);
/// Numbers in the shortest form that reads back to the same bits. All must be finite.
std::string toJson(const std::vector<double>& numbers);
/// CorruptContent names `what` when the text is not a list of that kind.
std::vector<std::string> namesFromJson(const std::string& text, const char* what);
std::vector<double> numbersFromJson(const std::string& text, const char* what);

}  // namespace nudge::sessions
