// Sub-commands that keep session files in order and take out what they hold; as those of commands.h.
#pragma once

#include "app/cli/commands.h"

namespace nudge::cli {

void addExportData(CLI::App& app, int& code);
void addTeachers(CLI::App& app, int& code);

}  // namespace nudge::cli
