#include "app/cli/commands.h"

namespace nudge::cli {

void addCheck(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("check", "");
  command->callback([&code] { code = kInternal; });
}

}  // namespace nudge::cli
