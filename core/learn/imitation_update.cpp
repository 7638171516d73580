#include <algorithm>
#include <chrono>

#include "core/learn/imitation.h"
#include "core/learn/lesson.h"

namespace nudge {

namespace {

std::vector<const Step*> stepsThat(const MereqInput& input, bool (*count)(const Step&, Verdict)) {
  std::vector<const Step*> steps;
  for (const LessonEpisode& episode : input.episodes) {
    for (const Segment& segment : episode.segments) {
      for (int i = segment.begin; i < segment.end; ++i) {
        const Step& step = episode.steps[static_cast<std::size_t>(i)];
        if (count(step, segment.verdict)) steps.push_back(&step);
      }
    }
  }
  return steps;
}

}  // namespace

std::vector<const Step*> expertSteps(const MereqInput& input) {
  return stepsThat(input, [](const Step&, Verdict verdict) { return verdict == Verdict::Expert; });
}

std::vector<const Step*> robotSteps(const MereqInput& input) {
  return stepsThat(input, [](const Step& step, Verdict verdict) {
    return step.driver == Driver::Robot && verdict != Verdict::Excluded;
  });
}

Result<MereqResult> imitationUpdate(const MereqInput& input, const MereqSettings& settings,
                                    const ProgressCallback& progress, const Policy& start, double learningRate,
                                    const Selection& selection) {
  const auto began = std::chrono::steady_clock::now();
  const auto seconds = [began] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
  auto task = makeTask(input.taskId);
  if (!task) return task.error();
  if (auto checked = checkLesson(input, **task); !checked) return checked.error();
  MereqResult result;
  result.theta = input.theta;
  result.report = countSteps(input.episodes);
  result.policy = input.current;
  const std::vector<ImitationPool> pools = selection(input);
  if (pools.front().steps.empty()) {
    result.message = "You did not drive yet, so there is nothing to imitate: nothing changed.";
    return result;
  }

  ImitationSettings imitation;
  imitation.seed = settings.seed;
  imitation.updates = settings.thetaSteps * settings.updatesPerThetaStep;
  imitation.batch = settings.batch;
  imitation.learningRate = learningRate;
  imitation.average = settings.actorAverage;
  int done = 0;
  bool going = true;
  auto actor = imitate(start.actor, pools, imitation, [&] {
    const double part = static_cast<double>(done) / imitation.updates;
    done += 50;
    return going = !progress || progress({"training", part, part > 0.05 ? seconds() * (1.0 - part) / part : -1.0, {}});
  });
  if (!actor) return actor.error();
  if (!going) return cancelledUpdate();
  result.outcome = MereqOutcome::NewPolicy;
  result.policy.actor = std::move(*actor);
  result.policy.residualCritics = {};
  result.report.residualUpdates = imitation.updates;
  result.report.seconds = seconds();
  result.message = "Imitates " + std::to_string(pools.front().steps.size()) + " steps of yours.";
  return result;
}

}  // namespace nudge
