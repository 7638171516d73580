// Sub-commands about tasks that people bring; see commands.h.
#pragma once

#include "app/cli/commands.h"

namespace nudge::cli {

void addCheckTask(CLI::App& app, int& code);

}  // namespace nudge::cli
