// The report for programs: CSV and JSON.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/benchmark/paper.h"
#include "core/benchmark/report.h"

namespace nudge {

namespace {

using nlohmann::json;

/// What a table's rows are judged by first: the paper counts training rounds, a person's window is short, so
/// that its rate says little and the frozen policy is asked instead.
Count countOf(const ReportTable& table) {
  if (table.protocol == "window") return table.bySurprise ? Count::EvaluatedSurprise : Count::Evaluated;
  return table.bySurprise ? Count::TrainingSurprise : Count::Training;
}

/// Of which a mean is the mean, and an interval the spread.
const char* unitOf(const ReportRow& row) { return row.fromNothing ? "seed" : "run"; }

json number(double value) {
  return std::isfinite(value) ? json(std::round(value * 1e4) / 1e4) : json();
}

json number(const std::optional<double>& value) { return value ? number(*value) : json(); }

json samplesJson(const SamplesTo& s, int runs) {
  return {{"samples_mean", s.samples ? number(s.samples->mean) : json()},
          {"samples_ci95", s.samples ? number(s.samples->halfWidth) : json()},
          {"reached", s.reached}, {"runs", runs}, {"capped", s.capped}};
}

/// A reference over the episodes that the runs were judged over.
void addReference(json& result, const std::string& who, const std::optional<ReferenceMeans>& means) {
  result[who + "_success"] = means ? number(means->success) : json();
  result[who + "_failure"] = means ? number(means->failure) : json();
  result[who + "_base_reward"] = means ? number(means->baseReward) : json();
  result[who + "_teacher_reward"] = means ? number(means->teacherReward) : json();
}

/// Whether the references were judged over the same episodes; nothing without references.
std::optional<bool> sameStarts(const AloneSummary& a) {
  if (!a.prior && !a.expert) return std::nullopt;
  return a.otherEpisodes == 0;
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
  const auto same = sameStarts(a);
  json result{{"episodes", a.episodes}, {"success", number(a.success.mean)}, {"success_ci95", number(a.success.halfWidth)},
              {"failure", number(a.failure.mean)}, {"base_reward", number(a.baseReward.mean)},
              {"teacher_reward", number(a.teacherReward.mean)}, {"teacher_reward_ci95", number(a.teacherReward.halfWidth)},
              {"way_to_expert", number(a.way)}, {"same_starts", same ? json(*same) : json()}, {"style", style}, {"features", features}};
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
                 {"delta", kDeltas[d]}, {"count", name(first)}, {"runs", row.runs}, {"unit", unitOf(row)}, {"failed", row.failed},
                 {"steps_per_round", table.settings.protocol.steps}, {"rounds_cap", table.settings.protocol.rounds},
                 {"alone", aloneJson(row.alone)}, {"seconds", number(row.seconds.mean)},
                 {"update_seconds", number(row.updateSeconds.mean)}, {"simulation_steps", number(row.simulationSteps)},
                 {"rates", ratesJson(row.rates)}, {"evaluated_rates", ratesJson(row.evaluatedRates)},
                 {"theta", thetaJson(row, table)}, {"commits", row.commits}});
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

/// As RFC 4180 has it.
std::string csvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + "\"";
}

/// A row of the CSV by the names of its columns, in order.
class Fields {
 public:
  void add(const std::string& name, const std::string& text) { fields_.emplace_back(name, csvField(text)); }
  /// As number() rounds them, and never with an exponent; nothing where it is not known.
  void add(const std::string& name, std::optional<double> value) {
    char text[512];
    const bool known = value && std::isfinite(*value);
    const double rounded = known ? std::round(*value * 1e4) / 1e4 : 0.0;
    char* end = known ? std::to_chars(text, text + sizeof text, rounded, std::chars_format::fixed).ptr : text;
    fields_.emplace_back(name, std::string(text, end));
  }
  void add(const std::string& who, const std::optional<ReferenceMeans>& means) {
    const auto figure = [&](double ReferenceMeans::*what) { return means ? std::optional((*means).*what) : std::nullopt; };
    add(who + "_success", figure(&ReferenceMeans::success));
    add(who + "_failure", figure(&ReferenceMeans::failure));
    add(who + "_base_reward", figure(&ReferenceMeans::baseReward));
    add(who + "_teacher_reward", figure(&ReferenceMeans::teacherReward));
  }

  std::string names() const { return line(&Field::name); }
  std::string values() const { return line(&Field::value); }

 private:
  struct Field {
    std::string name, value;
  };
  std::string line(std::string Field::*part) const {
    std::string text;
    for (const Field& field : fields_) text += (&field == &fields_.front() ? "" : ",") + field.*part;
    return text + "\n";
  }

  std::vector<Field> fields_;
};

std::string joined(const auto& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : " ") + part;
  return text;
}

void addAlone(Fields& fields, const std::string& where, const AloneSummary& a) {
  const auto add = [&](const char* name, double value) {
    fields.add(where + name, a.episodes > 0 ? std::optional(value) : std::nullopt);
  };
  add("alone_episodes", a.episodes);
  add("success", a.success.mean);
  add("success_ci95", a.success.halfWidth);
  add("failure", a.failure.mean);
  add("base_reward", a.baseReward.mean);
  add("teacher_reward", a.teacherReward.mean);
  add("teacher_reward_ci95", a.teacherReward.halfWidth);
  fields.add(where + "way_to_expert", a.way);
  fields.add(where + "same_starts", sameStarts(a));
  fields.add(where + "prior", a.prior);
  fields.add(where + "expert", a.expert);
  const auto style = std::find_if(a.features.begin(), a.features.end(), [](const FeatureSummary& f) { return f.style; });
  const FeatureSummary f = style == a.features.end() ? FeatureSummary{} : *style;
  const auto known = [&](double value) { return style == a.features.end() ? std::nullopt : std::optional(value); };
  fields.add(where + "style_feature", f.name);
  fields.add(where + "style_mean", known(f.mean));
  fields.add(where + "style_q1", known(f.q1));
  fields.add(where + "style_median", known(f.median));
  fields.add(where + "style_q3", known(f.q3));
  fields.add(where + "style_jsd_to_teacher", f.divergence);
  fields.add(where + "style_prior_jsd_to_teacher", f.priorDivergence);
}

Fields fieldsOf(const ReportTable& table, const ReportRow& row, std::size_t d, Count count) {
  const SamplesTo& s = row.samples[d].at(count);
  const auto last = [](const std::vector<Estimate>& rates) { return rates.empty() ? std::nullopt : std::optional(rates.back().mean); };
  const PaperFigures* paper = paperFigures(table.task, row.method);
  Fields fields;
  fields.add("task", table.task);
  fields.add("protocol", table.protocol);
  fields.add("teacher", table.teacher);
  fields.add("settings", joined(table.settings.set));
  fields.add("method", row.method);
  fields.add("delta", kDeltas[d]);
  fields.add("count", name(count));
  fields.add("samples_mean", s.samples ? std::optional(s.samples->mean) : std::nullopt);
  fields.add("samples_ci95", s.samples ? std::optional(s.samples->halfWidth) : std::nullopt);
  fields.add("reached", s.reached);
  fields.add("runs", row.runs);
  fields.add("unit", unitOf(row));
  fields.add("failed", static_cast<double>(row.failed.size()));
  fields.add("steps_per_round", table.settings.protocol.steps);
  fields.add("rounds_cap", table.settings.protocol.rounds);
  addAlone(fields, "", row.alone);
  addAlone(fields, "at_delta_", row.aloneAt[d]);
  fields.add("last_rate", last(row.rates));
  fields.add("last_evaluated_rate", last(row.evaluatedRates));
  fields.add("seconds", row.seconds.mean);
  fields.add("update_seconds", row.updateSeconds.mean);
  fields.add("simulation_steps", row.simulationSteps);
  fields.add("floor_rate", table.floor ? std::optional(table.floor->rate()) : std::nullopt);
  fields.add("floor_surprising", table.floor ? std::optional(table.floor->surprisingRate()) : std::nullopt);
  fields.add("floor_of", table.floorRemark);
  fields.add("paper_samples", paper ? std::optional(paper->samples[d]) : std::nullopt);
  fields.add("paper_half_bar", paper ? std::optional(paper->halfBar[d]) : std::nullopt);
  fields.add("commits", joined(row.commits));
  return fields;
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
  ReportRow nothing;
  nothing.samples[0][Count::Training];
  std::string text = fieldsOf({}, nothing, 0, Count::Training).names();
  for (const ReportTable& table : tables)
    for (const ReportRow& row : table.rows)
      for (std::size_t d = 0; row.runs > 0 && d < std::size(kDeltas); ++d)
        for (const Count count : kCounts) text += fieldsOf(table, row, d, count).values();
  return text;
}

}  // namespace nudge
