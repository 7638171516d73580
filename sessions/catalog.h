// Lessons as lines of a list: what a person looks for one by. Reads a few sums of each file, never its steps, and
// leaves files of older formats as they are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace nudge {

/// Names of rows in table `setting`.
inline constexpr const char* kTagsSetting = "tags";  ///< a JSON list of names
inline constexpr const char* kNotesSetting = "notes";

struct LessonSummary {
  std::string path;
  std::string trouble;                ///< why it cannot be read; empty when it can. All but path, size and time is empty then
  std::string task, created, nudgeVersion;
  std::vector<std::string> teachers;  ///< who taught or teaches now, in order of name
  std::vector<std::string> tags;      ///< in order of name
  std::string notes;
  std::int64_t episodes = 0, steps = 0, teacherSteps = 0;
  double duration_s = 0.0;            ///< of robot time
  int policies = 0, activeVersion = 0;
  int format = 0;                     ///< of the file
  std::int64_t size_bytes = 0;        ///< with its log
  std::int64_t changed_s = 0;         ///< of the file or its log, seconds since 1970, UTC
};

/// Never fails: what cannot be read says so in `trouble`.
LessonSummary summarizeLesson(const std::filesystem::path& path);

/// The files of a folder that end in .nudge, in order of name. NotFound, Io.
Result<std::vector<std::filesystem::path>> lessonsIn(const std::filesystem::path& folder);

/// Every word of the query occurs in the lesson: in its name, task, teachers, tags or notes; with "tag:", "teacher:"
/// or "task:" before the word, there alone. Upper and lower case are the same.
bool matches(const LessonSummary& lesson, const std::string& query);

/// Stores tags and notes in the lesson's file; what is not given stays. Tags are trimmed, and two equal ones become one.
/// InvalidInput: a tag with a comma or of more than 60 bytes, more than 100 tags, notes of more than 100,000 bytes.
Status setLabels(const std::string& path, const std::optional<std::vector<std::string>>& tags,
                 const std::optional<std::string>& notes);

}  // namespace nudge
