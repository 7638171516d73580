#include "sessions/file_header.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace nudge::sessions {
namespace {

namespace fs = std::filesystem;

/// The first bytes of a file, read through SQLite's own file layer: it neither creates files beside it nor
/// drops the locks of other connections in this process, as closing a plain descriptor would.
struct Header {
  std::int64_t size = 0;
  std::array<std::uint8_t, 100> bytes{};
  std::int32_t number(std::size_t at) const {
    return static_cast<std::int32_t>(std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
                                     std::uint32_t{bytes[at + 2]} << 8 | std::uint32_t{bytes[at + 3]});
  }
  bool isSqlite() const { return size >= 512 && std::equal(kMagic.begin(), kMagic.end(), bytes.begin()); }
  std::int32_t applicationId() const { return number(68); }
  std::int32_t version() const { return number(60); }
  /// The file is shorter than its own page count says (which counts only when byte 92 confirms it).
  bool isCut() const {
    const std::int64_t pageSize = bytes[16] == 0 && bytes[17] == 1 ? 65536 : bytes[16] << 8 | bytes[17];
    return number(24) == number(92) && size < pageSize * std::int64_t{number(28)};
  }

  static constexpr std::array<std::uint8_t, 16> kMagic{'S', 'Q', 'L', 'i', 't', 'e', ' ', 'f',
                                                       'o', 'r', 'm', 'a', 't', ' ', '3', 0};
};

Result<Header> readHeader(const std::string& path) {
  sqlite3_initialize();
  sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  if (!vfs) return Error{ErrorCode::Internal, "SQLite has no file layer."};
  const std::unique_ptr<const char, void (*)(const char*)> name(
      sqlite3_create_filename(path.c_str(), (path + "-journal").c_str(), (path + "-wal").c_str(), 0, nullptr),
      [](const char* text) { sqlite3_free_filename(const_cast<char*>(text)); });
  std::vector<std::max_align_t> memory(static_cast<std::size_t>(vfs->szOsFile) / sizeof(std::max_align_t) +
                                       1);
  auto* file = reinterpret_cast<sqlite3_file*>(memory.data());
  if (vfs->xOpen(vfs, name.get(), file, SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB, nullptr) != SQLITE_OK)
    return Error{ErrorCode::Io, "'" + path + "' cannot be read. Check its permissions."};
  Header header;
  int status = file->pMethods->xRead(file, header.bytes.data(), static_cast<int>(header.bytes.size()), 0);
  if (status == SQLITE_IOERR_SHORT_READ) status = SQLITE_OK;  // the rest is zeros
  sqlite3_int64 size = 0;
  if (status == SQLITE_OK) status = file->pMethods->xFileSize(file, &size);
  file->pMethods->xClose(file);
  if (status != SQLITE_OK)
    return Error{ErrorCode::Io, "'" + path + "' cannot be read: the disk reports a fault."};
  header.size = size;
  return header;
}

Error foreign(const std::string& path, const FileKind& kind, const std::string& why) {
  return {ErrorCode::Corrupt, "'" + path + "' is not a Nudge " + kind.name + " file: " + why + ". It was not changed."};
}

}  // namespace

Error newer(const std::string& path, int version, int known) {
  return {ErrorCode::NewerVersion, "'" + path + "' was written by a newer Nudge (format " +
                                       std::to_string(version) + ", this one knows up to " +
                                       std::to_string(known) +
                                       "). It was not touched. Update Nudge to open it."};
}

bool hasLog(const std::string& path) {
  std::error_code none;
  const auto size = fs::file_size(path + "-wal", none);
  return !none && size > 0;
}

Result<int> inspect(const std::string& path, const FileKind& kind) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found)
    return Error{ErrorCode::NotFound, "There is no file '" + path + "'."};
  if (error) return Error{ErrorCode::Io, "'" + path + "' cannot be reached: " + error.message() + "."};
  if (fs::is_directory(status)) return foreign(path, kind, "it is a folder");
  if (!fs::is_regular_file(status)) return foreign(path, kind, "it is not a regular file");
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    // SQLite makes none: whoever laid it there wants another file written to.
    if (fs::is_symlink(path + suffix, error))
      return Error{ErrorCode::Corrupt, "'" + path + "' is not opened: '" + path + suffix +
                                           "' is a symbolic link. Nothing was changed; move it away first."};
  }
  const Result<Header> header = readHeader(path);
  if (!header) return header.error();
  if (!header->isSqlite())
    return foreign(path, kind, header->size == 0 ? "it is empty" : "it is another kind of file");
  if (header->applicationId() != kind.applicationId) return foreign(path, kind, "it is another kind of database");
  if (header->version() < 1) return foreign(path, kind, "it has no format number");
  // Pages may still lie in a log beside it. Looked at twice, for another program may just be tidying up.
  if (header->isCut() && !hasLog(path)) {
    const Result<Header> again = readHeader(path);
    if (again && again->isCut() && !hasLog(path))
      return Error{ErrorCode::Corrupt,
                   "'" + path + "' is cut short: " + std::to_string(again->size) +
                       " bytes are left. It was not changed; look for a backup or another copy."};
  }
  return header->version();
}

}  // namespace nudge::sessions
