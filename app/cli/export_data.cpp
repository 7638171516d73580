#include <cstdio>
#include <filesystem>

#include "app/cli/session_commands.h"
#include "sessions/datasets/datasets.h"

namespace nudge::cli {
namespace {

int exportData(const std::string& path, const std::string& formatName, std::string out, bool json) {
  const auto format = datasetFormat(formatName);
  if (!format)
    return fail(
        {ErrorCode::InvalidInput, "There is no format '" + formatName + "'; choose hdf5, csv or jsonl."});
  const auto store = Store::open(path, OpenMode::ReadOnly);
  if (!store) return fail(store.error());
  if (out.empty()) out = std::filesystem::path(path).replace_extension(fileEnding(*format)).string();
  const auto counts = exportDataset(*store, *format, out);
  if (!counts) return fail(counts.error());
  if (json)
    printJson(
        {{"file", out}, {"format", formatName}, {"episodes", counts->episodes}, {"steps", counts->steps}});
  else
    std::printf("%s: %lld steps of %lld episodes\n", out.c_str(), static_cast<long long>(counts->steps),
                static_cast<long long>(counts->episodes));
  return kFine;
}

}  // namespace

void addExportData(CLI::App& app, int& code) {
  struct Options {
    std::string file, format = "hdf5", out;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "export-data",
      "Write a lesson's steps for other programs: HDF5 as robomimic reads it, CSV or JSON lines.");
  command->add_option("FILE", options->file, "session file")->required();
  command->add_option("--format", options->format, "hdf5, csv or jsonl")->capture_default_str();
  command->add_option("--out", options->out, "file to make; as FILE with another ending when not given");
  command->add_flag("--json", options->json, "one JSON document");
  command->callback(
      [options, &code] { code = exportData(options->file, options->format, options->out, options->json); });
}

}  // namespace nudge::cli
