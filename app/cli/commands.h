// Every sub-command of nudge-cli, one file each. A command parses, calls the libraries, prints; the work
// itself lives below app/.
//
// Exit codes: 0 fine, 1 the answer is no, 2 wrong use or bad input (one clear line on stderr), 3 internal fault.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "core/base/result.h"

namespace nudge::cli {

inline constexpr int kFine = 0, kNo = 1, kBadInput = 2, kInternal = 3;

/// Prints "nudge-cli: message" to stderr and returns the exit code for it.
int fail(const Error& error);
/// Prints one line of JSON to stdout at once (progress events, --json documents).
void printJson(const nlohmann::json& document);

/// Each adds its sub-command with a callback that stores its exit code in `code`.
void addTasks(CLI::App& app, int& code);
void addDevices(CLI::App& app, int& code);
void addImportPrior(CLI::App& app, int& code);
void addTrainPrior(CLI::App& app, int& code);
void addPreparePrior(CLI::App& app, int& code);
void addCalibrateTeacher(CLI::App& app, int& code);
void addRunPolicy(CLI::App& app, int& code);
void addTeach(CLI::App& app, int& code);
void addUpdate(CLI::App& app, int& code);
void addInfo(CLI::App& app, int& code);
void addCheck(CLI::App& app, int& code);
void addExportPolicy(CLI::App& app, int& code);
void addBenchmark(CLI::App& app, int& code);
void addBenchmarkReport(CLI::App& benchmark, int& code);
void addBenchmarkRun(CLI::App& app, int& code);

}  // namespace nudge::cli
