// The report for people: Markdown.
#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <set>

#include "core/benchmark/paper.h"
#include "core/benchmark/report.h"

namespace nudge {

namespace {

[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...) {
  char text[1024];
  va_list arguments;
  va_start(arguments, pattern);
  std::vsnprintf(text, sizeof text, pattern, arguments);
  va_end(arguments);
  return text;
}

/// ".123", "1.00", "−.05": shares are read more easily without their 0.
std::string share(double value, int digits = 3) {
  std::string text = format("%.*f", digits, value);
  const std::size_t zero = text.find("0.");
  if (zero == 0 || (zero == 1 && text[0] == '-')) text.erase(zero, 1);
  return text;
}

std::string known(const std::optional<double>& value) { return value ? share(*value) : "–"; }

std::string withInterval(const Estimate& e, const char* pattern = "%.1f") {
  char mean[64], half[64];
  std::snprintf(mean, sizeof mean, pattern, e.mean);
  std::snprintf(half, sizeof half, pattern, e.halfWidth);
  return std::string(mean) + (e.count > 1 ? std::string(" ± ") + half : "");
}

/// "2–4, 6"
std::string ranges(const std::set<std::int64_t>& numbers) {
  std::string text;
  for (auto first = numbers.begin(); first != numbers.end();) {
    auto last = first;
    while (std::next(last) != numbers.end() && *std::next(last) == *last + 1) ++last;
    text += (text.empty() ? "" : ", ") + std::to_string(*first) + (first == last ? "" : "–" + std::to_string(*last));
    first = std::next(last);
  }
  return text;
}

std::string joined(const std::set<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

std::string row(const std::vector<std::string>& cells) {
  std::string text = "|";
  for (const std::string& cell : cells) text += " " + cell + " |";
  return text + "\n";
}

std::string head(const std::vector<std::string>& cells) {
  std::string text = row(cells) + "|";
  for (std::size_t i = 0; i < cells.size(); ++i) text += "---|";
  return text + "\n";
}

class Writer {
 public:
  Writer(const ReportTable& table, const ReportSource& source) : table_(table), source_(source) {}

  std::string text() {
    introduction();
    samples(Count::Training, "Expert samples to δ, by the rate of the training rounds (as the paper counts)");
    samples(Count::Evaluated, "Expert samples to δ, by the frozen policy's rate on held-out seeds");
    if (table_.bySurprise) {
      samples(Count::TrainingSurprise, "By the share of surprising teacher steps, training rounds");
      samples(Count::EvaluatedSurprise, "By the share of surprising teacher steps, frozen policy");
    }
    capped();
    alone();
    atDelta();
    divergence();
    rates();
    theta();
    time();
    return out_;
  }

 private:
  std::string title(const ReportRow& r) const { return source_.title(r); }
  /// Rows with finished runs.
  std::vector<const ReportRow*> rows() const {
    std::vector<const ReportRow*> list;
    for (const ReportRow& r : table_.rows)
      if (r.runs > 0) list.push_back(&r);
    return list;
  }
  bool inPaper() const { return table_.protocol == "paper" && table_.teacher == "synthetic"; }

  void introduction() {
    out_ += "## " + table_.taskName() + ", protocol " + table_.protocol + ", teacher " + table_.teacher;
    for (const std::string& s : table_.settings.set) out_ += ", " + s;
    std::set<std::string> priors;
    std::set<std::int64_t> seeds;
    int runs = 0;
    for (const ReportRow& r : table_.rows) {
      for (const BenchmarkRun* run : r.each) {
        priors.insert(run->key.prior);
        seeds.insert(run->key.seed);
        ++runs;
      }
    }
    out_ += format("\n\nAt most %d rounds of %d steps; runs: %d, priors: %zu, seeds: %zu. ", table_.settings.protocol.rounds,
                   table_.settings.protocol.steps, runs, priors.size(), seeds.size());
    if (table_.floor)
      out_ += format("The floor: the teacher drives %s of the steps of %s (%s of all are surprising). ",
                     share(table_.floor->rate()).c_str(), table_.floorRemark.c_str(),
                     share(table_.floor->surprisingRate()).c_str());
    for (const auto& [name, prior] : table_.priors)
      out_ += format("It drives %s of %s's. ", share(prior.run->rounds.front().evaluated.rate()).c_str(), name.c_str());
    out_ += "\n\n";
  }

  void samples(Count count, const char* heading) {
    out_ += std::string("### ") + heading + "\n\n";
    std::vector<std::string> titles{"method"};
    for (const double delta : kDeltas) titles.push_back("δ = " + share(delta, 2));
    const bool paper = inPaper() && count == Count::Training;
    if (paper)
      for (const double delta : kDeltas) titles.push_back("paper " + share(delta, 2));
    out_ += head(titles);
    for (const ReportRow* r : rows()) {
      std::vector<std::string> cells{title(*r)};
      for (const auto& at : r->samples) {
        const SamplesTo& s = at.at(count);
        cells.push_back((s.samples ? withInterval(*s.samples, "%.0f") : "–") + format(" (%d/%d)", s.reached, r->runs));
      }
      const PaperFigures* figures = paper ? paperFigures(table_.task, r->method) : nullptr;
      for (std::size_t d = 0; paper && d < std::size(kDeltas); ++d)
        cells.push_back(figures ? format("%.0f ± %.0f", figures->samples[d], figures->halfBar[d]) : "–");
      out_ += row(cells);
    }
    out_ += "\n";
  }

  void capped() {
    std::string text;
    for (const ReportRow* r : rows()) {
      for (const Count count : kCounts) {
        const SamplesTo& s = r->samples.back().at(count);
        if (bySurprise(count) != table_.bySurprise || s.capped.empty()) continue;
        text += "- " + title(*r) + ", by " + (byTraining(count) ? "training" : "frozen policy") + ": ";
        const char* separator = "";
        for (const auto& [prior, seeds] : s.capped) {
          text += separator + prior + (seeds.size() == 1 ? " seed " : " seeds ") + ranges(seeds);
          separator = "; ";
        }
        text += "\n";
      }
    }
    for (const ReportRow& r : table_.rows)
      for (const std::string& failed : r.failed) text += "- " + title(r) + " failed: " + failed + "\n";
    if (!text.empty())
      out_ += std::string("Runs ") + (table_.bySurprise ? "whose surprising share" : "that") +
              " never fell under .05 (they count with all that their teacher drove), and failed ones:\n\n" + text + "\n";
  }

  const FeatureSummary* style(const AloneSummary& a) const {
    const auto found = std::find_if(a.features.begin(), a.features.end(), [](const FeatureSummary& f) { return f.style; });
    return found == a.features.end() ? nullptr : &*found;
  }

  void reference(const std::string& who, const RobotAlone& a, const std::string& way) {
    std::vector<std::string> cells{who, share(a.success), share(a.failure), format("%.2f", a.baseReward),
                                   format("%.2f", a.teacherReward), way};
    const auto style = std::find_if(a.features.begin(), a.features.end(), [](const FeatureFigures& f) { return f.style; });
    if (style == a.features.end()) cells.insert(cells.end(), {"–", "–"});
    else cells.insert(cells.end(), {share(style->mean), share(style->q1) + " " + share(style->median) + " " + share(style->q3)});
    cells.push_back("–");
    out_ += row(cells);
  }

  void aloneHead() {
    out_ += head({"policy", "success", "failure", "base reward", "teacher's reward", "of the way", "style mean", "quartiles",
                  "success − prior's"});
  }
  void aloneRow(const ReportRow& r, const AloneSummary& a) {
    const FeatureSummary* f = style(a);
    out_ += row({title(r), withInterval(a.success, "%.3f"), share(a.failure.mean), format("%.2f", a.baseReward.mean),
                 withInterval(a.teacherReward, "%.2f"), a.way ? share(*a.way, 2) : "–", f ? share(f->mean) : "–",
                 f ? share(f->q1) + " " + share(f->median) + " " + share(f->q3) : "–",
                 a.prior ? share(a.success.mean - a.prior->success) : "–"});
  }
  /// What a caption says of references that were not judged over the episodes of its runs.
  template <typename Get>
  std::string others(Get&& get) const {
    int episodes = 0;
    for (const ReportRow* r : rows()) episodes = std::max(episodes, get(*r).otherEpisodes);
    return episodes > 0 ? format("; compared with priors and expert over %d", episodes) : "";
  }

  void alone() {
    const std::string other = others([](const ReportRow& r) { return r.alone; });
    out_ += format("### The robot alone at the end of the lesson (%d held-out episodes a run%s)\n\n",
                   table_.settings.evaluationEpisodes, other.c_str());
    aloneHead();
    for (const auto& [name, prior] : table_.priors) reference(name, prior.shown(), "0");
    if (table_.expert) reference("expert", table_.expert->shown(), "1");
    for (const ReportRow* r : rows()) aloneRow(*r, r->alone);
    out_ += "\n*Of the way*: of the teacher's reward from the runs' priors (0) to the expert (1), all runs together.";
    const int shown = table_.expert ? table_.expert->shown().episodes : 0;
    if (other.empty() && shown > table_.settings.evaluationEpisodes)
      out_ += format(" It and *success − prior's* compare the same episodes; the rows of priors and expert are over %d.", shown);
    out_ += "\n\n";
  }

  void atDelta() {
    const std::size_t d = std::size(kDeltas) - 1;
    std::string before = out_;
    out_ += format("### The robot alone where the frozen %s first fell under %s (runs that got there%s)\n\n",
                   table_.bySurprise ? "policy's surprising share" : "rate", share(kDeltas[d], 2).c_str(), others([d](const ReportRow& r) { return r.aloneAt[d]; }).c_str());
    aloneHead();
    bool any = false;
    for (const ReportRow* r : rows()) {
      if (r->aloneAt[d].episodes == 0) continue;
      aloneRow(*r, r->aloneAt[d]);
      any = true;
    }
    out_ = any ? out_ + "\n" : before;
  }

  void divergence() {
    if (!table_.expert || table_.features.empty()) return;
    out_ += format("### Jensen–Shannon divergence to the expert's features (nats, %d bins on [0, 1]; in brackets the prior's%s)\n\n",
                   kHistogramBins, others([](const ReportRow& r) { return r.alone; }).c_str());
    std::vector<std::string> titles{"method"};
    titles.insert(titles.end(), table_.features.begin(), table_.features.end());
    out_ += head(titles);
    for (const ReportRow* r : rows()) {
      std::vector<std::string> cells{title(*r)};
      for (const FeatureSummary& f : r->alone.features) cells.push_back(known(f.divergence) + " (" + known(f.priorDivergence) + ")");
      out_ += row(cells);
    }
    out_ += "\n";
  }

  void rates() {
    out_ += "### Rate by round (a run that ended early keeps its last)\n\n";
    std::size_t most = 0;
    for (const ReportRow* r : rows()) most = std::max(most, r->rates.size());
    most = std::min<std::size_t>(most, 12);
    std::vector<std::string> titles{"method", ""};
    for (std::size_t i = 0; i <= most; ++i) titles.push_back(std::to_string(i));
    out_ += head(titles);
    const auto line = [&](const std::string& who, const char* what, std::size_t first, const auto& values) {
      std::vector<std::string> cells{who, what};
      for (std::size_t i = 0; i < first; ++i) cells.push_back("");
      for (std::size_t i = 0; i < values.size() && cells.size() < most + 3; ++i) cells.push_back(values[i]);
      cells.resize(most + 3);
      out_ += row(cells);
    };
    const auto texts = [](const std::vector<Estimate>& estimates) {
      std::vector<std::string> list;
      for (const Estimate& e : estimates) list.push_back(share(e.mean, 2));
      return list;
    };
    for (const ReportRow* r : rows()) {
      line(title(*r), "training", 1, texts(r->rates));
      line("", "frozen", 0, texts(r->evaluatedRates));
      const PaperFigures* figures = inPaper() ? paperFigures(table_.task, r->method) : nullptr;
      if (!figures) continue;
      std::vector<std::string> list;
      for (const double rate : figures->rates) list.push_back(share(rate, 2));
      line("", "paper", 1, list);
    }
    out_ += "\n";
  }

  void theta() {
    std::string lines;
    for (const ReportRow* r : rows()) {
      std::set<std::size_t> shown{0, 1, 2, 4, r->theta.empty() ? 0 : r->theta.size() - 1};
      for (const std::size_t i : shown) {
        if (i >= r->theta.size()) continue;
        const auto& theta = r->theta[i];
        if (std::all_of(theta.begin(), theta.end(), [](double t) { return t == 0.0; })) continue;
        std::vector<std::string> cells{title(*r), std::to_string(i + 1)};
        for (const double t : theta) cells.push_back(share(t));
        lines += row(cells);
      }
    }
    if (lines.empty()) return;
    std::vector<std::string> titles{"method", "round"};
    titles.insert(titles.end(), table_.features.begin(), table_.features.end());
    out_ += "### θ after a round, mean over the runs\n\n" + head(titles) + lines + "\n";
  }

  void time() {
    out_ += "### What a run takes\n\n" + head({"method", "runs", "seconds", "seconds an update", "simulation steps", "commits"});
    for (const ReportRow* r : rows())
      out_ += row({title(*r), std::to_string(r->runs), format("%.0f", r->seconds.mean), format("%.2f", r->updateSeconds.mean),
                   format("%.0f", r->simulationSteps), joined(r->commits, ", ")});
    out_ += "\n";
  }

  const ReportTable& table_;
  const ReportSource& source_;
  std::string out_;
};

}  // namespace

std::string reportMarkdown(const std::vector<ReportTable>& tables, const std::vector<BenchmarkRun>& runs,
                           const ReportSource& source) {
  std::set<std::string> origins, fromNothing;
  for (const ReportTable& table : tables)
    for (const ReportRow& r : table.rows)
      if (r.fromNothing) fromNothing.insert(source.title(r));
  double seconds = 0.0;
  int finished = 0;
  for (const BenchmarkRun& run : runs) {
    if (run.state != RunState::Done) continue;
    origins.insert("version " + run.origin.version + " at commit " + run.origin.commit + " on " + run.origin.machine);
    seconds += run.seconds;
    ++finished;
  }
  std::string text = "# Results\n\nMade by `nudge-cli benchmark report " + source.file + " --format md`. ";
  text += format("%d runs, %.1f hours of one core in all; ", finished, seconds / 3600.0);
  text += joined(origins, "; ");
  text +=
      ".\n\nExpert samples: steps that the synthetic teacher drove until the rate fell under δ, with that round's. "
      "Means ± half a 95 % interval (Student's t over the runs of all priors";
  if (!fromNothing.empty())
    text += "; where a method starts from nothing (" + joined(fromNothing, ", ") + "), over the seeds, each the mean of its runs";
  text +=
      "); in brackets how many runs got there. The rest "
      "count with all that their teacher drove. A run ends after its last round, or once a training round and the frozen policy "
      "have both been under .05 and the newest round still is: further rounds could not change any of these figures. Where the "
      "teacher also takes over at random, the share of surprising steps with a need ends a run so, and what the plain rate had yet to cost is "
      "not known (–). The paper's figures were read off the plots on its authors' page (± 10 samples, ± .015 of a rate).\n\n";
  for (const ReportTable& table : tables) text += Writer(table, source).text();
  return text;
}

}  // namespace nudge
