#include "app/cli/commands.h"

namespace nudge::cli {

void addUpdate(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("update", "");
  command->callback([&code] { code = kInternal; });
}

}  // namespace nudge::cli
