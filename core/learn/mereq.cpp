// One MEReQ update, in the paper's order (arXiv 2406.16258; mereq.md sections 2–4): marks to demonstrations,
// steps to the replay buffer; then in turns: imagine, infer θ, move the policy; then a check of the base task.
#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/learn/irl.h"
#include "core/learn/learn.h"
#include "core/learn/residual_q.h"

namespace nudge {

namespace {

using Clock = std::chrono::steady_clock;
using Theta = std::vector<double>;

Error cancelled() { return {ErrorCode::Cancelled, "learning was cancelled; the policy stays as it was"}; }

bool isZero(const Theta& theta) {
  return std::all_of(theta.begin(), theta.end(), [](double t) { return t == 0.0; });
}

class MereqUpdate {
 public:
  MereqUpdate(const MereqInput& input, const MereqSettings& settings, const ProgressCallback& progress,
              std::unique_ptr<Task> task, std::unique_ptr<ResidualLearner> learner)
      : input_(input),
        settings_(settings),
        progress_(progress),
        task_(std::move(task)),
        learner_(std::move(learner)),
        random_(deriveSeed(settings.seed, 21)),
        theta_(input.theta) {}

  Result<MereqResult> run() {
    collect();
    if (!report("collecting", 0.0)) return cancelled();
    std::vector<Candidate> candidates;
    for (int i = 0; i < settings_.thetaSteps; ++i) {
      if (auto done = inferTheta(i); !done) return done.error();
      if (isZero(theta_)) continue;  // with nothing to correct the policy is left alone, bit for bit
      auto candidate = moveResidual(i);
      if (!candidate) return candidate.error();
      candidates.push_back(std::move(*candidate));
    }
    if (candidates.empty()) return finish(MereqOutcome::NothingToCorrect, input_.current, input_.theta);
    return choose(candidates);
  }

 private:
  struct Candidate {
    Policy policy;
    Theta theta;
  };

  /// Steps to the replay buffer, marks to demonstrations.
  void collect() {
    for (const LessonEpisode& episode : input_.episodes) {
      newestRound_ = std::max(newestRound_, episode.round);
      for (std::size_t i = 0; i < episode.steps.size(); ++i) {
        const bool last = i + 1 == episode.steps.size();
        if (last && episode.finalObservation.empty()) continue;
        const Step& step = episode.steps[i];
        learner_->add({step.observation, step.action, step.features,
                      last ? episode.finalObservation : episode.steps[i + 1].observation,
                      last && episode.terminated});
      }
    }
    int newestExpert = 0;
    for (const LessonEpisode& episode : input_.episodes) {
      for (const Segment& segment : episode.segments) {
        const int steps = segment.end - segment.begin;
        switch (segment.verdict) {
          case Verdict::Expert: report_.expertSteps += steps; break;
          case Verdict::Good: report_.goodSteps += steps; break;
          case Verdict::Bad: report_.badSteps += steps; break;
          case Verdict::Excluded: report_.excludedSteps += steps; break;
        }
        if (segment.verdict == Verdict::Expert && episode.round == newestRound_) newestExpert += steps;
      }
    }
    thetaRests_ = newestExpert < settings_.minExpertSteps;
    demos_ = demonstrations(input_.episodes, settings_);
  }

  /// Imagines every demonstration under the policy of the moment and moves θ along the paired differences.
  Status inferTheta(int turn) {
    if (thetaRests_ || demos_.empty()) return {};
    Actor policy = input_.current.actor;
    if (trained_) {
      auto now = learner_->policy();
      if (!now) return now.error();
      policy = now->actor;
    }
    std::vector<Difference> differences;
    for (std::size_t i = 0; i < demos_.size(); ++i) {
      if (auto compared = compare(*task_, policy, demos_[i], random_, keep_, differences); !compared) {
        return compared.error();
      }
      const double part = static_cast<double>(i) / static_cast<double>(demos_.size());
      if (i % 4 == 0 && !report("imagining", turn + 0.5 * part)) return cancelled();
    }
    gradient_ = pairedGradient(differences);
    moveTheta(theta_, gradient_, settings_.thetaRate, settings_.l2);
    return {};
  }

  Result<Candidate> moveResidual(int turn) {
    bool going = true;
    int done = 0;
    learner_->train(theta_, settings_.updatesPerThetaStep, [&] {
      done += 50;
      return going = report("training", turn + 0.5 + 0.5 * done / settings_.updatesPerThetaStep);
    });
    if (!going) return cancelled();
    trained_ = true;
    report_.residualUpdates += settings_.updatesPerThetaStep;
    auto policy = learner_->policy();
    if (!policy) return policy.error();
    return Candidate{std::move(*policy), theta_};
  }

  /// The newest candidate that does the base task as well as the prior does from the same starts.
  Result<MereqResult> choose(const std::vector<Candidate>& candidates) {
    if (!report("checking", settings_.thetaSteps)) return cancelled();
    auto prior = successRate(input_.prior.actor);
    if (!prior) return prior.error();
    report_.priorSuccess = *prior;
    // So many episodes cannot tell two policies apart by less than about one standard error.
    const double count = settings_.imaginedEpisodes;
    const double noise = std::sqrt(std::max(0.05, *prior * (1.0 - *prior)) / count);
    for (auto candidate = candidates.rbegin(); candidate != candidates.rend(); ++candidate) {
      auto success = successRate(candidate->policy.actor);
      if (!success) return success.error();
      report_.newSuccess = *success;
      if (*success >= *prior - settings_.baseTaskTolerance - noise) {
        return finish(MereqOutcome::NewPolicy, candidate->policy, candidate->theta);
      }
    }
    return finish(MereqOutcome::BaseTaskKept, input_.current, input_.theta);
  }

  /// From the round's own episode starts, newest first; fresh starts where there are too few.
  Result<double> successRate(Actor policy) {
    int successes = 0, count = 0;
    const auto add = [&](std::span<const double> state) -> Status {
      auto rollout = imagine(*task_, policy, state, task_->spec().episodeSteps, random_, keep_);
      if (!rollout) return rollout.error();
      successes += rollout->success;
      ++count;
      return report("checking", settings_.thetaSteps) ? Status() : cancelled();
    };
    for (auto e = input_.episodes.rbegin(); e != input_.episodes.rend() && count < settings_.imaginedEpisodes; ++e) {
      if (e->steps.empty() || e->steps.front().index != 0) continue;
      if (auto added = add(e->steps.front().state); !added) return added.error();
    }
    std::vector<double> state(static_cast<std::size_t>(task_->stateSize()));
    while (count < settings_.imaginedEpisodes) {
      task_->reset(deriveSeed(settings_.seed, 5000 + static_cast<std::uint64_t>(count)));
      task_->save(state);
      if (auto added = add(state); !added) return added.error();
    }
    return static_cast<double>(successes) / count;
  }

  /// turns: how many of the θ steps are done.
  bool report(const char* stage, double turns) {
    if (!progress_) return true;
    const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
    const double fraction = std::clamp(0.9 * turns / std::max(1, settings_.thetaSteps), 0.0, 0.95);
    const double left = fraction > 0.05 ? elapsed * (1.0 - fraction) / fraction : -1.0;
    return progress_({stage, fraction, left, {}});
  }

  Result<MereqResult> finish(MereqOutcome outcome, const Policy& policy, const Theta& theta) {
    MereqResult result;
    result.outcome = outcome;
    result.policy = policy;
    result.theta = theta;
    result.thetaHalfWidth.assign(theta.size(), 0.0);
    for (std::size_t f = 0; f < gradient_.halfWidth.size(); ++f) {
      const double halfWidth = settings_.thetaRate * gradient_.halfWidth[f];
      result.thetaHalfWidth[f] = std::isfinite(halfWidth) ? halfWidth : 1.0;  // one episode says nothing yet
    }
    report_.demonstrated = gradient_.demonstrated;
    report_.imagined = gradient_.imagined;
    report_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    result.report = report_;
    switch (outcome) {
      case MereqOutcome::NewPolicy:
        result.message = "Learned from " + std::to_string(report_.expertSteps) + " steps of yours.";
        break;
      case MereqOutcome::NothingToCorrect:
        result.message = thetaRests_ ? "Too few steps of yours since the last update to learn from: nothing changed."
                                     : "Nothing to correct: you and the robot do the same. Nothing changed.";
        break;
      case MereqOutcome::BaseTaskKept:
        result.message = "The new policy would have done the task itself worse, so the robot keeps the one it has.";
        break;
    }
    return result;
  }

  const MereqInput& input_;
  const MereqSettings& settings_;
  const ProgressCallback& progress_;
  std::unique_ptr<Task> task_;
  std::unique_ptr<ResidualLearner> learner_;
  Random random_;
  /// What is imagined is also experience.
  const std::function<void(const Transition&)> keep_ = [this](const Transition& t) { learner_->add(t); };
  Theta theta_;
  std::vector<Demonstration> demos_;
  Gradient gradient_;
  MereqReport report_;
  int newestRound_ = 0;
  bool thetaRests_ = false, trained_ = false;
  const Clock::time_point start_ = Clock::now();
};

/// Sizes that the rest relies on.
Status check(const MereqInput& input, const Task& task) {
  const auto refuse = [](const std::string& what) { return Error{ErrorCode::InvalidInput, what}; };
  const auto features = static_cast<std::size_t>(task.featureCount());
  if (input.theta.size() != features) return refuse("θ has another number of features than the task");
  for (const Policy* policy : {&input.prior, &input.current}) {
    if (policy->actor.observationSize() != task.observationSize() || policy->actor.actionSize() != task.actionSize()) {
      return refuse("the policy does not fit the task " + input.taskId);
    }
  }
  bool any = false;
  for (const LessonEpisode& episode : input.episodes) {
    const std::string where = "episode " + std::to_string(episode.number);
    for (const Step& step : episode.steps) {
      any = true;
      if (step.observation.size() != static_cast<std::size_t>(task.observationSize()) ||
          step.action.size() != static_cast<std::size_t>(task.actionSize()) || step.features.size() != features ||
          step.state.size() != static_cast<std::size_t>(task.stateSize())) {
        return refuse(where + " was recorded with another version of the task");
      }
      const auto finite = [](const auto& values) {
        return std::all_of(values.begin(), values.end(), [](auto v) { return std::isfinite(v); });
      };
      if (!finite(step.observation) || !finite(step.action) || !finite(step.features) || !finite(step.state)) {
        return refuse(where + " holds numbers that are not finite; mark it as excluded or leave it out");
      }
    }
    for (const Segment& segment : episode.segments) {
      if (segment.begin < 0 || segment.end < segment.begin || segment.end > static_cast<int>(episode.steps.size())) {
        return refuse(where + " has a segment outside its steps");
      }
    }
  }
  if (!any) return refuse("there is nothing to learn from yet: the lesson has no steps");
  return {};
}

}  // namespace

MereqSettings defaultsFor(const TaskSpec& spec) {
  MereqSettings settings;
  settings.discount = spec.discount;
  if (spec.discreteActions.empty()) return settings;
  settings.alphaHat = settings.omegaPrime = 0.05;  // the temperature that priors over choices are trained with
  settings.learningRate = 1e-3;
  settings.targetRate = 0.02;
  return settings;
}

Result<MereqResult> mereqUpdate(const MereqInput& input, const MereqSettings& settings,
                                const ProgressCallback& progress) {
  auto task = makeTask(input.taskId);
  if (!task) return task.error();
  if (auto checked = check(input, **task); !checked) return checked.error();
  auto learner = makeResidualLearner(input.prior, input.current, (*task)->featureCount(), settings);
  if (!learner) return learner.error();
  return MereqUpdate(input, settings, progress, std::move(*task), std::move(*learner)).run();
}

}  // namespace nudge
