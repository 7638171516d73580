#include "sessions/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <limits>
#include <set>

#include "core/base/sha256.h"
#include "sessions/store_impl.h"

namespace nudge {

using namespace sessions;

namespace sessions {

int countOf(const SQLite::Column& column, const char* what) {
  const std::int64_t value = column.getInt64();
  if (value < 0 || value > std::numeric_limits<int>::max())
    throw CorruptContent(std::string(what) + " is absurd");
  return static_cast<int>(value);
}

}  // namespace sessions

namespace {

constexpr std::size_t kMostNames = 10'000;  ///< a longer observation is a mistake or an attack

std::string faultOfNames(const std::vector<std::string>& names, const char* what) {
  if (names.empty() || names.size() > kMostNames)
    return std::string("it has no sensible list of ") + what + " names";
  if (std::set<std::string>(names.begin(), names.end()).size() != names.size())
    return std::string("two ") + what + " names are equal";
  return {};
}

bool isReaction(double reaction_s) { return reaction_s >= 0.0 && reaction_s <= 3600.0; }

/// Why this cannot be a lesson; empty when it can.
std::string faultOf(const LessonInfo& info) {
  if (info.task.empty()) return "it names no task";
  for (const std::string& fault :
       {faultOfNames(info.observation, "observation"), faultOfNames(info.action, "action"),
        faultOfNames(info.features, "feature")})
    if (!fault.empty()) return fault;
  if (!(info.controlRate_hz > 0.0 && info.controlRate_hz <= 10'000.0))
    return "its control rate is not sensible";
  if (info.stateSize <= 0 || info.stateSize > 1'000'000) return "its state size is not sensible";
  if (!isReaction(info.reaction_s)) return "its reaction time is not sensible";
  if (!(info.targetRate >= 0.0 && info.targetRate <= 1.0)) return "its target rate is not a share";
  return {};
}

void insertLesson(SQLite::Database& database, const LessonInfo& info, std::span<const std::uint8_t> prior) {
  const std::string created = info.created.empty() ? utcNow() : info.created;
  SQLite::Statement model(database,
                          "INSERT INTO model (id, task, mjcf, mujoco_version, nudge_version, state_size) "
                          "VALUES (1, ?, ?, ?, ?, ?)");
  model.bind(1, info.task);
  model.bind(2, info.mjcf);
  model.bind(3, info.mujocoVersion);
  model.bind(4, info.nudgeVersion);
  model.bind(5, info.stateSize);
  model.exec();

  SQLite::Statement policy(
      database,
      "INSERT INTO policy_version (version, parent, sha256, weights, theta, clock_created) "
      "VALUES (0, NULL, ?, ?, ?, ?)");
  policy.bind(1, sha256Hex(prior));
  bindBytes(policy, 2, prior);
  policy.bind(3, toJson(std::vector<double>(info.features.size(), 0.0)));
  policy.bind(4, created);
  policy.exec();

  SQLite::Statement lesson(
      database,
      "INSERT INTO lesson (id, model, seed, control_rate_hz, observation, action, features, "
      "reaction_s, target_rate, teacher, active_version, clock_created) "
      "VALUES (1, 1, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)");
  lesson.bind(1, static_cast<std::int64_t>(info.seed));
  lesson.bind(2, info.controlRate_hz);
  lesson.bind(3, toJson(info.observation));
  lesson.bind(4, toJson(info.action));
  lesson.bind(5, toJson(info.features));
  lesson.bind(6, info.reaction_s);
  lesson.bind(7, info.targetRate);
  lesson.bind(8, info.teacher);
  lesson.bind(9, created);
  lesson.exec();
}

LessonInfo readLesson(SQLite::Database& database) {
  SQLite::Statement query(
      database,
      "SELECT task, mjcf, mujoco_version, nudge_version, state_size, seed, control_rate_hz, "
      "observation, action, features, reaction_s, target_rate, teacher, clock_created "
      "FROM lesson JOIN model ON model.id = lesson.model");
  if (!query.executeStep()) throw CorruptContent("it holds no lesson");
  LessonInfo info;
  info.task = query.getColumn(0).getString();
  info.mjcf = query.getColumn(1).getString();
  info.mujocoVersion = query.getColumn(2).getString();
  info.nudgeVersion = query.getColumn(3).getString();
  info.stateSize = countOf(query.getColumn(4), "the state size");
  info.seed = static_cast<std::uint64_t>(query.getColumn(5).getInt64());
  info.controlRate_hz = query.getColumn(6).getDouble();
  info.observation = namesFromJson(query.getColumn(7).getString(), "the list of observation names");
  info.action = namesFromJson(query.getColumn(8).getString(), "the list of action names");
  info.features = namesFromJson(query.getColumn(9).getString(), "the list of feature names");
  info.reaction_s = query.getColumn(10).getDouble();
  info.targetRate = query.getColumn(11).getDouble();
  info.teacher = query.getColumn(12).getString();
  info.created = query.getColumn(13).getString();
  if (const std::string fault = faultOf(info); !fault.empty()) throw CorruptContent(fault);
  return info;
}

Error occupied(const std::string& path) {
  return {ErrorCode::InvalidInput, "'" + path + "' exists already. It was not changed; choose another name."};
}

Status checkPlace(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::symlink_status(path, error);
  if (status.type() != std::filesystem::file_type::not_found) return occupied(path);
  const std::filesystem::path folder = std::filesystem::absolute(path, error).parent_path();
  if (!std::filesystem::is_directory(folder, error))
    return Error{ErrorCode::NotFound, "There is no folder '" + folder.string() + "'. Nothing was created."};
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) != 0)
    return Error{ErrorCode::ReadOnly,
                 "The folder '" + folder.string() + "' is write-protected. Nothing was created."};
  return {};
}

}  // namespace

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::create(const std::string& path, const LessonInfo& info,
                            std::span<const std::uint8_t> prior) {
  if (const std::string fault = faultOf(info); !fault.empty())
    return Error{ErrorCode::InvalidInput, "The lesson cannot be created: " + fault + "."};
  if (prior.empty())
    return Error{ErrorCode::InvalidInput, "The lesson cannot be created: it has no prior policy."};
  if (const Status fine = checkPlace(path); !fine) return fine.error();

  // Made under another name, so that a crash on the way leaves no half-made lesson.
  const std::string part = path + ".part" + std::to_string(::getpid());
  discard(part);
  Status made = makeEmptyDatabase(part);
  if (made) {
    made = attempt(nullptr, path, "create the session", [&]() -> Status {
      SQLite::Database database(part, SQLite::OPEN_READWRITE, kBusyTimeout_ms);
      database.exec("PRAGMA foreign_keys = ON");
      SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
      insertLesson(database, info, prior);
      transaction.commit();
      return {};
    });
  }
  if (made = publish(made, part, path); !made) return made.error();
  return open(path, OpenMode::ReadWrite);
}

Result<Store> Store::open(const std::string& path, OpenMode mode) {
  if (mode == OpenMode::Create)
    return Error{ErrorCode::InvalidInput, "A new session needs a task and a prior: use Store::create."};
  const bool forReading = mode == OpenMode::ReadOnly;
  auto database = openDatabase(path, forReading ? Access::ReadOnly : Access::ReadWrite);
  if (!database) return database.error();
  auto impl = std::make_unique<Impl>(path, std::move(database).value(), forReading);
  const Status read = impl->read("open the session", [&]() -> Status {
    impl->info = readLesson(*impl->database);
    return {};
  });
  if (!read) return read.error();
  return Store(std::move(impl));
}

const std::string& Store::path() const {
  return impl_->path;
}
const LessonInfo& Store::info() const {
  return impl_->info;
}
bool Store::readOnly() const {
  return impl_->readOnly;
}

Result<std::int64_t> Store::dataVersion() const {
  return attempt(impl_->database.get(), impl_->path, "look for changes", [&]() -> Result<std::int64_t> {
    return impl_->database->execAndGet("PRAGMA data_version").getInt64();
  });
}

Status Store::setReaction(double reaction_s) {
  if (!isReaction(reaction_s))
    return Error{ErrorCode::InvalidInput, "A reaction time lies between 0 and 3600 seconds. Nothing was changed."};
  const Status stored = impl_->write("store the reaction time", [&]() -> Status {
    SQLite::Statement update = impl_->prepare("UPDATE lesson SET reaction_s = ?");
    update.bind(1, reaction_s);
    update.exec();
    return {};
  });
  if (stored) impl_->info.reaction_s = reaction_s;
  return stored;
}

Result<std::optional<std::string>> Store::setting(const std::string& name) const {
  return impl_->read("read a setting", [&]() -> Result<std::optional<std::string>> {
    SQLite::Statement query = impl_->prepare("SELECT value FROM setting WHERE name = ?");
    query.bind(1, name);
    if (!query.executeStep()) return std::optional<std::string>();
    return std::optional<std::string>(query.getColumn(0).getString());
  });
}

Status Store::setSetting(const std::string& name, const std::string& value) {
  return impl_->write("store a setting", [&]() -> Status {
    SQLite::Statement insert = impl_->prepare("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)");
    insert.bind(1, name);
    insert.bind(2, value);
    insert.exec();
    return {};
  });
}

}  // namespace nudge
