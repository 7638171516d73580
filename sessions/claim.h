// Who records into a session file: one program at a time, named by a row in the file.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/result.h"

namespace nudge::sessions {

/// The row of table recorder.
struct Holder {
  std::int64_t pid = 0, processStart = 0, token = 0;
  std::string host, bootId, since;
};

/// This process, with token 0.
Holder thisProcess();
/// The process of a holder is known to be gone: another boot of this computer, a pid that no longer runs or
/// belongs to a later process. On another computer it counts as alive.
bool processGone(const Holder& holder);
/// The holder, unless it is known to be gone: another boot of this computer, a pid that no longer runs or
/// belongs to a later process, a store of this process that was closed. On another computer it counts as
/// alive. Throws SQLite::Exception.
std::optional<Holder> liveHolder(SQLite::Database& database);
/// "it is open for recording in process 12 on kitchen since 2024-05-01T10:00:00Z"
std::string describe(const Holder& holder);

/// The right to record, held from take() until destruction. One thread, the database's.
class Claim {
 public:
  Claim(SQLite::Database& database, std::string path);
  ~Claim();
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  bool held() const { return held_; }
  /// Busy names a living holder. `fromElsewhere` also replaces one on another computer.
  Status take(bool fromElsewhere);
  /// Gives it up; take() gets it back.
  void release();
  /// Inside a write transaction: Busy when somebody else has taken over.
  Status confirm();

 private:
  SQLite::Database& database_;
  std::string path_;
  std::int64_t token_;
  bool held_ = false;
};

}  // namespace nudge::sessions
