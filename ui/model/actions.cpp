#include "ui/model/actions.h"

#include <QCoreApplication>
#include <QKeySequence>

#include "core/base/check.h"

namespace nudge {

namespace {

using enum ActionId;
using enum ActionContext;

constexpr ActionSpec kTable[] = {
    {NewLesson, "new-lesson", "File", "New lesson", "Starts a new lesson file; the present one stays as it is", "Ctrl+N"},
    {OpenLesson, "open-lesson", "File", "Open lesson…", "Opens a lesson and goes on teaching in it", "Ctrl+O"},
    {RecentLessons, "recent-lessons", "File", "Open recent", "The lessons you had open last", ""},
    {Lessons, "lessons", "File", "All lessons…", "Finds lessons by name, task, teacher, tags and notes, and keeps both",
     "Ctrl+Shift+O"},
    {Backups, "backups", "File", "Backups…", "The lesson as it was, and the way back there", ""},
    {ShowFolder, "show-folder", "File", "Show lesson in its folder", "Opens the folder that holds this lesson", ""},
    {ImportPolicy, "import-policy", "File", "Import a policy…",
     "A policy that was trained elsewhere (ONNX) becomes the prior of a new lesson in this task", "", Global, false, true},
    {ExportPolicy, "export-policy", "File", "Export policy…",
     "Writes the policy that drives now as an ONNX package for your robot", "Ctrl+E"},
    {Quit, "quit", "File", "Quit", "Closes the window; everything is already saved", "Ctrl+Q", Global, false, true},

    {Undo, "undo", "Edit", "Undo", "Takes the last mark back", "Ctrl+Z"},
    {Redo, "redo", "Edit", "Redo", "Puts the mark back", "Ctrl+Shift+Z"},
    {MarkGood, "mark-good", "Edit", "Mark good",
     "Tap: the last second was good. Hold: all the while. With a selection: the selection", "G", Global, false, true},
    {MarkBad, "mark-bad", "Edit", "Mark bad",
     "Tap: the last second was bad. Hold: all the while. With a selection: the selection", "B"},
    {DiscardCorrection, "discard-correction", "Edit", "Discard the correction",
     "Leaves your newest correction of this episode out of learning and begins again from the same start", "U"},
    {FindAction, "find-action", "Edit", "Find an action…", "Type a word to find any action", "Ctrl+K", Global, false, true},

    {Learn, "learn", "Lesson", "Learn", "Learns from what you showed, in the background, while you go on", "L"},
    {CancelLearning, "cancel-learning", "Lesson", "Stop learning", "Ends the learning run; the lesson stays as it is", ""},
    {PreviousPolicy, "previous-policy", "Lesson", "Switch back one version",
     "The policy before this one drives from the next episode", "", Global, false, true},
    {NameTeacher, "name-teacher", "Lesson", "Who teaches…", "The name that is kept with your episodes, from the next one on", ""},

    {Stop, "stop", "Robot", "Stop the robot", "Stops the robot at once, always, also in dialogs", "Esc"},
    {PauseResume, "pause", "Robot", "Pause", "Time stands still, or goes on; while it waits for your choice: no change", "Space"},
    {StepOnce, "step-once", "Robot", "One step", "One control step while paused", "."},
    {Slower, "slower", "Robot", "Slower", "Half as fast, down to 0.1×", "[", Global, false, true},
    {Faster, "faster", "Robot", "Faster", "Twice as fast, up to 4×", "]"},
    {RealTime, "real-time", "Robot", "Real time", "Back to 1×", "="},
    {TakeTurns, "take-turns", "Robot", "Take turns",
     "In a task with choices: while you drive, time waits for each of your choices", "", Global, true},
    {Grip, "grip", "Robot", "Close the gripper", "While you drive: closes, pressed again opens", "C", Global, true},
    {ResetEpisode, "reset-episode", "Robot", "Same start again", "Begins this episode again from the same start", "R",
     Global, false, true},
    {NextEpisode, "next-episode", "Robot", "Next episode", "Begins a new episode from a new start", "N"},

    {Record, "record", "Robot", "Record", "Off: what passes is kept for half a minute and then forgotten", "", Global, true, true},
    {KeepRecent, "keep-recent", "Robot", "Keep what I just saw",
     "While nothing is recorded: the last half minute, in whole episodes, goes into the lesson after all", "K"},
    {Practice, "practice", "Robot", "Practice",
     "Try things out: these episodes are kept apart, never counted and never learned from", "P", Global, true},

    {Devices, "devices", "Robot", "Devices…", "SpaceMouse and gamepad: what they say, how they feel, what their buttons do",
     "Ctrl+D", Global, false, true},
    {TestReaction, "test-reaction", "Robot", "Reaction time…",
     "Measures in a minute how long you need to take over; marks and take-overs are moved back by it", ""},
    {LessSensitive, "less-sensitive", "Robot", "Devices less sensitive", "A tenth slower at the same push", ","},
    {MoreSensitive, "more-sensitive", "Robot", "Devices more sensitive", "A tenth faster at the same push", ";"},

    {Camera1, "camera-1", "View", "Camera 1", "The task's first view", "1"},
    {Camera2, "camera-2", "View", "Camera 2", "The task's second view", "2"},
    {Camera3, "camera-3", "View", "Camera 3", "The task's third view", "3"},
    {Camera4, "camera-4", "View", "Camera 4", "The task's fourth view", "4"},
    {ResetCamera, "reset-camera", "View", "Reset camera", "Puts the camera back where it started", "Home", SceneWatch},
    {Shadows, "shadows", "View", "Shadows", "Shadows look good and cost time on a computer without a graphics card", "H",
     Global, true},
    {Sounds, "sounds", "View", "Sounds", "One beep when you have the wheel, two when the robot has it again", "", Global, true},
    {ReviewLive, "review-live", "View", "Back to now", "Ends the review and shows the running robot", "Backspace", Global,
     false, true},
    {LessonPanel, "lesson-panel", "View", "Lesson panel", "Shows or hides the list of episodes and policies", "F6",
     Global, true, true},
    {LearnedPanel, "learned-panel", "View", "What it learned", "Shows or hides what the robot learned", "F7", Global, true},
    {ResetLayout, "reset-layout", "View", "Reset layout", "Puts all panels back where they were at first", ""},
    {FullScreen, "full-screen", "View", "Full screen", "Fills the screen, or not", "F11", Global, true},

    {Manual, "manual", "Help", "Manual", "How to teach, and what the words mean", "F1"},
    {FirstSteps, "first-steps", "Help", "First steps", "The three lines you saw at the first start", ""},
    {Keys, "keys", "Help", "Keys", "All keys on one page", "Ctrl+F1"},
    {About, "about", "Help", "About Nudge", "Version and licence", "", Global, false, true},

    {DriveForward, "drive-forward", "", "Drive forward",
     "Arm: moves the tool away from its base while held. Car: faster", "W Up", SceneDrive},
    {DriveBack, "drive-back", "", "Drive back", "Arm: moves the tool toward its base while held. Car: slower",
     "S Down", SceneDrive},
    {DriveLeft, "drive-left", "", "Drive left", "Arm: moves the tool to the left of its base while held. Car: lane to the left",
     "A Left", SceneDrive},
    {DriveRight, "drive-right", "", "Drive right",
     "Arm: moves the tool to the right of its base while held. Car: lane to the right", "D Right", SceneDrive},
    {DriveUp, "drive-up", "", "Drive up", "Arm: moves the tool up while held", "Q PgUp", SceneDrive},
    {DriveDown, "drive-down", "", "Drive down", "Arm: moves the tool down while held", "E PgDown", SceneDrive},
    {DriveFine, "drive-fine", "", "Drive slowly", "Arm: a quarter of the speed while held with a driving key", "Shift",
     SceneDrive},
    {HandBack, "hand-back", "", "Hand back", "Car: the robot drives again", "Return Enter", SceneDrive},

    {TimelineBack, "timeline-back", "", "One step back", "With Shift: one second", "Left", Timeline},
    {TimelineForward, "timeline-forward", "", "One step forward", "With Shift: one second", "Right", Timeline},
    {TimelineEdgeBack, "timeline-edge-back", "", "Back to the last border", "The border of a segment", "Ctrl+Left", Timeline},
    {TimelineEdgeForward, "timeline-edge-forward", "", "On to the next border", "The border of a segment", "Ctrl+Right",
     Timeline},
    {TimelineStart, "timeline-start", "", "Start of the episode", "With Ctrl: start of the lesson", "Home", Timeline},
    {TimelineEnd, "timeline-end", "", "End of the episode", "With Ctrl: end of the lesson", "End", Timeline},
    {TimelinePrevious, "timeline-previous", "", "Previous episode", "Moves the playhead to its start", "PgUp", Timeline},
    {TimelineNext, "timeline-next", "", "Next episode", "Moves the playhead to its start", "PgDown", Timeline},
    {TimelineIn, "timeline-in", "", "Selection begins here", "At the playhead", "I", Timeline},
    {TimelineOut, "timeline-out", "", "Selection ends here", "At the playhead", "O", Timeline},
    {TimelineAll, "timeline-all", "", "Select the episode", "All steps of the episode under the playhead", "Ctrl+A",
     Timeline},
    {TimelineExpert, "timeline-expert", "", "Mark as expert", "Only steps that you drove can be expert", "T", Timeline},
    {TimelineExclude, "timeline-exclude", "", "Leave out", "The learner does not look at these steps", "X Del", Timeline},
    {TimelineCut, "timeline-cut", "", "Split at the playhead", "Puts a border there", "S", Timeline},
    {TimelineRestore, "timeline-restore", "", "Back to automatic", "Takes your marks off these steps", "A", Timeline},
    {TimelineZoomIn, "timeline-zoom-in", "", "Zoom in", "Shows less time, larger", "+", Timeline},
    {TimelineZoomOut, "timeline-zoom-out", "", "Zoom out", "Shows more time, smaller", "-", Timeline},
    {TimelineFit, "timeline-fit", "", "Show all", "Fits the whole lesson into the timeline", "0", Timeline},
};

/// Driving has keys for both hands anyway. These come on top, so that one hand can do all that teaching needs.
constexpr struct {
  HandSide hand;
  ActionId id;
  const char* key;
} kOneHanded[] = {
    {HandSide::Left, MarkGood, "F"},
    {HandSide::Left, MarkBad, "V"},
    {HandSide::Left, DiscardCorrection, "Z"},
    {HandSide::Left, NextEpisode, "F3"},
    {HandSide::Right, MarkGood, "Ins"},
    {HandSide::Right, MarkBad, "'"},
    {HandSide::Right, DiscardCorrection, "\\"},
    {HandSide::Right, NextEpisode, "F9"},
    {HandSide::Right, PauseResume, "/"},
    {HandSide::Right, Stop, "F12"},
};
constexpr ActionId kTeaching[] = {MarkGood, MarkBad, DiscardCorrection, NextEpisode, PauseResume, Stop};

QString translated(const char* text) { return QCoreApplication::translate("Actions", text); }

}  // namespace

std::span<const ActionSpec> actionTable() { return kTable; }

const ActionSpec& actionSpec(ActionId id) {
  for (const ActionSpec& spec : kTable) {
    if (spec.id == id) return spec;
  }
  checkFailed(__FILE__, __LINE__, "actionSpec", "an action is missing from the table");
}

QStringList actionKeys(ActionId id, HandSide hand) {
  QStringList keys = QString::fromLatin1(actionSpec(id).keys).split(QLatin1Char(' '), Qt::SkipEmptyParts);
  for (const auto& more : kOneHanded)
    if (more.id == id && more.hand == hand) keys << QLatin1String(more.key);
  return keys;
}

QString teachingKeys(HandSide hand) {
  QStringList list;
  for (const ActionId id : kTeaching) {
    const QKeySequence key(actionKeys(id, hand).back());
    list << QStringLiteral("%1 %2").arg(key.toString(QKeySequence::NativeText), translated(actionSpec(id).text));
  }
  return list.join(QStringLiteral(" · "));
}

bool contextsOverlap(ActionContext a, ActionContext b) {
  if (a == Global || b == Global || a == b) return true;
  return a != Timeline && b != Timeline;
}

QString actionTip(ActionId id) {
  const ActionSpec& spec = actionSpec(id);
  const QStringList keys = actionKeys(id);
  const QString tip = translated(spec.tip);
  if (keys.isEmpty()) return tip;
  return QStringLiteral("%1 (%2)").arg(tip, QKeySequence(keys.front()).toString(QKeySequence::NativeText));
}

QString keysMarkdown() {
  static constexpr std::pair<ActionContext, const char*> kParts[] = {
      {Global, "Anywhere in the window"},
      {SceneWatch, "In the scene: looking"},
      {SceneDrive, "In the scene: driving"},
      {Timeline, "On the timeline"}};
  QString page = QStringLiteral(
      "# Keys\n\nMade from the program's own table; `nudge --print-keys` prints it.\n\n"
      "Driving keys work while the scene has the focus (click it once). The arm moves while a key is held, along the "
      "axes of the table, not of the camera. The car takes one choice a second: a key takes the wheel and counts for "
      "the next second, the wheel is yours until you hand it back or the episode ends, and time waits for each of your "
      "choices unless *Take turns* in the menu *Robot* is off.\n");
  for (const auto& [context, title] : kParts) {
    page += QStringLiteral("\n## %1\n\n| Key | Action | What it does |\n|---|---|---|\n").arg(QLatin1String(title));
    for (const ActionSpec& spec : kTable) {
      if (spec.context != context || !*spec.keys) continue;
      const QString keys = QStringLiteral("`%1`").arg(actionKeys(spec.id).join(QStringLiteral("` or `")));
      page += QStringLiteral("| %1 | %2 | %3 |\n").arg(keys, QString::fromUtf8(spec.text), QString::fromUtf8(spec.tip));
    }
  }
  page += QStringLiteral("\n## For one hand\n\nChosen in *Robot ▸ Devices*, on top of the keys above. Driving has keys for both hands "
                         "anyway.\n\n| Action | Left hand | Right hand |\n|---|---|---|\n");
  for (const ActionId id : kTeaching) {
    page += QStringLiteral("| %1 | `%2` | `%3` |\n")
                .arg(QString::fromUtf8(actionSpec(id).text), actionKeys(id, HandSide::Left).back(), actionKeys(id, HandSide::Right).back());
  }
  return page;
}

ActionSet::ActionSet(QObject* parent) : QObject(parent), byId_(std::size(kTable), nullptr) {
  for (const ActionSpec& spec : kTable) {
    if (!*spec.menu) continue;
    auto* action = new QAction(translated(spec.text), this);
    action->setObjectName(QString::fromLatin1(spec.name));
    action->setToolTip(actionTip(spec.id));
    action->setStatusTip(translated(spec.tip));
    action->setCheckable(spec.checkable);
    if (spec.context == Global) {
      action->setAutoRepeat(spec.id == StepOnce);
    }
    byId_[static_cast<std::size_t>(spec.id)] = action;
    list_.push_back(action);
  }
  setHand(HandSide::Both);
}

void ActionSet::setHand(HandSide hand) {
  for (const ActionSpec& spec : kTable) {
    QAction* action = this->action(spec.id);
    if (!action || spec.context != Global) continue;
    QList<QKeySequence> keys;
    for (const QString& key : actionKeys(spec.id, hand)) keys << QKeySequence(key);
    action->setShortcuts(keys);
  }
}

QAction* ActionSet::action(ActionId id) const { return byId_[static_cast<std::size_t>(id)]; }

}  // namespace nudge

#include "moc_actions.cpp"
