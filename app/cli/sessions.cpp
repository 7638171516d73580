#include "app/cli/session_commands.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <map>

#include "sessions/catalog.h"

namespace nudge::cli {
namespace {

std::string joined(const std::vector<std::string>& list) {
  std::string all;
  for (const std::string& each : list) all += (all.empty() ? "" : ", ") + each;
  return all;
}

nlohmann::json toJson(const LessonSummary& lesson) {
  nlohmann::json json{{"file", lesson.path}, {"size_bytes", lesson.size_bytes}, {"changed", lesson.changed_s}};
  if (!lesson.trouble.empty()) {
    json["trouble"] = lesson.trouble;
    return json;
  }
  json.update({{"task", lesson.task},
               {"teachers", lesson.teachers},
               {"tags", lesson.tags},
               {"notes", lesson.notes},
               {"created", lesson.created},
               {"nudge_version", lesson.nudgeVersion},
               {"format", lesson.format},
               {"episodes", lesson.episodes},
               {"steps", lesson.steps},
               {"teacher_steps", lesson.teacherSteps},
               {"duration_s", lesson.duration_s},
               {"policies", lesson.policies},
               {"active_version", lesson.activeVersion}});
  return json;
}

void print(const LessonSummary& lesson) {
  const std::string name = std::filesystem::path(lesson.path).filename().string();
  if (!lesson.trouble.empty()) {
    std::printf("%-32s %s\n", name.c_str(), lesson.trouble.c_str());
    return;
  }
  std::printf("%-32s %s  %-8s %4lld episodes %7.1f min  v%d of %d  %s%s%s\n", name.c_str(),
              dayAndTime(lesson.changed_s).c_str(), lesson.task.c_str(), static_cast<long long>(lesson.episodes),
              lesson.duration_s / 60.0, lesson.activeVersion, lesson.policies, joined(lesson.teachers).c_str(),
              lesson.tags.empty() ? "" : "  # ", joined(lesson.tags).c_str());
  if (!lesson.notes.empty()) std::printf("    %s\n", lesson.notes.substr(0, lesson.notes.find('\n')).c_str());
}

int list(const std::string& folder, const std::string& search, bool json) {
  const auto files = lessonsIn(folder);
  if (!files) return fail(files.error());
  std::vector<LessonSummary> lessons;
  for (const std::filesystem::path& file : *files)
    if (LessonSummary lesson = summarizeLesson(file); matches(lesson, search)) lessons.push_back(std::move(lesson));
  std::stable_sort(lessons.begin(), lessons.end(),
                   [](const LessonSummary& a, const LessonSummary& b) { return a.changed_s > b.changed_s; });
  auto all = nlohmann::json::array();
  for (const LessonSummary& lesson : lessons) {
    if (json)
      all.push_back(toJson(lesson));
    else
      print(lesson);
  }
  if (json) printJson({{"folder", folder}, {"files", files->size()}, {"lessons", all}});
  return kFine;
}

struct Labels {
  std::string file, notes;
  std::vector<std::string> add, remove;
  bool json = false;
};

int label(const Labels& wanted, bool setNotes) {
  LessonSummary lesson = summarizeLesson(wanted.file);
  if (!lesson.trouble.empty()) return fail({ErrorCode::Corrupt, lesson.trouble});
  std::optional<std::vector<std::string>> tags;
  if (!wanted.add.empty() || !wanted.remove.empty()) {
    tags = lesson.tags;
    std::erase_if(*tags, [&](const std::string& tag) {
      return std::find(wanted.remove.begin(), wanted.remove.end(), tag) != wanted.remove.end();
    });
    tags->insert(tags->end(), wanted.add.begin(), wanted.add.end());
  }
  if (tags || setNotes) {
    const Status set = setLabels(wanted.file, tags, setNotes ? std::optional(wanted.notes) : std::nullopt);
    if (!set) return fail(set.error());
    lesson = summarizeLesson(wanted.file);
  }
  if (wanted.json)
    printJson({{"file", wanted.file}, {"tags", lesson.tags}, {"notes", lesson.notes}});
  else
    std::printf("tags: %s\nnotes: %s\n", joined(lesson.tags).c_str(), lesson.notes.c_str());
  return kFine;
}

}  // namespace

std::string dayAndTime(std::int64_t utc_s) {
  const std::time_t time = utc_s;
  std::tm parts{};
  char text[32];
  return localtime_r(&time, &parts) && std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts) ? text : "";
}

void addSessions(CLI::App& app, int& code) {
  struct Options {
    std::string folder = ".", search;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("sessions", "List the lessons of a folder, newest first.");
  command->add_option("FOLDER", options->folder, "where to look")->capture_default_str();
  command->add_option("--search", options->search,
                      "words that must all occur in name, task, teachers, tags or notes; tag:, teacher: or task: "
                      "before a word looks there alone");
  command->add_flag("--json", options->json, "one JSON document");
  command->callback([options, &code] { code = list(options->folder, options->search, options->json); });
}

void addLabel(CLI::App& app, int& code) {
  const auto options = std::make_shared<Labels>();
  auto* command = app.add_subcommand("label", "Show or set a lesson's tags and notes; both are kept in its file.");
  command->add_option("FILE", options->file, "session file")->required();
  command->add_option("--tag", options->add, "a tag to add; may be repeated");
  command->add_option("--untag", options->remove, "a tag to take away; may be repeated");
  auto* notes = command->add_option("--notes", options->notes, "the notes, in place of those there are");
  command->add_flag("--json", options->json, "one JSON document");
  command->callback([options, notes, &code] { code = label(*options, notes->count() > 0); });
}

}  // namespace nudge::cli
