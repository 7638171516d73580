// Copies of a lesson as it was, beside it: NAME.nudge.backup-20240131T120000Z, and those that an upgrade of the
// format leaves (NAME.nudge.format1-backup). A backup is a session file like any other.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace nudge {

struct Backup {
  std::string path;
  std::int64_t made_s = 0;  ///< seconds since 1970, UTC
  std::int64_t size_bytes = 0;
  bool ofUpgrade = false;   ///< made before an upgrade of the format; kept until a person deletes it
};

/// Newest first. A lesson may be gone and its backups still there.
std::vector<Backup> backupsOf(const std::string& path);

/// Which of these times (seconds, any order) stay: the newest three, the newest of each of the last seven days that have
/// one, and the newest of each of the last four weeks that have one. Days and weeks are UTC. Newest first.
std::vector<std::int64_t> backupsWorthKeeping(std::vector<std::int64_t> times_s);

/// Makes one more and deletes those that backupsWorthKeeping() does not name; while the lesson is in use, too. Nothing is
/// made, and the path is empty, when the lesson has no steps or has not changed since the newest, or that is younger than `youngest_s`.
/// Likewise when `stop` becomes true on the
/// way. Errors: Full (too little space would be left), Corrupt (the lesson
/// is damaged: older backups stay).
Result<std::string> makeBackup(const std::string& path, double youngest_s = 0.0, const std::atomic<bool>* stop = nullptr);

/// Puts a backup in the lesson's place, in one transaction; what was there becomes a backup first. A lesson that cannot be
/// opened at all is put aside as NAME.nudge.damaged-…, with its log. Returns where the present content went; empty: there
/// was none. Busy: somebody records into the lesson. Corrupt: the backup is damaged, nothing was changed.
Result<std::string> restoreBackup(const std::string& path, const std::string& backup);

}  // namespace nudge
