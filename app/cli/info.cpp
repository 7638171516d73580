#include "app/cli/commands.h"

namespace nudge::cli {

void addInfo(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("info", "");
  command->callback([&code] { code = kInternal; });
}

}  // namespace nudge::cli
