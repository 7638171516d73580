// Who taught in a session file; and taking a teacher's data out of it, and out of the bytes of the file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace nudge {

struct TeacherShare {
  std::string teacher;  ///< empty: no name was given
  std::int64_t episodes = 0, steps = 0;
  bool now = false;  ///< teaches the next episode
};

/// Everyone who taught, in order of name, and the one who teaches now.
Result<std::vector<TeacherShare>> teachersOf(const std::string& path);

/// Who teaches from the next episode on. InvalidInput: longer than 200 bytes.
Status setTeacher(const std::string& path, const std::string& teacher);

struct Erasure {
  std::int64_t episodes = 0, steps = 0, marks = 0, updates = 0;
  std::vector<int> erasedPolicies;   ///< learned when the teacher's steps were there
  std::vector<int> keptPolicies;     ///< likewise, but other teachers' episodes were driven by them
  std::int64_t probes = 0;           ///< pieces of what was erased that were looked for in the file's bytes
  std::int64_t found = 0;            ///< and that are still there: 0 proves it
  std::vector<std::string> backups;  ///< files beside it that may still hold the data
};

/// Erases every episode that `teacher` taught, with its marks, the updates that used them and the policies
/// that came of these, then rewrites the file so that nothing of it is left in free pages or the log, and
/// looks for it. Erasing and rewriting are two transactions: killed between them, calling it again finishes
/// the work. Errors: NotFound (nobody of that name taught here), Busy (somebody records), and those of
/// opening.
Result<Erasure> forgetTeacher(const std::string& path, const std::string& teacher);

}  // namespace nudge
