#include "sessions/copies.h"

#include <unistd.h>

#include "sessions/database.h"

namespace nudge {

using namespace sessions;

Status copyLesson(const std::string& from, const std::string& to, const std::atomic<bool>* stop) {
  auto source = openDatabase(from, Access::ReadAsIs);
  if (!source) return source.error();
  const std::string part = to + ".part" + std::to_string(::getpid());
  discard(part);
  const Status copied = attempt(nullptr, to, "copy the lesson", [&]() -> Status {
    SQLite::Database copy(part, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyTimeout_ms);
    if (!copyContent(**source, copy, stop)) return Error{ErrorCode::Cancelled, "Copying '" + from + "' was stopped."};
    copy.exec("DELETE FROM recorder");
    return {};
  });
  return publish(copied, part, to);
}

}  // namespace nudge
