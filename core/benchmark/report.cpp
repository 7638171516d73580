#include "core/benchmark/report.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <tuple>

namespace nudge {

namespace {

std::string runName(const BenchmarkRun& run) {
  return run.key.prior + " seed " + std::to_string(run.key.seed);
}

bool isReference(const BenchmarkRun& run) {
  return run.key.method.rfind("reference-", 0) == 0;
}

/// Teacher-driven steps up to and with each round.
std::vector<double> costsOf(const BenchmarkRun& run) {
  std::vector<double> costs;
  double sum = 0.0;
  for (const BenchmarkRound& r : run.rounds) costs.push_back(sum += static_cast<double>(r.taught.teacherSteps));
  return costs;
}

bool byTraining(Count count) { return count == Count::Training || count == Count::TrainingSurprise; }

FirstHit hitOf(const BenchmarkRun& run, Count count, double delta) {
  std::vector<double> rates;
  for (const BenchmarkRound& r : run.rounds) {
    const bool taught = r.taught.steps > 0 || !byTraining(count);
    rates.push_back(taught ? rateBy(count, r) : std::nan(""));
  }
  return firstUnder(rates, costsOf(run), delta);
}

template <typename Get>
Estimate over(const std::vector<const BenchmarkRun*>& runs, Get&& get) {
  std::vector<double> values;
  for (const BenchmarkRun* run : runs)
    if (const std::optional<double> value = get(*run)) values.push_back(*value);
  return estimate(values);
}

SamplesTo samplesTo(const std::vector<const BenchmarkRun*>& runs, Count count, double delta) {
  SamplesTo result;
  std::vector<double> costs;
  for (const BenchmarkRun* run : runs) {
    const FirstHit hit = hitOf(*run, count, delta);
    costs.push_back(hit.cost);
    if (hit.reached) ++result.reached;
    else result.capped[run->key.prior].insert(run->key.seed);
  }
  result.samples = estimate(costs);
  return result;
}

/// A run's robot alone with the references it is compared with.
struct Judged {
  const RobotAlone* alone = nullptr;
  const RobotAlone* prior = nullptr;   ///< nullptr without a reference row
  const RobotAlone* expert = nullptr;
};

double mean(const std::vector<double>& values) {
  return estimate(values).mean;
}

FeatureSummary summarizeFeature(const std::vector<Judged>& all, std::size_t f) {
  FeatureSummary summary;
  std::vector<double> means, q1, median, q3, divergence, priorDivergence;
  for (const Judged& j : all) {
    if (j.alone->features.size() <= f) continue;
    const FeatureFigures& figures = j.alone->features[f];
    summary.name = figures.name;
    summary.style = figures.style;
    means.push_back(figures.mean);
    q1.push_back(figures.q1);
    median.push_back(figures.median);
    q3.push_back(figures.q3);
    if (!j.expert || j.expert->features.size() <= f) continue;
    const auto& expert = j.expert->features[f].histogram;
    if (expert.empty()) continue;
    if (!figures.histogram.empty()) divergence.push_back(jensenShannon(figures.histogram, expert));
    if (j.prior && j.prior->features.size() > f && !j.prior->features[f].histogram.empty())
      priorDivergence.push_back(jensenShannon(j.prior->features[f].histogram, expert));
  }
  summary.mean = mean(means);
  summary.q1 = mean(q1);
  summary.median = mean(median);
  summary.q3 = mean(q3);
  summary.divergence = mean(divergence);
  summary.priorDivergence = mean(priorDivergence);
  return summary;
}

AloneSummary summarizeAlone(const std::vector<Judged>& all) {
  AloneSummary summary;
  std::vector<double> success, failure, base, teacher, priorSuccess, priorFailure, priorBase, priorTeacher;
  std::size_t features = 0;
  double gone = 0.0, whole = 0.0;
  for (const Judged& j : all) {
    summary.episodes += j.alone->episodes;
    success.push_back(j.alone->success);
    failure.push_back(j.alone->failure);
    base.push_back(j.alone->baseReward);
    teacher.push_back(j.alone->teacherReward);
    features = std::max(features, j.alone->features.size());
    if (!j.prior) continue;
    priorSuccess.push_back(j.prior->success);
    priorFailure.push_back(j.prior->failure);
    priorBase.push_back(j.prior->baseReward);
    priorTeacher.push_back(j.prior->teacherReward);
    if (!j.expert) continue;
    gone += j.alone->teacherReward - j.prior->teacherReward;
    whole += j.expert->teacherReward - j.prior->teacherReward;
  }
  summary.success = estimate(success);
  summary.failure = estimate(failure);
  summary.baseReward = estimate(base);
  summary.teacherReward = estimate(teacher);
  if (whole != 0.0) summary.way = gone / whole;
  summary.priorSuccess = mean(priorSuccess);
  summary.priorFailure = mean(priorFailure);
  summary.priorBaseReward = mean(priorBase);
  summary.priorTeacherReward = mean(priorTeacher);
  for (std::size_t f = 0; f < features; ++f) summary.features.push_back(summarizeFeature(all, f));
  return summary;
}

/// A round of a run; one that ended early keeps showing its last.
const BenchmarkRound& roundOf(const BenchmarkRun& run, std::size_t round) {
  return run.rounds[std::min(round, run.rounds.size() - 1)];
}

/// Mean θ after each round.
std::vector<std::vector<double>> meanTheta(const std::vector<const BenchmarkRun*>& runs, std::size_t rounds) {
  std::vector<std::vector<double>> result;
  for (std::size_t r = 1; r < rounds; ++r) {
    std::vector<double> sum;
    for (const BenchmarkRun* run : runs) {
      const std::vector<double>& theta = roundOf(*run, r).theta;
      sum.resize(std::max(sum.size(), theta.size()), 0.0);
      for (std::size_t f = 0; f < theta.size(); ++f) sum[f] += theta[f] / static_cast<double>(runs.size());
    }
    result.push_back(std::move(sum));
  }
  return result;
}

void summarizeRounds(ReportRow& row) {
  std::size_t rounds = 0;
  for (const BenchmarkRun* run : row.each) rounds = std::max(rounds, run->rounds.size());
  for (std::size_t r = 0; r < rounds; ++r) {
    const auto at = [r](Count count) {
      return [r, count](const BenchmarkRun& run) { return std::optional(rateBy(count, roundOf(run, r))); };
    };
    row.evaluatedRates.push_back(over(row.each, at(Count::Evaluated)));
    if (r > 0) row.rates.push_back(over(row.each, at(Count::Training)));
  }
  row.theta = meanTheta(row.each, rounds);
  std::vector<double> updates, steps;
  for (const BenchmarkRun* run : row.each) {
    double simulated = 0.0;
    for (const BenchmarkRound& round : run->rounds) {
      if (round.round > 0) updates.push_back(round.updateSeconds);
      simulated += static_cast<double>(round.simulationSteps);
    }
    steps.push_back(simulated);
  }
  row.updateSeconds = estimate(updates);
  row.simulationSteps = mean(steps);
  row.seconds = over(row.each, [](const BenchmarkRun& run) { return std::optional(run.seconds); });
}

void summarize(ReportRow& row, const ReportTable& table) {
  row.runs = static_cast<int>(row.each.size());
  const auto judged = [&](const BenchmarkRun& run, std::size_t round) {
    const auto prior = table.priors.find(run.key.prior);
    return Judged{&run.rounds[round].alone, prior == table.priors.end() ? nullptr : &prior->second->rounds.front().alone,
                  table.expert ? &*table.expert : nullptr};
  };
  std::vector<Judged> last;
  for (const BenchmarkRun* run : row.each) last.push_back(judged(*run, run->rounds.size() - 1));
  row.alone = summarizeAlone(last);
  for (std::size_t d = 0; d < std::size(kDeltas); ++d) {
    for (const Count count : kCounts) row.samples[d][count] = samplesTo(row.each, count, kDeltas[d]);
    std::vector<Judged> at;
    for (const BenchmarkRun* run : row.each)
      if (const FirstHit hit = hitOf(*run, Count::Evaluated, kDeltas[d]); hit.reached)
        at.push_back(judged(*run, static_cast<std::size_t>(hit.index)));
    row.aloneAt[d] = summarizeAlone(at);
  }
  summarizeRounds(row);
}

/// Reference rows of a task and teacher, the newest where there are several.
void addReferences(ReportTable& table, const std::vector<BenchmarkRun>& runs) {
  for (const BenchmarkRun& run : runs) {
    if (run.state != RunState::Done || run.rounds.empty() || run.key.task != table.task || run.key.teacher != table.teacher)
      continue;
    if (run.key.method == kReferencePrior) table.priors[run.key.prior] = &run;
    if (run.key.method == kReferenceTeacher) table.expert = run.rounds.front().alone;
    if (run.key.method == kReferenceFloor) {
      table.floor = run.rounds.front().evaluated;
      table.floorRemark = run.message;
    }
  }
}

/// Nothing was set apart from what the protocol says.
bool isPlain(const ReportTable& table) {
  const auto task = makeTask(table.task);
  if (!task || !table.settings.set.empty()) return false;
  const auto protocol = findProtocol(table.protocol, (*task)->spec());
  return protocol && protocol->steps == table.settings.protocol.steps && protocol->rounds == table.settings.protocol.rounds;
}

}  // namespace

std::string ReportTable::taskName() const { return std::filesystem::path(task).filename().string(); }

const char* name(Count count) {
  switch (count) {
    case Count::Training: return "training";
    case Count::Evaluated: return "evaluated";
    case Count::TrainingSurprise: return "training_surprise";
    case Count::EvaluatedSurprise: return "evaluated_surprise";
  }
  return "unknown";
}

double rateBy(Count count, const BenchmarkRound& round) {
  switch (count) {
    case Count::Training: return round.taught.rate();
    case Count::Evaluated: return round.evaluated.rate();
    case Count::TrainingSurprise: return round.taught.surprisingRate();
    case Count::EvaluatedSurprise: return round.evaluated.surprisingRate();
  }
  return 0.0;
}

Result<std::vector<ReportTable>> makeReport(const std::vector<BenchmarkRun>& runs,
                                            const std::vector<std::string>& methodOrder) {
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Key, std::map<std::string, ReportRow>> groups;
  for (const BenchmarkRun& run : runs) {
    const bool finished = run.state == RunState::Done && !run.rounds.empty();
    if (isReference(run) || (!finished && run.state != RunState::Failed)) continue;
    const BenchmarkKey& k = run.key;
    ReportRow& row = groups[{k.task, k.protocol, k.teacher, k.settings}][k.method];
    row.method = k.method;
    if (finished) row.each.push_back(&run);
    else row.failed.push_back(runName(run) + ": " + run.message);
  }
  const auto place = [&](const ReportRow& row) {
    return std::find(methodOrder.begin(), methodOrder.end(), row.method) - methodOrder.begin();
  };
  std::vector<ReportTable> tables;
  for (auto& [key, rows] : groups) {
    ReportTable table;
    std::string settings;
    std::tie(table.task, table.protocol, table.teacher, settings) = key;
    auto parsed = readSettings(settings);
    if (!parsed) return parsed.error();
    table.settings = std::move(*parsed);
    table.plainSettings = isPlain(table);
    addReferences(table, runs);
    for (auto& [method, row] : rows) {
      summarize(row, table);
      for (const FeatureSummary& f : row.alone.features)
        if (table.features.size() < row.alone.features.size()) table.features.push_back(f.name);
      table.rows.push_back(std::move(row));
    }
    std::stable_sort(table.rows.begin(), table.rows.end(),
                     [&](const ReportRow& a, const ReportRow& b) { return place(a) < place(b); });
    tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace nudge
