#include "sessions/results.h"

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "sessions/claim.h"
#include "sessions/database.h"

namespace nudge {

using namespace sessions;
using nlohmann::json;

namespace {

constexpr FileKind kResultsFile{0x4E554452, "results"};  // "NUDR"

RunState stateOf(const std::string& text) {
  for (const RunState state : {RunState::Planned, RunState::Running, RunState::Done, RunState::Failed})
    if (text == name(state)) return state;
  throw CorruptContent("a run is in the unknown state '" + text + "'");
}

/// Four figures behind the point are more than any of these is worth.
double rounded(double value) {
  return std::isfinite(value) ? std::round(value * 1e4) / 1e4 : 0.0;
}

std::string featuresText(const std::vector<FeatureFigures>& features) {
  json list = json::array();
  for (const FeatureFigures& f : features) {
    json one{{"name", f.name}, {"mean", rounded(f.mean)}, {"quartiles", {rounded(f.q1), rounded(f.median), rounded(f.q3)}}};
    if (f.style) one["style"] = true;
    if (!f.histogram.empty()) one["histogram"] = f.histogram;
    list.push_back(std::move(one));
  }
  return list.dump();
}

std::vector<FeatureFigures> featuresOf(const std::string& text) {
  try {
    std::vector<FeatureFigures> features;
    for (const json& one : json::parse(text)) {
      FeatureFigures f;
      f.name = one.at("name").get<std::string>();
      f.style = one.value("style", false);
      f.mean = one.at("mean").get<double>();
      f.q1 = one.at("quartiles").at(0).get<double>();
      f.median = one.at("quartiles").at(1).get<double>();
      f.q3 = one.at("quartiles").at(2).get<double>();
      f.histogram = one.value("histogram", std::vector<std::int64_t>());
      if (!f.histogram.empty() && f.histogram.size() != kHistogramBins)
        throw CorruptContent("a histogram has another number of bins");
      features.push_back(std::move(f));
    }
    return features;
  } catch (const json::exception&) {
    throw CorruptContent("the features of a run are not readable");
  }
}

/// Binds one value after the other.
class Binder {
 public:
  explicit Binder(SQLite::Statement& statement) : statement_(statement) {}
  template <typename T>
  Binder& operator()(const T& value) {
    statement_.bind(++index_, value);
    return *this;
  }
  Binder& operator()(const SupervisedFigures& f) {
    return (*this)(f.steps)(f.teacherSteps)(f.surprisingSteps);
  }

 private:
  SQLite::Statement& statement_;
  int index_ = 0;
};

BenchmarkRun runOf(SQLite::Statement& row) {
  BenchmarkRun run;
  run.id = row.getColumn(0).getInt64();
  run.key = {row.getColumn(1).getString(), row.getColumn(2).getString(), row.getColumn(3).getString(),
             row.getColumn(4).getString(), row.getColumn(5).getString(), row.getColumn(6).getInt64(),
             row.getColumn(7).getString()};
  run.state = stateOf(row.getColumn(8).getString());
  run.message = row.getColumn(9).getString();
  run.started = row.getColumn(10).getString();
  run.seconds = row.getColumn(11).getDouble();
  run.origin = {row.getColumn(12).getString(), row.getColumn(13).getString(), row.getColumn(14).getString()};
  return run;
}

constexpr const char* kSelectRuns =
    "SELECT run.id, task, method, protocol, teacher, prior, seed, settings, state, message, clock_started, "
    "seconds, coalesce(version, ''), coalesce(commit_id, ''), coalesce(machine, '') "
    "FROM run LEFT JOIN origin ON origin.id = run.origin ";

SupervisedFigures supervisedOf(SQLite::Statement& row, int first) {
  SupervisedFigures f;
  f.steps = row.getColumn(first).getInt64();
  f.teacherSteps = row.getColumn(first + 1).getInt64();
  f.surprisingSteps = row.getColumn(first + 2).getInt64();
  f.episodes = row.getColumn(first + 3).getInt();
  f.successes = row.getColumn(first + 4).getInt();
  return f;
}

RobotAlone aloneOf(SQLite::Statement& row, int first) {
  RobotAlone f;
  f.episodes = row.getColumn(first).getInt();
  f.steps = row.getColumn(first + 1).getInt64();
  f.success = row.getColumn(first + 2).getDouble();
  f.failure = row.getColumn(first + 3).getDouble();
  f.baseReward = row.getColumn(first + 4).getDouble();
  f.baseRewardDeviation = row.getColumn(first + 5).getDouble();
  f.teacherReward = row.getColumn(first + 6).getDouble();
  f.teacherRewardDeviation = row.getColumn(first + 7).getDouble();
  f.features = featuresOf(row.getColumn(first + 8).getString());
  return f;
}

}  // namespace

struct Results::Impl {
  std::string path;
  std::unique_ptr<SQLite::Database> database;
  bool forReading = false;

  template <typename Work>
  auto read(const std::string& doing, Work&& work) {
    return attempt(database.get(), path, doing, [&] {
      SQLite::Transaction snapshot(*database);
      return work();
    });
  }
  template <typename Work>
  auto write(const std::string& doing, Work&& work) -> std::invoke_result_t<Work> {
    if (forReading)
      return Error{ErrorCode::ReadOnly, "Could not " + doing + ": '" + path + "' is open for reading only."};
    return attempt(database.get(), path, doing, [&]() -> std::invoke_result_t<Work> {
      SQLite::Transaction transaction(*database, SQLite::TransactionBehavior::IMMEDIATE);
      std::invoke_result_t<Work> result = work();
      if (result) transaction.commit();
      return result;
    });
  }
  SQLite::Statement prepare(const std::string& sql) { return SQLite::Statement(*database, sql); }

  /// True when a living process has claimed the run.
  bool held(std::int64_t id) {
    SQLite::Statement query = prepare("SELECT pid, process_start, host, boot_id FROM claim WHERE run = ?");
    query.bind(1, id);
    if (!query.executeStep()) return false;
    Holder holder;
    holder.pid = query.getColumn(0).getInt64();
    holder.processStart = query.getColumn(1).getInt64();
    holder.host = query.getColumn(2).getString();
    holder.bootId = query.getColumn(3).getString();
    return !processGone(holder);
  }
  void unclaim(std::int64_t id) {
    SQLite::Statement erase = prepare("DELETE FROM claim WHERE run = ?");
    erase.bind(1, id);
    erase.exec();
  }
  RunState state(std::int64_t id) {
    SQLite::Statement query = prepare("SELECT state FROM run WHERE id = ?");
    query.bind(1, id);
    if (!query.executeStep()) throw CorruptContent("run " + std::to_string(id) + " is missing");
    return stateOf(query.getColumn(0).getString());
  }
  /// Ends a run that is under way.
  Status end(std::int64_t id, RunState state, const std::string& message);
  std::int64_t origin(const BenchmarkOrigin& origin);
  void insertRound(std::int64_t id, const BenchmarkRound& round);
};

Status Results::Impl::end(std::int64_t id, RunState next, const std::string& message) {
  if (state(id) != RunState::Running)
    return Error{ErrorCode::InvalidInput, "run " + std::to_string(id) + " is not under way, so it cannot end"};
  SQLite::Statement update = prepare("UPDATE run SET state = ?, message = ? WHERE id = ?");
  Binder{update}(std::string(name(next)))(message)(id);
  update.exec();
  unclaim(id);
  return {};
}

std::int64_t Results::Impl::origin(const BenchmarkOrigin& origin) {
  SQLite::Statement insert =
      prepare("INSERT OR IGNORE INTO origin (version, commit_id, machine) VALUES (?, ?, ?)");
  Binder{insert}(origin.version)(origin.commit)(origin.machine);
  insert.exec();
  SQLite::Statement query = prepare("SELECT id FROM origin WHERE version = ? AND commit_id = ? AND machine = ?");
  Binder{query}(origin.version)(origin.commit)(origin.machine);
  query.executeStep();
  return query.getColumn(0).getInt64();
}

void Results::Impl::insertRound(std::int64_t id, const BenchmarkRound& r) {
  json theta = json::array();
  for (const double t : r.theta) theta.push_back(rounded(t));
  SQLite::Statement insert = prepare("INSERT INTO round VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  Binder{insert}(id)(r.round)(r.taught)(r.taught.episodes)(r.taught.successes)(theta.dump())(r.outcome)(
      rounded(r.updateSeconds))(r.simulationSteps)(r.evaluated)(r.evaluated.episodes)(r.evaluated.successes);
  insert.exec();
  const RobotAlone& a = r.alone;
  if (a.episodes == 0) return;
  SQLite::Statement alone = prepare("INSERT INTO alone VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  Binder{alone}(id)(r.round)(a.episodes)(a.steps)(rounded(a.success))(rounded(a.failure))(rounded(a.baseReward))(
      rounded(a.baseRewardDeviation))(rounded(a.teacherReward))(rounded(a.teacherRewardDeviation))(
      featuresText(a.features));
  alone.exec();
}

Results::Results(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Results::Results(Results&&) noexcept = default;
Results& Results::operator=(Results&&) noexcept = default;
Results::~Results() = default;

Result<Results> Results::open(const std::string& path, bool forReading) {
  auto database =
      openDatabase(path, forReading ? Access::ReadOnly : Access::ReadWrite, resultsMigrations(), kResultsFile);
  if (!database) return database.error();
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->database = std::move(*database);
  impl->forReading = forReading;
  return Results(std::move(impl));
}

Result<Results> Results::openOrCreate(const std::string& path) {
  std::error_code error;
  if (std::filesystem::symlink_status(path, error).type() != std::filesystem::file_type::not_found)
    return open(path, false);
  const std::filesystem::path folder = std::filesystem::absolute(path, error).parent_path();
  if (!std::filesystem::is_directory(folder, error))
    return Error{ErrorCode::NotFound, "There is no folder '" + folder.string() + "'. Nothing was created."};
  const std::string part = path + ".part" + std::to_string(::getpid());
  discard(part);
  const Status made = publish(makeEmptyDatabase(part, resultsMigrations(), kResultsFile), part, path);
  // Somebody else may have been quicker: then the file is theirs and as good.
  if (!made && made.error().code != ErrorCode::InvalidInput) return made.error();
  return open(path, false);
}

Result<std::vector<std::int64_t>> Results::plan(std::span<const BenchmarkKey> keys) {
  return impl_->write("plan the runs", [&]() -> Result<std::vector<std::int64_t>> {
    SQLite::Statement insert = impl_->prepare(
        "INSERT OR IGNORE INTO run (task, method, protocol, teacher, prior, seed, settings) VALUES (?, ?, ?, ?, ?, ?, ?)");
    SQLite::Statement query = impl_->prepare(
        "SELECT id FROM run WHERE task = ? AND method = ? AND protocol = ? AND teacher = ? AND prior = ? AND seed = ? "
        "AND settings = ?");
    std::vector<std::int64_t> ids;
    for (const BenchmarkKey& k : keys) {
      for (SQLite::Statement* each : {&insert, &query}) {
        each->reset();
        Binder{*each}(k.task)(k.method)(k.protocol)(k.teacher)(k.prior)(k.seed)(k.settings);
      }
      insert.exec();
      query.executeStep();
      ids.push_back(query.getColumn(0).getInt64());
    }
    return ids;
  });
}

Status Results::retryFailed(std::span<const std::int64_t> ids) {
  return impl_->write("plan the failed runs again", [&]() -> Status {
    SQLite::Statement update =
        impl_->prepare("UPDATE run SET state = 'planned', message = '' WHERE id = ? AND state = 'failed'");
    for (const std::int64_t id : ids) {
      update.reset();
      update.bind(1, id);
      update.exec();
    }
    return {};
  });
}

Result<std::optional<std::int64_t>> Results::claimNext(std::span<const std::int64_t> ids) {
  return impl_->write("claim a run", [&]() -> Result<std::optional<std::int64_t>> {
    for (const std::int64_t id : ids) {
      const RunState state = impl_->state(id);
      if (state == RunState::Running ? impl_->held(id) : state != RunState::Planned) continue;
      const Holder self = thisProcess();
      SQLite::Statement claim = impl_->prepare("INSERT OR REPLACE INTO claim VALUES (?, ?, ?, ?, ?)");
      Binder{claim}(id)(self.pid)(self.processStart)(self.host)(self.bootId);
      claim.exec();
      SQLite::Statement update =
          impl_->prepare("UPDATE run SET state = 'running', clock_started = ?, message = '' WHERE id = ?");
      Binder{update}(self.since)(id);
      update.exec();
      return std::optional(id);
    }
    return std::optional<std::int64_t>();
  });
}

Status Results::release(std::int64_t id) {
  return impl_->write("give a run back", [&] { return impl_->end(id, RunState::Planned, ""); });
}

Status Results::finish(std::int64_t id, const std::vector<BenchmarkRound>& rounds, double seconds,
                       const BenchmarkOrigin& origin, const std::string& remark) {
  return impl_->write("store a run", [&]() -> Status {
    if (auto ended = impl_->end(id, RunState::Done, remark); !ended) return ended;
    SQLite::Statement update = impl_->prepare("UPDATE run SET seconds = ?, origin = ? WHERE id = ?");
    Binder{update}(rounded(seconds))(impl_->origin(origin))(id);
    update.exec();
    for (const BenchmarkRound& round : rounds) impl_->insertRound(id, round);
    return {};
  });
}

Status Results::fail(std::int64_t id, const std::string& message) {
  return impl_->write("store a failure", [&] { return impl_->end(id, RunState::Failed, message); });
}

Result<BenchmarkRun> Results::run(std::int64_t id) const {
  return impl_->read("read a run", [&]() -> Result<BenchmarkRun> {
    SQLite::Statement query = impl_->prepare(std::string(kSelectRuns) + "WHERE run.id = ?");
    query.bind(1, id);
    if (!query.executeStep())
      return Error{ErrorCode::NotFound, "'" + impl_->path + "' has no run " + std::to_string(id)};
    return runOf(query);
  });
}

Result<int> Results::count(std::span<const std::int64_t> ids, RunState state) const {
  return impl_->read("count the runs", [&]() -> Result<int> {
    int count = 0;
    for (const std::int64_t id : ids) count += impl_->state(id) == state;
    return count;
  });
}

Result<std::vector<BenchmarkRun>> Results::runs() const {
  return impl_->read("read the runs", [&]() -> Result<std::vector<BenchmarkRun>> {
    std::vector<BenchmarkRun> runs;
    SQLite::Statement query = impl_->prepare(std::string(kSelectRuns) + "ORDER BY run.id");
    while (query.executeStep()) runs.push_back(runOf(query));
    SQLite::Statement rounds = impl_->prepare(
        "SELECT round.round, steps, teacher_steps, surprising_steps, episodes, successes, evaluated_steps, "
        "evaluated_teacher_steps, evaluated_surprising_steps, evaluated_episodes, evaluated_successes, theta, "
        "outcome, update_seconds, simulation_steps FROM round WHERE run = ? ORDER BY round");
    SQLite::Statement alone = impl_->prepare(
        "SELECT episodes, steps, success, failure, base_reward, base_reward_deviation, teacher_reward, "
        "teacher_reward_deviation, features FROM alone WHERE run = ? AND round = ?");
    for (BenchmarkRun& run : runs) {
      rounds.reset();
      rounds.bind(1, run.id);
      while (rounds.executeStep()) {
        BenchmarkRound round;
        round.round = rounds.getColumn(0).getInt();
        round.taught = supervisedOf(rounds, 1);
        round.evaluated = supervisedOf(rounds, 6);
        round.theta = numbersFromJson(rounds.getColumn(11).getString(), "θ of a run");
        round.outcome = rounds.getColumn(12).getString();
        round.updateSeconds = rounds.getColumn(13).getDouble();
        round.simulationSteps = rounds.getColumn(14).getInt64();
        alone.reset();
        Binder{alone}(run.id)(round.round);
        if (alone.executeStep()) round.alone = aloneOf(alone, 0);
        run.rounds.push_back(std::move(round));
      }
    }
    return runs;
  });
}

const char* name(RunState state) {
  switch (state) {
    case RunState::Planned: return "planned";
    case RunState::Running: return "running";
    case RunState::Done: return "done";
    case RunState::Failed: return "failed";
  }
  return "unknown";
}

}  // namespace nudge
