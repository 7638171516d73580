// The report for programs: CSV and JSON.
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/benchmark/paper.h"
#include "core/benchmark/report.h"

namespace nudge {

namespace {

using nlohmann::json;

/// What a table's rows are judged by first: the paper counts training rounds, a person's window is short, so
/// that its rate says little and the frozen policy is asked instead.
Count countOf(const ReportTable& table) {
  const bool random = table.teacher.find("random=") != std::string::npos;
  if (table.protocol == "window") return random ? Count::EvaluatedSurprise : Count::Evaluated;
  return random ? Count::TrainingSurprise : Count::Training;
}

json number(double value) {
  return std::isfinite(value) ? json(std::round(value * 1e4) / 1e4) : json();
}

json number(const std::optional<double>& value) { return value ? number(*value) : json(); }

json samplesJson(const SamplesTo& s, int runs) {
  return {{"samples_mean", number(s.samples.mean)}, {"samples_ci95", number(s.samples.halfWidth)},
          {"reached", s.reached}, {"runs", runs}, {"capped", s.capped}};
}

/// A reference over the episodes that the runs were judged over.
void addReference(json& result, const std::string& who, const std::optional<ReferenceMeans>& means) {
  result[who + "_success"] = means ? number(means->success) : json();
  result[who + "_failure"] = means ? number(means->failure) : json();
  result[who + "_base_reward"] = means ? number(means->baseReward) : json();
  result[who + "_teacher_reward"] = means ? number(means->teacherReward) : json();
}

json aloneJson(const AloneSummary& a) {
  json features = json::object();
  json style;
  for (const FeatureSummary& f : a.features) {
    features[f.name] = {{"mean", number(f.mean)}, {"q1", number(f.q1)}, {"median", number(f.median)}, {"q3", number(f.q3)},
                        {"jsd_to_teacher", number(f.divergence)}, {"prior_jsd_to_teacher", number(f.priorDivergence)}};
    if (f.style) style = {{"feature", f.name}, {"mean", number(f.mean)}, {"q1", number(f.q1)},
                          {"median", number(f.median)}, {"q3", number(f.q3)}};
  }
  json result{{"episodes", a.episodes}, {"success", number(a.success.mean)}, {"success_ci95", number(a.success.halfWidth)},
              {"failure", number(a.failure.mean)}, {"base_reward", number(a.baseReward.mean)},
              {"teacher_reward", number(a.teacherReward.mean)}, {"teacher_reward_ci95", number(a.teacherReward.halfWidth)},
              {"way_to_expert", number(a.way)}, {"same_starts", a.otherEpisodes == 0}, {"style", style}, {"features", features}};
  addReference(result, "prior", a.prior);
  addReference(result, "expert", a.expert);
  return result;
}

json ratesJson(const std::vector<Estimate>& rates) {
  json list = json::array();
  for (const Estimate& e : rates) list.push_back(number(e.mean));
  return list;
}

json thetaJson(const ReportRow& row, const ReportTable& table) {
  json list = json::array();
  for (const std::vector<double>& theta : row.theta) {
    json one = json::object();
    for (std::size_t f = 0; f < std::min(theta.size(), table.features.size()); ++f)
      one[table.features[f]] = number(theta[f]);
    list.push_back(std::move(one));
  }
  return list;
}

json rowJson(const ReportTable& table, const ReportRow& row, std::size_t d) {
  const Count first = countOf(table);
  json result = samplesJson(row.samples[d].at(first), row.runs);
  result.update({{"task", table.task}, {"method", row.method}, {"protocol", table.protocol}, {"teacher", table.teacher},
                 {"delta", kDeltas[d]}, {"count", name(first)}, {"runs", row.runs}, {"unit", row.fromNothing ? "seed" : "run"}, {"failed", row.failed},
                 {"steps_per_round", table.settings.protocol.steps}, {"rounds_cap", table.settings.protocol.rounds},
                 {"alone", aloneJson(row.alone)}, {"seconds", number(row.seconds.mean)},
                 {"update_seconds", number(row.updateSeconds.mean)}, {"simulation_steps", number(row.simulationSteps)},
                 {"rates", ratesJson(row.rates)}, {"evaluated_rates", ratesJson(row.evaluatedRates)},
                 {"theta", thetaJson(row, table)}});
  for (const Count count : kCounts) result[name(count)] = samplesJson(row.samples[d].at(count), row.runs);
  if (row.aloneAt[d].episodes > 0) result["alone_at_delta"] = aloneJson(row.aloneAt[d]);
  if (!table.settings.set.empty()) result["settings"] = table.settings.set;
  if (table.floor)
    result["floor"] = {{"rate", number(table.floor->rate())}, {"surprising", number(table.floor->surprisingRate())},
                       {"of", table.floorRemark}};
  if (const PaperFigures* paper = paperFigures(table.task, row.method))
    result["paper"] = {{"samples", paper->samples[d]}, {"half_bar", paper->halfBar[d]}};
  return result;
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + "\"";
}

}  // namespace

std::string reportJson(const std::vector<ReportTable>& tables) {
  json list = json::array();
  for (const ReportTable& table : tables)
    for (const ReportRow& row : table.rows)
      for (std::size_t d = 0; row.runs > 0 && d < std::size(kDeltas); ++d) list.push_back(rowJson(table, row, d));
  return list.dump(1) + "\n";
}

std::string reportCsv(const std::vector<ReportTable>& tables) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << "task,protocol,teacher,settings,method,delta,count,samples_mean,samples_ci95,reached,runs,alone_episodes,success,"
          "failure,base_reward,teacher_reward,way_to_expert,prior_success,prior_failure,seconds,update_seconds,"
          "simulation_steps\n";
  for (const ReportTable& table : tables) {
    std::string settings;
    for (const std::string& s : table.settings.set) settings += (settings.empty() ? "" : " ") + s;
    for (const ReportRow& row : table.rows) {
      for (std::size_t d = 0; row.runs > 0 && d < std::size(kDeltas); ++d) {
        for (const Count count : kCounts) {
          const SamplesTo& s = row.samples[d].at(count);
          const AloneSummary& a = row.alone;
          text << quoted(table.task) << ',' << table.protocol << ',' << quoted(table.teacher) << ',' << quoted(settings)
               << ',' << row.method << ',' << kDeltas[d] << ',' << name(count) << ',' << s.samples.mean << ','
               << s.samples.halfWidth << ',' << s.reached << ',' << row.runs << ',' << a.episodes << ','
               << a.success.mean << ',' << a.failure.mean << ',' << a.baseReward.mean << ',' << a.teacherReward.mean
               << ',' << (a.way ? std::to_string(*a.way) : "") << ',' << (a.prior ? std::to_string(a.prior->success) : "") << ',' << (a.prior ? std::to_string(a.prior->failure) : "") << ',' << row.seconds.mean << ','
               << row.updateSeconds.mean << ',' << row.simulationSteps << '\n';
        }
      }
    }
  }
  return text.str();
}

}  // namespace nudge
