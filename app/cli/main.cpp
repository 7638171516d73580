#include <cstdio>
#include <exception>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/session_commands.h"
#include "app/cli/task_commands.h"
#include "core/base/version.h"

namespace nudge::cli {

int fail(const Error& error) {
  std::fprintf(stderr, "nudge-cli: %s\n", error.message.c_str());
  return error.code == ErrorCode::Internal ? kInternal : kBadInput;
}

void printJson(const nlohmann::json& document) {
  // Texts come out of files that may hold anything.
  const auto replaced = nlohmann::json::error_handler_t::replace;
  std::fputs((document.dump(-1, ' ', false, replaced) + "\n").c_str(), stdout);
  std::fflush(stdout);
}

namespace {
int run(int argc, char** argv) {
  CLI::App app{"Nudge without a window: teach a robot only what is missing.", "nudge-cli"};
  app.require_subcommand(1);
  app.set_version_flag("--version", kVersion);
  int code = kFine;
  addTasks(app, code);
  addCheckTask(app, code);
  addDevices(app, code);
  addTrainPrior(app, code);
  addImportPrior(app, code);
  addPreparePrior(app, code);
  addCalibrateTeacher(app, code);
  addRunPolicy(app, code);
  addTeach(app, code);
  addUpdate(app, code);
  addInfo(app, code);
  addCheck(app, code);
  addExportPolicy(app, code);
  addExportData(app, code);
  addTeachers(app, code);
  addSessions(app, code);
  addLabel(app, code);
  addBackups(app, code);
  addBenchmark(app, code);
  addBenchmarkRun(app, code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    std::fprintf(stderr, "nudge-cli: %s (see --help)\n", error.what());
    return kBadInput;
  }
  return code;
}
}  // namespace

}  // namespace nudge::cli

int main(int argc, char** argv) {
  try {
    return nudge::cli::run(argc, argv);
  } catch (const std::exception& error) {
    const std::string what = error.what();  // torch adds its stack, line by line
    std::fprintf(stderr, "nudge-cli: internal fault: %s\n", what.substr(0, what.find('\n')).c_str());
    return nudge::cli::kInternal;
  }
}
