#include "core/benchmark/report.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <tuple>

#include "core/learn/method.h"
#include "core/teach/synthetic_teacher.h"

namespace nudge {

namespace {

std::string runName(const BenchmarkRun& run) {
  return run.key.prior + " seed " + std::to_string(run.key.seed);
}

bool isReference(const BenchmarkRun& run) {
  return run.key.method.rfind("reference-", 0) == 0;
}

FirstHit hitOf(const BenchmarkRun& run, Count count, double delta) {
  std::vector<double> rates;
  for (const BenchmarkRound& r : run.rounds) {
    const bool taught = r.taught.steps > 0 || !byTraining(count);
    rates.push_back(taught ? rateBy(count, r) : std::nan(""));
  }
  return firstUnder(rates, costsOf(run), delta);
}

SamplesTo samplesTo(const ReportRow& row, const ReportTable& table, Count count, double delta) {
  SamplesTo result;
  std::vector<double> costs;
  bool cut = false;
  for (const BenchmarkRun* run : row.each) {
    const FirstHit hit = hitOf(*run, count, delta);
    costs.push_back(hit.cost);
    if (hit.reached) {
      ++result.reached;
      continue;
    }
    result.capped[run->key.prior].insert(run->key.seed);
    const int rounds = static_cast<int>(run->rounds.size()) - 1;
    cut = cut || (table.bySurprise && !bySurprise(count) && rounds < table.settings.protocol.rounds);
  }
  if (!cut) result.samples = over(row, row.each, costs);
  return result;
}

/// A run's robot alone with the references it is compared with.
struct Judged {
  const RobotAlone* alone = nullptr;
  const RobotAlone* prior = nullptr;   ///< nullptr without a reference row
  const RobotAlone* expert = nullptr;
};

/// nullptr when there is none.
const std::vector<std::int64_t>* histogramOf(const RobotAlone* alone, std::size_t feature) {
  if (!alone || alone->features.size() <= feature || alone->features[feature].histogram.empty()) return nullptr;
  return &alone->features[feature].histogram;
}

/// The robot alone in some runs of a row, at the same time of their lessons.
class Judgements {
 public:
  Judgements(const ReportRow& row, const ReportTable& table) : row_(row), table_(table) {}

  void add(const BenchmarkRun& run, std::size_t round) {
    const RobotAlone& alone = run.rounds[round].alone;
    const auto prior = table_.priors.find(run.key.prior);
    runs_.push_back(&run);
    judged_.push_back({&alone, prior == table_.priors.end() ? nullptr : &prior->second.beside(alone),
                       table_.expert ? &table_.expert->beside(alone) : nullptr});
  }

  AloneSummary summary() const {
    AloneSummary summary;
    summary.success = over(&Judged::alone, &RobotAlone::success);
    summary.failure = over(&Judged::alone, &RobotAlone::failure);
    summary.baseReward = over(&Judged::alone, &RobotAlone::baseReward);
    summary.teacherReward = over(&Judged::alone, &RobotAlone::teacherReward);
    summary.prior = reference(&Judged::prior);
    summary.expert = reference(&Judged::expert);
    double gone = 0.0, whole = 0.0;
    std::size_t features = judged_.empty() ? 0 : judged_.front().alone->features.size();
    for (const Judged& j : judged_) {
      summary.episodes += j.alone->episodes;
      features = std::min(features, j.alone->features.size());
      for (const RobotAlone* other : {j.prior, j.expert})
        if (other && other->episodes != j.alone->episodes) summary.otherEpisodes = other->episodes;
      if (!summary.prior || !summary.expert) continue;
      gone += j.alone->teacherReward - j.prior->teacherReward;
      whole += j.expert->teacherReward - j.prior->teacherReward;
    }
    if (whole != 0.0) summary.way = gone / whole;
    for (std::size_t f = 0; f < features; ++f) summary.features.push_back(feature(f));
    return summary;
  }

 private:
  template <typename Get>
  Estimate over(Get&& get) const {
    std::vector<double> values;
    for (const Judged& j : judged_) values.push_back(get(j));
    return nudge::over(row_, runs_, values);
  }
  Estimate over(const RobotAlone* Judged::*who, double RobotAlone::*what) const {
    return over([&](const Judged& j) { return (j.*who)->*what; });
  }

  std::optional<ReferenceMeans> reference(const RobotAlone* Judged::*who) const {
    if (std::any_of(judged_.begin(), judged_.end(), [who](const Judged& j) { return !(j.*who); })) return std::nullopt;
    return ReferenceMeans{over(who, &RobotAlone::success).mean, over(who, &RobotAlone::failure).mean,
                          over(who, &RobotAlone::baseReward).mean, over(who, &RobotAlone::teacherReward).mean};
  }

  FeatureSummary feature(std::size_t f) const {
    const FeatureFigures& first = judged_.front().alone->features[f];
    const auto mean = [&](double FeatureFigures::*what) {
      return over([&](const Judged& j) { return j.alone->features[f].*what; }).mean;
    };
    return {first.name, first.style, mean(&FeatureFigures::mean), mean(&FeatureFigures::q1), mean(&FeatureFigures::median),
            mean(&FeatureFigures::q3), divergence(f, &Judged::alone), divergence(f, &Judged::prior)};
  }

  std::optional<double> divergence(std::size_t f, const RobotAlone* Judged::*who) const {
    for (const Judged& j : judged_)
      if (!histogramOf(j.*who, f) || !histogramOf(j.expert, f)) return std::nullopt;
    return over([&](const Judged& j) { return jensenShannon(*histogramOf(j.*who, f), *histogramOf(j.expert, f)); }).mean;
  }

  const ReportRow& row_;
  const ReportTable& table_;
  std::vector<const BenchmarkRun*> runs_;
  std::vector<Judged> judged_;
};

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
    const auto rate = [&row, r](Count count) {
      std::vector<double> rates;
      for (const BenchmarkRun* run : row.each) rates.push_back(rateBy(count, roundOf(*run, r)));
      return over(row, row.each, rates);
    };
    row.evaluatedRates.push_back(rate(Count::Evaluated));
    if (r > 0) row.rates.push_back(rate(Count::Training));
  }
  row.theta = meanTheta(row.each, rounds);
  std::vector<double> updates, steps, seconds;
  for (const BenchmarkRun* run : row.each) {
    double simulated = 0.0;
    for (const BenchmarkRound& round : run->rounds) {
      if (round.round > 0) updates.push_back(round.updateSeconds);
      simulated += static_cast<double>(round.simulationSteps);
    }
    steps.push_back(simulated);
    seconds.push_back(run->seconds);
  }
  row.updateSeconds = estimate(updates);
  row.simulationSteps = estimate(steps).mean;
  row.seconds = over(row, row.each, seconds);
}

void summarize(ReportRow& row, const ReportTable& table) {
  row.runs = static_cast<int>(row.each.size());
  for (const BenchmarkRun* run : row.each) row.commits.insert(run->origin.commit);
  Judgements last(row, table);
  for (const BenchmarkRun* run : row.each) last.add(*run, run->rounds.size() - 1);
  row.alone = last.summary();
  for (std::size_t d = 0; d < std::size(kDeltas); ++d) {
    for (const Count count : kCounts) row.samples[d][count] = samplesTo(row, table, count, kDeltas[d]);
    Judgements at(row, table);
    const Count frozen = table.bySurprise ? Count::EvaluatedSurprise : Count::Evaluated;
    for (const BenchmarkRun* run : row.each)
      if (const FirstHit hit = hitOf(*run, frozen, kDeltas[d]); hit.reached)
        at.add(*run, static_cast<std::size_t>(hit.index));
    row.aloneAt[d] = at.summary();
  }
  summarizeRounds(row);
}

/// Reference rows of a task and teacher, the newest where there are several.
void addReferences(ReportTable& table, const std::vector<BenchmarkRun>& runs) {
  for (const BenchmarkRun& run : runs) {
    if (run.state != RunState::Done || run.rounds.empty() || run.key.task != table.task || run.key.teacher != table.teacher)
      continue;
    const auto refer = [&run](Reference& reference) {
      reference.run = &run;
      for (const BenchmarkRound& round : run.rounds) reference.alone[round.alone.episodes] = &round.alone;
    };
    if (run.key.method == kReferencePrior) refer(table.priors[run.key.prior]);
    if (run.key.method == kReferenceTeacher) refer(table.expert ? *table.expert : table.expert.emplace());
    if (run.key.method == kReferenceFloor) {
      table.floor = run.rounds.front().evaluated;
      table.floorRemark = run.message;
    }
  }
}

}  // namespace

const RobotAlone& Reference::beside(const RobotAlone& judged) const {
  const auto found = alone.find(judged.episodes);
  return found == alone.end() ? shown() : *found->second;
}

Estimate over(const ReportRow& row, const std::vector<const BenchmarkRun*>& runs, const std::vector<double>& values) {
  if (!row.fromNothing) return estimate(values);
  std::map<std::int64_t, std::vector<double>> seeds;
  for (std::size_t i = 0; i < runs.size(); ++i) seeds[runs[i]->key.seed].push_back(values[i]);
  std::vector<double> means;
  for (const auto& [seed, copies] : seeds) means.push_back(estimate(copies).mean);
  return estimate(means);
}

std::vector<double> costsOf(const BenchmarkRun& run) {
  std::vector<double> costs;
  double sum = 0.0;
  for (const BenchmarkRound& r : run.rounds) costs.push_back(sum += static_cast<double>(r.taught.teacherSteps));
  return costs;
}

std::string ReportTable::taskName() const { return std::filesystem::path(task).filename().string(); }

std::string ReportSource::title(const ReportRow& row) const {
  const auto found = titles.find(row.method);
  return found == titles.end() ? row.method : found->second;
}

const char* name(Count count) {
  switch (count) {
    case Count::Training: return "training";
    case Count::Evaluated: return "evaluated";
    case Count::TrainingSurprise: return "training_surprise";
    case Count::EvaluatedSurprise: return "evaluated_surprise";
  }
  return "unknown";
}

bool byTraining(Count count) { return count == Count::Training || count == Count::TrainingSurprise; }
bool bySurprise(Count count) { return count == Count::TrainingSurprise || count == Count::EvaluatedSurprise; }

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
    const auto method = findMethod(k.method);
    row.fromNothing = method && method->fromNothing;
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
    const auto noise = parseTeacher(table.teacher);
    table.bySurprise = noise && noise->random > 0.0;
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
