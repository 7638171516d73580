// The robot's control loop: one tick moves the world by one slice of a control step.
//
// Order inside a control step, never changed: stop and commands, then the teacher's devices, then the
// policy, then the limits, then the world, then the record. The teacher always wins. (The policy's
// *proposal* for the step is worked out before the devices are asked, because a teacher judges it.)
// Driven by a thread of its own in the window (SimThread), by a plain loop in nudge-cli teach and in tests.
//
// Recording follows the request: a step is the teacher's from the moment a device takes the wheel to the
// moment it lets go. During the short ramp after that the driver is the robot again, although the action
// is still partly the teacher's; a step's `action` is always exactly what was done, its `proposal` what
// the robot alone would have done.
//
// A device may hold the wheel without a wish yet (DeviceState::undecided): the world waits between two steps,
// the proposal made, until it has one. Named choices are never blended: hand-over and hand-back are at once.
//
// Holds: the world stands still and the reason is in the frame.
//   Stopped       Esc. Resume clears it.
//   BadPolicy     the policy has the wrong size or gave NaN. Cleared by another policy (the episode is
//                 closed and a new one begins with it), a new episode, or Resume, which tries again.
//   Diverged      physics gave NaN or threw. The episode is closed at its last good state. Resume, Next or
//                 Reset begins another.
//   DeviceLost    the device that drove was unplugged, fell silent or talked nonsense: nobody knows what the
//                 teacher wants, so nobody drives. Cleared by Resume and by any device that takes the wheel.
//   LatePolicy    the policy took longer than a control step for several decisions in a row. Cleared like BadPolicy.
//   RecorderFull  storage is behind. Clears itself as soon as there is room.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/latest_value.h"
#include "core/base/spsc_queue.h"
#include "core/engine/messages.h"
#include "core/input/device.h"
#include "core/input/take_over.h"
#include "core/sim/task.h"

namespace nudge {

struct SimLoopSettings {
  std::uint64_t seed = 1;          ///< episode i uses deriveSeed(seed, i)
  std::int64_t firstEpisode = 1;
  int round = 1;
  int slices = 5;                  ///< a control step is shown in this many parts; 1 without a window
  bool autoNextEpisode = true;     ///< start the next episode when one ends
  bool stochastic = true;          ///< the robot samples its policy, as the method assumes
  bool reserveRecords = true;      ///< hold the robot rather than lose a record when storage is behind
  bool recording = true;           ///< SetRecording changes it
  bool lateCapture = false;        ///< tell passing episodes too while recording is off (core/teach/record.h)
  bool practice = false;           ///< SetPractice changes it
  std::size_t recordCapacity = 1024;
  TakeOverSettings takeOver;
  double (*clock)() = nullptr;  ///< times the policy's decisions; null: a policy may take as long as it likes
};

/// Owned and ticked by one thread. commands() and frames() are for one other thread, records() for a third.
/// tick() takes no lock, and allocates only where an episode begins with a new policy.
class SimLoop {
 public:
  /// Takes the task; devices are borrowed and must outlive the loop. The first listed device that is
  /// engaged drives.
  SimLoop(std::unique_ptr<Task> task, std::shared_ptr<const Policy> policy, int policyVersion,
          std::vector<InputDevice*> devices, const SimLoopSettings& settings);
  ~SimLoop();

  /// Moves the world by one slice and returns true, or returns false when paused or held. now_s: monotonic.
  /// Exceptions from the task end here: they hold the robot like diverged physics.
  bool tick(double now_s);
  /// The end of a sitting: closes the running episode as a reset does, at its last whole step, so that its
  /// record has its final state. For the thread that ticks, or after the last tick for the one that waited
  /// for it. The next tick would begin another episode.
  void closeEpisode();
  /// Wall-clock length of a slice at the present speed, s. Only for the thread that ticks.
  double slicePeriod_s() const;
  /// True between control steps of an episode that has ended, until the next begins (autoNextEpisode off).
  bool episodeOver() const;
  std::int64_t episode() const;

  SpscQueue<Command>& commands();     ///< producer: GUI
  LatestValue<Frame>& frames();       ///< reader: GUI
  /// Consumer: storage. Copy from a record, do not move out of it: its buffers are used again.
  SpscQueue<Record>& records();
  const Task& task() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nudge
