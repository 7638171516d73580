// Policy versions and the learner's updates.
#include <cmath>

#include "core/base/sha256.h"
#include "sessions/store_impl.h"

namespace nudge {

using namespace sessions;

namespace {

constexpr const char* kUpdateColumns =
    "id, outcome, base_version, result_version, round, theta, theta_half_width, expert_steps, good_steps, "
    "bad_steps, last_episode, last_step, clock_seconds, settings, report, message, clock_started";

PolicyVersion versionOf(SQLite::Statement& query, bool withWeights) {
  PolicyVersion policy;
  policy.version = countOf(query.getColumn(0), "a policy version");
  policy.parent = query.getColumn(1).isNull() ? -1 : countOf(query.getColumn(1), "a policy's parent");
  policy.hash = query.getColumn(2).getString();
  policy.theta = numbersFromJson(query.getColumn(3).getString(), "a policy's theta");
  policy.created = query.getColumn(4).getString();
  if (withWeights) {
    const SQLite::Column column = query.getColumn(5);
    const auto bytes = bytesOf(column);
    policy.weights.assign(bytes.begin(), bytes.end());
    if (sha256Hex(policy.weights) != policy.hash)
      throw CorruptContent("the weights of policy " + std::to_string(policy.version) +
                           " do not match their hash");
  }
  return policy;
}

Update updateOf(SQLite::Statement& query) {
  Update update;
  update.id = query.getColumn(0).getInt64();
  update.outcome = parsed<UpdateOutcome>(kUpdateOutcomes, query.getColumn(1).getString());
  update.baseVersion = countOf(query.getColumn(2), "an update's base version");
  update.resultVersion = query.getColumn(3).isNull() ? -1 : countOf(query.getColumn(3), "an update's result");
  update.round = countOf(query.getColumn(4), "an update's round");
  update.theta = numbersFromJson(query.getColumn(5).getString(), "an update's theta");
  update.thetaHalfWidth = numbersFromJson(query.getColumn(6).getString(), "an update's intervals");
  update.expertSteps = query.getColumn(7).getInt64();
  update.goodSteps = query.getColumn(8).getInt64();
  update.badSteps = query.getColumn(9).getInt64();
  update.lastEpisode = query.getColumn(10).getInt64();
  update.lastStep = query.getColumn(11).getInt64();
  update.seconds = query.getColumn(12).getDouble();
  update.settings = query.getColumn(13).getString();
  update.report = query.getColumn(14).getString();
  update.message = query.getColumn(15).getString();
  update.started = query.getColumn(16).getString();
  return update;
}

/// Binds everything but the id, in the order of kUpdateColumns.
void bindUpdate(SQLite::Statement& statement, const Update& update, int resultVersion) {
  statement.bind(2, spelled(kUpdateOutcomes, update.outcome));
  statement.bind(3, update.baseVersion);
  if (resultVersion >= 0) statement.bind(4, resultVersion);
  statement.bind(5, update.round);
  statement.bind(6, toJson(update.theta));
  statement.bind(7, toJson(update.thetaHalfWidth));
  statement.bind(8, update.expertSteps);
  statement.bind(9, update.goodSteps);
  statement.bind(10, update.badSteps);
  statement.bind(11, update.lastEpisode);
  statement.bind(12, update.lastStep);
  statement.bind(13, update.seconds);
  statement.bind(14, update.settings);
  statement.bind(15, update.report);
  statement.bind(16, update.message);
  statement.bind(17, update.started.empty() ? utcNow() : update.started);
}

/// Why these numbers cannot be weights of `features` features; empty when they can.
std::string faultOf(const std::vector<double>& numbers, std::size_t features, bool mayBeEmpty) {
  if (mayBeEmpty && numbers.empty()) return {};
  if (numbers.size() != features)
    return "there are " + std::to_string(numbers.size()) + " reward weights for " + std::to_string(features) +
           " features";
  for (const double number : numbers)
    if (!std::isfinite(number)) return "a reward weight is not a finite number";
  return {};
}

int insertPolicy(SQLite::Database& database, const PolicyVersion& policy, int parent) {
  const int version = database.execAndGet("SELECT max(version) + 1 FROM policy_version").getInt();
  SQLite::Statement insert(
      database,
      "INSERT INTO policy_version (version, parent, sha256, weights, theta, clock_created) "
      "VALUES (?, ?, ?, ?, ?, ?)");
  insert.bind(1, version);
  insert.bind(2, parent);
  insert.bind(3, sha256Hex(policy.weights));
  bindBytes(insert, 4, policy.weights);
  insert.bind(5, toJson(policy.theta));
  insert.bind(6, policy.created.empty() ? utcNow() : policy.created);
  insert.exec();
  SQLite::Statement activate(database, "UPDATE lesson SET active_version = ?");
  activate.bind(1, version);
  activate.exec();
  return version;
}

}  // namespace

Result<std::vector<PolicyVersion>> Store::policyVersions(bool withWeights) const {
  return impl_->read("list the policies", [&]() -> Result<std::vector<PolicyVersion>> {
    SQLite::Statement query(*impl_->database,
                            std::string("SELECT version, parent, sha256, theta, clock_created") +
                                (withWeights ? ", weights" : "") + " FROM policy_version ORDER BY version");
    std::vector<PolicyVersion> versions;
    while (query.executeStep()) versions.push_back(versionOf(query, withWeights));
    return versions;
  });
}

Result<PolicyVersion> Store::policyVersion(int version) const {
  return impl_->read("read policy " + std::to_string(version), [&]() -> Result<PolicyVersion> {
    SQLite::Statement query = impl_->prepare(
        "SELECT version, parent, sha256, theta, clock_created, weights FROM policy_version WHERE version = "
        "?");
    query.bind(1, version);
    if (!query.executeStep())
      return Error{ErrorCode::NotFound,
                   "This session has no policy version " + std::to_string(version) + "."};
    return versionOf(query, true);
  });
}

Result<std::int64_t> Store::beginUpdate(const Update& update) {
  const std::size_t features = impl_->info.features.size();
  for (const auto* numbers : {&update.theta, &update.thetaHalfWidth})
    if (const std::string fault = faultOf(*numbers, features, true); !fault.empty())
      return Error{ErrorCode::InvalidInput, "The update was not stored: " + fault + "."};
  return impl_->write("store the start of an update", [&]() -> Result<std::int64_t> {
    // One learner at a time: a row that still says running is of one that was killed.
    SQLite::Statement orphans = impl_->prepare(
        "UPDATE policy_update SET outcome = 'failed', message = 'It stopped before it finished.' "
        "WHERE outcome = 'running'");
    orphans.exec();
    SQLite::Statement insert(*impl_->database,
                             std::string("INSERT INTO policy_update (") + kUpdateColumns +
                                 ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    Update row = update;
    row.outcome = UpdateOutcome::Running;
    bindUpdate(insert, row, -1);
    insert.exec();
    return impl_->database->getLastInsertRowid();
  });
}

Result<int> Store::finishUpdate(const Update& update, const PolicyVersion* policy) {
  const std::size_t features = impl_->info.features.size();
  std::string fault = faultOf(update.theta, features, true);
  if (fault.empty()) fault = faultOf(update.thetaHalfWidth, features, true);
  if (fault.empty() && policy) fault = faultOf(policy->theta, features, false);
  if (fault.empty() && policy && policy->weights.empty()) fault = "the new policy has no weights";
  if (fault.empty() && update.outcome == UpdateOutcome::Running) fault = "it has no outcome";
  if (!fault.empty()) return Error{ErrorCode::InvalidInput, "The update was not stored: " + fault + "."};
  return impl_->write("store an update", [&]() -> Result<int> {
    SQLite::Statement running = impl_->prepare("SELECT outcome = 'running' FROM policy_update WHERE id = ?");
    running.bind(1, update.id);
    if (!running.executeStep())
      return Error{ErrorCode::NotFound, "Update " + std::to_string(update.id) + " is not in this session."};
    if (running.getColumn(0).getInt() == 0)
      return Error{ErrorCode::Busy, "Update " + std::to_string(update.id) +
                                        " was replaced by a later one. The lesson is as it was."};
    running.reset();
    const int version = policy ? insertPolicy(*impl_->database, *policy, update.baseVersion) : -1;
    SQLite::Statement change(
        *impl_->database,
        "UPDATE policy_update SET outcome = ?2, base_version = ?3, result_version = ?4, round = ?5, theta = "
        "?6, "
        "theta_half_width = ?7, expert_steps = ?8, good_steps = ?9, bad_steps = ?10, last_episode = ?11, "
        "last_step = ?12, clock_seconds = ?13, settings = ?14, report = ?15, message = ?16, clock_started = "
        "?17 "
        "WHERE id = ?1");
    change.bind(1, update.id);
    bindUpdate(change, update, version);
    change.exec();
    return version;
  });
}

Result<std::vector<Update>> Store::updates() const {
  return impl_->read("list the updates", [&]() -> Result<std::vector<Update>> {
    SQLite::Statement query(*impl_->database,
                            std::string("SELECT ") + kUpdateColumns + " FROM policy_update ORDER BY id");
    std::vector<Update> updates;
    while (query.executeStep()) updates.push_back(updateOf(query));
    return updates;
  });
}

Result<int> Store::activeVersion() const {
  return impl_->read("read the active policy", [&]() -> Result<int> {
    return countOf(impl_->database->execAndGet("SELECT active_version FROM lesson"),
                   "the active policy version");
  });
}

Status Store::setActiveVersion(int version) {
  return impl_->write("switch the policy", [&]() -> Status {
    SQLite::Statement known = impl_->prepare("SELECT 1 FROM policy_version WHERE version = ?");
    known.bind(1, version);
    if (!known.executeStep())
      return Error{ErrorCode::NotFound,
                   "This session has no policy version " + std::to_string(version) + "."};
    known.reset();
    SQLite::Statement update = impl_->prepare("UPDATE lesson SET active_version = ?");
    update.bind(1, version);
    update.exec();
    return {};
  });
}

}  // namespace nudge
