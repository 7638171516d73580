#include "sessions/teachers.h"

#include <cstdio>

#include "app/cli/session_commands.h"

namespace nudge::cli {
namespace {

int listTeachers(const std::string& path, bool json) {
  const auto teachers = teachersOf(path);
  if (!teachers) return fail(teachers.error());
  auto list = nlohmann::json::array();
  for (const TeacherShare& each : *teachers) {
    list.push_back(
        {{"teacher", each.teacher}, {"episodes", each.episodes}, {"steps", each.steps}, {"now", each.now}});
    if (!json)
      std::printf("%-24s %6lld episodes %9lld steps%s\n",
                  each.teacher.empty() ? "(no name)" : each.teacher.c_str(),
                  static_cast<long long>(each.episodes), static_cast<long long>(each.steps),
                  each.now ? "  teaches now" : "");
  }
  if (json) printJson({{"file", path}, {"teachers", list}});
  return kFine;
}

int forget(const std::string& path, const std::string& teacher, bool json) {
  const auto erasure = forgetTeacher(path, teacher);
  if (!erasure) return fail(erasure.error());
  if (json) {
    printJson({{"file", path},
               {"forgotten", teacher},
               {"episodes", erasure->episodes},
               {"steps", erasure->steps},
               {"marks", erasure->marks},
               {"updates", erasure->updates},
               {"erased_policies", erasure->erasedPolicies},
               {"kept_policies", erasure->keptPolicies},
               {"probes", erasure->probes},
               {"found", erasure->found},
               {"backups", erasure->backups}});
  } else {
    std::printf("%lld episodes with %lld steps and %lld marks, %lld updates and %zu policies erased\n",
                static_cast<long long>(erasure->episodes), static_cast<long long>(erasure->steps),
                static_cast<long long>(erasure->marks), static_cast<long long>(erasure->updates),
                erasure->erasedPolicies.size());
    for (const int version : erasure->keptPolicies)
      std::printf("policy v%d was learned from it and stays: episodes of others were driven by it\n",
                  version);
    std::printf("%lld pieces of it were looked for in the file's bytes, %lld found\n",
                static_cast<long long>(erasure->probes), static_cast<long long>(erasure->found));
    for (const std::string& backup : erasure->backups)
      std::printf("a backup may still hold it: %s\n", backup.c_str());
  }
  return erasure->found == 0 ? kFine : kNo;
}

}  // namespace

void addTeachers(CLI::App& app, int& code) {
  struct Options {
    std::string file, now, forget;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "teachers", "Who taught in a session file; set who teaches now, or erase all that somebody taught.");
  command->add_option("FILE", options->file, "session file")->required();
  auto* now = command->add_option("--now", options->now, "who teaches from the next episode on");
  auto* gone = command->add_option("--forget", options->forget,
                                   "erase this teacher's episodes, marks and what was learned from them");
  now->excludes(gone);
  command->add_flag("--json", options->json, "one JSON document");
  command->footer(
      "Exit code: 0 fine, 1 something of the forgotten teacher is still in the file, 2 wrong use.");
  command->callback([options, now, gone, &code] {
    if (*gone) {
      code = forget(options->file, options->forget, options->json);
      return;
    }
    if (*now)
      if (const Status set = setTeacher(options->file, options->now); !set) {
        code = fail(set.error());
        return;
      }
    code = listTeachers(options->file, options->json);
  });
}

}  // namespace nudge::cli
