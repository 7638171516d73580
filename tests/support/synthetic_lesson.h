// Rounds of a lesson with the synthetic teacher, straight on the task: what `nudge-cli teach` does without
// devices, threads and a file. For tests and benchmarks of the learner.
#pragma once

#include "core/learn/learn.h"
#include "core/teach/synthetic_teacher.h"

namespace nudge {

struct RoundSettings {
  int steps = 450;  ///< a round ends with the episode that reaches so many
  std::uint64_t seed = 1;
  double reaction_s = 0.5;
  TeacherGate gate;
  TeacherNoise noise;
};

/// Episodes that follow those in `lesson`, under `policy`. Lost steps are excluded, as they show nothing.
std::vector<LessonEpisode> collectRound(Task& task, const Policy& policy, const Policy& teacher, int round,
                                        std::int64_t firstEpisode, const RoundSettings& settings);

/// λ over the steps of some episodes, lost ones included.
double interventionRate(const std::vector<LessonEpisode>& episodes);

/// The robot alone over fresh seeds.
struct AloneFigures {
  double success = 0.0, toppled = 0.0, height = 0.0, medianHeight = 0.0, teacherReward = 0.0, priorReward = 0.0;
};
AloneFigures alone(Task& task, const Policy& policy, int episodes, std::uint64_t seed, bool stochastic = true);

}  // namespace nudge
