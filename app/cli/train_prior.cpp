#include "app/cli/commands.h"

namespace nudge::cli {

void addTrainPrior(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("train-prior", "");
  command->callback([&code] { code = kInternal; });
}

}  // namespace nudge::cli
