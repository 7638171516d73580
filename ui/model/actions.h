// Every action of the window in one table. Menus, shortcuts, tips, the command palette and the manual's
// key page are made from it, so they cannot disagree.
#pragma once

#include <QAction>
#include <QObject>
#include <QString>
#include <span>
#include <vector>

#include "core/input/device_settings.h"

namespace nudge {

/// Where a key works. Scene keys and driving keys need the scene's focus, timeline keys the timeline's;
/// global keys work everywhere in the window.
enum class ActionContext { Global, SceneWatch, SceneDrive, Timeline };

enum class ActionId {
  NewLesson, OpenLesson, RecentLessons, Lessons, Backups, ImportPolicy, ExportPolicy, ShowFolder, Quit,
  Undo, Redo, MarkGood, MarkBad, DiscardCorrection, FindAction,
  Learn, CancelLearning, PreviousPolicy, NameTeacher,
  Stop, PauseResume, StepOnce, Slower, Faster, RealTime, Grip, TakeTurns, ResetEpisode, NextEpisode,
  Record, KeepRecent, Practice,
  Devices, TestReaction, LessSensitive, MoreSensitive,
  Camera1, Camera2, Camera3, Camera4, ResetCamera, Shadows, Sounds, ReviewLive, LessonPanel, LearnedPanel, ResetLayout,
  FullScreen, Manual, FirstSteps, Keys, About,
  DriveForward, DriveBack, DriveLeft, DriveRight, DriveUp, DriveDown, DriveFine, HandBack,
  TimelineBack, TimelineForward, TimelineEdgeBack, TimelineEdgeForward, TimelineStart, TimelineEnd, TimelinePrevious,
  TimelineNext, TimelineIn, TimelineOut, TimelineAll, TimelineExpert, TimelineExclude, TimelineCut, TimelineRestore,
  TimelineZoomIn, TimelineZoomOut, TimelineFit,
};

struct ActionSpec {
  ActionId id;
  const char* name;   ///< stable, kebab-case
  const char* menu;   ///< top-level menu; empty for keys that have no menu entry
  const char* text;   ///< menu text
  const char* tip;    ///< one sentence
  const char* keys;   ///< portable key sequences, separated by a blank; empty for none
  ActionContext context = ActionContext::Global;
  bool checkable = false;
  bool startsGroup = false;  ///< a separator above it in its menu
};

/// In menu order.
std::span<const ActionSpec> actionTable();
const ActionSpec& actionSpec(ActionId id);
/// The key sequences of an action, portable text; with what lies under one hand besides.
QStringList actionKeys(ActionId id, HandSide hand = HandSide::Both);
/// What teaching needs besides driving, with the keys under that hand, in one line.
QString teachingKeys(HandSide hand);
/// Can keys of both contexts reach the window at the same time?
bool contextsOverlap(ActionContext a, ActionContext b);
/// Text, tip and first key in one line: "Pause: stops the world (Space)".
QString actionTip(ActionId id);
/// The manual's key page as Markdown.
QString keysMarkdown();

/// The table's menu actions as QActions, created once for a window. Global ones carry their shortcuts;
/// keys of the other contexts are handled by the scene and the timeline themselves.
class ActionSet : public QObject {
  Q_OBJECT
 public:
  explicit ActionSet(QObject* parent = nullptr);
  /// Null for keys without a menu entry.
  QAction* action(ActionId id) const;
  /// Which hand the keys for teaching lie under.
  void setHand(HandSide hand);
  /// All that can be triggered, in table order.
  const std::vector<QAction*>& all() const { return list_; }

 private:
  std::vector<QAction*> byId_;
  std::vector<QAction*> list_;
};

}  // namespace nudge
