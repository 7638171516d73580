#include "core/benchmark/run.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/benchmark/judge.h"
#include "core/learn/method.h"
#include "core/learn/settings.h"

namespace nudge {

namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;

const char* outcomeText(MereqOutcome outcome) {
  switch (outcome) {
    case MereqOutcome::NewPolicy: return "new-policy";
    case MereqOutcome::NothingToCorrect: return "nothing-to-correct";
    case MereqOutcome::BaseTaskKept: return "base-task-kept";
  }
  return "unknown";
}

constexpr int kDeltaEpisodes = 200;  ///< of the robot alone where a δ was first reached, at most

/// A lesson of one method.
class Lesson {
 public:
  Lesson(const BenchmarkKey& key, const RunSettings& settings, MereqSettings update, Judge judge)
      : key_(key), settings_(settings), update_(update), judge_(std::move(judge)), seed_(static_cast<std::uint64_t>(key.seed)) {}

  Result<FinishedRun> run(Policy prior, const std::function<bool(const BenchmarkRound&)>& seen) {
    auto start = startingPolicy(key_.method, prior, seed_);
    if (!start) return start.error();
    input_.taskId = key_.task;
    input_.theta.assign(judge_.task().spec().features.size(), 0.0);
    input_.prior = std::move(prior);
    input_.current = std::move(*start);
    const bool bySurprise = judge_.noise().random > 0.0;
    FinishedRun finished;
    for (int number = 0; number <= settings_.protocol.rounds; ++number) {
      if (number > 0 && settled(finished.rounds, bySurprise)) break;
      auto round = number == 0 ? beginning() : nextRound(number, finished.rounds.back());
      if (!round) return round.error();
      if (!seen(*round)) return Error{ErrorCode::Cancelled, "the run was cancelled"};
      finished.rounds.push_back(std::move(*round));
    }
    if (auto judged = judgeAlone(finished.rounds, bySurprise); !judged) return judged.error();
    return finished;
  }

 private:
  static constexpr std::uint64_t kHeldOut = 770'001;  ///< no training episode starts from these

  /// Round 0: the policy that the lesson starts with, judged.
  Result<BenchmarkRound> beginning() {
    BenchmarkRound round;
    round.theta = input_.theta;
    if (auto judged = judgeBriefly(round); !judged) return judged.error();
    return round;
  }

  /// Collects, learns, judges.
  Result<BenchmarkRound> nextRound(int number, const BenchmarkRound& before) {
    BenchmarkRound round;
    round.round = number;
    auto taught = judge_.teach(input_.current, number, static_cast<std::int64_t>(input_.episodes.size()) + 1,
                               settings_.protocol.steps, seed_);
    if (!taught) return taught.error();
    round.taught = taught->figures;
    std::move(taught->episodes.begin(), taught->episodes.end(), std::back_inserter(input_.episodes));

    MereqSettings update = update_;
    update.seed = deriveSeed(seed_, static_cast<std::uint64_t>(number));
    const Clock::time_point start = Clock::now();
    auto learned = learn(key_.method, input_, update, {});
    if (!learned) return learned.error();
    round.updateSeconds = std::chrono::duration<double>(Clock::now() - start).count();
    round.simulationSteps = round.taught.steps + learned->report.simulationSteps;
    round.outcome = outcomeText(learned->outcome);
    round.theta = learned->theta;
    if (learned->theta != input_.theta) input_.learnedRound = number;
    input_.theta = learned->theta;
    if (learned->outcome != MereqOutcome::NewPolicy) {  // the same policy on the same seeds shows the same
      round.evaluated = before.evaluated;
      round.alone = before.alone;
      policies_.push_back(policies_.back());
      return round;
    }
    input_.current = std::move(learned->policy);
    if (auto judged = judgeBriefly(round); !judged) return judged.error();
    return round;
  }

  /// With the teacher, and alone over few episodes: enough for a curve over many runs.
  Status judgeBriefly(BenchmarkRound& round) {
    policies_.push_back(std::make_shared<const Policy>(input_.current));
    const std::uint64_t seed = deriveSeed(kHeldOut, seed_);
    auto evaluated = judge_.teach(input_.current, 1, 1, settings_.evaluationSteps, seed);
    if (!evaluated) return evaluated.error();
    round.evaluated = evaluated->figures;
    auto alone = judge_.alone(input_.current, judge_.episodesFor(settings_.evaluationSteps), seed, false);
    if (!alone) return alone.error();
    round.alone = std::move(*alone);
    return {};
  }

  /// The robot alone in full at the end, and on some more episodes where each δ was first reached.
  Status judgeAlone(std::vector<BenchmarkRound>& rounds, bool bySurprise) {
    const auto again = [&](std::size_t i, int episodes, bool histograms) -> Status {
      auto alone = judge_.alone(*policies_[i], episodes, kAloneSeed, histograms);
      if (!alone) return alone.error();
      rounds[i].alone = std::move(*alone);
      return {};
    };
    const std::size_t last = rounds.size() - 1;
    std::set<std::size_t> judgedAgain;
    for (const double delta : kDeltas) {
      const auto hit = std::find_if(rounds.begin(), rounds.end(), [&](const BenchmarkRound& r) {
        return (bySurprise ? r.evaluated.surprisingRate() : r.evaluated.rate()) < delta;
      });
      const auto i = static_cast<std::size_t>(hit - rounds.begin());
      if (i >= last || !judgedAgain.insert(i).second) continue;
      if (auto judged = again(i, std::min(settings_.evaluationEpisodes, kDeltaEpisodes), false); !judged) return judged;
    }
    return again(last, settings_.evaluationEpisodes, true);
  }

  const BenchmarkKey& key_;
  const RunSettings& settings_;
  const MereqSettings update_;
  Judge judge_;
  const std::uint64_t seed_;
  MereqInput input_;
  std::vector<std::shared_ptr<const Policy>> policies_;  ///< after each round
};

/// There is only one of each, while the runs of a method pool their episodes.
constexpr int kReferenceEpisodes = 500;

/// The policy of a reference row, alone and under the teacher, as a round 0; in rounds after it alone over the first
/// of the same episodes, as many as runs are judged on.
Result<FinishedRun> runReference(const BenchmarkKey& key, const RunSettings& settings, Judge judge) {
  const bool floor = key.method == kReferenceFloor;
  FinishedRun finished;
  auto policy = shippedPolicy(key.task, key.method == kReferencePrior ? key.prior : floor ? "expert" : "teacher");
  if (floor) finished.remark = policy ? "an independently trained expert" : "the teacher's own sampled policy";
  if (floor && !policy) policy = shippedPolicy(key.task, "teacher");
  if (!policy) return policy.error();
  auto evaluated = judge.teach(*policy, 1, 1, 10 * settings.evaluationSteps, kAloneSeed);
  if (!evaluated) return evaluated.error();
  const int most = settings.evaluationEpisodes;
  for (const int episodes : std::set<int, std::greater<>>{std::max(most, kReferenceEpisodes), most, std::min(most, kDeltaEpisodes)}) {
    auto alone = judge.alone(*policy, episodes, kAloneSeed, true);
    if (!alone) return alone.error();
    BenchmarkRound round;
    round.round = static_cast<int>(finished.rounds.size());
    round.evaluated = evaluated->figures;
    round.alone = std::move(*alone);
    finished.rounds.push_back(std::move(round));
  }
  return finished;
}

}  // namespace

Result<Protocol> findProtocol(const std::string& id, const TaskSpec& task) {
  const bool shortRounds = !task.discreteActions.empty() || task.id == "erasing";
  if (id == "paper") return Protocol{shortRounds ? 2000 : 3000, 10};
  if (id == "window") return Protocol{shortRounds ? 500 : 450, 20};
  return Error{ErrorCode::InvalidInput, "there is no protocol '" + id + "'; there are paper, window"};
}

Result<std::string> settingsText(const RunSettings& settings) {
  json text{{"evaluation_episodes", settings.evaluationEpisodes},
            {"evaluation_steps", settings.evaluationSteps},
            {"rounds", settings.protocol.rounds},
            {"steps", settings.protocol.steps}};
  MereqSettings learner;
  for (const std::string& assignment : settings.set) {
    if (auto applied = set(learner, assignment); !applied) return applied.error();
    const std::string name = assignment.substr(0, assignment.find('='));
    for (const SettingInfo& info : settingsTable())
      if (info.name == name) text["set"][name] = info.choices.empty() ? json(valueOf(learner, info)) : json(textOf(learner, info));
  }
  return text.dump();
}

Result<RunSettings> readSettings(const std::string& text) {
  const json parsed = json::parse(text, nullptr, false);
  try {
    RunSettings settings;
    settings.evaluationEpisodes = parsed.at("evaluation_episodes").get<int>();
    settings.evaluationSteps = parsed.at("evaluation_steps").get<int>();
    settings.protocol = {parsed.at("steps").get<int>(), parsed.at("rounds").get<int>()};
    const json assignments = parsed.value("set", json::object());
    for (const auto& [name, value] : assignments.items()) {
      settings.set.push_back(name + "=" + (value.is_string() ? value.get<std::string>() : value.dump()));
    }
    const Protocol& protocol = settings.protocol;
    if (std::min({settings.evaluationEpisodes, settings.evaluationSteps, protocol.steps, protocol.rounds}) > 0) return settings;
  } catch (const json::exception&) {
    // said below
  }
  return Error{ErrorCode::Corrupt, "a run has settings that are not readable: " + text};
}

bool settled(const std::vector<BenchmarkRound>& rounds, bool bySurprise) {
  const double aim = *std::min_element(std::begin(kDeltas), std::end(kDeltas));
  const auto rate = [&](const SupervisedFigures& f) { return bySurprise ? f.surprisingRate() : f.rate(); };
  bool taught = false, evaluated = false;
  for (const BenchmarkRound& r : rounds) {
    taught = taught || (r.taught.steps > 0 && rate(r.taught) < aim);
    evaluated = evaluated || rate(r.evaluated) < aim;
  }
  return taught && evaluated && rate(rounds.back().taught) < aim;
}

Result<FinishedRun> runBenchmark(const BenchmarkKey& key, const std::function<bool(const BenchmarkRound&)>& seen) {
  const Clock::time_point start = Clock::now();
  auto settings = readSettings(key.settings);
  if (!settings) return settings.error();
  auto judge = Judge::create(key.task, key.teacher);
  if (!judge) return judge.error();
  const bool reference = key.method == kReferencePrior || key.method == kReferenceTeacher || key.method == kReferenceFloor;
  auto finished = [&]() -> Result<FinishedRun> {
    if (reference) return runReference(key, *settings, std::move(*judge));
    MereqSettings update = defaultsFor(judge->task().spec());
    for (const std::string& assignment : settings->set)
      if (auto applied = set(update, assignment); !applied) return applied.error();
    auto prior = shippedPolicy(key.task, key.prior);
    if (!prior) return prior.error();
    return Lesson(key, *settings, update, std::move(*judge)).run(std::move(*prior), seen);
  }();
  if (finished) finished->seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return finished;
}

}  // namespace nudge
