#include "sessions/backups.h"

#include <cstdio>

#include "app/cli/session_commands.h"
#include "sessions/catalog.h"

namespace nudge::cli {
namespace {

int listBackups(const std::string& path, bool json) {
  const std::vector<Backup> backups = backupsOf(path);
  auto all = nlohmann::json::array();
  int number = 0;
  for (const Backup& backup : backups) {
    const LessonSummary lesson = summarizeLesson(backup.path);
    ++number;
    all.push_back({{"number", number},
                   {"file", backup.path},
                   {"made", backup.made_s},
                   {"size_bytes", backup.size_bytes},
                   {"of_upgrade", backup.ofUpgrade},
                   {"trouble", lesson.trouble},
                   {"episodes", lesson.episodes},
                   {"steps", lesson.steps},
                   {"active_version", lesson.activeVersion}});
    if (!json && lesson.trouble.empty())
      std::printf("%3d  %s  %5lld episodes %8lld steps  v%d  %8.1f MB  %s%s\n", number, dayAndTime(backup.made_s).c_str(),
                  static_cast<long long>(lesson.episodes), static_cast<long long>(lesson.steps), lesson.activeVersion,
                  static_cast<double>(backup.size_bytes) * 1e-6, backup.path.c_str(),
                  backup.ofUpgrade ? "  (before an upgrade)" : "");
    else if (!json)
      std::printf("%3d  %s  %s\n", number, dayAndTime(backup.made_s).c_str(), lesson.trouble.c_str());
  }
  if (json)
    printJson({{"file", path}, {"backups", all}});
  else if (backups.empty())
    std::printf("%s: no backups\n", path.c_str());
  return kFine;
}

int make(const std::string& path, bool json) {
  const auto made = makeBackup(path);
  if (!made) return fail(made.error());
  if (json)
    printJson({{"file", path}, {"made", *made}});
  else
    std::printf("%s\n", made->empty() ? "Nothing has changed since the newest backup." : made->c_str());
  return kFine;
}

int restore(const std::string& path, int number, bool json) {
  const std::vector<Backup> backups = backupsOf(path);
  if (number < 1 || static_cast<std::size_t>(number) > backups.size())
    return fail({ErrorCode::InvalidInput, "'" + path + "' has " + std::to_string(backups.size()) +
                                              " backups, and none with number " + std::to_string(number) + "."});
  const std::string& backup = backups[static_cast<std::size_t>(number - 1)].path;
  const auto kept = restoreBackup(path, backup);
  if (!kept) return fail(kept.error());
  if (json)
    printJson({{"file", path}, {"restored", backup}, {"kept", *kept}});
  else
    std::printf("%s is again what it was in %s%s%s\n", path.c_str(), backup.c_str(),
                kept->empty() ? "" : "; what it was now lies in ", kept->c_str());
  return kFine;
}

}  // namespace

void addBackups(CLI::App& app, int& code) {
  struct Options {
    std::string file;
    int number = 0;
    bool make = false, json = false;
  };
  const auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("backups", "List a lesson's backups, newest first; make one; go back to one.");
  command->add_option("FILE", options->file, "session file")->required();
  auto* number = command->add_option("--restore", options->number,
                                     "go back to the backup of this number; the present state becomes a backup first");
  command->add_flag("--make", options->make, "make a backup now")->excludes(number);
  command->add_flag("--json", options->json, "one JSON document");
  command->callback([options, number, &code] {
    if (number->count() > 0)
      code = restore(options->file, options->number, options->json);
    else
      code = options->make ? make(options->file, options->json) : listBackups(options->file, options->json);
  });
}

}  // namespace nudge::cli
