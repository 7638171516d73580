// Reading episodes and steps.
#include <algorithm>
#include <limits>

#include "sessions/store_impl.h"

namespace nudge {

using namespace sessions;

namespace {

constexpr const char* kEpisodeColumns =
    "number, seed, policy_version, round, outcome, success, max_tilt_rad, steps, teacher_steps, take_overs, teacher, "
    "practice, reaction_s, clock_commands, clock_lag_median_s, clock_lag_p99_s";

EpisodeRow rowOf(SQLite::Statement& query) {
  EpisodeRow row;
  row.start.episode = query.getColumn(0).getInt64();
  row.start.seed = static_cast<std::uint64_t>(query.getColumn(1).getInt64());
  row.start.policyVersion = countOf(query.getColumn(2), "a policy version");
  row.start.round = countOf(query.getColumn(3), "a round");
  row.outcome = parsed<EpisodeOutcome>(kEpisodeOutcomes, query.getColumn(4).getString());
  row.success = query.getColumn(5).getInt() != 0;
  row.maxTilt_rad = query.getColumn(6).getDouble();
  row.steps = countOf(query.getColumn(7), "the number of steps");
  row.teacherSteps = countOf(query.getColumn(8), "the number of the teacher's steps");
  row.takeOvers = countOf(query.getColumn(9), "the number of take-overs");
  row.teacher = query.getColumn(10).getString();
  row.practice = query.getColumn(11).getInt() != 0;
  row.reaction_s = query.getColumn(12).getDouble();
  row.lag = {countOf(query.getColumn(13), "the number of commands"), query.getColumn(14).getDouble(),
             query.getColumn(15).getDouble()};
  return row;
}

Error absent(std::int64_t episode) {
  return {ErrorCode::NotFound, "Episode " + std::to_string(episode) + " is not in this session."};
}

template <typename T>
std::vector<T> finalArray(const SQLite::Column& column, std::size_t size, const char* what) {
  if (column.isNull()) return {};
  return BlobReader<T>(bytesOf(column), 1, size, what).row(0);
}

Driver driverOf(std::uint8_t byte) {
  if (byte > static_cast<std::uint8_t>(Driver::Teacher)) throw CorruptContent("an unknown driver");
  return static_cast<Driver>(byte);
}

/// Packed chunks may claim much in few bytes; no lesson comes near this.
constexpr std::size_t kLargestEpisode_bytes = std::size_t{2} << 30;

std::size_t stepSize(const LessonInfo& info) {
  return sizeof(Step) + 4 * (info.observation.size() + 2 * info.action.size() + info.features.size()) +
         8 * static_cast<std::size_t>(info.stateSize);
}

/// Appends the steps of the chunk that `query` stands on; those before it began with `begin`.
void appendChunk(SQLite::Statement& query, const LessonInfo& info, int begin, std::vector<Step>& steps) {
  if (query.getColumn(0).getInt64() != begin + static_cast<std::int64_t>(steps.size()))
    throw CorruptContent("its chunks of steps leave a gap or overlap");
  const auto rows = static_cast<std::size_t>(countOf(query.getColumn(1), "a chunk's number of steps"));
  if ((steps.size() + rows) * stepSize(info) > kLargestEpisode_bytes)
    throw CorruptContent("an episode is too large to be true");
  const SQLite::Column driver = query.getColumn(2), clock = query.getColumn(3),
                       observation = query.getColumn(4), proposal = query.getColumn(5),
                       action = query.getColumn(6), features = query.getColumn(7), state = query.getColumn(8);
  const std::size_t actionSize = info.action.size();
  const BlobReader<std::uint8_t> drivers(bytesOf(driver), rows, 1, "a chunk's drivers");
  const BlobReader<double> clocks(bytesOf(clock), rows, 1, "a chunk's times");
  const BlobReader<float> observations(bytesOf(observation), rows, info.observation.size(),
                                       "a chunk's observations");
  const BlobReader<float> proposals(bytesOf(proposal), rows, actionSize, "a chunk's proposals");
  const BlobReader<float> actions(bytesOf(action), rows, actionSize, "a chunk's actions");
  const BlobReader<float> featureRows(bytesOf(features), rows, info.features.size(), "a chunk's features");
  const BlobReader<double> states(bytesOf(state), rows, static_cast<std::size_t>(info.stateSize),
                                  "a chunk's states");
  for (std::size_t i = 0; i < rows; ++i) {
    Step step;
    step.index = begin + static_cast<int>(steps.size());
    step.driver = driverOf(drivers.at(i));
    step.wallTime_s = clocks.at(i);
    step.observation = observations.row(i);
    step.proposal = proposals.row(i);
    step.action = actions.row(i);
    step.features = featureRows.row(i);
    step.state = states.row(i);
    steps.push_back(std::move(step));
  }
}

}  // namespace

std::vector<Step> Store::Impl::steps(std::int64_t episode, int begin, int end) const {
  SQLite::Statement chunks = prepare(
      "SELECT first_step, steps, driver, clock_s, observation, proposal, action, features, state "
      "FROM step_chunk WHERE episode = ? AND first_step >= ? AND first_step < ? ORDER BY first_step");
  chunks.bind(1, episode);
  chunks.bind(2, begin);
  chunks.bind(3, end);
  std::vector<Step> steps;
  while (chunks.executeStep()) appendChunk(chunks, info, begin, steps);
  return steps;
}

Result<std::vector<EpisodeRow>> Store::episodes() const {
  return impl_->read("list the episodes", [&]() -> Result<std::vector<EpisodeRow>> {
    SQLite::Statement query(*impl_->database,
                            std::string("SELECT ") + kEpisodeColumns + " FROM episode ORDER BY number");
    std::vector<EpisodeRow> rows;
    while (query.executeStep()) rows.push_back(rowOf(query));
    return rows;
  });
}

Result<EpisodeData> Store::episode(std::int64_t number) const {
  return impl_->read("read episode " + std::to_string(number), [&]() -> Result<EpisodeData> {
    const LessonInfo& info = impl_->info;
    SQLite::Statement query(*impl_->database,
                            std::string("SELECT ") + kEpisodeColumns +
                                ", final_observation, final_state FROM episode WHERE number = ?");
    query.bind(1, number);
    if (!query.executeStep()) return absent(number);
    EpisodeData data;
    data.row = rowOf(query);
    data.finalObservation =
        finalArray<float>(query.getColumn(16), info.observation.size(), "a final observation");
    data.finalState =
        finalArray<double>(query.getColumn(17), static_cast<std::size_t>(info.stateSize), "a final state");

    data.steps = impl_->steps(number, 0, std::numeric_limits<int>::max());
    if (data.steps.size() != static_cast<std::size_t>(data.row.steps))
      throw CorruptContent("episode " + std::to_string(number) + " has " + std::to_string(data.steps.size()) +
                           " steps and says " + std::to_string(data.row.steps));
    data.segments = impl_->segments(number);
    return data;
  });
}

Result<EpisodeTrack> Store::track(std::int64_t number, int fromStep) const {
  return impl_->read("read episode " + std::to_string(number), [&]() -> Result<EpisodeTrack> {
    const std::size_t width = impl_->info.features.size();
    EpisodeTrack track;
    track.begin = fromStep;
    SQLite::Statement chunks = impl_->prepare(
        "SELECT first_step, steps, driver, features FROM step_chunk WHERE episode = ?1 AND first_step + "
        "steps > ?2 "
        "ORDER BY first_step");
    chunks.bind(1, number);
    chunks.bind(2, fromStep);
    while (chunks.executeStep()) {
      const int first = countOf(chunks.getColumn(0), "a chunk's first step");
      const int rows = countOf(chunks.getColumn(1), "a chunk's number of steps");
      const int skipped = track.drivers.empty() ? std::max(fromStep - first, 0) : 0;
      if (first + skipped != fromStep + static_cast<int>(track.drivers.size()))
        throw CorruptContent("its chunks of steps leave a gap or overlap");
      const SQLite::Column driver = chunks.getColumn(2), features = chunks.getColumn(3);
      const BlobReader<std::uint8_t> drivers(bytesOf(driver), static_cast<std::size_t>(rows), 1,
                                             "a chunk's drivers");
      const BlobReader<float> values(bytesOf(features), static_cast<std::size_t>(rows), width,
                                     "a chunk's features");
      for (auto i = static_cast<std::size_t>(skipped); i < static_cast<std::size_t>(rows); ++i) {
        track.drivers.push_back(driverOf(drivers.at(i)));
        for (std::size_t f = 0; f < width; ++f) track.features.push_back(values.at(i * width + f));
      }
    }
    return track;
  });
}

Result<std::vector<RecordingTrouble>> Store::troubles() const {
  return impl_->read("read what went wrong", [&]() -> Result<std::vector<RecordingTrouble>> {
    SQLite::Statement query = impl_->prepare(
        "SELECT kind, episode, first_step, steps, message, clock_delay_s, clock_noticed "
        "FROM recording_trouble ORDER BY id");
    std::vector<RecordingTrouble> all;
    while (query.executeStep())
      all.push_back({parsed<RecordingTrouble::Kind>(kTroubleKinds, query.getColumn(0).getString()),
                     query.getColumn(1).getInt64(), query.getColumn(2).getInt64(),
                     query.getColumn(3).getInt64(), query.getColumn(5).getDouble(),
                     query.getColumn(4).getString(), query.getColumn(6).getString()});
    return all;
  });
}

Result<std::vector<double>> Store::state(std::int64_t episode, int index) const {
  return impl_->read("read a step", [&]() -> Result<std::vector<double>> {
    const auto size = static_cast<std::size_t>(impl_->info.stateSize);
    SQLite::Statement query = impl_->prepare("SELECT steps, final_state FROM episode WHERE number = ?");
    query.bind(1, episode);
    if (!query.executeStep()) return absent(episode);
    const int steps = countOf(query.getColumn(0), "the number of steps");
    const Error outside{ErrorCode::NotFound, "Episode " + std::to_string(episode) + " has no stored state " +
                                                 std::to_string(index) + "."};
    if (index < 0 || index > steps) return outside;
    if (index == steps) {
      std::vector<double> last = finalArray<double>(query.getColumn(1), size, "a final state");
      if (last.empty()) return outside;
      return last;
    }
    SQLite::Statement chunk = impl_->prepare(
        "SELECT first_step, steps, state FROM step_chunk WHERE episode = ? AND first_step <= ? "
        "ORDER BY first_step DESC LIMIT 1");
    chunk.bind(1, episode);
    chunk.bind(2, index);
    if (!chunk.executeStep()) throw CorruptContent("its chunks of steps leave a gap");
    const int first = countOf(chunk.getColumn(0), "a chunk's first step");
    const int count = countOf(chunk.getColumn(1), "a chunk's number of steps");
    if (index - first >= count) throw CorruptContent("its chunks of steps leave a gap");
    const SQLite::Column bytes = chunk.getColumn(2);
    return BlobReader<double>(bytesOf(bytes), static_cast<std::size_t>(count), size, "a chunk's states")
        .row(static_cast<std::size_t>(index - first));
  });
}

}  // namespace nudge
