// What SimLoop is made of; only for sim_loop*.cpp.
#pragma once

#include <optional>

#include "core/base/random.h"
#include "core/engine/lag_meter.h"
#include "core/engine/sim_loop.h"

namespace nudge {

struct SimLoop::Impl {
  Impl(std::unique_ptr<Task> ownedTask, std::shared_ptr<const Policy> policy, int version,
       std::vector<InputDevice*> borrowed, const SimLoopSettings& wanted);

  bool tick(double now);
  void fault();
  double dt_s() const { return 1.0 / spec().controlRate_hz; }
  const TaskSpec& spec() const { return task->spec(); }
  bool atBorder() const { return slice == 0; }  ///< between control steps

  // Commands (sim_loop_commands.cpp).
  void applyCommands();
  void apply(const Pause&);
  void apply(const Resume&);
  void apply(const StepOnce&);
  void apply(const SetSpeed& command);
  void apply(const ResetEpisode&);
  void apply(const NextEpisode&);
  void apply(const StopRobot&);
  void apply(const SetRecording& command);
  void apply(const KeepRecent&);
  void apply(const SetPractice& command);
  void apply(const SetGrip& command);
  void apply(const SetRound& command);
  void apply(const SetPolicy& command);

  // Episodes.
  void beginWantedEpisode();
  void startEpisode(std::uint64_t seed);
  void closeEpisode(EpisodeOutcome outcome);
  void usePolicy(const SetPolicy& wanted);

  // One control step.
  bool standsStill() const;
  DeviceView deviceView() const;
  void wakeWhenGrabbed();
  bool beginStep();
  void askDevices();
  void watchDevices();
  void loseDevice(int device);
  void measureLag();
  void chooseAction();
  bool propose();
  bool tooLate(double asked_s);
  void askedFor(std::span<float> action) const;
  void endStep();
  void diverge();

  // Records and frames.
  bool startsRecord() const { return step.index == 0 && (recording || settings.lateCapture); }
  bool recordsStep() const { return started || startsRecord(); }
  /// What is told of this episode is kept in memory only.
  bool passes() const { return started ? passing : !recording; }
  bool roomForStep() const;
  void recordStep();
  void recordEnd(EpisodeOutcome outcome);
  Record* record(Record::Kind kind);
  void tellKeep();
  void publishFrame();
  void measureRealTime(double moved_s);

  std::unique_ptr<Task> task;
  SimLoopSettings settings;
  std::vector<InputDevice*> devices;
  std::vector<DeviceState> deviceStates;  ///< one a device, as last polled
  std::vector<std::uint32_t> losses;      ///< one a device, as last heard
  int lastDevice = -1;                    ///< that drives or drove
  double lastPacket_s = 0.0;              ///< the newest one obeyed
  LagMeter lag;                           ///< of this episode
  TakeOver arbiter;
  TakeOverDecision decision;

  Actor actor;
  int policyVersion = 0;
  bool policyFits = false;
  std::optional<SetPolicy> nextPolicy;
  Random random{0};

  SpscQueue<Command> commands{256};
  SpscQueue<Record> records;
  LatestValue<Frame> frames;

  // The episode.
  std::int64_t episode = 0, nextEpisode = 1;
  std::uint64_t episodeSeed = 0;
  int round = 1;       ///< of this episode
  int nextRound = 1;   ///< wanted
  bool running = false;    ///< an episode is under way
  bool recording = true;   ///< wanted
  bool started = false;    ///< this episode's Start is in the records
  bool passing = false;    ///< and said so while recording was off
  bool wantsKeep = false;  ///< KeepRecent has not been told yet
  bool practice = false;   ///< of this episode
  bool nextPractice = false;  ///< wanted
  bool startSeen = false;  ///< some episode has begun since construction
  std::optional<std::uint64_t> wantedSeed;  ///< begin an episode with this seed
  bool wantNext = false;   ///< begin an episode with a new seed

  // The step. `step` is filled as it goes and recorded at its end; observation and state hold what was
  // before it, which between two steps is the present.
  int slice = 0, slices = 1;
  Step step;
  std::vector<float> nextObservation;
  std::vector<double> nextState;
  bool proposed = false;  ///< step.proposal is this step's
  bool waits = false;     ///< the teacher has the wheel and has not chosen yet
  EpisodeStatus status;
  std::vector<float> teacherAction;
  int lateDecisions = 0;  ///< of the policy, in a row

  bool paused = false, stopped = false;
  bool stepOnce = false;
  HoldReason hold = HoldReason::None;  ///< but for Stopped, which is `stopped`
  double speed = 1.0;
  double now_s = 0.0;
  std::optional<double> firstNow_s;
  double windowStart_s = 0.0, windowMoved_s = 0.0, realTimeFactor = 0.0;
  double commandLag_s = 0.0;
  float gripWish = 0.0f;
  std::int64_t teacherSteps = 0, robotSteps = 0, refusedRecords = 0;
};

}  // namespace nudge
