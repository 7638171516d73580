// The window's hold on the running robot: owns the simulation thread, the storage thread and the devices
// that a person moves, turns the newest frame into signals and sends commands.
//
// GUI thread only. Order of the end: simulation first, then storage, so that nothing is lost.
#pragma once

#include <QObject>
#include <QTimer>
#include <deque>
#include <memory>

#include "core/engine/sim_thread.h"
#include "core/input/posted_device.h"
#include "core/input/turn_device.h"
#include "sessions/recorder.h"
#include "ui/model/keyboard_drive.h"

namespace nudge {

struct EngineSettings {
  double frameRate_hz = 60.0;                    ///< how often frames are looked at
  std::unique_ptr<InputDevice> teacher;          ///< one more device, for example the synthetic teacher
  std::vector<InputDevice*> devices;             ///< with a cable; borrowed, must outlive the bridge
};

class EngineBridge : public QObject {
  Q_OBJECT
 public:
  /// Claims the lesson for recording, closes what a crash left open and gets ready to go on with it.
  /// Errors: those of Store::open and claim (Busy names the holder), NotFound (unknown task), InvalidInput
  /// (recorded with another version of the task).
  static Result<std::unique_ptr<EngineBridge>> open(const QString& path, EngineSettings settings = {});
  ~EngineBridge() override;

  void start();
  /// Stops the robot, ends the running episode where it is and writes everything. Says what could not be
  /// written; another call tries that again.
  Status finish();

  const TaskSpec& spec() const { return spec_; }
  const Frame& frame() const { return frame_; }
  const RecorderStatus& recorder() const { return recorderStatus_; }
  /// Wall-clock age of the newest step in the file while steps wait, 0 when all is saved, in s.
  double unsaved_s() const { return unsaved_s_; }
  /// Why the file lags behind, for a person; empty when all is well. Said by recorderChanged().
  QString storageTrouble() const;
  /// After finish() has failed: the lesson goes on in a copy at `path`, with everything that waited in memory.
  Status saveElsewhere(const QString& path) { return recorder_->moveTo(path.toStdString()); }
  /// What the person should know about how the lesson was opened; mostly empty.
  const QString& notice() const { return notice_; }
  /// Of Frame::device, for people.
  QString deviceName(int device) const;
  int round() const { return round_; }
  /// What a full push of a key or a device means.
  double driveSpeed_m_s() const;

  void send(Command command);
  /// The version drives from the next episode on. Errors leave the present one driving.
  Status usePolicy(int version);
  /// Whether the lesson's policy says how likely an action is; MEReQ needs that.
  bool policyHasDensity() const { return hasDensity_; }
  int wantedPolicy() const { return wantedPolicy_; }
  /// An update has answered: later episodes belong to the next round.
  void nextRound();

  // What the person holds.
  void dragTo(const std::array<double, 3>& p_WT);
  void dropTool();
  bool keyPressed(int key);   ///< true when it drives; not for auto-repeats
  bool keyReleased(int key);
  void setFine(bool fine);
  void releaseKeys();
  /// In a task with choices a key is one wish, not a push that lasts: it takes the wheel for good. The wheel
  /// goes back with handBack() and at the end of the episode.
  bool hasChoices() const { return !spec_.discreteActions.empty(); }
  void keepGoing();  ///< the wish for no change, while the teacher has the wheel
  void handBack();
  /// True (as it is at first): while the teacher has the wheel, time waits for each wish.
  void setTakeTurns(bool on);
  bool teacherHolds() const { return dragging_ || keys_.engaged() || turn_.state.engaged; }

 Q_SIGNALS:
  void frameChanged();
  void stepDone(const nudge::EpisodeStart& start, int step, nudge::Driver driver);
  void driverChanged(nudge::Driver driver);
  void episodeChanged(qint64 episode);
  void holdChanged(nudge::HoldReason reason);
  void recorderChanged();

 private:
  struct Parts;
  explicit EngineBridge(Parts parts);
  void look();
  void keysChanged();
  void postKeys();
  void wish(const std::array<double, 3>& v_W);
  void postTurn();
  void readRecorder();
  void tellSteps(const Frame& before);
  void flushCommands();

  Store reader_;
  TaskSpec spec_;
  std::unique_ptr<InputDevice> teacher_;
  std::vector<InputDevice*> devices_;  ///< all, in the loop's order
  PostedDevice mouse_{"mouse"}, keyboard_{"keyboard"};
  TurnDevice turns_{"arrow keys"};
  KeyboardDrive keys_;
  Turn turn_;
  std::unique_ptr<SimThread> sim_;
  std::unique_ptr<RecorderThread> recorder_;
  std::deque<Command> unsent_;
  QTimer timer_;
  Frame frame_;
  RecorderStatus recorderStatus_;
  double unsaved_s_ = 0.0, savedAt_s_ = 0.0, heardAt_s_ = 0.0;
  bool diskSilent_ = false;  ///< a write has not come back for too long
  QString notice_;
  int wantedPolicy_ = 0;
  bool hasDensity_ = true;
  int round_ = 1;
  bool dragging_ = false, keysWereEngaged_ = false;
  std::array<double, 3> dragged_W_{};  ///< newest wish of the mouse, and when the hand made it
  double draggedAt_s_ = 0.0, keysAt_s_ = 0.0;
};

}  // namespace nudge
