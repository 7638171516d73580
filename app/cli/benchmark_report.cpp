#include <cstdio>
#include <filesystem>
#include <set>

#include "app/cli/commands.h"
#include "app/cli/picture.h"
#include "core/base/files.h"
#include "core/benchmark/chart.h"
#include "core/benchmark/report.h"
#include "core/learn/method.h"
#include "core/sim/folder/folder_task.h"
#include "sessions/results.h"

namespace nudge::cli {

namespace {

struct Options {
  std::string file, format = "md", out, task, protocol, teacher;
};

Status write(const Options& o, const std::string& text) {
  if (o.format == "png") return writePng(text, o.out);
  if (!o.out.empty()) return writeFile(o.out, text);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return {};
}

/// Leaves the runs of which `part` is what was wanted, and the references, which belong to no protocol.
/// InvalidInput: there are none.
Status keep(std::vector<BenchmarkRun>& runs, const char* what, std::string BenchmarkKey::*part, const std::string& wanted) {
  if (wanted.empty()) return {};
  std::set<std::string> others;
  for (const BenchmarkRun& run : runs)
    if (!run.key.protocol.empty()) others.insert(run.key.*part);
  if (!others.contains(wanted)) {
    std::string text;
    for (const std::string& other : others) text += (text.empty() ? "" : ", ") + other;
    return Error{ErrorCode::InvalidInput, std::string("no run has the ") + what + " '" + wanted + "'; there is " +
                                              (text.empty() ? "none at all" : text)};
  }
  std::erase_if(runs, [&](const BenchmarkRun& run) { return run.key.*part != wanted && !(run.key.*part).empty(); });
  return {};
}

int run(const Options& o) {
  if (o.format == "png" && o.out.empty()) return fail({ErrorCode::InvalidInput, "a picture wants a file: --out picture.png"});
  auto results = Results::open(o.file, true);
  if (!results) return fail(results.error());
  auto runs = results->runs();
  if (!runs) return fail(runs.error());
  if (auto kept = keep(*runs, "task", &BenchmarkKey::task, absoluteTask(o.task)); !kept) return fail(kept.error());
  if (auto kept = keep(*runs, "protocol", &BenchmarkKey::protocol, o.protocol); !kept) return fail(kept.error());
  if (auto kept = keep(*runs, "teacher", &BenchmarkKey::teacher, o.teacher); !kept) return fail(kept.error());
  std::vector<std::string> order;
  ReportSource source{std::filesystem::path(o.file).filename().string(), {}};
  for (const MethodInfo& method : methods()) {
    order.push_back(method.id);
    source.titles[method.id] = method.title;
  }
  const auto tables = makeReport(*runs, order);
  if (!tables) return fail(tables.error());
  std::string text;
  if (o.format == "md") text = reportMarkdown(*tables, *runs, source);
  if (o.format == "csv") text = reportCsv(*tables);
  if (o.format == "json") text = reportJson(*tables);
  if (o.format == "svg" || o.format == "png") {
    auto svg = reportSvg(*tables, source);
    if (!svg) return fail(svg.error());
    text = std::move(*svg);
  }
  const auto written = write(o, text);
  return written ? kFine : fail(written.error());
}

}  // namespace

void addBenchmarkReport(CLI::App& benchmark, int& code) {
  auto o = std::make_shared<Options>();
  auto* command = benchmark.add_subcommand("report", "Tables and curves of a results file, beside the paper's figures");
  command->add_option("file", o->file, "Results file")->required();
  command->add_option("--format", o->format, "md, csv, json (a list, one object for each method and δ), svg or png (curves)")
      ->check(CLI::IsMember({"md", "csv", "json", "svg", "png"}))->capture_default_str();
  command->add_option("--out", o->out, "File to write instead of standard output");
  command->add_option("--task", o->task, "Only this task");
  command->add_option("--protocol", o->protocol, "Only this protocol");
  command->add_option("--teacher", o->teacher, "Only this teacher, as it was given to the benchmark");
  command->callback([o, &code] { code = run(*o); });
}

}  // namespace nudge::cli
