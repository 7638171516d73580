#include "core/learn/foresee.h"

#include <chrono>

#include "core/learn/mereq.h"
#include "core/learn/residual_q.h"

namespace nudge {

namespace {

using Clock = std::chrono::steady_clock;

/// Episodes of the policy, some of them disturbed, into the learner.
class Experience {
 public:
  Experience(Task& task, const Policy& policy, const ForesightSettings& settings)
      : task_(task),
        actor_(policy.actor),
        settings_(settings),
        random_(deriveSeed(settings.seed, 61)),
        here_(static_cast<std::size_t>(task.observationSize())),
        next_(here_),
        action_(static_cast<std::size_t>(task.actionSize())),
        disturbance_(action_),
        features_(static_cast<std::size_t>(task.featureCount())) {}

  void step(ResidualLearner& learner) {
    if (left_ == 0) start();
    actor_.sample(here_, random_, action_);
    if (disturbed_) disturb();
    const StepOutcome outcome = task_.step(action_);
    --left_;
    if (outcome.diverged) {
      left_ = 0;
      return;
    }
    task_.observe(next_);
    task_.features(features_);
    learner.add({here_, action_, features_, next_, outcome.terminated});
    here_ = next_;
    if (outcome.terminated) left_ = 0;
  }

 private:
  /// From the starts of lessons and those of training in turns.
  void start() {
    const std::uint64_t seed = deriveSeed(settings_.seed, 70'000 + episode_);
    if (episode_++ % 2 == 0) task_.reset(seed);
    else task_.resetForTraining(seed);
    task_.observe(here_);
    left_ = task_.spec().episodeSteps;
    disturbed_ = random_.uniform() < settings_.disturbed;
    held_ = 0;
  }

  void disturb() {
    const double halfSecond = 0.5 * task_.spec().controlRate_hz;
    if (held_ == 0 && random_.uniform() < 0.5 / halfSecond) {  // about a third of the time
      held_ = 1 + static_cast<int>(random_.index(static_cast<std::uint64_t>(2.0 * halfSecond)));
      for (float& a : disturbance_) a = static_cast<float>(random_.uniform(-1.0, 1.0));
    }
    if (held_ == 0) return;
    --held_;
    action_ = disturbance_;
  }

  Task& task_;
  Actor actor_;
  const ForesightSettings& settings_;
  Random random_;
  std::vector<float> here_, next_, action_, disturbance_, features_;
  std::uint64_t episode_ = 0;
  int left_ = 0, held_ = 0;
  bool disturbed_ = false;
};

}  // namespace

Result<Policy> withForesight(const std::string& taskId, const Policy& policy, const ForesightSettings& settings,
                             const ProgressCallback& progress) {
  auto task = makeTask(taskId);
  if (!task) return task.error();
  return withForesight(std::move(*task), policy, settings, progress);
}

Result<Policy> withForesight(std::unique_ptr<Task> task, const Policy& policy, const ForesightSettings& settings,
                             const ProgressCallback& progress) {
  const Actor& actor = policy.actor;
  if (!task->spec().discreteActions.empty() || actor.discrete())
    return Error{ErrorCode::InvalidInput, "a policy that chooses among named actions needs no preparation"};
  if (actor.observationSize() != task->observationSize() || actor.actionSize() != task->actionSize())
    return Error{ErrorCode::InvalidInput, "the policy does not fit the task " + task->spec().id};
  MereqSettings learning = defaultsFor(task->spec());
  learning.seed = settings.seed;
  Policy fresh = policy;
  fresh.residualCritics = {};
  fresh.info.erase("method");  // whatever it comes from, it is a prior now
  auto learner = makeResidualLearner(fresh, fresh, task->featureCount(), learning);
  if (!learner) return learner.error();

  Experience experience(*task, fresh, settings);
  const Clock::time_point start = Clock::now();
  bool going = true;
  const auto report = [&](double fraction) {
    const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    const double left = fraction > 0.05 ? elapsed * (1.0 - fraction) / fraction : -1.0;
    return going = !progress || progress({"foreseeing", fraction, left, {}});
  };
  // Experience first: it is the same for every update.
  constexpr double kCollecting = 0.4;
  for (int i = 0; i < settings.steps; ++i) {
    experience.step(**learner);
    if (i % 500 == 0 && !report(kCollecting * i / settings.steps)) break;
  }
  int done = 0;
  if (going) {
    (*learner)->foresee(settings.updates, [&] {
      done += 50;
      return report(kCollecting + (1.0 - kCollecting) * done / settings.updates);
    });
  }
  if (!going) return Error{ErrorCode::Cancelled, "preparing was cancelled; the policy stays as it was"};
  auto prepared = (*learner)->policy();
  if (!prepared) return prepared.error();
  fresh.residualCritics = std::move(prepared->residualCritics);
  return fresh;
}

}  // namespace nudge
