// What 'nudge-cli check' asks of a file: is everything in it sound?
#include <cmath>

#include "core/base/sha256.h"
#include "sessions/store_impl.h"

namespace nudge {

using namespace sessions;

namespace {

constexpr std::size_t kMostProblems = 200;  ///< a file that is all wrong needs no longer list

template <typename T>
bool finite(const std::vector<T>& values) {
  for (const T value : values)
    if (!std::isfinite(value)) return false;
  return true;
}

void addRows(SQLite::Database& database, const char* pragma, const char* what,
             std::vector<std::string>& problems) {
  SQLite::Statement query(database, pragma);
  while (query.executeStep() && problems.size() < kMostProblems) {
    std::string text = query.getColumn(0).getString();
    if (text == "ok") continue;
    problems.push_back(std::string(what) + ": " + text);
  }
}

void checkNumbers(const EpisodeData& data, const std::string& where, std::vector<std::string>& problems) {
  for (const Step& step : data.steps) {
    if (std::isfinite(step.wallTime_s) && finite(step.observation) && finite(step.proposal) &&
        finite(step.action) && finite(step.features) && finite(step.state))
      continue;
    problems.push_back(where + ", step " + std::to_string(step.index) + ": a number is not finite");
    return;
  }
  if (data.row.outcome != EpisodeOutcome::Diverged &&
      !(finite(data.finalObservation) && finite(data.finalState)))
    problems.push_back(where + ": its final state is not finite");
}

void checkCounts(const EpisodeData& data, const std::string& where, std::vector<std::string>& problems) {
  int teacherSteps = 0, takeOvers = 0;
  Driver before = Driver::Robot;
  for (const Step& step : data.steps) {
    teacherSteps += step.driver == Driver::Teacher;
    takeOvers += step.driver == Driver::Teacher && before == Driver::Robot;
    before = step.driver;
  }
  if (teacherSteps != data.row.teacherSteps || takeOvers != data.row.takeOvers)
    problems.push_back(where + ": its sums do not match its steps");
}

}  // namespace

Result<std::vector<std::string>> Store::checkStructure() const {
  std::vector<std::string> problems;
  const auto note = [&](const Error& error) { problems.push_back(error.message); };
  const Status rows = impl_->read("check the database", [&]() -> Status {
    addRows(*impl_->database, "PRAGMA integrity_check(100)", "database", problems);
    addRows(*impl_->database, "PRAGMA foreign_key_check", "a row points to one that is not there, in table",
            problems);
    return {};
  });
  if (!rows) note(rows.error());

  const auto all = episodes();
  if (!all) note(all.error());
  for (const EpisodeRow& row : all ? *all : std::vector<EpisodeRow>()) {
    if (problems.size() >= kMostProblems) break;
    const std::string where = "episode " + std::to_string(row.start.episode);
    // One snapshot for steps, marks and segments: a recorder may be at work.
    const Status sound = impl_->read("read " + where, [&]() -> Status {
      const std::vector<Mark> marks = impl_->activeMarks(row.start.episode);
      const auto expected =
          makeSegments(impl_->drivers(row.start.episode), impl_->reactionStepsOf(row.start.episode), marks);
      if (impl_->segments(row.start.episode) != expected)
        problems.push_back(where + ": its segments are not what its marks come to");
      return {};
    });
    if (!sound) note(sound.error());
    const auto data = episode(row.start.episode);
    if (!data) {
      note(data.error());
      continue;
    }
    checkNumbers(*data, where, problems);
    checkCounts(*data, where, problems);
  }
  checkPolicies(problems);
  return problems;
}

void Store::checkPolicies(std::vector<std::string>& problems) const {
  const auto versions = policyVersions();
  if (!versions) problems.push_back(versions.error().message);
  const std::size_t features = impl_->info.features.size();
  for (const PolicyVersion& version : versions ? *versions : std::vector<PolicyVersion>()) {
    if (const auto whole = policyVersion(version.version); !whole) problems.push_back(whole.error().message);
    if (version.theta.size() != features)
      problems.push_back("policy " + std::to_string(version.version) +
                         ": not one reward weight for each feature");
    if ((version.parent < 0) != (version.version == 0) || version.parent >= version.version)
      problems.push_back("policy " + std::to_string(version.version) +
                         ": its line of parents does not lead to the prior");
  }
  const auto runs = updates();
  if (!runs) problems.push_back(runs.error().message);
  for (const Update& update : runs ? *runs : std::vector<Update>()) {
    for (const auto* numbers : {&update.theta, &update.thetaHalfWidth})
      if (!numbers->empty() && numbers->size() != features)
        problems.push_back("update " + std::to_string(update.id) +
                           ": not one reward weight for each feature");
  }
  if (const auto every = marks(); !every) problems.push_back(every.error().message);
}

}  // namespace nudge
