// Policies under the eyes of the synthetic teacher, and alone.
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "core/benchmark/lesson.h"
#include "core/policy/policy.h"
#include "core/sim/task.h"

namespace nudge {

inline constexpr std::uint64_t kAloneSeed = 771'001;  ///< the episodes that every policy is judged on alone

/// A task with its teacher. One thread.
class Judge {
 public:
  /// `teacher`: see parseTeacher(). NotFound (task, its teacher), InvalidInput.
  static Result<Judge> create(const std::string& taskId, const std::string& teacher);

  const Task& task() const { return *task_; }
  const TeacherNoise& noise() const { return noise_; }
  /// Whole episodes that are about so many steps.
  int episodesFor(int steps) const { return std::max(1, steps / task_->spec().episodeSteps); }

  /// Steps of `policy` with the teacher.
  Result<TaughtRound> teach(const Policy& policy, int round, std::int64_t firstEpisode, int steps, std::uint64_t seed);
  /// The policy without it, sampled as it was trained. Episode i starts from deriveSeed(seed, i).
  Result<RobotAlone> alone(const Policy& policy, int episodes, std::uint64_t seed, bool histograms);

 private:
  Judge(std::unique_ptr<Task> task, Policy teacher, const TeacherGate& gate, const TeacherNoise& noise)
      : task_(std::move(task)), teacher_(std::move(teacher)), gate_(gate), noise_(noise) {}

  std::unique_ptr<Task> task_;
  Policy teacher_;
  TeacherGate gate_;
  TeacherNoise noise_;
};

}  // namespace nudge
