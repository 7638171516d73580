// A connection to a session file: opened with every protection on, checked before use, upgraded when old.
//
// A file is looked at before SQLite touches it: foreign and newer files keep every byte. Then the schema
// must be exactly the one our migrations make, so nothing planted in the file (trigger, view, virtual
// table) is ever run. Only this library sees SQLite.
#pragma once

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <type_traits>

#include "core/base/result.h"
#include "sessions/arrays.h"
#include "sessions/migrations.h"

namespace nudge::sessions {

inline constexpr std::int32_t kApplicationId = 0x4E554447;  ///< "NUDG" at byte 68 of the file
inline constexpr int kBusyTimeout_ms = 5000;
inline constexpr int kLongestValue_bytes = 64 << 20;  ///< larger rows are refused

/// Name of a row in table `setting` that a newer Nudge may write: the oldest format whose programs can read the file.
inline constexpr const char* kOldestReader = "oldest_reader";

/// ReadAsIs: for reading, and an older schema stays what it is; for questions that every format answers.
enum class Access { ReadWrite, ReadOnly, ReadAsIs };

/// What Nudge keeps in a file: the number at byte 68 tells the kinds apart.
struct FileKind {
  std::int32_t applicationId = kApplicationId;
  const char* name = "session";  ///< in messages
};

/// Opens an existing session file; with ReadWrite an older schema is upgraded after a backup beside it;
/// for reading, a temporary copy of it is. A newer file is opened for reading only, if it allows that (kOldestReader).
/// Errors as at Store::open. `known` is a parameter so that tests can upgrade to a schema of their own.
Result<std::unique_ptr<SQLite::Database>> openDatabase(const std::string& path, Access access,
                                                       std::span<const Migration> known = migrations(),
                                                       const FileKind& kind = {});

/// A new, empty file with the newest schema at a path where nothing lies, closed again.
Status makeEmptyDatabase(const std::string& path, std::span<const Migration> known = migrations(),
                         const FileKind& kind = {});

/// Deletes an unpublished file and what SQLite left beside it.
void discard(const std::string& part);
/// Ends the making of a file, which all have closed: gives it its name, where nothing may lie yet (InvalidInput), or
/// deletes it when `made` or that failed. Full also when its last pages found no place in it and are still in the log
/// beside it, which would stay behind.
Status publish(const Status& made, const std::string& part, const std::string& path);

/// Everything that is committed in one database at this moment, into another one; others may write meanwhile. False when
/// `stop` became true on the way. Throws.
bool copyContent(SQLite::Database& from, SQLite::Database& to, const std::atomic<bool>* stop = nullptr);

/// Runs the migrations that `database` lacks, each in a transaction of its own. Throws.
void migrate(SQLite::Database& database, std::span<const Migration> known);

/// True when the name now leads to another file, or to none.
bool fileMoved(SQLite::Database& database);

/// What a failed SQLite call means for a person. `doing` completes "Could not …".
Error translate(const SQLite::Exception& exception, SQLite::Database* database, const std::string& path,
                const std::string& doing);

/// Runs `work`, which returns a Result, and turns the exceptions of this library and SQLite into an Error.
template <typename Work>
auto attempt(SQLite::Database* database, const std::string& path, const std::string& doing, Work&& work)
    -> std::invoke_result_t<Work> {
  try {
    return work();
  } catch (const SQLite::Exception& exception) {
    return translate(exception, database, path, doing);
  } catch (const CorruptContent& exception) {
    return Error{ErrorCode::Corrupt, "Could not " + doing + ": '" + path + "' is damaged (" +
                                         exception.what() + "). The file was left as it is."};
  } catch (const std::filesystem::filesystem_error& exception) {
    return Error{ErrorCode::Io, "Could not " + doing + ": " + exception.code().message() + ". '" + path +
                                    "' was left as it is."};
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::Io, "Could not " + doing + ": out of memory. '" + path + "' was left as it is."};
  }
}

/// Now, UTC, ISO 8601 to the second.
std::string utcNow();

}  // namespace nudge::sessions
