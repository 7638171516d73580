// What a benchmark measures, as plain values: made by core/benchmark, kept by sessions/results.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nudge {

/// Some steps under the eyes of a teacher.
struct SupervisedFigures {
  std::int64_t steps = 0, teacherSteps = 0;
  std::int64_t surprisingSteps = 0;  ///< teacher steps with a need that the robot would hardly have done itself (lesson.h)
  int episodes = 0, successes = 0;

  double rate() const { return share(teacherSteps); }           ///< λ, 0 for no steps
  double surprisingRate() const { return share(surprisingSteps); }

 private:
  double share(std::int64_t part) const {
    return steps > 0 ? static_cast<double>(part) / static_cast<double>(steps) : 0.0;
  }
};

inline constexpr int kHistogramBins = 50;  ///< equal bins over [0, 1]

/// One feature over all steps of some episodes.
struct FeatureFigures {
  std::string name;
  bool style = false;
  double mean = 0.0, q1 = 0.0, median = 0.0, q3 = 0.0;
  std::vector<std::int64_t> histogram;  ///< steps a bin, [kHistogramBins]; empty where the episodes are few
};

/// The robot without a teacher. Rewards: means over episodes of Σ wᵀf, with the deviation between episodes.
struct RobotAlone {
  int episodes = 0;
  std::int64_t steps = 0;
  double success = 0.0, failure = 0.0;  ///< shares of episodes
  double baseReward = 0.0, baseRewardDeviation = 0.0;
  double teacherReward = 0.0, teacherRewardDeviation = 0.0;
  std::vector<FeatureFigures> features;
};

/// A round of collecting, the update after it, and the frozen policy that came of it. Round 0 has only the
/// last: the policy that the lesson starts with.
struct BenchmarkRound {
  int round = 0;
  SupervisedFigures taught;     ///< on training seeds: the cost
  std::vector<double> theta;    ///< [features] after the update
  std::string outcome;          ///< of the update: "new-policy", "nothing-to-correct", "base-task-kept"
  double updateSeconds = 0.0;
  std::int64_t simulationSteps = 0;  ///< collected and imagined; evaluations are not counted
  SupervisedFigures evaluated;  ///< frozen policy with the teacher, held-out seeds, no cost
  RobotAlone alone;           ///< frozen policy alone, held-out seeds
};

/// What tells one run from all others; unique in a results file.
struct BenchmarkKey {
  std::string task, method, protocol, teacher, prior;
  std::int64_t seed = 0;
  std::string settings;  ///< JSON object with sorted keys
  friend bool operator==(const BenchmarkKey&, const BenchmarkKey&) = default;
};

enum class RunState : std::uint8_t { Planned = 0, Running = 1, Done = 2, Failed = 3 };

/// With what a run was made.
struct BenchmarkOrigin {
  std::string version, commit, machine;
};

struct BenchmarkRun {
  std::int64_t id = 0;
  BenchmarkKey key;
  RunState state = RunState::Planned;
  std::string message;  ///< why it failed, or a remark
  std::string started;  ///< UTC, ISO 8601
  double seconds = 0.0;
  BenchmarkOrigin origin;
  std::vector<BenchmarkRound> rounds;  ///< in order
};

}  // namespace nudge
