#include "tests/support/synthetic_lesson.h"

#include <algorithm>

namespace nudge {

namespace {

LessonEpisode collectEpisode(Task& task, Actor& policy, SyntheticTeacher& teacher, std::uint64_t seed,
                             const RoundSettings& settings) {
  LessonEpisode episode;
  episode.seed = seed;
  Random noise(deriveSeed(seed, 1));
  task.reset(seed);
  teacher.startEpisode(seed);
  std::vector<Driver> drivers;
  std::vector<float> taught(static_cast<std::size_t>(task.actionSize()));
  for (int i = 0; i < task.spec().episodeSteps; ++i) {
    Step step;
    step.index = i;
    step.observation.resize(static_cast<std::size_t>(task.observationSize()));
    step.proposal.resize(taught.size());
    step.features.resize(static_cast<std::size_t>(task.featureCount()));
    step.state.resize(static_cast<std::size_t>(task.stateSize()));
    task.observe(step.observation);
    task.save(step.state);
    policy.sample(step.observation, noise, step.proposal);
    const EpisodeStatus status = task.status();
    const bool teaches = teacher.decide(step.observation, step.proposal, {status.success, status.failure}, taught);
    step.driver = teaches ? Driver::Teacher : Driver::Robot;
    step.action = teaches ? taught : step.proposal;
    task.step(step.action);
    task.features(step.features);
    drivers.push_back(step.driver);
    episode.steps.push_back(std::move(step));
  }
  episode.finalObservation.resize(static_cast<std::size_t>(task.observationSize()));
  task.observe(episode.finalObservation);
  std::vector<Mark> marks;
  if (teacher.lostSince() >= 0) {
    marks.push_back({1, 0, MarkKind::Paint, teacher.lostSince(), static_cast<int>(drivers.size()), Verdict::Excluded, ""});
  }
  episode.segments =
      makeSegments(drivers, reactionSteps(settings.reaction_s, task.spec().controlRate_hz), marks);
  return episode;
}

}  // namespace

std::vector<LessonEpisode> collectRound(Task& task, const Policy& policy, const Policy& teacher, int round,
                                        std::int64_t firstEpisode, const RoundSettings& settings) {
  SyntheticTeacher judge(teacher, settings.gate, settings.noise, task.spec().controlRate_hz, settings.seed);
  Actor actor = policy.actor;
  std::vector<LessonEpisode> episodes;
  for (int steps = 0; steps < settings.steps;) {
    const std::int64_t number = firstEpisode + static_cast<std::int64_t>(episodes.size());
    episodes.push_back(
        collectEpisode(task, actor, judge, deriveSeed(settings.seed, static_cast<std::uint64_t>(number)), settings));
    episodes.back().number = number;
    episodes.back().round = round;
    episodes.back().policyVersion = round - 1;
    steps += static_cast<int>(episodes.back().steps.size());
  }
  return episodes;
}

double interventionRate(const std::vector<LessonEpisode>& episodes) {
  double taught = 0.0, all = 0.0;
  for (const LessonEpisode& episode : episodes) {
    for (const Step& step : episode.steps) {
      taught += step.driver == Driver::Teacher;
      all += 1.0;
    }
  }
  return all > 0.0 ? taught / all : 0.0;
}

AloneFigures alone(Task& task, const Policy& policy, int episodes, std::uint64_t seed, bool stochastic) {
  const TaskSpec& spec = task.spec();
  Actor actor = policy.actor;
  std::vector<float> observation(spec.observation.size()), action(spec.action.size()), f(spec.features.size());
  std::vector<double> heights;
  AloneFigures figures;
  for (int e = 0; e < episodes; ++e) {
    const std::uint64_t episodeSeed = deriveSeed(seed, static_cast<std::uint64_t>(e));
    Random noise(deriveSeed(episodeSeed, 1));
    task.reset(episodeSeed);
    for (int i = 0; i < spec.episodeSteps; ++i) {
      task.observe(observation);
      stochastic ? actor.sample(observation, noise, action) : actor.mode(observation, action);
      task.step(action);
      task.features(f);
      for (std::size_t k = 0; k < f.size(); ++k) {
        figures.priorReward += spec.features[k].priorWeight * f[k] / episodes;
        figures.teacherReward += spec.features[k].teacherWeight * f[k] / episodes;
        if (spec.features[k].style) heights.push_back(f[k]);
      }
    }
    figures.success += task.status().success / static_cast<double>(episodes);
    figures.toppled += task.status().failure / static_cast<double>(episodes);
  }
  for (const double h : heights) figures.height += h / static_cast<double>(heights.size());
  std::nth_element(heights.begin(), heights.begin() + static_cast<std::ptrdiff_t>(heights.size() / 2), heights.end());
  figures.medianHeight = heights[heights.size() / 2];
  return figures;
}

}  // namespace nudge
