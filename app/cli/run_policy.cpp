#include "app/cli/commands.h"

namespace nudge::cli {

void addRunPolicy(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("run-policy", "");
  command->callback([&code] { code = kInternal; });
}

}  // namespace nudge::cli
