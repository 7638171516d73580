// What the parts of Store share: one connection, the lesson's facts, small helpers.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sessions/claim.h"
#include "sessions/database.h"
#include "sessions/store.h"

namespace nudge {

struct Store::Impl {
  Impl(std::string where, std::unique_ptr<SQLite::Database> connection, bool forReading)
      : path(std::move(where)),
        database(std::move(connection)),
        readOnly(forReading),
        claim(*database, path) {}

  std::string path;
  std::unique_ptr<SQLite::Database> database;
  bool readOnly = false;
  LessonInfo info;
  sessions::Claim claim;

  /// Runs `work` with errors translated; `doing` completes "Could not …".
  template <typename Work>
  auto read(const std::string& doing, Work&& work) const {
    return sessions::attempt(database.get(), path, doing, [&] {
      SQLite::Transaction snapshot(*database);  // every statement sees the same moment
      return work();
    });
  }
  /// The same inside a write transaction that is committed when `work` returns a good Result.
  template <typename Work>
  auto write(const std::string& doing, Work&& work) -> std::invoke_result_t<Work> {
    if (readOnly)
      return Error{ErrorCode::ReadOnly, "Could not " + doing + ": '" + path + "' is open for reading only."};
    return sessions::attempt(database.get(), path, doing, [&]() -> std::invoke_result_t<Work> {
      if (sessions::fileMoved(*database))
        return Error{ErrorCode::Io, "Could not " + doing + ": '" + path +
                                        "' was moved or deleted while it was open. Put it back to go on."};
      SQLite::Transaction transaction(*database, SQLite::TransactionBehavior::IMMEDIATE);
      std::invoke_result_t<Work> result = work();
      if (result) transaction.commit();
      return result;
    });
  }
  Status takeClaim(bool fromElsewhere);
  /// write() for the holder of the recorder's lock only; claims it when nobody has it.
  Status record(const std::string& doing, const std::function<Status()>& work);

  SQLite::Statement prepare(const char* sql) const { return SQLite::Statement(*database, sql); }

  std::vector<Driver> drivers(std::int64_t episode) const;
  /// The steps of the chunks that begin in [begin, end); throws CorruptContent when they do not follow on each other.
  std::vector<Step> steps(std::int64_t episode, int begin, int end) const;
  std::vector<Mark> activeMarks(std::optional<std::int64_t> episode) const;
  /// The chunks of an ended episode become longer ones, which pack better. Inside a write transaction.
  void joinChunks(std::int64_t episode);
  /// Makes the segment rows of an episode agree with its drivers and marks. Inside a write transaction.
  void rewriteSegments(std::int64_t episode);
  /// Steps before a take-over that count as bad in this episode.
  int reactionStepsOf(std::int64_t episode) const;
  std::vector<Segment> segments(std::int64_t episode) const;
  /// The first mark that matches `which` (SQL, with its order).
  std::optional<Mark> firstMark(const char* which) const;
  /// Sets the first mark that matches `which` (SQL) active or not. Inside a write transaction.
  std::optional<Mark> switchMark(const char* which, bool active);
};

namespace sessions {

/// Values of an enum as the file spells them, in the enum's order.
inline constexpr std::array kVerdicts{"expert", "good", "bad", "excluded"};
inline constexpr std::array kMarkKinds{"paint", "cut", "restore"};
inline constexpr std::array kEpisodeOutcomes{"running", "time limit", "terminated", "reset", "diverged"};
inline constexpr std::array kTroubleKinds{"late", "refused"};
inline constexpr std::array kUpdateOutcomes{"running",   "new policy", "nothing to correct",
                                            "cancelled", "failed",     "base task kept"};

template <typename Enum, std::size_t N>
const char* spelled(const std::array<const char*, N>& names, Enum value) {
  NUDGE_CHECK(static_cast<std::size_t>(value) < N, "enum value without a name");
  return names[static_cast<std::size_t>(value)];
}
template <typename Enum, std::size_t N>
Enum parsed(const std::array<const char*, N>& names, const std::string& text) {
  for (std::size_t i = 0; i < N; ++i)
    if (text == names[i]) return static_cast<Enum>(i);
  throw CorruptContent("unknown word '" + text + "'");
}

/// The bytes of a BLOB column; valid until the statement moves on.
inline std::span<const std::uint8_t> bytesOf(const SQLite::Column& column) {
  const auto* first = static_cast<const std::uint8_t*>(column.getBlob());
  return {first, first ? static_cast<std::size_t>(column.getBytes()) : 0};
}
inline void bindBytes(SQLite::Statement& statement, int index, std::span<const std::uint8_t> bytes) {
  statement.bindNoCopy(index, bytes.data(), static_cast<int>(bytes.size()));
}
/// A column as int; CorruptContent when it is negative or larger than an int.
int countOf(const SQLite::Column& column, const char* what);

}  // namespace sessions
}  // namespace nudge
