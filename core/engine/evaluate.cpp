#include "core/engine/evaluate.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

namespace nudge {

namespace {
bool allFinite(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

/// Buffers and running sums of one evaluation.
class Run {
 public:
  Run(Task& task, Policy policy, const EvaluationSettings& settings)
      : task_(task), spec_(task.spec()), policy_(std::move(policy)), settings_(settings) {
    observation_.resize(spec_.observation.size());
    action_.resize(spec_.action.size());
    features_.resize(spec_.features.size());
    samples_.resize(spec_.features.size());
  }

  Result<EvaluatedEpisode> episode(int number) {
    EvaluatedEpisode episode;
    episode.seed = deriveSeed(settings_.seed, static_cast<std::uint64_t>(number));
    Random noise(deriveSeed(episode.seed, 1));
    task_.reset(episode.seed);
    bool over = false;
    while (!over && episode.steps < spec_.episodeSteps) {
      task_.observe(observation_);
      if (settings_.stochastic)
        policy_.actor.sample(observation_, noise, action_);
      else
        policy_.actor.mode(observation_, action_);
      if (!allFinite(action_))
        return Error{ErrorCode::InvalidInput, "the policy gave an action that is not a number in step " +
                                                  std::to_string(episode.steps) + " of episode " +
                                                  std::to_string(number) + ": it cannot drive the robot"};
      const StepOutcome outcome = task_.step(action_);
      episode.diverged = outcome.diverged;
      if (outcome.diverged) break;
      addStep(episode, number);
      over = outcome.terminated;
    }
    const EpisodeStatus status = task_.status();
    episode.success = status.success && !episode.diverged;
    episode.failure = status.failure && !episode.diverged;
    episode.maxTilt_rad = status.maxTilt_rad;
    return episode;
  }

  std::vector<Spread> featureSpreads() {
    std::vector<Spread> spreads;
    for (auto& values : samples_) spreads.push_back(spreadOf(std::move(values)));
    return spreads;
  }

 private:
  void addStep(EvaluatedEpisode& episode, int number) {
    task_.features(features_);
    episode.priorReward += spec_.stepReward;
    episode.teacherReward += teacherReward(spec_, features_);
    for (std::size_t i = 0; i < features_.size(); ++i) {
      const double value = static_cast<double>(features_[i]);
      samples_[i].push_back(value);
      episode.priorReward += spec_.features[i].priorWeight * value;
    }
    if (settings_.onStep) settings_.onStep({number, episode.steps, observation_, action_, features_});
    ++episode.steps;
  }

  Task& task_;
  const TaskSpec& spec_;
  Policy policy_;
  const EvaluationSettings& settings_;
  std::vector<float> observation_, action_, features_;
  std::vector<std::vector<double>> samples_;  ///< [features][steps]
};

void summarize(Evaluation& evaluation) {
  const double count = static_cast<double>(evaluation.episodes.size());
  std::vector<double> tilts;
  for (const EvaluatedEpisode& episode : evaluation.episodes) {
    evaluation.steps += episode.steps;
    evaluation.successRate += episode.success / count;
    evaluation.failureRate += episode.failure / count;
    evaluation.divergedRate += episode.diverged / count;
    evaluation.priorReward += episode.priorReward / count;
    evaluation.teacherReward += episode.teacherReward / count;
    if (std::isfinite(episode.maxTilt_rad)) tilts.push_back(episode.maxTilt_rad);
  }
  evaluation.tilt_rad = spreadOf(std::move(tilts));
}
}  // namespace

Spread spreadOf(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double q) {
    const double place = q * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
  };
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  return {mean, values.front(), quantile(0.25), quantile(0.5), quantile(0.75), values.back()};
}

Status checkPolicyFits(const Policy& policy, const TaskSpec& spec) {
  const auto refuse = [&](const std::string& why) { return Error{ErrorCode::InvalidInput, why}; };
  const auto task = policy.info.find("task");
  if (task != policy.info.end() && task->second != spec.id)
    return refuse("the policy is for task '" + task->second + "', not for '" + spec.id + "'");
  const auto compare = [&](const char* what, int has, std::size_t wanted) {
    return "the policy has " + std::to_string(has) + " " + what + ", task '" + spec.id + "' has " +
           std::to_string(wanted);
  };
  if (policy.actor.observationSize() != static_cast<int>(spec.observation.size()))
    return refuse(compare("observations", policy.actor.observationSize(), spec.observation.size()));
  const CategoricalPolicy* choices = policy.actor.categorical();
  if (!choices != spec.discreteActions.empty())
    return refuse("task '" + spec.id + "' has " + (choices ? "continuous actions, the policy gives choices"
                                                           : "choices, the policy gives continuous actions"));
  if (choices && choices->choices() != static_cast<int>(spec.discreteActions.size()))
    return refuse(compare("choices", choices->choices(), spec.discreteActions.size()));
  if (policy.actor.actionSize() != static_cast<int>(spec.action.size()))
    return refuse(compare("actions", policy.actor.actionSize(), spec.action.size()));
  return {};
}

Result<Evaluation> evaluatePolicy(Task& task, Policy policy, const EvaluationSettings& settings) {
  if (settings.episodes < 1)
    return Error{ErrorCode::InvalidInput, "an evaluation needs at least one episode"};
  if (auto fits = checkPolicyFits(policy, task.spec()); !fits) return fits.error();
  const auto start = std::chrono::steady_clock::now();
  Run run(task, std::move(policy), settings);
  Evaluation evaluation;
  for (int i = 0; i < settings.episodes; ++i) {
    auto episode = run.episode(i);
    if (!episode) return episode.error();
    evaluation.episodes.push_back(*episode);
    if (settings.onEpisode && !settings.onEpisode(i + 1))
      return Error{ErrorCode::Cancelled,
                   "the evaluation was cancelled after " + std::to_string(i + 1) + " episodes"};
  }
  summarize(evaluation);
  evaluation.features = run.featureSpreads();
  evaluation.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return evaluation;
}

}  // namespace nudge
