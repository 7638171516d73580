// The window: puts the parts together and connects them; each part does its own work elsewhere.
#pragma once

#include <QMainWindow>
#include <memory>

#include "core/input/device_settings.h"
#include "ui/model/actions.h"
#include "ui/model/lesson.h"
#include "ui/model/settings.h"
#include "ui/widgets/banners.h"
#include "ui/widgets/top_bar.h"

class QSplitter;

namespace nudge {

class CommandPalette;
class DeviceHub;
class HelpOverlay;
class KeyFilter;
class LearnedPanel;
class LessonPanel;
class ManualDialog;
class Review;
class SceneFrame;
class StatusLine;
class TimelineView;
class Transport;
class TurnPrompt;

/// GUI thread. Owns the open lesson; opening another one is the application's business (signals).
class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  explicit MainWindow(std::unique_ptr<Lesson> lesson, QWidget* parent = nullptr);
  ~MainWindow() override;

  /// Ends the present lesson and goes on with another.
  void setLesson(std::unique_ptr<Lesson> lesson);
  Lesson& lesson() { return *lesson_; }
  /// Devices with a cable; borrowed, must outlive the window. Their robot is the one of lessons opened with them.
  void setDevices(DeviceHub* devices);
  ActionSet& actionSet() { return actions_; }
  Banners& banners() { return *banners_; }
  SceneFrame& scene() { return *scene_; }
  TimelineView& timeline() { return *timeline_; }
  Review& review() { return *review_; }
  void showHelp(bool show);
  /// The window as seen, with the scene's picture in its place also on screens that cannot be grabbed.
  QImage picture();

 Q_SIGNALS:
  void newLessonWanted(const QString& task, const QString& prior);  ///< prior: file, empty for the task's own
  void lessonChosen(const QString& path, bool readOnly);
  /// The open lesson shall become what it was in that file.
  void restoreWanted(const QString& backup);

 protected:
  void closeEvent(QCloseEvent* event) override;
  void changeEvent(QEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  // main_window.cpp
  void layOut();
  void makeMenus();
  void connectParts();
  void connectLesson();
  /// Stops the lesson; what could not be saved is tried again as often as the person wants.
  void finishLesson();
  void showFrame();
  void showState();
  void readSettings();
  void saveLayout();
  // main_window_actions.cpp: what the actions do
  void connectActions();
  void nameTaskActions(const TaskSpec& spec);
  void chooseTask();
  void pauseOrResume();
  void changeSpeed(int steps);
  void stopRobot();
  void pressMark(Verdict verdict);
  void releaseMark();
  void importPolicy();
  void exportPolicy();
  void openManual(const QString& page);
  void resetLayout();
  void showAbout();
  // main_window_lessons.cpp: which lesson is open, and where it lies
  void openLesson();
  /// Asks for a place; true when the lesson is whole there and `path` says where.
  bool saveElsewhere(QString& path);
  void openBrowser();
  void openBackups();
  void tellPlace();
  void tellSpace();
  void listRecentLessons();
  void nameTeacher();
  // main_window_recording.cpp
  RecordState recordState() const;
  void setRecording(bool on);
  void keepRecent();
  void setPractice(bool on);
  void soundDriver(Driver driver);
  // main_window_devices.cpp
  void knowTeacher();
  void useProfile();
  void useReaction(double reaction_s);
  void testReaction();
  void tellDevices();
  void devicePressed(ButtonAction action);
  void discardCorrection();
  void changeSensitivity(int steps);
  void openDevices();
  // main_window_messages.cpp: what happened, in sentences
  void tellHold(HoldReason reason);
  void tellNewPolicy(int version, int previous);
  void tellLearned(const LearnerResult& result);
  void tellTrouble(const QString& message);
  void tellStorage(const QString& message);
  void tellDrawingProblem(const QString& message);

  Settings settings_;
  ActionSet actions_;
  LiveMarks marks_;
  std::unique_ptr<Lesson> lesson_;
  TopBar* top_ = nullptr;
  Banners* banners_ = nullptr;
  LessonPanel* lessonPanel_ = nullptr;
  SceneFrame* scene_ = nullptr;
  LearnedPanel* learned_ = nullptr;
  Transport* transport_ = nullptr;
  TimelineView* timeline_ = nullptr;
  StatusLine* status_ = nullptr;
  QSplitter *columns_ = nullptr, *rows_ = nullptr;
  Review* review_ = nullptr;
  DeviceHub* devices_ = nullptr;
  KeyFilter* keys_ = nullptr;
  CommandPalette* palette_ = nullptr;
  TurnPrompt* prompt_ = nullptr;
  bool littleSpaceTold_ = false;
  HelpOverlay* help_ = nullptr;
  ManualDialog* manual_ = nullptr;
};

}  // namespace nudge
