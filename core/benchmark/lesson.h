// Rounds of a lesson with the synthetic teacher, straight on the task: what `nudge-cli teach` does without
// devices, the ramp after a hand-back, and a file. The gate is the same SyntheticTeacher.
#pragma once

#include "core/learn/learn.h"
#include "core/teach/benchmark_figures.h"
#include "core/teach/synthetic_teacher.h"

namespace nudge {

struct RoundSettings {
  int steps = 450;  ///< a round ends with the episode that reaches so many
  std::uint64_t seed = 1;  ///< episode i of the lesson starts from deriveSeed(seed, i)
  double reaction_s = 0.5;
  TeacherGate gate;
  TeacherNoise noise;
};

struct TaughtRound {
  std::vector<LessonEpisode> episodes;
  SupervisedFigures figures;
};

/// Episodes from number `firstEpisode` on, under `policy`. Lost steps are excluded from learning, as they show
/// nothing, and count in the rate. InvalidInput: the policy gave no number.
Result<TaughtRound> collectRound(Task& task, const Policy& policy, const Policy& teacher, int round,
                                 std::int64_t firstEpisode, const RoundSettings& settings);

/// Whether the robot would hardly have done this itself. Of choices: π(a|s) < .1. Of continuous actions: fewer
/// than one in ten of the robot's own actions lie as far from its mean, measured before squashing in its own
/// σ (a χ² test on the Mahalanobis distance). Beyond |a| = tanh 2 actions hardly differ, so there they count as
/// equal; so do means beyond 1 where actions are clipped.
bool surprising(Actor& robot, std::span<const float> observation, std::span<const float> action);

}  // namespace nudge
