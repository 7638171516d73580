#include "sessions/claim.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <mutex>
#include <set>
#include <sstream>
#include <utility>

#include "sessions/database.h"

namespace nudge::sessions {
namespace {

/// Tokens of the claims that this process holds.
class Tokens {
 public:
  std::int64_t add() {
    const std::lock_guard lock(mutex_);
    live_.insert(++newest_);
    return newest_;
  }
  void remove(std::int64_t token) {
    const std::lock_guard lock(mutex_);
    live_.erase(token);
  }
  bool contains(std::int64_t token) {
    const std::lock_guard lock(mutex_);
    return live_.count(token) > 0;
  }

 private:
  std::mutex mutex_;
  std::int64_t newest_ = 0;
  std::set<std::int64_t> live_;
};

Tokens& tokens() {
  static Tokens all;
  return all;
}

std::string hostName() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string bootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

/// Clock ticks from boot to the start of the process; 0 when there is none or it has died and its parent has
/// not asked for it yet (proc(5), stat fields 3 and 22).
std::int64_t processStart(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t nameEnd = line.rfind(')');  // the program's name may hold anything
  if (nameEnd == std::string::npos) return 0;
  std::istringstream fields(line.substr(nameEnd + 1));
  std::string field;
  fields >> field;
  if (field == "Z" || field == "X") return 0;
  for (int number = 4; number < 22; ++number) fields >> field;
  std::int64_t start = 0;
  fields >> start;
  return start;
}

bool isGone(const Holder& holder) {
  const Holder here = thisProcess();
  const bool ours = holder.pid == here.pid && holder.host == here.host && holder.bootId == here.bootId;
  return processGone(holder) || (ours && !tokens().contains(holder.token));
}

std::optional<Holder> holderOf(SQLite::Database& database) {
  SQLite::Statement query(
      database, "SELECT pid, process_start, token, host, boot_id, clock_since FROM recorder WHERE id = 1");
  if (!query.executeStep()) return std::nullopt;
  Holder holder;
  holder.pid = query.getColumn(0).getInt64();
  holder.processStart = query.getColumn(1).getInt64();
  holder.token = query.getColumn(2).getInt64();
  holder.host = query.getColumn(3).getString();
  holder.bootId = query.getColumn(4).getString();
  holder.since = query.getColumn(5).getString();
  return holder;
}

}  // namespace

Holder thisProcess() {
  const std::int64_t pid = ::getpid();
  return {pid, processStart(pid), 0, hostName(), bootId(), utcNow()};
}

bool processGone(const Holder& holder) {
  if (holder.host != hostName()) return false;
  if (holder.bootId != bootId() || holder.pid <= 0) return true;
  if (::kill(static_cast<pid_t>(holder.pid), 0) != 0 && errno == ESRCH) return true;
  const std::int64_t start = processStart(holder.pid);
  return start == 0 || start != holder.processStart;
}

std::optional<Holder> liveHolder(SQLite::Database& database) {
  std::optional<Holder> holder = holderOf(database);
  if (holder && isGone(*holder)) holder.reset();
  return holder;
}

std::string describe(const Holder& holder) {
  return "it is open for recording in process " + std::to_string(holder.pid) + " on " + holder.host +
         " since " + holder.since;
}

Claim::Claim(SQLite::Database& database, std::string path)
    : database_(database), path_(std::move(path)), token_(tokens().add()) {}

Claim::~Claim() {
  tokens().remove(token_);
  release();
}

void Claim::release() {
  if (!std::exchange(held_, false)) return;
  try {
    SQLite::Statement erase(database_, "DELETE FROM recorder WHERE token = ? AND pid = ?");
    erase.bind(1, token_);
    erase.bind(2, static_cast<std::int64_t>(::getpid()));
    erase.exec();
  } catch (const SQLite::Exception&) {
    // A row left behind counts as gone once its token is no longer alive.
  }
}

Status Claim::take(bool fromElsewhere) {
  if (held_) return {};
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
  const std::optional<Holder> holder = liveHolder(database_);
  if (holder && !(fromElsewhere && holder->host != hostName()))
    return Error{ErrorCode::Busy, "'" + path_ + "' cannot record here: " + describe(*holder) +
                                      ". It can be opened for reading meanwhile."};
  SQLite::Statement insert(database_,
                           "INSERT OR REPLACE INTO recorder (id, pid, process_start, token, host, boot_id, "
                           "clock_since) VALUES (1, ?, ?, ?, ?, ?, ?)");
  const Holder self = thisProcess();
  insert.bind(1, self.pid);
  insert.bind(2, self.processStart);
  insert.bind(3, token_);
  insert.bind(4, self.host);
  insert.bind(5, self.bootId);
  insert.bind(6, self.since);
  insert.exec();
  transaction.commit();
  held_ = true;
  return {};
}

Status Claim::confirm() {
  const std::optional<Holder> holder = holderOf(database_);
  if (holder && holder->pid == ::getpid() && holder->token == token_) return {};
  held_ = false;
  return Error{ErrorCode::Busy,
               "'" + path_ + "' is no longer recorded here: " +
                   (holder ? describe(*holder) : std::string("another program took it over")) +
                   ". Nothing of this write was stored."};
}

}  // namespace nudge::sessions
