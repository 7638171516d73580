#include "sessions/catalog.h"

#include <locale.h>

#include <algorithm>
#include <chrono>
#include <cwchar>
#include <cwctype>
#include <set>
#include <sstream>

#include "sessions/store_impl.h"

namespace nudge {

using namespace sessions;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestTag = 60, kMostTags = 100, kLongestNotes = 100'000;

std::vector<std::string> texts(SQLite::Database& database, const char* sql) {
  SQLite::Statement query(database, sql);
  std::vector<std::string> found;
  while (query.executeStep()) found.push_back(query.getColumn(0).getString());
  return found;
}

std::optional<std::string> settingOf(SQLite::Database& database, const char* name) {
  SQLite::Statement query(database, "SELECT value FROM setting WHERE name = ?");
  query.bind(1, name);
  if (!query.executeStep()) return std::nullopt;
  return query.getColumn(0).getString();
}

void read(SQLite::Database& database, LessonSummary& lesson) {
  SQLite::Transaction snapshot(database);
  lesson.format = database.execAndGet("PRAGMA user_version").getInt();
  const std::string counted = lesson.format < 3 ? "episode" : "episode WHERE practice = 0";
  SQLite::Statement facts(database,
                          "SELECT task, nudge_version, clock_created, control_rate_hz, active_version, "
                          "(SELECT count(*) FROM policy_version), (SELECT count(*) FROM " +
                              counted + "), (SELECT coalesce(sum(steps), 0) FROM " + counted +
                              "), (SELECT coalesce(sum(teacher_steps), 0) FROM " + counted +
                              ") FROM lesson JOIN model ON model.id = lesson.model");
  if (!facts.executeStep()) throw CorruptContent("it holds no lesson");
  lesson.task = facts.getColumn(0).getString();
  lesson.nudgeVersion = facts.getColumn(1).getString();
  lesson.created = facts.getColumn(2).getString();
  lesson.activeVersion = countOf(facts.getColumn(4), "the active version");
  lesson.policies = countOf(facts.getColumn(5), "the number of policies");
  lesson.episodes = facts.getColumn(6).getInt64();
  lesson.steps = facts.getColumn(7).getInt64();
  lesson.teacherSteps = facts.getColumn(8).getInt64();
  const double rate_hz = facts.getColumn(3).getDouble();
  lesson.duration_s = rate_hz > 0.0 ? static_cast<double>(lesson.steps) / rate_hz : 0.0;
  lesson.teachers = texts(database, lesson.format == 1
                                        ? "SELECT teacher FROM lesson WHERE teacher != ''"
                                        : "SELECT teacher FROM episode WHERE teacher != '' UNION "
                                          "SELECT teacher FROM lesson WHERE teacher != '' ORDER BY 1");
  lesson.notes = settingOf(database, kNotesSetting).value_or("");
  if (const auto tags = settingOf(database, kTagsSetting)) lesson.tags = namesFromJson(*tags, "the list of tags");
}

/// Size and time of the file and its log.
void measure(LessonSummary& lesson) {
  for (const char* suffix : {"", "-wal"}) {
    std::error_code error;
    const auto size = fs::file_size(lesson.path + suffix, error);
    if (error) continue;
    lesson.size_bytes += static_cast<std::int64_t>(size);
    const auto time = std::chrono::file_clock::to_sys(fs::last_write_time(lesson.path + suffix, error));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
    if (!error) lesson.changed_s = std::max<std::int64_t>(lesson.changed_s, seconds);
  }
}

/// UTF-8 in lower case; bytes that are none stay as they are.
std::wstring folded(const std::string& text) {
  static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  const locale_t before = utf8 ? ::uselocale(utf8) : nullptr;
  std::wstring result;
  std::mbstate_t state{};
  for (std::size_t at = 0; at < text.size();) {
    wchar_t c = 0;
    const std::size_t read = std::mbrtowc(&c, text.data() + at, text.size() - at, &state);
    if (read == 0 || read > text.size()) {
      result += static_cast<wchar_t>(static_cast<unsigned char>(text[at++]));
      state = {};
    } else {
      result += static_cast<wchar_t>(std::towlower(static_cast<wint_t>(c)));
      at += read;
    }
  }
  if (before) ::uselocale(before);
  return result;
}

std::string joined(const std::vector<std::string>& list) {
  std::string all;
  for (const std::string& each : list) all += each + '\n';
  return all;
}

Result<std::vector<std::string>> tidyTags(const std::vector<std::string>& tags) {
  std::set<std::string> tidy;
  for (const std::string& tag : tags) {
    const auto first = tag.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) continue;
    const std::string name = tag.substr(first, tag.find_last_not_of(" \t\r\n") - first + 1);
    if (name.size() > kLongestTag || name.find(',') != std::string::npos)
      return Error{ErrorCode::InvalidInput, "'" + name + "' cannot be a tag: at most 60 bytes, no comma. Nothing was changed."};
    tidy.insert(name);
  }
  if (tidy.size() > kMostTags)
    return Error{ErrorCode::InvalidInput, "A lesson can have at most 100 tags. Nothing was changed."};
  return std::vector<std::string>(tidy.begin(), tidy.end());
}

}  // namespace

LessonSummary summarizeLesson(const fs::path& path) {
  LessonSummary lesson;
  lesson.path = path.string();
  measure(lesson);
  auto opened = openDatabase(lesson.path, Access::ReadAsIs);
  const Status done = !opened ? Status(opened.error())
                              : attempt(opened->get(), lesson.path, "read the lesson", [&]() -> Status {
                                  read(**opened, lesson);
                                  return {};
                                });
  if (done) return lesson;
  LessonSummary broken;
  broken.path = lesson.path;
  broken.trouble = done.error().message;
  broken.size_bytes = lesson.size_bytes;
  broken.changed_s = lesson.changed_s;
  return broken;
}

Result<std::vector<fs::path>> lessonsIn(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error)
    return Error{error == std::errc::no_such_file_or_directory ? ErrorCode::NotFound : ErrorCode::Io,
                 "The folder '" + folder.string() + "' cannot be read: " + error.message() + "."};
  std::vector<fs::path> files;
  for (; entries != fs::directory_iterator(); entries.increment(error)) {
    std::error_code ignored;
    if (entries->path().extension() == ".nudge" && entries->is_regular_file(ignored)) files.push_back(entries->path());
    if (error) break;
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool matches(const LessonSummary& lesson, const std::string& query) {
  const std::wstring teachers = folded(joined(lesson.teachers)), tags = folded(joined(lesson.tags)),
                     task = folded(lesson.task);
  const std::wstring all = folded(fs::path(lesson.path).stem().string() + '\n' + lesson.notes) + L'\n' + task +
                           L'\n' + teachers + L'\n' + tags;
  std::wistringstream words(folded(query));
  for (std::wstring word; words >> word;) {
    const std::wstring* where = &all;
    for (const auto& [prefix, part] :
         {std::pair<std::wstring_view, const std::wstring*>{L"tag:", &tags}, {L"teacher:", &teachers}, {L"task:", &task}}) {
      if (!word.starts_with(prefix)) continue;
      where = part;
      word.erase(0, prefix.size());
      break;
    }
    if (where->find(word) == std::wstring::npos) return false;
  }
  return true;
}

Status setLabels(const std::string& path, const std::optional<std::vector<std::string>>& tags,
                 const std::optional<std::string>& notes) {
  if (notes && notes->size() > kLongestNotes)
    return Error{ErrorCode::InvalidInput, "Notes can have at most 100,000 bytes. Nothing was changed."};
  const auto tidy = tidyTags(tags.value_or(std::vector<std::string>()));
  if (!tidy) return tidy.error();
  auto store = Store::open(path, OpenMode::ReadWrite);
  if (!store) return store.error();
  if (tags)
    if (const Status set = store->setSetting(kTagsSetting, toJson(*tidy)); !set) return set;
  if (notes) return store->setSetting(kNotesSetting, *notes);
  return {};
}

}  // namespace nudge
