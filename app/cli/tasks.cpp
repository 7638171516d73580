#include "app/cli/commands.h"

namespace nudge::cli {

void addTasks(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("tasks", "");
  command->callback([&code] { code = kInternal; });
}

}  // namespace nudge::cli
