#include "core/benchmark/judge.h"

#include <algorithm>
#include <cmath>

#include "core/engine/evaluate.h"

namespace nudge {

namespace {

double deviation(const std::vector<EvaluatedEpisode>& episodes, double EvaluatedEpisode::*value, double mean) {
  double squares = 0.0;
  for (const EvaluatedEpisode& e : episodes) squares += (e.*value - mean) * (e.*value - mean);
  return std::sqrt(squares / std::max(1.0, static_cast<double>(episodes.size()) - 1.0));
}

}  // namespace

Result<Judge> Judge::create(const std::string& taskId, const std::string& teacher) {
  auto task = makeTask(taskId);
  if (!task) return task.error();
  const auto noise = parseTeacher(teacher);
  if (!noise) return noise.error();
  auto policy = shippedPolicy(taskId, "teacher");
  if (!policy) return policy.error();
  if (auto fits = checkPolicyFits(*policy, (*task)->spec()); !fits) return fits.error();
  if (policy->critics.empty())
    return Error{ErrorCode::InvalidInput, "the teacher of '" + taskId + "' has no critics to judge with"};
  const TeacherGate gate = gateOf(*policy);
  return Judge(std::move(*task), std::move(*policy), gate, *noise);
}

Result<TaughtRound> Judge::teach(const Policy& policy, int round, std::int64_t firstEpisode, int steps,
                                 std::uint64_t seed) {
  RoundSettings settings;
  settings.steps = steps;
  settings.seed = seed;
  settings.gate = gate_;
  settings.noise = noise_;
  return collectRound(*task_, policy, teacher_, round, firstEpisode, settings);
}

Result<RobotAlone> Judge::alone(const Policy& policy, int episodes, std::uint64_t seed, bool histograms) {
  const std::vector<Feature>& features = task_->spec().features;
  RobotAlone result;
  result.features.resize(features.size());
  if (histograms)
    for (FeatureFigures& f : result.features) f.histogram.assign(kHistogramBins, 0);
  EvaluationSettings settings;
  settings.episodes = episodes;
  settings.seed = seed;
  if (histograms) {
    settings.onStep = [&result](const EvaluatedStep& step) {
      for (std::size_t i = 0; i < step.features.size(); ++i) {
        const int bin = static_cast<int>(step.features[i] * kHistogramBins);
        ++result.features[i].histogram[static_cast<std::size_t>(std::clamp(bin, 0, kHistogramBins - 1))];
      }
    };
  }
  const auto evaluation = evaluatePolicy(*task_, policy, settings);
  if (!evaluation) return evaluation.error();
  result.episodes = episodes;
  result.steps = evaluation->steps;
  result.success = evaluation->successRate;
  result.failure = evaluation->failureRate;
  result.baseReward = evaluation->priorReward;
  result.teacherReward = evaluation->teacherReward;
  result.baseRewardDeviation = deviation(evaluation->episodes, &EvaluatedEpisode::priorReward, result.baseReward);
  result.teacherRewardDeviation = deviation(evaluation->episodes, &EvaluatedEpisode::teacherReward, result.teacherReward);
  for (std::size_t i = 0; i < features.size(); ++i) {
    FeatureFigures& f = result.features[i];
    const Spread& spread = evaluation->features[i];
    f.name = features[i].name;
    f.style = features[i].style;
    f.mean = spread.mean;
    f.q1 = spread.q1;
    f.median = spread.median;
    f.q3 = spread.q3;
  }
  return result;
}

}  // namespace nudge
