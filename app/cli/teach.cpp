#include "app/cli/commands.h"

namespace nudge::cli {

void addTeach(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("teach", "");
  command->callback([&code] { code = kInternal; });
}

}  // namespace nudge::cli
