#include "app/cli/commands.h"

namespace nudge::cli {

void addExportPolicy(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("export-policy", "");
  command->callback([&code] { code = kInternal; });
}

}  // namespace nudge::cli
