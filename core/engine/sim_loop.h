// The robot's control loop: one tick moves the world by one slice of a control step.
//
// Order inside a control step, never changed: stop and commands, then the teacher's devices, then the
// policy, then the limits, then the world, then the record. The teacher always wins.
// Driven by a thread of its own in the window (Engine), by a plain loop in nudge-cli teach and in tests.
#pragma once

#include <cstdint>
#include <functional>
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
  TakeOverSettings takeOver;
};

/// Owned and ticked by one thread. send() and frame() are for one other thread, records() for a third.
class SimLoop {
 public:
  /// Takes the task; devices are borrowed and must outlive the loop. The first listed device that is
  /// engaged drives.
  SimLoop(std::unique_ptr<Task> task, std::shared_ptr<const Policy> policy, int policyVersion,
          std::vector<InputDevice*> devices, const SimLoopSettings& settings);
  ~SimLoop();

  /// Moves the world by one slice and returns true, or returns false when paused or held. now_s: monotonic.
  bool tick(double now_s);
  /// Wall-clock length of a slice at the present speed, s.
  double slicePeriod_s() const;
  /// True between control steps of an episode that has ended, until the next begins (autoNextEpisode off).
  bool episodeOver() const;
  std::int64_t episode() const;

  SpscQueue<Command>& commands();     ///< producer: GUI
  LatestValue<Frame>& frames();       ///< reader: GUI
  SpscQueue<Record>& records();       ///< consumer: storage
  const Task& task() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nudge
