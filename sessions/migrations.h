// The schema's numbered steps. The SQL lies in sessions/migrations/ and is embedded at build; a released
// file is frozen, changes come as a new number.
#pragma once

#include <span>

namespace nudge::sessions {

/// Takes a file from schema `version` − 1 to `version`.
struct Migration {
  int version = 0;
  const char* sql = nullptr;
};

/// All migrations of session files, 1, 2, …
std::span<const Migration> migrations();
/// Those of results files, from sessions/results_migrations/.
std::span<const Migration> resultsMigrations();

}  // namespace nudge::sessions
