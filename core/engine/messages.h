// Every message between the threads of the window, as plain values.
//   GUI → simulation: Command, in order.   simulation → GUI: Frame, the latest one.
//   simulation → storage: Record, in order (core/teach/record.h).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "core/policy/policy.h"
#include "core/teach/record.h"
#include "core/teach/step.h"

namespace nudge {

// ---- commands ---------------------------------------------------------------------------------
struct Pause {};
struct Resume {};
struct StepOnce {};                    ///< one control step while paused
struct SetSpeed { double factor; };    ///< 0.1 … 4 times real time
struct ResetEpisode {};                ///< the same seed again
struct NextEpisode {};                 ///< a new seed
struct StopRobot {};                   ///< Esc: commands zero at once and pauses; cleared by Resume
struct SetRecording { bool on; };
struct KeepRecent {};                  ///< what passed while recording was off is recorded after all (lateCapture)
struct SetPractice { bool on; };       ///< another episode begins, recorded apart; its steps never count
struct SetGrip { double wish; };       ///< of the gripper while the teacher drives: 1 closes, −1 opens, 0 leaves it
struct SetRound { int round; };        ///< from the next episode on
/// From the next episode start on (at once when no episode runs).
struct SetPolicy {
  std::shared_ptr<const Policy> policy;
  int version = 0;
};
using Command =
    std::variant<Pause, Resume, StepOnce, SetSpeed, ResetEpisode, NextEpisode, StopRobot, SetRecording, KeepRecent,
                 SetPractice, SetGrip, SetRound, SetPolicy>;

// ---- frames -----------------------------------------------------------------------------------
enum class HoldReason : std::uint8_t { None, Stopped, BadPolicy, Diverged, RecorderFull, DeviceLost, LatePolicy };

/// Everything the window shows of the running robot. Vectors have constant size: no allocation.
struct Frame {
  std::vector<double> state;  ///< [state], for drawing in another Task instance
  std::vector<float> features, action, proposal;
  std::array<double, 3> p_WT{};   ///< tool, m
  Driver driver = Driver::Robot;
  bool paused = false;
  bool waits = false;  ///< for the teacher, who has the wheel and has not chosen yet
  bool recording = true;
  bool practice = false;  ///< this episode is recorded apart; its steps never count
  HoldReason hold = HoldReason::None;
  int device = -1;        ///< index of the device that drives, or drove when it was lost; −1 none
  std::int64_t episode = 0;
  int step = 0;
  int policyVersion = 0;
  int round = 1;
  std::uint64_t seed = 0;
  double episodeTime_s = 0.0;     ///< simulated, since reset
  double realTimeFactor = 0.0;    ///< measured over the last second
  double speed = 1.0;             ///< wanted
  double tilt_rad = 0.0;          ///< EpisodeStatus::maxTilt_rad
  bool success = false;
  float gripWish = 0.0f;          ///< SetGrip, 0 again when the teacher hands back
  std::int64_t teacherSteps = 0;  ///< of this run
  std::int64_t robotSteps = 0;
  std::int64_t refusedRecords = 0;  ///< records that the storage queue could not take
  double commandLag_s = 0.0;      ///< the hand moved → command applied, latest
  CommandLag lag;                 ///< of this episode
};

}  // namespace nudge
