#include "core/learn/lesson.h"

#include <algorithm>
#include <cmath>

namespace nudge {

namespace {

Error refusal(const std::string& what) { return {ErrorCode::InvalidInput, what}; }

Status checkEpisode(const LessonEpisode& episode, const Task& task) {
  const std::string where = "episode " + std::to_string(episode.number);
  const auto fits = [](const auto& values, int size) { return values.size() == static_cast<std::size_t>(size); };
  const auto finite = [](const auto& values) {
    return std::all_of(values.begin(), values.end(), [](auto v) { return std::isfinite(v); });
  };
  for (const Step& step : episode.steps) {
    if (!fits(step.observation, task.observationSize()) || !fits(step.action, task.actionSize()) ||
        !fits(step.features, task.featureCount()) || !fits(step.state, task.stateSize())) {
      return refusal(where + " was recorded with another version of the task");
    }
    if (!finite(step.observation) || !finite(step.action) || !finite(step.features) || !finite(step.state)) {
      return refusal(where + " holds numbers that are not finite; nudge-cli check says which");
    }
    const auto choices = static_cast<float>(task.spec().discreteActions.size());
    if (choices > 0 && !(step.action[0] >= 0.0f && step.action[0] < choices && step.action[0] == std::floor(step.action[0]))) {
      return refusal(where + " holds an action that is none of the task's choices");
    }
  }
  for (const Segment& segment : episode.segments) {
    if (segment.begin < 0 || segment.end < segment.begin || segment.end > static_cast<int>(episode.steps.size())) {
      return refusal(where + " has a segment outside its steps");
    }
  }
  return {};
}

}  // namespace

Status checkLesson(const MereqInput& input, const Task& task) {
  if (input.theta.size() != static_cast<std::size_t>(task.featureCount())) {
    return refusal("θ has another number of features than the task");
  }
  for (const Policy* policy : {&input.prior, &input.current}) {
    if (policy->actor.observationSize() != task.observationSize() || policy->actor.actionSize() != task.actionSize() ||
        policy->actor.discrete() == task.spec().discreteActions.empty()) {
      return refusal("the policy does not fit the task " + task.spec().id);
    }
  }
  bool any = false;
  for (const LessonEpisode& episode : input.episodes) {
    any = any || !episode.steps.empty();
    if (auto checked = checkEpisode(episode, task); !checked) return checked;
  }
  if (!any) return refusal("there is nothing to learn from yet: the lesson has no steps");
  return {};
}

MereqReport countSteps(std::span<const LessonEpisode> lesson) {
  MereqReport report;
  for (const LessonEpisode& episode : lesson) {
    for (const Segment& segment : episode.segments) {
      const int steps = segment.end - segment.begin;
      switch (segment.verdict) {
        case Verdict::Expert: report.expertSteps += steps; break;
        case Verdict::Good: report.goodSteps += steps; break;
        case Verdict::Bad: report.badSteps += steps; break;
        case Verdict::Excluded: report.excludedSteps += steps; break;
      }
    }
  }
  return report;
}

MereqSettings fittedTo(std::span<const LessonEpisode> lesson, const MereqSettings& settings) {
  if (settings.roundSteps == 0) return settings;
  int newest = 0;
  for (const LessonEpisode& episode : lesson) newest = std::max(newest, episode.round);
  double steps = 0.0;
  for (const LessonEpisode& episode : lesson)
    if (episode.round == newest) steps += static_cast<double>(episode.steps.size());
  const double times = std::clamp(steps / settings.roundSteps, 1.0, 4.0);
  MereqSettings fitted = settings;
  fitted.updatesPerThetaStep = static_cast<int>(std::lround(settings.updatesPerThetaStep * times));
  fitted.rateHalvedAfter = settings.rateHalvedAfter / std::sqrt(times);
  return fitted;
}

std::vector<Segment> withBadWindow(std::span<const Segment> segments, int window) {
  std::vector<Segment> result;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    Segment segment = segments[i];
    const auto automatic = [](const Segment& s) { return !s.byPerson && (s.verdict == Verdict::Good || s.verdict == Verdict::Bad); };
    if (!automatic(segment)) {
      result.push_back(segment);
      continue;
    }
    while (i + 1 < segments.size() && automatic(segments[i + 1])) segment.end = segments[++i].end;
    const bool takenOver = i + 1 < segments.size() && segments[i + 1].verdict == Verdict::Expert;
    const int border = takenOver ? std::max(segment.begin, segment.end - window) : segment.end;
    if (border > segment.begin) result.push_back({segment.begin, border, Verdict::Good, false});
    if (border < segment.end) result.push_back({border, segment.end, Verdict::Bad, false});
  }
  return result;
}

Error cancelledUpdate() { return {ErrorCode::Cancelled, "learning was cancelled; the policy stays as it was"}; }

}  // namespace nudge
