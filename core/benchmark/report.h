// From the runs of a results file to what is said about them.
//
// Runs are compared within a *table*: same task, protocol, teacher and settings; a row is a method over all seeds
// and priors. Expert samples to δ are counted twice: by the rate of the training rounds, as the paper does, and by
// the rate of the frozen policy on held-out seeds. A run that never gets there counts with everything its teacher
// drove (the cap) and is named. Where the teacher takes over at random, both are also counted by the surprising
// share of what it took over with a need; as that ends a run, what the plain rate had yet to cost is not known then.
//
// The robot alone is compared with references over the same episodes: the first ones of a seed sequence may be harder
// than those after them. Where a method starts from nothing, the prior plays no part: the runs of a seed are copies,
// and their mean is one value.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/benchmark/run.h"
#include "core/benchmark/statistics.h"

namespace nudge {

/// What it costs to get the rate under one δ.
struct SamplesTo {
  std::optional<Estimate> samples;  ///< nothing where the surprising share ended a run before this rate got there
  int reached = 0;                  ///< runs that got there
  std::map<std::string, std::set<std::int64_t>> capped;  ///< those that did not: seeds by prior
};

/// Ways to count, see above.
enum class Count { Training, Evaluated, TrainingSurprise, EvaluatedSurprise };
inline constexpr std::array kCounts{Count::Training, Count::Evaluated, Count::TrainingSurprise, Count::EvaluatedSurprise};
const char* name(Count count);  ///< "training", "evaluated", "training_surprise", "evaluated_surprise"
bool byTraining(Count count);
bool bySurprise(Count count);
double rateBy(Count count, const BenchmarkRound& round);

/// One feature over several runs: means of their means and quartiles.
struct FeatureSummary {
  std::string name;
  bool style = false;
  double mean = 0.0, q1 = 0.0, median = 0.0, q3 = 0.0;
  /// Jensen–Shannon to the teacher's, nats, 50 bins, mean over the runs: of the runs, and of their priors. Nothing where
  /// a run has no histogram, or no reference.
  std::optional<double> divergence, priorDivergence;
};

/// A reference beside several runs: means over them.
struct ReferenceMeans {
  double success = 0.0, failure = 0.0, baseReward = 0.0, teacherReward = 0.0;
};

/// The robot alone in several runs, beside the priors they came from and the expert.
struct AloneSummary {
  int episodes = 0;  ///< of all runs together
  Estimate success, failure, baseReward, teacherReward;
  std::optional<ReferenceMeans> prior, expert;  ///< nothing where a run lacks it
  int otherEpisodes = 0;  ///< of references that were not judged over as many episodes as their runs; 0: all were
  /// Of the teacher's reward, how far the runs together came from their priors (0) to the expert (1). A ratio of sums: a prior
  /// that already does nearly what the teacher wants must not weigh as if a whole way lay before it.
  std::optional<double> way;
  std::vector<FeatureSummary> features;
};

struct ReportRow {
  std::string method;
  bool fromNothing = false;  ///< MethodInfo::fromNothing: the seed is the unit of means and intervals
  int runs = 0;
  std::vector<std::string> failed;  ///< "prior seed 3: why"
  std::array<std::map<Count, SamplesTo>, std::size(kDeltas)> samples;  ///< [δ]
  AloneSummary alone;
  std::array<AloneSummary, std::size(kDeltas)> aloneAt;  ///< where what ends a run, of the frozen policy, first fell under each δ; episodes 0: in no run
  std::vector<Estimate> rates, evaluatedRates;  ///< of rounds 1 … (evaluated: 0 …); a run that ended early keeps its last
  std::vector<std::vector<double>> theta;       ///< [round − 1][features], means
  Estimate seconds, updateSeconds;              ///< of a run, of an update
  double simulationSteps = 0.0;                 ///< of a run
  std::vector<const BenchmarkRun*> each;        ///< the finished runs
  std::set<std::string> commits;                ///< that they were made at
};

/// A policy that runs are compared with.
struct Reference {
  const BenchmarkRun* run = nullptr;         ///< the newest; its round 0 is what is shown
  std::map<int, const RobotAlone*> alone{};  ///< by how many episodes it was judged over

  const RobotAlone& shown() const { return run->rounds.front().alone; }
  /// Over the same episodes as `judged`, or what is shown.
  const RobotAlone& beside(const RobotAlone& judged) const;
};

struct ReportTable {
  std::string task, protocol, teacher;
  RunSettings settings;
  bool bySurprise = false;  ///< the teacher also takes over at random: the surprising share ends a run, not the rate
  std::vector<std::string> features;  ///< names, may be empty
  std::optional<SupervisedFigures> floor;
  std::string floorRemark;
  std::optional<Reference> expert;
  std::map<std::string, Reference> priors;
  std::vector<ReportRow> rows;

  std::string taskName() const;  ///< for people: that of a folder without the way to it
};

/// Of one value for each of some runs of a row.
Estimate over(const ReportRow& row, const std::vector<const BenchmarkRun*>& runs, const std::vector<double>& values);
/// Teacher-driven steps up to and with each round.
std::vector<double> costsOf(const BenchmarkRun& run);

/// Borrows the runs. Methods in the order of `methodOrder`, unknown ones last. Corrupt: settings.
Result<std::vector<ReportTable>> makeReport(const std::vector<BenchmarkRun>& runs,
                                            const std::vector<std::string>& methodOrder);

/// Writing it down; titles of methods by id.
struct ReportSource {
  std::string file;
  std::map<std::string, std::string> titles;

  std::string title(const ReportRow& row) const;
};
std::string reportMarkdown(const std::vector<ReportTable>& tables, const std::vector<BenchmarkRun>& runs,
                           const ReportSource& source);
std::string reportCsv(const std::vector<ReportTable>& tables);
/// A list with one object for each task, method, protocol, teacher and δ.
std::string reportJson(const std::vector<ReportTable>& tables);

}  // namespace nudge
