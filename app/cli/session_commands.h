// Sub-commands that take what a session file holds elsewhere; as those of commands.h.
#pragma once

#include "app/cli/commands.h"

namespace nudge::cli {

void addExportData(CLI::App& app, int& code);

}  // namespace nudge::cli
