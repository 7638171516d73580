// Sub-commands that keep session files in order and take out what they hold; as those of commands.h.
#pragma once

#include "app/cli/commands.h"

namespace nudge::cli {

/// Local time, to the minute.
std::string dayAndTime(std::int64_t utc_s);

void addExportData(CLI::App& app, int& code);
void addTeachers(CLI::App& app, int& code);
void addSessions(CLI::App& app, int& code);
void addBackups(CLI::App& app, int& code);
void addLabel(CLI::App& app, int& code);

}  // namespace nudge::cli
