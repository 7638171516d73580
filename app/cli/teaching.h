// A whole MEReQ lesson without a window: the robot runs its policy at full speed, the synthetic teacher
// takes over through the path of every device, everything is recorded, the learner follows.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "core/engine/sim_loop.h"
#include "core/input/synthetic_device.h"
#include "core/learn/learn.h"
#include "sessions/recorder.h"
#include "sessions/store.h"

namespace nudge::cli {

struct TeachingSettings {
  std::string task = "bottle";
  std::string teacher = "synthetic";  ///< see parseTeacher()
  std::string prior = "prior";        ///< of a new lesson: see findPolicy()
  int stepsPerRound = 3000;
  std::optional<std::uint64_t> seed;  ///< nothing: 1 for a new lesson, its own for one that goes on
  std::string method = "mereq";       ///< core/learn/method.h
  MereqSettings update;               ///< its seed is set for each round
  const std::atomic<bool>* stopped = nullptr;  ///< set from a signal handler: teaching ends after the step under way
};

/// What a round of collecting showed. A round ends with the episode that reaches its number of steps.
struct RoundFigures {
  int round = 0;
  int policyVersion = 0;           ///< that drove
  std::int64_t steps = 0, teacherSteps = 0;
  double rate = 0.0;               ///< teacherSteps / steps
  int episodes = 0, successes = 0;
  int lostEpisodes = 0;            ///< the teacher gave them up; what followed is excluded from learning
  double styleMedian = 0.0;        ///< of the style feature, all steps
};

/// One thread.
class Teaching {
 public:
  /// Creates the file or goes on with the lesson in it, from the version that is active there.
  /// Errors: NotFound (task, policies), InvalidInput (teacher, another task's lesson), those of Store.
  static Result<std::unique_ptr<Teaching>> open(const std::string& path, const TeachingSettings& settings);

  bool goesOn() const { return goesOn_; }  ///< the lesson existed before
  std::int64_t stepsBefore() const { return stepsBefore_; }
  const LessonInfo& info() const { return recorder_->store().info(); }
  std::uint64_t seed() const { return *settings_.seed; }
  /// Position of the task's style feature, −1 when it has none.
  int styleFeature() const { return style_; }

  /// Cancelled when stopped: what was seen until then is kept.
  Result<RoundFigures> collectRound();
  /// Learns from the lesson so far; a new version drives from the next round on.
  Result<Update> learn(const ProgressCallback& progress);

 private:
  explicit Teaching(const TeachingSettings& settings) : settings_(settings) {}
  Status prepare(Store store, std::unique_ptr<Task> task, SyntheticTeacher teacher);
  Status endOfEpisode(const Frame& frame, RoundFigures& figures);
  Status checkHold(const Frame& frame);

  TeachingSettings settings_;
  std::unique_ptr<SyntheticDevice> device_;
  std::unique_ptr<SimLoop> loop_;
  std::unique_ptr<Recorder> recorder_;  ///< holds the store
  bool goesOn_ = false;
  std::int64_t stepsBefore_ = 0;
  int round_ = 1;       ///< of the episodes that come
  int style_ = -1;
  int diverged_ = 0;
  double now_s_ = 0.0;  ///< simulated time: the same lesson has the same clock
};

}  // namespace nudge::cli
