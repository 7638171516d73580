#include "sessions/teachers.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>
#include <unordered_map>

#include "sessions/claim.h"
#include "sessions/store_impl.h"

namespace nudge {

using namespace sessions;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kProbe = 24;          ///< bytes; long enough to be nobody else's
constexpr std::int64_t kMostProbes = 2000;  ///< chunks, spread evenly over what is erased, of which three are taken
constexpr const char* kErased = "(SELECT number FROM episode WHERE teacher = ?1)";
/// Updates that may have learned from the teacher; nothing learns from practice.
constexpr const char* kTaughtUpdates =
    "policy_update WHERE last_episode >= (SELECT min(number) FROM episode WHERE teacher = ?1 AND practice = 0)";

std::int64_t run(SQLite::Database& database, const std::string& sql, const std::string& teacher) {
  SQLite::Statement statement(database, sql);
  statement.bind(1, teacher);
  return statement.exec();
}
std::int64_t number(SQLite::Database& database, const std::string& sql, const std::string& teacher) {
  SQLite::Statement query(database, sql);
  query.bind(1, teacher);
  return query.executeStep() ? query.getColumn(0).getInt64() : 0;
}

/// Pieces from the middle of chunks that nothing else in the file looks like.
std::vector<std::string> probesOf(SQLite::Database& database, const std::string& teacher) {
  std::vector<std::string> probes;
  if (teacher.size() >= 4) probes.push_back(teacher);
  const std::int64_t chunks =
      number(database, std::string("SELECT count(*) FROM step_chunk WHERE episode IN ") + kErased, teacher);
  const std::int64_t stride = std::max<std::int64_t>(1, chunks / kMostProbes);
  SQLite::Statement query(database, std::string("SELECT state FROM step_chunk WHERE episode IN ") + kErased);
  query.bind(1, teacher);
  for (std::int64_t row = 0; query.executeStep(); ++row) {
    const SQLite::Column column = query.getColumn(0);
    const auto bytes = bytesOf(column);
    if (row % stride != 0 || bytes.size() < 3 * kProbe) continue;
    for (const std::size_t quarter : {1u, 2u, 3u}) {
      const auto piece = bytes.subspan(std::min(quarter * bytes.size() / 4, bytes.size() - kProbe), kProbe);
      if (std::set(piece.begin(), piece.end()).size() >= kProbe / 2)  // not a run of zeros
        probes.emplace_back(reinterpret_cast<const char*>(piece.data()), piece.size());
    }
  }
  return probes;
}

/// How many of the probes occur in a file's bytes.
std::int64_t occurrences(const std::string& file, const std::vector<std::string>& probes) {
  std::unordered_multimap<std::uint32_t, std::string_view> byStart;
  const auto start = [](const char* bytes) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return value;
  };
  for (const std::string& probe : probes) byStart.emplace(start(probe.data()), probe);
  std::set<std::string_view> found;
  std::ifstream stream(file, std::ios::binary);
  std::string window;
  std::vector<char> block(1 << 20);
  while (stream.read(block.data(), static_cast<std::streamsize>(block.size())), stream.gcount() > 0) {
    window.append(block.data(), static_cast<std::size_t>(stream.gcount()));
    for (std::size_t at = 0; at + sizeof(std::uint32_t) <= window.size(); ++at) {
      const auto [first, last] = byStart.equal_range(start(window.data() + at));
      for (auto probe = first; probe != last; ++probe)
        if (std::string_view(window).substr(at).starts_with(probe->second)) found.insert(probe->second);
    }
    constexpr std::size_t kOverlap = 256;  // a probe may lie across two blocks
    if (window.size() > kOverlap) window.erase(0, window.size() - kOverlap);
  }
  return static_cast<std::int64_t>(found.size());
}

/// Versions that were learned when any of the teacher's steps were in the lesson, newest first.
std::vector<int> taughtPolicies(SQLite::Database& database, const std::string& teacher) {
  SQLite::Statement query(
      database, std::string("SELECT version FROM policy_version WHERE version >= (SELECT min(result_version) FROM ") +
                    kTaughtUpdates + ") AND version > 0 ORDER BY version DESC");
  query.bind(1, teacher);
  std::vector<int> versions;
  while (query.executeStep()) versions.push_back(countOf(query.getColumn(0), "a policy version"));
  return versions;
}

void erasePolicies(SQLite::Database& database, const std::vector<int>& versions, Erasure& erasure) {
  for (const int version : versions) {
    SQLite::Statement used(
        database,
        "SELECT 1 FROM episode WHERE policy_version = ?1 UNION ALL SELECT 1 FROM policy_version "
        "WHERE parent = ?1 UNION ALL SELECT 1 FROM policy_update WHERE base_version = ?1 OR "
        "result_version = ?1");
    used.bind(1, version);
    if (used.executeStep()) {
      erasure.keptPolicies.push_back(version);
      continue;
    }
    SQLite::Statement leave(database, "UPDATE lesson SET active_version = 0 WHERE active_version = ?");
    leave.bind(1, version);
    leave.exec();
    SQLite::Statement erase(database, "DELETE FROM policy_version WHERE version = ?");
    erase.bind(1, version);
    erase.exec();
    erasure.erasedPolicies.push_back(version);
  }
}

void eraseRows(SQLite::Database& database, const std::string& teacher, Erasure& erasure) {
  const std::string of = std::string(" WHERE episode IN ") + kErased;
  const std::vector<int> policies = taughtPolicies(database, teacher);
  erasure.steps = number(database, "SELECT coalesce(sum(steps), 0) FROM episode WHERE teacher = ?1", teacher);
  erasure.updates = run(database, std::string("DELETE FROM ") + kTaughtUpdates, teacher);
  run(database, "DELETE FROM segment" + of, teacher);
  run(database, "DELETE FROM step_chunk" + of, teacher);
  run(database, "DELETE FROM recording_trouble" + of, teacher);
  erasure.marks = run(database, "DELETE FROM mark" + of, teacher);
  erasure.episodes = run(database, "DELETE FROM episode WHERE teacher = ?1", teacher);
  run(database, "UPDATE lesson SET teacher = '', reaction_s = 0.5 WHERE teacher = ?1", teacher);
  erasePolicies(database, policies, erasure);
}

/// VACUUM works by attaching a database of its own.
void rewrite(SQLite::Database& database) {
  sqlite3_limit(database.getHandle(), SQLITE_LIMIT_ATTACHED, 1);
  database.exec("VACUUM");
  sqlite3_limit(database.getHandle(), SQLITE_LIMIT_ATTACHED, 0);
  SQLite::Statement checkpoint(database, "PRAGMA wal_checkpoint(TRUNCATE)");
  if (checkpoint.executeStep() && checkpoint.getColumn(0).getInt() != 0)
    throw SQLite::Exception("another program holds the log", SQLITE_BUSY);
}

std::vector<std::string> copiesBeside(const std::string& path) {
  std::vector<std::string> backups;
  std::error_code error;
  const fs::path file = fs::absolute(path, error);
  for (const auto& entry : fs::directory_iterator(file.parent_path(), error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(file.filename().string() + ".") &&
        (name.find("backup") != std::string::npos || name.find("damaged") != std::string::npos))
      backups.push_back(entry.path().string());
  }
  std::sort(backups.begin(), backups.end());
  return backups;
}

}  // namespace

Result<std::vector<TeacherShare>> teachersOf(const std::string& path) {
  auto opened = openDatabase(path, Access::ReadOnly);
  if (!opened) return opened.error();
  using Shares = std::vector<TeacherShare>;
  return attempt(opened->get(), path, "list the teachers", [&]() -> Result<Shares> {
    SQLite::Statement query(
        **opened,
        "SELECT name, sum(episodes), sum(steps), max(now) FROM (SELECT teacher AS name, 1 AS "
        "episodes, steps, 0 AS now FROM episode UNION ALL SELECT teacher, 0, 0, 1 FROM lesson) "
        "GROUP BY name ORDER BY name");
    Shares shares;
    while (query.executeStep())
      shares.push_back({query.getColumn(0).getString(), query.getColumn(1).getInt64(),
                        query.getColumn(2).getInt64(), query.getColumn(3).getInt() != 0});
    return shares;
  });
}

Status setTeacher(const std::string& path, const std::string& teacher) {
  if (teacher.size() > 200)
    return Error{ErrorCode::InvalidInput,
                 "A teacher's name may have at most 200 bytes. Nothing was changed."};
  auto opened = openDatabase(path, Access::ReadWrite);
  if (!opened) return opened.error();
  return attempt(opened->get(), path, "set the teacher", [&]() -> Status {
    run(**opened, "UPDATE lesson SET teacher = ?1", teacher);
    return {};
  });
}

Result<Erasure> forgetTeacher(const std::string& path, const std::string& teacher) {
  auto opened = openDatabase(path, Access::ReadWrite);
  if (!opened) return opened.error();
  SQLite::Database& database = **opened;
  Erasure erasure;
  std::vector<std::string> probes;
  const Status erased = attempt(&database, path, "forget a teacher", [&]() -> Status {
    if (const auto holder = liveHolder(database))
      return Error{ErrorCode::Busy,
                   "'" + path + "' cannot be changed now: " + describe(*holder) + ". Nothing was erased."};
    database.exec("PRAGMA secure_delete = ON");
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    if (number(database,
               "SELECT count(*) FROM (SELECT 1 FROM episode WHERE teacher = ?1 UNION ALL SELECT 1 FROM "
               "lesson WHERE teacher = ?1)",
               teacher) == 0)
      return Error{ErrorCode::NotFound,
                   "Nobody called '" + teacher + "' taught in '" + path + "'. Nothing was erased."};
    probes = probesOf(database, teacher);
    eraseRows(database, teacher, erasure);
    transaction.commit();
    rewrite(database);
    return {};
  });
  if (!erased) return erased.error();
  erasure.probes = static_cast<std::int64_t>(probes.size());
  for (const char* suffix : {"", "-wal"}) erasure.found += occurrences(path + suffix, probes);
  erasure.backups = copiesBeside(path);
  return erasure;
}

}  // namespace nudge
