#include "sessions/backups.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <set>

#include "core/base/files.h"
#include "sessions/catalog.h"
#include "sessions/claim.h"
#include "sessions/copies.h"
#include "sessions/database.h"

namespace nudge {

using namespace sessions;

namespace {

namespace fs = std::filesystem;

constexpr const char* kMark = ".backup-";
constexpr const char* kTime = "%Y%m%dT%H%M%SZ";
constexpr std::int64_t kDay_s = 86'400, kWeek_s = 7 * kDay_s;
constexpr std::size_t kNewest = 3, kDays = 7, kWeeks = 4;
constexpr std::uintmax_t kSpaceToLeave_bytes = 256u << 20;

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::int64_t fileTime_s(const fs::path& path) {
  std::error_code error;
  const auto time = std::chrono::file_clock::to_sys(fs::last_write_time(path, error));
  return error ? 0 : std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::string stamp(std::int64_t time_s) {
  const std::time_t time = time_s;
  std::tm parts{};
  std::array<char, 32> text{};
  gmtime_r(&time, &parts);
  std::strftime(text.data(), text.size(), kTime, &parts);
  return text.data();
}

/// The time that a backup's name tells; −1 when it is no such name.
std::int64_t timeOf(const std::string& ending) {
  std::tm parts{};
  const char* end = ::strptime(ending.c_str(), kTime, &parts);
  if (!end || (*end != '\0' && *end != '-')) return -1;
  return ::timegm(&parts);
}

/// A free name, for two backups of one second are two.
std::string freeName(const std::string& stem) {
  std::string name = stem;
  for (int copy = 2; fs::exists(fs::symlink_status(name)); ++copy) name = stem + "-" + std::to_string(copy);
  return name;
}

/// A word that differs when the content does: rows of steps, policies and updates never change, marks and settings do.
Result<std::string> contentKey(const std::string& path) {
  const auto opened = openDatabase(path, Access::ReadAsIs);
  if (!opened) return opened.error();
  return attempt(opened->get(), path, "look for changes", [&]() -> Result<std::string> {
    return (*opened)
        ->execAndGet(
            "SELECT (SELECT total(steps) || ' ' || count(*) || ' ' || coalesce(max(outcome), '') FROM episode) || ' ' || "
            "(SELECT count(*) || ' ' || coalesce(max(outcome), '') FROM policy_update) || ' ' || "
            "(SELECT coalesce(max(revision), 0) || ' ' || total(active) FROM mark) || ' ' || "
            "(SELECT active_version || ' ' || teacher FROM lesson) || ' ' || "
            "(SELECT count(*) FROM policy_version) || ' ' || (SELECT coalesce(group_concat(name || value), '') FROM setting)")
        .getString();
  });
}

void thin(const std::string& path) {
  std::vector<std::int64_t> times;
  const std::vector<Backup> all = backupsOf(path);
  for (const Backup& backup : all)
    if (!backup.ofUpgrade) times.push_back(backup.made_s);
  const std::vector<std::int64_t> kept = backupsWorthKeeping(times);
  for (const Backup& backup : all)
    if (!backup.ofUpgrade && std::find(kept.begin(), kept.end(), backup.made_s) == kept.end()) discard(backup.path);
}

/// Moves what cannot be opened out of the way, its log first: a log must never meet another file of the name.
Result<std::string> putAside(const std::string& path) {
  const std::string aside = freeName(path + ".damaged-" + stamp(now_s()));
  std::error_code error;
  if (fs::exists(path + "-wal")) fs::rename(path + "-wal", aside + "-wal", error);
  if (!error) fs::rename(path, aside, error);
  if (error) return Error{ErrorCode::Io, "'" + path + "' could not be put aside: " + error.message() + "."};
  fs::remove(path + "-shm", error);
  return aside;
}

/// Replaces the whole content of a sound lesson in one transaction of its own file.
Status replaceContent(const std::string& path, const std::string& backup) {
  auto target = openDatabase(path, Access::ReadWrite);
  if (!target) return target.error();
  auto source = openDatabase(backup, Access::ReadAsIs);
  if (!source) return source.error();
  return attempt(target->get(), path, "restore the backup", [&]() -> Status {
    if (const auto holder = liveHolder(**target))
      return Error{ErrorCode::Busy,
                   "'" + path + "' cannot be restored now: " + describe(*holder) + ". Nothing was changed."};
    copyContent(**source, **target);
    (*target)->exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return {};
  });
}

}  // namespace

std::vector<Backup> backupsOf(const std::string& path) {
  std::vector<Backup> backups;
  std::error_code error;
  const fs::path file = fs::absolute(path, error);
  const std::string stem = file.filename().string();
  fs::directory_iterator entries(file.parent_path(), error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    if (!name.starts_with(stem + ".")) continue;
    const std::string ending = name.substr(stem.size());
    std::error_code ignored;
    if (!entries->is_regular_file(ignored) || ending.ends_with(".part") || ending.ends_with("-wal") || ending.ends_with("-shm"))
      continue;
    const auto size = static_cast<std::int64_t>(entries->file_size(ignored));
    const std::int64_t made_s = ending.starts_with(kMark) ? timeOf(ending.substr(std::string(kMark).size())) : -1;
    if (made_s >= 0)
      backups.push_back({entries->path().string(), made_s, size, false});
    else if (ending.starts_with(".format") && ending.find("-backup") != std::string::npos)
      backups.push_back({entries->path().string(), fileTime_s(entries->path()), size, true});
  }
  std::sort(backups.begin(), backups.end(), [](const Backup& a, const Backup& b) {
    return a.made_s != b.made_s ? a.made_s > b.made_s : a.path > b.path;
  });
  return backups;
}

std::vector<std::int64_t> backupsWorthKeeping(std::vector<std::int64_t> times_s) {
  std::sort(times_s.begin(), times_s.end(), std::greater<>());
  std::set<std::int64_t> days, weeks;
  std::vector<std::int64_t> kept;
  for (std::size_t i = 0; i < times_s.size(); ++i) {
    const bool newOfDay = days.size() < kDays && days.insert(times_s[i] / kDay_s).second;
    const bool newOfWeek = weeks.size() < kWeeks && weeks.insert(times_s[i] / kWeek_s).second;
    if (i < kNewest || newOfDay || newOfWeek) kept.push_back(times_s[i]);
  }
  return kept;
}

Result<std::string> makeBackup(const std::string& path, double youngest_s, const std::atomic<bool>* stop) {
  const LessonSummary lesson = summarizeLesson(path);
  if (!lesson.trouble.empty()) return Error{ErrorCode::Corrupt, lesson.trouble};
  if (lesson.steps == 0) return std::string();
  const std::vector<Backup> before = backupsOf(path);
  if (!before.empty()) {
    if (static_cast<double>(now_s() - before.front().made_s) < youngest_s) return std::string();
    const auto now = contentKey(path), then = contentKey(before.front().path);
    if (now && then && *now == *then) return std::string();
  }
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  const auto space = fs::space(path, error);
  if (!error && space.available < 2 * size + kSpaceToLeave_bytes)
    return Error{ErrorCode::Full, "No backup of '" + path + "' was made: too little space is left on its disk."};
  const std::string target = freeName(path + kMark + stamp(now_s()));
  const Status copied = copyLesson(path, target, stop);
  if (!copied && copied.error().code == ErrorCode::Cancelled) return std::string();
  if (!copied) return copied.error();
  thin(path);
  return target;
}

Result<std::string> restoreBackup(const std::string& path, const std::string& backup) {
  if (const auto sound = openDatabase(backup, Access::ReadAsIs); !sound) return sound.error();
  std::error_code error;
  if (!fs::exists(path, error)) {
    if (const Status copied = copyLesson(backup, path); !copied) return copied.error();
    return std::string();
  }
  const auto present = openDatabase(path, Access::ReadAsIs);
  if (!present && present.error().code == ErrorCode::Corrupt) {
    const auto aside = putAside(path);
    if (!aside) return aside;
    if (const Status copied = copyLesson(backup, path); !copied) return copied.error();
    return aside;
  }
  if (!present) return present.error();
  // Kept without thinning: what is restored here may be the oldest one.
  const std::string kept = freeName(path + kMark + stamp(now_s()));
  if (const Status copied = copyLesson(path, kept); !copied) return copied.error();
  if (const Status replaced = replaceContent(path, backup); !replaced) {
    discard(kept);
    return replaced.error();
  }
  return kept;
}

}  // namespace nudge
