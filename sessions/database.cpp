#include "sessions/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <tuple>
#include <vector>

#include "core/base/files.h"
#include "sessions/claim.h"
#include "sessions/file_header.h"

namespace nudge::sessions {
namespace {

namespace fs = std::filesystem;

void check(int status, const char* what) {
  if (status != SQLITE_OK) throw SQLite::Exception(what, status);
}

/// Every protection against what a file may hold, before the first byte of it is interpreted.
void protect(SQLite::Database& database) {
  sqlite3* handle = database.getHandle();
  const auto set = [&](int option, int value) {
    check(sqlite3_db_config(handle, option, value, nullptr), "connection option");
  };
  set(SQLITE_DBCONFIG_DEFENSIVE, 1);
  set(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
  set(SQLITE_DBCONFIG_ENABLE_TRIGGER, 0);
  set(SQLITE_DBCONFIG_ENABLE_VIEW, 0);
  set(SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0);
  set(SQLITE_DBCONFIG_DQS_DDL, 0);
  set(SQLITE_DBCONFIG_DQS_DML, 0);
  set(SQLITE_DBCONFIG_ENABLE_FKEY, 1);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kLongestValue_bytes);
  sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  database.exec("PRAGMA mmap_size = 0");
  database.exec("PRAGMA cell_size_check = ON");
}

void tune(SQLite::Database& database) {
  database.exec("PRAGMA synchronous = NORMAL");
  database.exec("PRAGMA journal_size_limit = 16777216");
}

int pragmaNumber(SQLite::Database& database, const char* name) {
  return database.execAndGet(std::string("PRAGMA ") + name).getInt();
}

using SchemaRow = std::tuple<std::string, std::string, std::string, std::string>;

std::vector<SchemaRow> schemaOf(SQLite::Database& database) {
  std::vector<SchemaRow> rows;
  SQLite::Statement query(database,
                          "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema "
                          "WHERE name NOT IN ('sqlite_stat1', 'sqlite_stat4') ORDER BY type, name");
  while (query.executeStep())
    rows.emplace_back(query.getColumn(0).getString(), query.getColumn(1).getString(),
                      query.getColumn(2).getString(), query.getColumn(3).getString());
  return rows;
}

/// Throws unless the schema is exactly what our own migrations make.
void requireOwnSchema(SQLite::Database& database, std::span<const Migration> known, int version) {
  SQLite::Database reference(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  migrate(reference, known.first(static_cast<std::size_t>(version)));
  const std::vector<SchemaRow> expected = schemaOf(reference), found = schemaOf(database);
  for (const SchemaRow& row : found) {
    if (std::find(expected.begin(), expected.end(), row) == expected.end())
      throw CorruptContent("it holds the " + std::get<0>(row) + " '" + std::get<1>(row) +
                           "', which Nudge did not make in this form");
  }
  for (const SchemaRow& row : expected) {
    if (std::find(found.begin(), found.end(), row) == found.end())
      throw CorruptContent("the " + std::get<0>(row) + " '" + std::get<1>(row) + "' is missing");
  }
}

std::string percentEncoded(const std::string& path) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string text;
  for (const unsigned char c : path) {
    if (std::isalnum(c) || c == '/' || c == '-' || c == '_' || c == '.')
      text += static_cast<char>(c);
    else
      text += {'%', kHex[c >> 4], kHex[c & 15]};
  }
  return text;
}

/// Asks again every two milliseconds. SQLite's own waiting grows to a tenth of a second between two questions; beside a
/// learner that writes without pause a mark could then be turned away.
int askAgain(void*, int asked) {
  constexpr int kPause_ms = 2;
  if (asked * kPause_ms >= kBusyTimeout_ms) return 0;
  sqlite3_sleep(kPause_ms);
  return 1;
}

std::unique_ptr<SQLite::Database> connect(const std::string& path, int flags) {
  auto database = std::make_unique<SQLite::Database>(path, flags);
  check(sqlite3_busy_handler(database->getHandle(), askAgain, nullptr), "connection option");
  protect(*database);
  return database;
}

/// A connection to a file that nobody else has open, which leaves every byte and lays nothing beside it.
std::unique_ptr<SQLite::Database> connectAlone(const std::string& path) {
  return connect("file:" + percentEncoded(fs::absolute(path).string()) + "?immutable=1",
                 SQLite::OPEN_READONLY | SQLite::OPEN_URI);
}

/// A connection that never writes. The usual kind (which also sees a running recorder's newest steps)
/// needs files beside the session; in a folder that takes none, a file without a log is read alone.
std::unique_ptr<SQLite::Database> connectForReading(const std::string& path) {
  try {
    // Opened for writing so that the last one to leave also tidies up, but no statement may write.
    auto database = connect(path, SQLite::OPEN_READWRITE);
    database->exec("PRAGMA query_only = ON");
    pragmaNumber(*database, "user_version");
    return database;
  } catch (const SQLite::Exception& exception) {
    const int code = exception.getErrorCode();
    if (hasLog(path) || (code != SQLITE_CANTOPEN && code != SQLITE_READONLY)) throw;
    return connectAlone(path);
  }
}

void leaveTheLog(SQLite::Database& database) {
  check(sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr), "connection option");
}

/// Throws unless every table and column of our newest schema is there, as what it says it is.
void requireReadable(SQLite::Database& database, std::span<const Migration> known) {
  SQLite::Database reference(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  migrate(reference, known);
  SQLite::Statement wanted(reference,
                           "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'");
  SQLite::Statement found(database,
                          "SELECT 1 FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND "
                          "t.rootpage > 0 AND t.name = ? AND c.name = ?");
  while (wanted.executeStep()) {
    found.bind(1, wanted.getColumn(0).getString());
    found.bind(2, wanted.getColumn(1).getString());
    if (!found.executeStep()) throw CorruptContent("a table is missing");
    found.reset();
  }
}

/// A file of a newer format for looking only; null unless it says that programs of our format may read it.
std::unique_ptr<SQLite::Database> connectToNewer(const std::string& path, std::span<const Migration> known) {
  try {
    auto database = hasLog(path) ? connectForReading(path) : connectAlone(path);
    leaveTheLog(*database);
    SQLite::Statement oldest(*database, "SELECT value FROM setting WHERE name = ?");
    oldest.bind(1, kOldestReader);
    const int format = oldest.executeStep() ? std::atoi(oldest.getColumn(0).getText()) : 0;
    if (format < 1 || format > known.back().version) return nullptr;
    requireReadable(*database, known);
    return database;
  } catch (const SQLite::Exception&) {
    return nullptr;  // it has changed more than we can follow
  } catch (const CorruptContent&) {
    return nullptr;
  }
}

/// The file that a symbolic link leads to: SQLite keeps its log beside that one.
std::string behindLinks(const std::string& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error)) return path;
  const fs::path target = fs::canonical(path, error);
  return error ? path : target.string();
}

void backUp(SQLite::Database& database, const std::string& path, int version) {
  std::string target = path + ".format" + std::to_string(version) + "-backup";
  for (int copy = 2; fs::exists(target); ++copy)
    target = path + ".format" + std::to_string(version) + "-backup" + std::to_string(copy);
  const std::string part = target + ".part";
  std::error_code ignored;
  fs::remove(part, ignored);
  {
    SQLite::Database copy(part, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    copyContent(database, copy);
  }
  fs::rename(part, target);
}

Status upgrade(SQLite::Database& database, const std::string& path, std::span<const Migration> known) {
  if (const std::optional<Holder> holder = liveHolder(database))
    return Error{ErrorCode::Busy, "'" + path + "' must be upgraded, but " + describe(*holder) +
                                      ". Nothing was changed. Close it there first."};
  backUp(database, path, pragmaNumber(database, "user_version"));
  migrate(database, known);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  return {};
}

/// For reading an older file, which keeps every byte: a copy that SQLite deletes with the connection.
std::unique_ptr<SQLite::Database> upgradedCopy(SQLite::Database& database,
                                               std::span<const Migration> known) {
  auto copy = std::make_unique<SQLite::Database>("", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  protect(*copy);
  copyContent(database, *copy);
  migrate(*copy, known);
  copy->exec("PRAGMA query_only = ON");
  return copy;
}

}  // namespace

bool copyContent(SQLite::Database& from, SQLite::Database& to, const std::atomic<bool>* stop) {
  constexpr int kPages = 2000;
  SQLite::Transaction snapshot(from);  // else a write in between would begin the copy anew
  from.execAndGet("SELECT count(*) FROM sqlite_schema");
  SQLite::Backup copy(to, from);
  for (;;) {
    const int status = copy.executeStep(kPages);
    if (status == SQLITE_DONE) return true;
    check(status, "copying the content");
    if (stop && *stop) return false;
  }
}

void migrate(SQLite::Database& database, std::span<const Migration> known) {
  database.exec("PRAGMA foreign_keys = OFF");  // a migration may rebuild a table that others point to
  for (const Migration& migration : known) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    if (pragmaNumber(database, "user_version") >= migration.version) continue;
    database.exec(migration.sql);
    SQLite::Statement broken(database, "PRAGMA foreign_key_check");
    if (broken.executeStep()) throw CorruptContent("rows point to rows that are not there");
    broken.reset();
    database.exec("PRAGMA user_version = " + std::to_string(migration.version));
    transaction.commit();
  }
  database.exec("PRAGMA foreign_keys = ON");
}

Result<std::unique_ptr<SQLite::Database>> openDatabase(const std::string& name, Access access,
                                                       std::span<const Migration> known, const FileKind& kind) {
  using Opened = Result<std::unique_ptr<SQLite::Database>>;
  const int newest = known.back().version;
  const std::string path = behindLinks(name);
  const Result<int> format = inspect(path, kind);
  if (!format) return format.error();
  if (*format > newest) {
    auto looking = access == Access::ReadWrite ? nullptr : connectToNewer(path, known);
    if (!looking) return newer(path, *format, newest);
    return looking;
  }
  std::unique_ptr<SQLite::Database> database;
  Opened opened = attempt(nullptr, path, std::string("open the ") + kind.name, [&]() -> Opened {
    database = access == Access::ReadWrite ? connect(path, SQLite::OPEN_READWRITE) : connectForReading(path);
    const int version = pragmaNumber(*database, "user_version");
    if (version > newest) {
      leaveTheLog(*database);
      return newer(path, version, newest);
    }
    if (access == Access::ReadWrite && sqlite3_db_readonly(database->getHandle(), "main") == 1)
      return Error{ErrorCode::ReadOnly, "'" + path + "' is write-protected. It can be opened for reading."};
    tune(*database);
    requireOwnSchema(*database, known, version);
    if (version < newest && access != Access::ReadAsIs) {
      if (access == Access::ReadOnly)
        database = upgradedCopy(*database, known);
      else if (const Status upgraded = upgrade(*database, path, known); !upgraded)
        return upgraded.error();
      requireOwnSchema(*database, known, newest);
    }
    return std::move(database);
  });
  if (!opened && access == Access::ReadWrite && opened.error().code == ErrorCode::Io) {
    std::error_code ignored;
    const fs::path folder = fs::absolute(path, ignored).parent_path();
    if (::faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) != 0)
      return Error{ErrorCode::ReadOnly, "The folder of '" + path +
                                            "' is write-protected. The " + kind.name +
                                            " can be opened for reading."};
  }
  return opened;
}

Status makeEmptyDatabase(const std::string& path, std::span<const Migration> known, const FileKind& kind) {
  return attempt(nullptr, path, std::string("create the ") + kind.name, [&]() -> Status {
    SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyTimeout_ms);
    protect(database);
    database.exec("PRAGMA application_id = " + std::to_string(kind.applicationId));
    database.exec("PRAGMA journal_mode = WAL");
    tune(database);
    migrate(database, known);
    return {};
  });
}

void discard(const std::string& part) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) ::unlink((part + suffix).c_str());
}

Status publish(const Status& made, const std::string& part, const std::string& path) {
  const bool full = made ? hasLog(part) : made.error().code == ErrorCode::Full;
  const Status done = full ? Status(Error{ErrorCode::Full, "'" + path + "' could not be made: the disk is full. Nothing of it is left."})
                      : made ? renameNew(part, path)
                             : made;
  if (!done) discard(part);
  return done;
}

}  // namespace nudge::sessions
