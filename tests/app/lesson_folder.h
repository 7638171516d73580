// Lessons in files of their own, for tests of the whole window.
#pragma once

#include <QCoreApplication>
#include <QFile>
#include <QStandardPaths>
#include <QTemporaryDir>

#include "tests/support/taught_lesson.h"
#include "ui/model/lesson.h"

namespace nudge::test {

inline constexpr int kPatience_ms = 20'000;

class LessonFolder {
 protected:
  QTemporaryDir folder_;
  int count_ = 0;

  QString fresh(bool broken = false) {
    const QString path = folder_.filePath(QStringLiteral("lesson%1.nudge").arg(++count_));
    makeUntaughtLesson(path, broken);
    return path;
  }

  static std::unique_ptr<Lesson> open(const QString& path, bool readOnly = false, LessonSettings settings = {}) {
    auto lesson = Lesson::open(path, readOnly, std::move(settings));
    if (!lesson) qFatal("%s", lesson.error().message.c_str());
    return std::move(lesson).value();
  }

  static QByteArray content(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  }

  /// No test touches a person's settings.
  static void keepSettingsApart() {
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(QStringLiteral("nudge-tests"));
  }
};

}  // namespace nudge::test
