// A recorded lesson in a folder of its own, to be damaged, locked or moved.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

#include "tests/sessions/lesson.h"

namespace nudge::test {

inline std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Opens the file as any SQLite program could, and changes it.
inline void tamper(const std::string& path, const std::vector<std::string>& statements) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE);
  for (const std::string& sql : statements) database.exec(sql);
}

/// For the private base of a test class.
class LessonOnDisk {
 protected:
  std::unique_ptr<QTemporaryDir> folder_;
  std::string path_;

  void newFolder() {
    folder_ = std::make_unique<QTemporaryDir>();
    path_ = at("lesson.nudge");
  }
  std::string at(const char* name) const { return folder_->filePath(name).toStdString(); }
  void makeLesson() {
    auto store = Store::create(path_, lessonInfo(), weights());
    VERIFY_OK(store);
    VERIFY_OK(recordEpisodes(*store, 2, 170));
    VERIFY_OK(store->addMark({0, 1, MarkKind::Paint, 3, 9, Verdict::Bad, "mark"}));
    VERIFY_OK(store->beginUpdate({}));
  }
};

}  // namespace nudge::test
