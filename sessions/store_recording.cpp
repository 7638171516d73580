// Writing episodes and steps.
#include "sessions/store_impl.h"

namespace nudge {

using namespace sessions;

namespace {

/// Of the chunks of an ended episode, at least. Longer ones pack little better and take longer to seek in.
constexpr int kJoinedSteps = 150;

/// The arrays of one chunk, a BLOB each.
struct Chunk {
  BlobWriter driver, clock, observation, proposal, action, features, state;
  void append(const Step& step) {
    driver.append(static_cast<std::uint8_t>(step.driver));
    clock.append(step.wallTime_s);
    observation.append(std::span<const float>(step.observation));
    proposal.append(std::span<const float>(step.proposal));
    action.append(std::span<const float>(step.action));
    features.append(std::span<const float>(step.features));
    state.append(std::span<const double>(step.state));
  }
};

struct Progress {
  std::string outcome;
  int steps = 0;
};

/// How far an episode is in the file; nothing when it is not there.
std::optional<Progress> progressOf(SQLite::Database& database, std::int64_t episode) {
  SQLite::Statement query(database, "SELECT outcome, steps FROM episode WHERE number = ?");
  query.bind(1, episode);
  if (!query.executeStep()) return std::nullopt;
  return Progress{query.getColumn(0).getString(), countOf(query.getColumn(1), "the number of steps")};
}

Error unknownEpisode(std::int64_t episode) {
  return {ErrorCode::NotFound, "Episode " + std::to_string(episode) + " is not in the session file."};
}

bool fits(const Step& step, const LessonInfo& info) {
  return step.observation.size() == info.observation.size() && step.proposal.size() == info.action.size() &&
         step.action.size() == info.action.size() && step.features.size() == info.features.size() &&
         step.state.size() == static_cast<std::size_t>(info.stateSize);
}

/// The driver of the last stored step; the robot before the first.
Driver lastDriver(SQLite::Database& database, std::int64_t episode) {
  SQLite::Statement query(
      database, "SELECT steps, driver FROM step_chunk WHERE episode = ? ORDER BY first_step DESC LIMIT 1");
  query.bind(1, episode);
  if (!query.executeStep()) return Driver::Robot;
  const auto steps = static_cast<std::size_t>(countOf(query.getColumn(0), "a chunk's number of steps"));
  const SQLite::Column column = query.getColumn(1);
  return static_cast<Driver>(
      BlobReader<std::uint8_t>(bytesOf(column), steps, 1, "a chunk's drivers").at(steps - 1));
}

void insertChunk(SQLite::Database& database, std::int64_t episode, std::span<const Step> steps) {
  Chunk chunk;
  for (const Step& step : steps) chunk.append(step);
  SQLite::Statement insert(
      database,
      "INSERT INTO step_chunk (episode, first_step, steps, driver, clock_s, observation, "
      "proposal, action, features, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, episode);
  insert.bind(2, steps.front().index);
  insert.bind(3, static_cast<int>(steps.size()));
  std::array<std::vector<std::uint8_t>, 7> blobs{
      chunk.driver.packed(), chunk.clock.packed(),    chunk.observation.packed(), chunk.proposal.packed(),
      chunk.action.packed(), chunk.features.packed(), chunk.state.packed()};
  int column = 4;
  for (const std::vector<std::uint8_t>& blob : blobs) bindBytes(insert, column++, blob);
  insert.exec();
}

void countSteps(SQLite::Database& database, std::int64_t episode, std::span<const Step> steps,
                Driver before) {
  int teacherSteps = 0, takeOvers = 0;
  for (const Step& step : steps) {
    if (step.driver == Driver::Teacher) ++teacherSteps;
    if (step.driver == Driver::Teacher && before != Driver::Teacher) ++takeOvers;
    before = step.driver;
  }
  SQLite::Statement update(database,
                           "UPDATE episode SET steps = steps + ?, teacher_steps = teacher_steps + ?, "
                           "take_overs = take_overs + ? WHERE number = ?");
  update.bind(1, static_cast<int>(steps.size()));
  update.bind(2, teacherSteps);
  update.bind(3, takeOvers);
  update.bind(4, episode);
  update.exec();
}

}  // namespace

void Store::Impl::joinChunks(std::int64_t episode) {
  struct Stretch {
    int begin = 0, end = 0, chunks = 0;
  };
  std::vector<Stretch> stretches(1);
  SQLite::Statement query = prepare("SELECT steps FROM step_chunk WHERE episode = ? ORDER BY first_step");
  query.bind(1, episode);
  while (query.executeStep()) {
    const int end = stretches.back().end;
    if (end - stretches.back().begin >= kJoinedSteps) stretches.push_back({end, end, 0});
    stretches.back().end = end + countOf(query.getColumn(0), "a chunk's number of steps");
    ++stretches.back().chunks;
  }
  SQLite::Statement erase =
      prepare("DELETE FROM step_chunk WHERE episode = ? AND first_step >= ? AND first_step < ?");
  for (const Stretch& stretch : stretches) {
    if (stretch.chunks < 2) continue;
    const std::vector<Step> all = steps(episode, stretch.begin, stretch.end);
    if (all.size() != static_cast<std::size_t>(stretch.end - stretch.begin))
      throw CorruptContent("its chunks of steps leave a gap");
    erase.bind(1, episode);
    erase.bind(2, stretch.begin);
    erase.bind(3, stretch.end);
    erase.exec();
    erase.reset();
    insertChunk(*database, episode, all);
  }
}

Status Store::Impl::takeClaim(bool fromElsewhere) {
  if (claim.held()) return {};
  if (readOnly)
    return Error{ErrorCode::ReadOnly, "'" + path + "' is open for reading only; nothing can be recorded."};
  return attempt(database.get(), path, "start recording", [&] { return claim.take(fromElsewhere); });
}

Status Store::Impl::record(const std::string& doing, const std::function<Status()>& work) {
  if (const Status claimed = takeClaim(false); !claimed) return claimed;
  return write(doing, [&]() -> Status {
    if (const Status still = claim.confirm(); !still) return still;
    return work();
  });
}

Status Store::claim(bool fromElsewhere) {
  return impl_->takeClaim(fromElsewhere);
}

void Store::release() { impl_->claim.release(); }

Status Store::beginEpisode(const EpisodeStart& start, bool practice) {
  return impl_->record("begin an episode", [&]() -> Status {
    if (progressOf(*impl_->database, start.episode)) return {};
    const std::int64_t newest =
        impl_->database->execAndGet("SELECT coalesce(max(number), 0) FROM episode").getInt64();
    if (start.episode <= newest)
      return Error{ErrorCode::InvalidInput, "Episode " + std::to_string(start.episode) +
                                                " cannot begin after episode " + std::to_string(newest) +
                                                "."};
    SQLite::Statement insert = impl_->prepare(
        "INSERT INTO episode (number, model, seed, policy_version, round, practice, teacher, reaction_s, clock_started) "
        "VALUES (?, (SELECT model FROM lesson), ?, ?, ?, ?, (SELECT teacher FROM lesson), (SELECT reaction_s FROM "
        "lesson), ?)");
    insert.bind(1, start.episode);
    insert.bind(2, static_cast<std::int64_t>(start.seed));
    insert.bind(3, start.policyVersion);
    insert.bind(4, start.round);
    insert.bind(5, practice ? 1 : 0);
    insert.bind(6, utcNow());
    insert.exec();
    return {};
  });
}

Status Store::appendSteps(std::int64_t episode, std::span<const Step> steps) {
  if (steps.empty()) return {};
  return impl_->record("store steps", [&]() -> Status {
    SQLite::Database& database = *impl_->database;
    const std::optional<Progress> progress = progressOf(database, episode);
    if (!progress) return unknownEpisode(episode);
    // A write whose success was not learned is tried again: what is there already is left out.
    std::span<const Step> fresh = steps;
    while (!fresh.empty() && fresh.front().index < progress->steps) fresh = fresh.subspan(1);
    if (fresh.empty()) return {};
    if (progress->outcome != spelled(kEpisodeOutcomes, EpisodeOutcome::Running))
      return Error{ErrorCode::InvalidInput,
                   "Episode " + std::to_string(episode) + " has ended; it takes no more steps."};
    int expected = progress->steps;
    for (const Step& step : fresh) {
      if (step.index != expected++)
        return Error{ErrorCode::InvalidInput, "Steps of episode " + std::to_string(episode) +
                                                  " are not consecutive: " + std::to_string(step.index) +
                                                  " came instead of " + std::to_string(expected - 1) + "."};
      if (!fits(step, impl_->info))
        return Error{ErrorCode::InvalidInput, "A step of episode " + std::to_string(episode) +
                                                  " has arrays of other sizes than the lesson."};
    }
    const Driver before = lastDriver(database, episode);
    insertChunk(database, episode, fresh);
    countSteps(database, episode, fresh, before);
    impl_->rewriteSegments(episode);
    return {};
  });
}

Status Store::endEpisode(std::int64_t episode, const EpisodeEnd& end, const CommandLag& lag) {
  return impl_->record("end an episode", [&]() -> Status {
    const std::optional<Progress> progress = progressOf(*impl_->database, episode);
    if (!progress) return unknownEpisode(episode);
    if (progress->outcome != spelled(kEpisodeOutcomes, EpisodeOutcome::Running)) return {};
    if ((!end.observation.empty() && end.observation.size() != impl_->info.observation.size()) ||
        (!end.state.empty() && end.state.size() != static_cast<std::size_t>(impl_->info.stateSize)))
      return Error{ErrorCode::InvalidInput, "The end of episode " + std::to_string(episode) +
                                                " has arrays of other sizes than the lesson."};
    SQLite::Statement update = impl_->prepare(
        "UPDATE episode SET outcome = ?, success = ?, max_tilt_rad = ?, final_observation = ?, final_state = "
        "?, clock_commands = ?, clock_lag_median_s = ?, clock_lag_p99_s = ? WHERE number = ?");
    update.bind(1, spelled(kEpisodeOutcomes, end.outcome));
    update.bind(2, end.success ? 1 : 0);
    update.bind(3, end.maxTilt_rad);
    BlobWriter observation, state;
    observation.append(std::span<const float>(end.observation));
    state.append(std::span<const double>(end.state));
    if (!end.observation.empty()) bindBytes(update, 4, observation.bytes());
    if (!end.state.empty()) bindBytes(update, 5, state.bytes());
    update.bind(6, lag.commands);
    update.bind(7, lag.median_s);
    update.bind(8, lag.p99_s);
    update.bind(9, episode);
    update.exec();
    try {
      impl_->joinChunks(episode);
    } catch (const CorruptContent&) {
      // A damaged chunk stays as it is; reading and check tell of it.
    }
    return {};
  });
}

Status Store::noteTrouble(const RecordingTrouble& trouble) {
  return impl_->record("note what went wrong", [&]() -> Status {
    SQLite::Statement insert = impl_->prepare(
        "INSERT INTO recording_trouble (kind, episode, first_step, steps, message, clock_delay_s, "
        "clock_noticed) VALUES (?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, spelled(kTroubleKinds, trouble.kind));
    insert.bind(2, trouble.episode);
    insert.bind(3, trouble.firstStep);
    insert.bind(4, trouble.steps);
    insert.bind(5, trouble.message);
    insert.bind(6, trouble.delay_s);
    insert.bind(7, utcNow());
    insert.exec();
    return {};
  });
}

Result<int> Store::closeUnfinishedEpisodes() {
  int closed = 0;
  const Status done = impl_->record("close unfinished episodes", [&]() -> Status {
    SQLite::Statement update = impl_->prepare("UPDATE episode SET outcome = ? WHERE outcome = ?");
    update.bind(1, spelled(kEpisodeOutcomes, EpisodeOutcome::Reset));
    update.bind(2, spelled(kEpisodeOutcomes, EpisodeOutcome::Running));
    closed = update.exec();
    return {};
  });
  if (!done) return done.error();
  return closed;
}

}  // namespace nudge
