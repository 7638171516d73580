// Arrays of a chunk, packed: the numbers of one column lie close together in time, so that what remains of
// their differences packs to little more than half. Packing loses nothing, not even the sign of a zero.
//
// A packed BLOB is: format byte 2, form, width of a number in bytes, number of columns (uint32), then a zstd
// frame of the numbers in that form. Form 0: as they are, row by row. Forms 1, 2, 3: column by column, after
// 0, 1 or 2 differences of the numbers' bits down each column (differences as zigzag: sign in the lowest bit),
// all lowest bytes first, then all second bytes, and so on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nudge::sessions {

inline constexpr std::uint8_t kPackedFormat = 2;

/// `plain` is a BLOB of format 1 with rows of `columns` numbers of `width` bytes (1, 4 or 8). Gives the
/// smallest form, which is `plain` itself when packing does not pay.
std::vector<std::uint8_t> packed(std::vector<std::uint8_t> plain, std::size_t width, std::size_t columns);

/// The numbers of a BLOB of format 2, row by row, without a format byte. Throws CorruptContent when they are
/// more than `most` bytes or the BLOB makes no sense.
std::vector<std::uint8_t> unpacked(std::span<const std::uint8_t> bytes, std::size_t most);

}  // namespace nudge::sessions
