// What a file's first bytes and its neighbours say, before SQLite may touch it.
#pragma once

#include <string>

#include "core/base/result.h"
#include "sessions/database.h"

namespace nudge::sessions {

/// The file's format. Refuses what is not ours: NotFound, Io, Corrupt; every byte stays.
Result<int> inspect(const std::string& path, const FileKind& kind);
/// Pages lie in a log beside the file.
bool hasLog(const std::string& path);
/// For a file of format `version` where `known` is the newest that this program has.
Error newer(const std::string& path, int version, int known);

}  // namespace nudge::sessions
