// Whole files in and out, with errors as values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace nudge {

/// The content of a regular file. NotFound, InvalidInput (a folder or a device, or more than `limit`
/// bytes: nothing is read then), Io.
Result<std::vector<std::uint8_t>> readFile(const std::filesystem::path& path, std::size_t limit);

/// Writes beside the target, flushes to disk, then renames: readers see the old file or the new one, never
/// a part. On failure the old file stands and nothing is left behind. ReadOnly, Full, Io.
Status writeFile(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
Status writeFile(const std::filesystem::path& path, std::string_view text);

/// Gives a file that was written beside its place its name there, if nothing lies under it yet: InvalidInput, and
/// both are left as they are. Io.
Status renameNew(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace nudge
