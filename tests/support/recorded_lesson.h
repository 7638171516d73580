// A lesson with states of a real world, recorded without a window.
#pragma once

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "core/sim/task.h"
#include "sessions/store.h"

namespace nudge::test {

inline LessonInfo lessonAbout(const Task& task) {
  LessonInfo info;
  info.task = task.spec().id;
  info.mjcf = task.mjcf();
  info.mujocoVersion = "2.2.2";
  info.nudgeVersion = "0.1.0";
  info.controlRate_hz = task.spec().controlRate_hz;
  for (const Quantity& each : task.spec().observation) info.observation.push_back(each.name);
  for (const Quantity& each : task.spec().action) info.action.push_back(each.name);
  for (const Feature& each : task.spec().features) info.features.push_back(each.name);
  info.stateSize = task.stateSize();
  info.teacher = "a test";
  return info;
}

/// One episode of random pushing, recorded as the robot's and, in the middle, the teacher's.
inline Status recordEpisode(Task& task, Store& store, const EpisodeStart& start, int length, bool practice = false) {
  if (const Status begun = store.beginEpisode(start, practice); !begun) return begun;
  task.reset(start.seed);
  Random random(start.seed);
  std::vector<Step> steps;
  for (int i = 0; i < length; ++i) {
    Step step;
    step.index = i;
    step.wallTime_s = 0.05 * i;
    step.driver = i >= length / 2 && i < length / 2 + 10 ? Driver::Teacher : Driver::Robot;
    step.observation.resize(static_cast<std::size_t>(task.observationSize()));
    step.features.resize(static_cast<std::size_t>(task.featureCount()));
    step.state.resize(static_cast<std::size_t>(task.stateSize()));
    step.action.resize(static_cast<std::size_t>(task.actionSize()));
    task.observe(step.observation);
    task.save(step.state);
    for (float& value : step.action) value = static_cast<float>(random.uniform(-1.0, 1.0));
    step.proposal = step.action;
    task.step(step.action);
    task.features(step.features);
    steps.push_back(std::move(step));
  }
  for (std::size_t first = 0; first < steps.size(); first += 20)
    if (const Status stored = store.appendSteps(
            start.episode,
            std::span<const Step>(steps).subspan(first, std::min<std::size_t>(20, steps.size() - first)));
        !stored)
      return stored;
  EpisodeEnd end;
  end.success = true;
  end.observation.resize(static_cast<std::size_t>(task.observationSize()));
  end.state.resize(static_cast<std::size_t>(task.stateSize()));
  task.observe(end.observation);
  task.save(end.state);
  return store.endEpisode(start.episode, end);
}

}  // namespace nudge::test
