// One run of the benchmark: a whole lesson in memory, every figure of it.
//
// Rounds of collecting with the synthetic teacher on training seeds, an update of the method after each, then
// the frozen policy judged on held-out seeds: with the teacher (the evaluated rate) and alone. A run ends after
// its protocol's number of rounds, or as soon as more rounds could not change what it cost to reach any δ: when
// the rate of a round and the evaluated rate have both been under .05 and the newest round's rate still is. Where
// the teacher also takes over at random, the share of surprising steps with a need stands for the rate, because nothing
// can push the rate under the share of those without.
//
// Reference rows are runs with a method of their own: the prior alone, the teacher alone, and the floor, which
// is how often the teacher takes over from an independent expert of its own reward. Their round 0 is judged on at least
// 500 episodes; rounds after it are the same policy over the first of them, as many as runs are judged on, so that
// like is compared with like.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/learn/learn.h"
#include "core/sim/task.h"
#include "core/teach/benchmark_figures.h"

namespace nudge {

inline constexpr double kDeltas[] = {0.15, 0.10, 0.05};
inline constexpr const char* kReferencePrior = "reference-prior";
inline constexpr const char* kReferenceTeacher = "reference-teacher";
inline constexpr const char* kReferenceFloor = "reference-floor";

/// How long rounds are and how many there may be.
struct Protocol {
  int steps = 3000;
  int rounds = 10;
};
/// "paper": 10 rounds of 2,000 (decisions: highway, and erasing) or 3,000 steps, as the paper has them;
/// "window": 20 rounds of 500 or 450, as a person in the window updates. InvalidInput.
Result<Protocol> findProtocol(const std::string& id, const TaskSpec& task);

/// What BenchmarkKey::settings says.
struct RunSettings {
  Protocol protocol;
  int evaluationEpisodes = 500;  ///< of the robot alone at the end; references: at least 500
  int evaluationSteps = 3000;    ///< of each frozen policy with the teacher, and about as many alone; references: ten times
  std::vector<std::string> set;  ///< learner settings, "name=value"
};
/// Equal settings give equal text, whatever their order. InvalidInput: an unknown learner setting.
Result<std::string> settingsText(const RunSettings& settings);
Result<RunSettings> readSettings(const std::string& text);

struct FinishedRun {
  std::vector<BenchmarkRound> rounds;
  std::string remark;
  double seconds = 0.0;
};

/// Runs it. `seen` hears of every round and returns false to cancel. Same key, same figures (but for seconds).
/// Errors: NotFound (task, method, policy), InvalidInput (teacher, settings), Cancelled, Internal (NaN).
Result<FinishedRun> runBenchmark(const BenchmarkKey& key, const std::function<bool(const BenchmarkRound&)>& seen);

/// True when the rounds so far settle what it costs to reach every δ.
bool settled(const std::vector<BenchmarkRound>& rounds, bool bySurprise);

}  // namespace nudge
