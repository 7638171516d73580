// Tries a task out: does it run, how fast, in which ranges, and does it repeat?
#pragma once

#include <string>
#include <vector>

#include "core/sim/folder/toml.h"
#include "core/sim/task.h"

namespace nudge {

/// The values of one observation or feature over a dry run.
struct SeenRange {
  std::string name;
  double low = 0.0, high = 0.0, mean = 0.0;
  int notFinite = 0;  ///< steps at which it was no number
};

struct TaskCheck {
  std::vector<SeenRange> observation, features;
  int episodes = 0, successes = 0, failures = 0;
  std::int64_t steps = 0;
  double realTimes = 0.0;  ///< simulated seconds in one second of this computer, drawing and policy apart
  bool diverged = false;
  bool resetRepeats =
      true;  ///< the same seed gave the same world and the same future, in another instance too
  bool restoreRepeats = true;       ///< save, restore, the same future bit for bit
  std::vector<std::string> faults;  ///< in words, each a reason not to use the task
  std::vector<std::string> notes;   ///< worth a look
};

/// Whole episodes of random actions from `seed` on; ends early after kLongestCheck_s. Any thread; the task is
/// left in some state.
inline constexpr double kLongestCheck_s = 20.0;
TaskCheck checkTask(Task& task, Task& another, int episodes, std::uint64_t seed);

}  // namespace nudge
