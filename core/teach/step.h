// What one control step leaves behind. Recorded once, never changed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nudge {

enum class Driver : std::uint8_t { Robot = 0, Teacher = 1 };

/// One control step. `state` is the full task state *before* the action, so that restoring it and
/// applying `action` gives the next one.
struct Step {
  int index = 0;              ///< in its episode, from 0
  double wallTime_s = 0.0;    ///< since the lesson's recording started
  Driver driver = Driver::Robot;
  std::vector<float> observation;  ///< [observation] before the action
  std::vector<float> proposal;     ///< [action] what the robot's policy would have done
  std::vector<float> action;       ///< [action] what was done
  std::vector<float> features;     ///< [features] of (observation, action)
  std::vector<double> state;       ///< [state]
};

/// How an episode came to be, written when it begins.
struct EpisodeStart {
  std::int64_t episode = 0;  ///< number in the lesson, from 1
  std::uint64_t seed = 0;
  int policyVersion = 0;     ///< 0 = prior
  int round = 1;             ///< grows with every update
};

enum class EpisodeOutcome : std::uint8_t { Running = 0, TimeLimit = 1, Terminated = 2, Reset = 3, Diverged = 4 };

/// How it ended.
struct EpisodeEnd {
  EpisodeOutcome outcome = EpisodeOutcome::TimeLimit;
  bool success = false;
  double maxTilt_rad = 0.0;
  std::vector<float> observation;  ///< [observation] after the last step
  std::vector<double> state;       ///< [state] after the last step
};

}  // namespace nudge
