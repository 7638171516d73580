// Wiring and the orderly way in and out: from the command line to a window with a lesson, and back.
#pragma once

#include <QApplication>
#include <memory>

#include "app/options.h"
#include "ui/model/lesson.h"

namespace nudge {

class DeviceHub;
class MainWindow;

/// Names, theme, font and surface format; construct the QApplication right after.
void prepareApplication();
/// The theme on a constructed application.
void dressApplication(QApplication& application);

/// A free file name in the folder for new lessons, named by date.
QString newLessonPath();

/// Opens or creates what the options ask for.
Result<std::unique_ptr<Lesson>> openLesson(const Options& options, LessonSettings settings = {});

/// Shows lessons in one window. GUI thread.
class WindowApplication : public QObject {
  Q_OBJECT
 public:
  WindowApplication();
  ~WindowApplication() override;
  /// Opens the first lesson, asking the person when that fails. Exit code when there is nothing to show.
  int start(const Options& options);
  MainWindow* window() { return window_.get(); }

 private:
  void show(std::unique_ptr<Lesson> lesson);
  /// Opens another lesson, asking the person when that fails; false when they give up.
  bool change(const Options& options);
  /// Closes the open lesson, puts the backup in its place, and opens it again.
  void restore(const QString& backup);
  /// Asks which backup of a lesson that cannot be opened to go back to; true when one was put in its place.
  bool restoreInstead(const QString& path);
  /// Imports a policy for a task that has none; true when a lesson with it is wanted.
  bool importFor(const Options& options);
  /// What to do after an error; the options to try next, or nothing to give up.
  std::optional<Options> ask(const Options& failed, const Error& error);

  LessonSettings withDevices();

  std::unique_ptr<DeviceHub> devices_;  ///< outlives the window, whose robot borrows from it
  std::unique_ptr<MainWindow> window_;
};

}  // namespace nudge
