#include "core/benchmark/lesson.h"

#include <algorithm>
#include <cmath>

namespace nudge {

namespace {

constexpr double kRare = 0.1;

/// 90 % point of χ² (Wilson and Hilferty 1931).
double chiSquare90(std::size_t freedom) {
  const double spread = 2.0 / (9.0 * static_cast<double>(freedom));
  return static_cast<double>(freedom) * std::pow(1.0 - spread + 1.281552 * std::sqrt(spread), 3);
}

bool finite(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

/// One episode after the other, with buffers that stay.
class Collector {
 public:
  Collector(Task& task, const Policy& policy, const Policy& teacher, const RoundSettings& settings)
      : task_(task),
        actor_(policy.actor),
        teacher_(teacher, settings.gate, settings.noise, task.spec().controlRate_hz, settings.seed),
        settings_(settings) {}

  Result<LessonEpisode> episode(std::uint64_t seed, SupervisedFigures& figures) {
    LessonEpisode episode;
    episode.seed = seed;
    Random noise(deriveSeed(seed, 1));
    task_.reset(seed);
    teacher_.startEpisode(seed);
    StepOutcome outcome;
    std::vector<Driver> drivers;
    while (!outcome.terminated && !outcome.diverged && static_cast<int>(drivers.size()) < task_.spec().episodeSteps) {
      Step step = before(static_cast<int>(drivers.size()));
      actor_.sample(step.observation, noise, step.proposal);
      if (!finite(step.proposal)) return Error{ErrorCode::InvalidInput, "the policy gave an action that is not a number"};
      drive(step, figures);
      outcome = task_.step(step.action);
      if (outcome.diverged) break;
      task_.features(step.features);
      reward_ = teacherReward(task_.spec(), step.features);
      drivers.push_back(step.driver);
      episode.steps.push_back(std::move(step));
    }
    if (!outcome.diverged) {  // after diverged physics there is no next state to learn from
      episode.finalObservation.resize(static_cast<std::size_t>(task_.observationSize()));
      task_.observe(episode.finalObservation);
      figures.successes += task_.status().success;
    }
    ++figures.episodes;
    episode.terminated = outcome.terminated;
    episode.segments = segments(drivers);
    return episode;
  }

 private:
  Step before(int index) {
    Step step;
    step.index = index;
    step.observation.resize(static_cast<std::size_t>(task_.observationSize()));
    step.proposal.resize(static_cast<std::size_t>(task_.actionSize()));
    step.action.resize(step.proposal.size());
    step.features.resize(static_cast<std::size_t>(task_.featureCount()));
    step.state.resize(static_cast<std::size_t>(task_.stateSize()));
    task_.observe(step.observation);
    task_.save(step.state);
    return step;
  }

  void drive(Step& step, SupervisedFigures& figures) {
    const EpisodeStatus status = task_.status();
    const TaskSign sign{status.success, status.failure, reward_};
    const bool teaches = teacher_.decide(step.observation, step.proposal, sign, step.action);
    ++figures.steps;
    if (!teaches) {
      step.action = step.proposal;
      return;
    }
    step.driver = Driver::Teacher;
    ++figures.teacherSteps;
    figures.surprisingSteps += !teacher_.needless() && surprising(actor_, step.observation, step.action);
  }

  std::vector<Segment> segments(std::span<const Driver> drivers) const {
    std::vector<Mark> marks;
    if (teacher_.lostSince() >= 0) {
      const int end = static_cast<int>(drivers.size());
      marks.push_back({1, 0, MarkKind::Paint, teacher_.lostSince(), end, Verdict::Excluded, ""});
    }
    return makeSegments(drivers, reactionSteps(settings_.reaction_s, task_.spec().controlRate_hz), marks);
  }

  Task& task_;
  Actor actor_;
  SyntheticTeacher teacher_;
  double reward_ = 0.0;  ///< of the step before, by the teacher's weights
  const RoundSettings& settings_;
};

}  // namespace

bool surprising(Actor& robot, std::span<const float> observation, std::span<const float> action) {
  GaussianPolicy* gaussian = robot.gaussian();
  if (!gaussian) return std::exp(robot.logProbability(observation, action)) < kRare;
  const Squash squash = gaussian->head().squash;
  const double edge = squash == Squash::Clip ? 1.0 : 2.0;
  std::vector<float> mean(action.size()), logStd(action.size());
  gaussian->distribution(observation, mean, logStd);
  double distance = 0.0;
  for (std::size_t i = 0; i < action.size(); ++i) {
    const double apart = unsquashed(squash, action[i], std::tanh(edge)) - std::clamp(static_cast<double>(mean[i]), -edge, edge);
    distance += apart * apart * std::exp(-2.0 * static_cast<double>(logStd[i]));
  }
  return distance > chiSquare90(action.size());
}

Result<TaughtRound> collectRound(Task& task, const Policy& policy, const Policy& teacher, int round,
                                 std::int64_t firstEpisode, const RoundSettings& settings) {
  Collector collector(task, policy, teacher, settings);
  TaughtRound taught;
  while (taught.figures.steps < settings.steps) {
    const std::int64_t number = firstEpisode + static_cast<std::int64_t>(taught.episodes.size());
    auto episode = collector.episode(deriveSeed(settings.seed, static_cast<std::uint64_t>(number)), taught.figures);
    if (!episode) return episode.error();
    episode->number = number;
    episode->round = round;
    episode->policyVersion = round - 1;
    taught.episodes.push_back(std::move(*episode));
  }
  return taught;
}

}  // namespace nudge
