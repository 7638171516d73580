#include "sessions/packing.h"

#include <zstd.h>

#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

#include "sessions/arrays.h"

namespace nudge::sessions {
namespace {

constexpr std::size_t kHeader = 7;
constexpr int kLevel = 3;  // 9 saves one percent for three times the time
constexpr int kForms = 4;

template <typename U>
U zigzag(U value) {
  using Signed = std::make_signed_t<U>;
  return static_cast<U>(value << 1) ^ static_cast<U>(static_cast<Signed>(value) >> (sizeof(U) * 8 - 1));
}
template <typename U>
U unzigzag(U value) {
  return static_cast<U>(value >> 1) ^ static_cast<U>(0 - (value & 1));
}

/// Calls `work` with the unsigned type of `width` bytes.
template <typename Work>
auto withWidth(std::size_t width, Work&& work) {
  if (width == 8) return work(std::uint64_t{});
  if (width == 4) return work(std::uint32_t{});
  return work(std::uint8_t{});
}

template <typename U>
std::vector<std::uint8_t> shuffled(std::span<const std::uint8_t> rows, std::size_t columns, int differences) {
  const std::size_t count = rows.size() / sizeof(U), n = count / columns;
  std::vector<std::uint8_t> bytes(count * sizeof(U));
  std::vector<U> column(n);
  for (std::size_t c = 0; c < columns; ++c) {
    for (std::size_t r = 0; r < n; ++r)
      std::memcpy(&column[r], rows.data() + (r * columns + c) * sizeof(U), sizeof(U));
    for (int d = 0; d < differences; ++d)
      for (std::size_t r = n; r-- > static_cast<std::size_t>(d) + 1;)
        column[r] = static_cast<U>(column[r] - column[r - 1]);
    for (std::size_t r = 0; r < n; ++r) {
      const U value = differences > 0 ? zigzag(column[r]) : column[r];
      for (std::size_t b = 0; b < sizeof(U); ++b)
        bytes[b * count + c * n + r] = static_cast<std::uint8_t>(value >> (8 * b));
    }
  }
  return bytes;
}

template <typename U>
std::vector<std::uint8_t> unshuffled(std::span<const std::uint8_t> bytes, std::size_t columns,
                                     int differences) {
  const std::size_t count = bytes.size() / sizeof(U), n = count / columns;
  std::vector<std::uint8_t> rows(count * sizeof(U));
  std::vector<U> column(n);
  for (std::size_t c = 0; c < columns; ++c) {
    for (std::size_t r = 0; r < n; ++r) {
      U value = 0;
      for (std::size_t b = 0; b < sizeof(U); ++b)
        value = static_cast<U>(value | static_cast<U>(static_cast<U>(bytes[b * count + c * n + r]) << (8 * b)));
      column[r] = differences > 0 ? unzigzag(value) : value;
    }
    for (int d = differences; d-- > 0;)
      for (std::size_t r = static_cast<std::size_t>(d) + 1; r < n; ++r)
        column[r] = static_cast<U>(column[r] + column[r - 1]);
    for (std::size_t r = 0; r < n; ++r)
      std::memcpy(rows.data() + (r * columns + c) * sizeof(U), &column[r], sizeof(U));
  }
  return rows;
}

}  // namespace

std::vector<std::uint8_t> packed(std::vector<std::uint8_t> plain, std::size_t width, std::size_t columns) {
  const std::span<const std::uint8_t> rows = std::span(plain).subspan(1);
  if (columns == 0 || rows.size() <= kHeader) return plain;
  static thread_local const std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(),
                                                                                     ZSTD_freeCCtx);
  if (!context) throw std::bad_alloc();
  std::vector<std::uint8_t> best;
  for (int form = 0; form < kForms; ++form) {
    std::vector<std::uint8_t> changed;
    if (form > 0)
      changed = withWidth(width, [&]<typename U>(U) { return shuffled<U>(rows, columns, form - 1); });
    const std::span<const std::uint8_t> input = form > 0 ? std::span<const std::uint8_t>(changed) : rows;
    std::vector<std::uint8_t> blob(kHeader + ZSTD_compressBound(input.size()));
    const std::size_t size = ZSTD_compressCCtx(context.get(), blob.data() + kHeader, blob.size() - kHeader,
                                               input.data(), input.size(), kLevel);
    if (ZSTD_isError(size)) throw std::bad_alloc();  // all that can go wrong with a buffer of that size
    if (!best.empty() && kHeader + size >= best.size()) continue;
    blob.resize(kHeader + size);
    blob[0] = kPackedFormat;
    blob[1] = static_cast<std::uint8_t>(form);
    blob[2] = static_cast<std::uint8_t>(width);
    const auto count = static_cast<std::uint32_t>(columns);
    std::memcpy(blob.data() + 3, &count, sizeof count);
    best = std::move(blob);
  }
  return best.size() < plain.size() ? best : plain;
}

std::vector<std::uint8_t> unpacked(std::span<const std::uint8_t> bytes, std::size_t most) {
  const auto require = [](bool sound) {
    if (!sound) throw CorruptContent("a packed array makes no sense");
  };
  require(bytes.size() > kHeader && bytes[0] == kPackedFormat && bytes[1] < kForms);
  const int form = bytes[1];
  const std::size_t width = bytes[2];
  require(width == 1 || width == 4 || width == 8);
  std::uint32_t columns = 0;
  std::memcpy(&columns, bytes.data() + 3, sizeof columns);
  const std::span<const std::uint8_t> frame = bytes.subspan(kHeader);
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  // Also false for zstd's two error values, which are larger than any bound.
  require(size <= most && columns > 0 && size % (columns * width) == 0);
  std::vector<std::uint8_t> content(static_cast<std::size_t>(size));
  require(ZSTD_decompress(content.data(), content.size(), frame.data(), frame.size()) == size);
  if (form == 0) return content;
  return withWidth(width, [&]<typename U>(U) { return unshuffled<U>(content, columns, form - 1); });
}

}  // namespace nudge::sessions
