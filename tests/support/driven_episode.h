// A whole episode, recorded as a lesson holds it.
#pragma once

#include "core/learn/learn.h"

namespace nudge::test {

/// One driver from where the task stands now to the episode's last step; one segment of it, the teacher's or a good one.
inline LessonEpisode drivenEpisode(Task& task, Actor& actor, Driver driver, Random& random) {
  const auto sized = [](int size) { return std::vector<float>(static_cast<std::size_t>(size)); };
  LessonEpisode episode;
  const int steps = task.spec().episodeSteps;
  for (int i = 0; i < steps; ++i) {
    Step step;
    step.index = i;
    step.driver = driver;
    step.observation = sized(task.observationSize());
    step.action = step.proposal = sized(task.actionSize());
    step.features = sized(task.featureCount());
    step.state.resize(static_cast<std::size_t>(task.stateSize()));
    task.observe(step.observation);
    task.save(step.state);
    actor.sample(step.observation, random, step.action);
    task.step(step.action);
    task.features(step.features);
    episode.steps.push_back(std::move(step));
  }
  episode.finalObservation = sized(task.observationSize());
  task.observe(episode.finalObservation);
  episode.segments = {{0, steps, driver == Driver::Teacher ? Verdict::Expert : Verdict::Good, false}};
  return episode;
}

}  // namespace nudge::test
