#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <ctime>

#include "sessions/database.h"

namespace nudge::sessions {
namespace {

bool diskIsFull(const SQLite::Exception& exception, SQLite::Database* database) {
  if (exception.getErrorCode() == SQLITE_FULL) return true;
  if (exception.getExtendedErrorCode() == SQLITE_IOERR_SHMSIZE) return true;  // a file beside it cannot grow
  if (exception.getErrorCode() != SQLITE_IOERR || !database) return false;
  const int cause = sqlite3_system_errno(database->getHandle());
  return cause == ENOSPC || cause == EDQUOT;
}

}  // namespace

Error translate(const SQLite::Exception& exception, SQLite::Database* database, const std::string& path,
                const std::string& doing) {
  const std::string what = "Could not " + doing + ": ", file = "'" + path + "'";
  if (diskIsFull(exception, database))
    return {ErrorCode::Full, what + "the disk is full. " + file +
                                 " keeps everything saved before. Free some space and try again."};
  switch (exception.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::Busy,
              what + "another program is writing to " + file + ". Nothing was changed. Try again."};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {ErrorCode::ReadOnly, what + file + " is write-protected. Nothing was changed."};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_ERROR:  // statements are fixed, so what they do not fit is the file
      return {ErrorCode::Corrupt,
              what + file + " is damaged (" + exception.getErrorStr() + "). The file was left as it is."};
    case SQLITE_CONSTRAINT:
      return {ErrorCode::InvalidInput, what + "it does not fit what " + file + " holds (" + exception.what() +
                                           "). Nothing was changed."};
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      return {ErrorCode::Io, what + "reading or writing " + file + " failed (" + exception.getErrorStr() +
                                 "). Everything saved before is kept."};
    case SQLITE_NOMEM:
      return {ErrorCode::Io, what + "out of memory. " + file + " was left as it is."};
    default:
      return {ErrorCode::Internal, what + "unexpected database fault " +
                                       std::to_string(exception.getErrorCode()) + " (" + exception.what() +
                                       ") in " + file + "."};
  }
}

bool fileMoved(SQLite::Database& database) {
  int moved = 0;
  return sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
         moved != 0;
}

std::string utcNow() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

}  // namespace nudge::sessions
