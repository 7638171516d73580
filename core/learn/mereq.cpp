// One MEReQ update, in the paper's order (arXiv 2406.16258; mereq.md sections 2–4): marks to demonstrations,
// steps to the replay buffer; then in turns: imagine, infer θ, move the policy; then a check of the base task.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "core/learn/irl.h"
#include "core/learn/lesson.h"
#include "core/learn/mereq.h"
#include "core/learn/residual_q.h"
#include "core/learn/slips.h"

namespace nudge {

namespace {

using Clock = std::chrono::steady_clock;
using Theta = std::vector<double>;

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
        lesson_(input.episodes),
        task_(std::move(task)),
        learner_(std::move(learner)),
        random_(deriveSeed(settings.seed, 21)),
        theta_(input.theta) {}

  Result<MereqResult> run() {
    collect();
    if (!report("collecting", 0.0)) return cancelledUpdate();
    if (auto done = foresee(); !done) return done.error();
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
    if (settings_.badWindow_s >= 0.0) {
      recut_ = input_.episodes;
      const int window = reactionSteps(settings_.badWindow_s, task_->spec().controlRate_hz);
      for (LessonEpisode& episode : recut_) episode.segments = withBadWindow(episode.segments, window);
      lesson_ = recut_;
    }
    int newestRound = 0;
    for (const LessonEpisode& episode : lesson_) {
      newestRound = std::max(newestRound, episode.round);
      addEpisode(*learner_, episode);
    }
    report_ = countSteps(lesson_);
    std::int64_t newest = 0;
    for (const LessonEpisode& episode : lesson_) {
      const std::int64_t taught = countSteps({&episode, 1}).expertSteps;
      if (episode.round > input_.learnedRound) unlearned_ += taught;
      if (episode.round == newestRound) newest += taught;
    }
    thetaRests_ = newest == 0 || unlearned_ < settings_.minExpertSteps;
    demos_ = demonstrations(lesson_, settings_);
    if (input_.prior.actor.gaussian()) report_.slips = std::llround(findSlips(demos_, settings_.slipShare));
  }

  /// What actions lead to, where the policy was never taught it: from whole episodes of its own.
  Status foresee() {
    if (learner_->foresees() || (thetaRests_ && isZero(theta_))) return {};
    const double turn = settings_.updatesPerThetaStep;
    ahead_ = settings_.foresightUpdates / turn;
    Actor current = input_.current.actor;
    for (const State& start : episodeStarts()) {
      if (auto imagined = imagineEpisode(current, start, keep_); !imagined) return imagined.error();
      if (!report("foreseeing", -ahead_)) return cancelledUpdate();
    }
    bool going = true;
    int done = 0;
    learner_->foresee(settings_.foresightUpdates, [&] {
      going = report("foreseeing", done / turn - ahead_);
      done += 50;
      return going;
    });
    return going ? Status() : cancelledUpdate();
  }

  /// Imagines every demonstration under the policy of the moment and moves θ along the gradient.
  Status inferTheta(int turn) {
    if (thetaRests_ || demos_.empty()) return {};
    auto now = learner_->policy();
    if (!now) return now.error();
    if (!trained_) now->actor = input_.current.actor;
    Actor& policy = now->actor;
    std::vector<Difference> sampled, noiseless;
    for (std::size_t i = 0, end = 0; i < demos_.size(); i = end) {
      if (auto compared = imagineFrom(i, end, policy, Draw::Sample, sampled); !compared) return compared;
      if (discountsNoise(policy))
        if (auto compared = imagineFrom(i, end, policy, Draw::Mode, noiseless); !compared) return compared;
      const double part = static_cast<double>(i) / static_cast<double>(demos_.size());
      if (!report("imagining", turn + 0.4 * part)) return cancelledUpdate();
    }
    if (auto followed = followPolicy(turn, *now); !followed) return followed;
    if (settings_.gradient == GradientKind::Likelihood) {
      gradient_ = likelihoodGradient(demos_, *psi_, policy, settings_);
    } else {
      gradient_ = pairedGradient(sampled);
      if (discountsNoise(policy)) gradient_ = agreed(std::move(gradient_), pairedGradient(noiseless));
      if (psi_) gradient_.curvature = response(demos_, *psi_, policy, settings_);
    }
    gradient_ = believed(std::move(gradient_), settings_.confidence);
    moveTheta(theta_, gradient_, stride(), pull());
    for (std::size_t f = 0; f < theta_.size(); ++f) {
      theta_[f] = std::clamp(theta_[f], input_.theta[f] - settings_.thetaCap, input_.theta[f] + settings_.thetaCap);
    }
    return {};
  }

  /// For named choices the probabilities are the policy's wish themselves, not noise around it.
  bool discountsNoise(const Actor& policy) const {
    return settings_.policyNoise == PolicyNoise::Discounted && settings_.gradient == GradientKind::Moments && policy.gaussian();
  }

  /// Imagines the demonstration `i`, or all of its episode; `end`: the first that was not.
  Status imagineFrom(std::size_t i, std::size_t& end, Actor& policy, Draw draw, std::vector<Difference>& differences) {
    end = i + 1;
    if (settings_.imagineFrom == ImagineFrom::Segments) {
      return compare(*task_, policy, demos_[i], random_, keep_, differences, draw);
    }
    while (end < demos_.size() && demos_[end].episode == demos_[i].episode) ++end;
    return compareEpisode(*task_, policy, std::span(demos_).subspan(i, end - i), random_, keep_, differences, draw);
  }

  /// The policy of the moment has other successor features than the one before: ψ follows it. For choices only the likelihood
  /// asks for them.
  Status followPolicy(int turn, const Policy& now) {
    const SuccessorSettings settings{.seed = settings_.seed, .discount = settings_.discount};
    if (now.actor.gaussian()) {
      psi_.emplace(now.residualCritics, task_->featureCount(), settings);
      return {};
    }
    if (settings_.gradient == GradientKind::Moments) return {};
    bool going = true;
    if (!psi_) psi_.emplace(now.actor, task_->featureCount(), settings);
    psi_->train(*learner_, now.actor, settings_.successorUpdates, [&] { return going = report("inferring", turn + 0.4); });
    return going ? Status() : cancelledUpdate();
  }

  /// A likelihood has a curvature wherever it says anything. Moments overestimate theirs: features stop following θ where they
  /// come to their end. So a step may go past where they would be met, but not so far that it swings.
  Stride stride() const {
    return settings_.gradient == GradientKind::Moments ? Stride{settings_.thetaRate, 1.5} : Stride{};
  }

  Pull pull() const {
    return settings_.gradient == GradientKind::Moments ? Pull{settings_.l2, settings_.l1} : Pull{settings_.likelihoodL2, settings_.likelihoodL1};
  }

  Result<Candidate> moveResidual(int turn) {
    bool going = true;
    int done = 0;
    learner_->train(theta_, settings_.updatesPerThetaStep, [&] {
      going = report("training", turn + 0.5 + 0.5 * done / settings_.updatesPerThetaStep);
      done += 50;
      return going;
    });
    if (!going) return cancelledUpdate();
    trained_ = true;
    report_.residualUpdates += settings_.updatesPerThetaStep;
    auto policy = learner_->policy();
    if (!policy) return policy.error();
    return Candidate{std::move(*policy), theta_};
  }

  /// The newest candidate that does the base task as well as the prior does from the same starts.
  Result<MereqResult> choose(const std::vector<Candidate>& candidates) {
    if (settings_.baseTaskTolerance >= 1.0) {  // no check
      return finish(MereqOutcome::NewPolicy, candidates.back().policy, candidates.back().theta);
    }
    if (!report("checking", settings_.thetaSteps)) return cancelledUpdate();
    const std::vector<State> starts = episodeStarts();
    Answers prior(starts.size());
    for (auto candidate = candidates.rbegin(); candidate != candidates.rend(); ++candidate) {
      Answers own(starts.size());
      for (std::size_t i = 0; i < starts.size(); ++i)
        if (auto asked = ask(candidate->policy.actor, starts[i], own[i]); !asked) return asked.error();
      report_.newSuccess = success(own, false);
      if (auto asked = askPrior(starts, own, prior); !asked) return asked.error();
      if (success(prior, true) == success(prior, false)) report_.priorSuccess = success(prior, true);
      if (report_.newSuccess >= enoughBeside(success(prior, true))) {
        return finish(MereqOutcome::NewPolicy, candidate->policy, candidate->theta);
      }
    }
    return finish(MereqOutcome::BaseTaskKept, input_.current, input_.theta);
  }

  using State = std::vector<double>;
  using Answers = std::vector<std::optional<bool>>;  ///< whether an episode succeeded; unknown until it is asked

  /// The share of successes if all that is unknown were one, or none.
  static double success(const Answers& answers, bool unknown) {
    const auto yes = std::count_if(answers.begin(), answers.end(), [&](auto answer) { return answer.value_or(unknown); });
    return static_cast<double>(yes) / static_cast<double>(answers.size());
  }

  /// Asks the prior for as long as its answers can change the verdict, and first where the candidate failed: what it can do at best
  /// comes down to the candidate's own success soonest there.
  Status askPrior(const std::vector<State>& starts, const Answers& own, Answers& prior) {
    for (const bool succeeded : {false, true}) {
      for (std::size_t i = 0; i < starts.size(); ++i) {
        const bool certain = report_.newSuccess >= enoughBeside(success(prior, true)) ||
                             report_.newSuccess < enoughBeside(success(prior, false));
        if (certain) return {};
        if (prior[i] || *own[i] != succeeded) continue;
        if (auto asked = ask(input_.prior.actor, starts[i], prior[i]); !asked) return asked;
      }
    }
    return {};
  }

  /// The least success that counts as the prior's. So many episodes cannot tell two policies apart by less than about one
  /// standard error.
  double enoughBeside(double priorSuccess) const {
    const double deviation = std::sqrt(std::max(0.05, priorSuccess * (1.0 - priorSuccess)) / settings_.imaginedEpisodes);
    return priorSuccess - settings_.baseTaskTolerance - deviation;
  }

  Status ask(Actor policy, const State& start, std::optional<bool>& answer) {
    // What is seen here comes too late to be learned from.
    auto rollout = imagineEpisode(policy, start, [this](const Transition&) { ++report_.simulationSteps; });
    if (!rollout) return rollout.error();
    answer = rollout->success;
    return report("checking", settings_.thetaSteps) ? Status() : cancelledUpdate();
  }

  Result<Rollout> imagineEpisode(Actor& policy, const State& start, const std::function<void(const Transition&)>& seen) {
    return imagine(*task_, policy, start, task_->spec().episodeSteps, random_, seen);
  }

  /// Where the round's own episodes started, newest first; fresh ones where there are too few.
  std::vector<State> episodeStarts() {
    std::vector<State> starts;
    const auto enough = static_cast<std::size_t>(settings_.imaginedEpisodes);
    for (auto e = lesson_.rbegin(); e != lesson_.rend() && starts.size() < enough; ++e) {
      if (!e->steps.empty() && e->steps.front().index == 0) starts.push_back(e->steps.front().state);
    }
    while (starts.size() < enough) {
      task_->reset(deriveSeed(settings_.seed, 5000 + starts.size()));
      starts.emplace_back(static_cast<std::size_t>(task_->stateSize()));
      task_->save(starts.back());
    }
    return starts;
  }

  /// turns: how many of the θ steps are done; below 0 of what comes ahead of them.
  bool report(const char* stage, double turns) {
    if (!progress_) return true;
    const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
    const double fraction = std::clamp(0.9 * (turns + ahead_) / (std::max(1, settings_.thetaSteps) + ahead_), 0.0, 0.95);
    const double left = fraction > 0.05 ? elapsed * (1.0 - fraction) / fraction : -1.0;
    return progress_({stage, fraction, left, {}});
  }

  Result<MereqResult> finish(MereqOutcome outcome, const Policy& policy, const Theta& theta) {
    MereqResult result;
    result.outcome = outcome;
    result.policy = policy;
    result.theta = theta;
    for (std::size_t f = 0; f < gradient_.halfWidth.size(); ++f) {
      // How far one step moves θ for a gradient at the end of its interval.
      const double curvature = gradient_.curvature.empty() ? 0.0 : gradient_.curvature[f * theta.size() + f];
      const double halfWidth = gradient_.halfWidth[f] * stride().along(curvature + pull().l2);
      result.thetaHalfWidth.push_back(std::isfinite(halfWidth) ? halfWidth : 1.0);  // one episode says nothing yet
    }
    report_.demonstrated = gradient_.demonstrated;
    report_.imagined = gradient_.imagined;
    report_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    result.report = report_;
    switch (outcome) {
      case MereqOutcome::NewPolicy:
        result.message = "Learned from " + std::to_string(report_.expertSteps) + " steps of yours";
        if (report_.slips > 0) result.message += "; " + std::to_string(report_.slips) + " of them look like slips and do not count";
        result.message += ".";
        break;
      case MereqOutcome::NothingToCorrect:
        if (unlearned_ > 0 && unlearned_ < settings_.minExpertSteps) {
          result.message = "It needs " + std::to_string(settings_.minExpertSteps) + " steps of yours to learn from and has " +
                           std::to_string(unlearned_) + " so far. Nothing changed.";
        } else if (unlearned_ > 0) {
          result.message = "Nothing to correct: what you did differs from what the robot does by no more than chance. Nothing changed.";
        } else {
          result.message = "Nothing to correct: you and the robot do the same. Nothing changed.";
        }
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
  std::vector<LessonEpisode> recut_;      ///< empty without a bad window of its own
  std::span<const LessonEpisode> lesson_;  ///< what is learned from
  std::unique_ptr<Task> task_;
  std::unique_ptr<ResidualLearner> learner_;
  Random random_;
  /// What is imagined is also experience.
  const std::function<void(const Transition&)> keep_ = [this](const Transition& t) {
    learner_->add(t);
    ++report_.simulationSteps;
  };
  Theta theta_;
  std::vector<Demonstration> demos_;
  Gradient gradient_;
  std::optional<SuccessorFeatures> psi_;
  MereqReport report_;
  std::int64_t unlearned_ = 0;  ///< expert steps since θ moved last
  double ahead_ = 0.0;          ///< how many turns what comes ahead of θ takes
  bool thetaRests_ = false, trained_ = false;
  const Clock::time_point start_ = Clock::now();
};

}  // namespace

MereqSettings defaultsFor(const TaskSpec& spec) {
  MereqSettings settings;
  settings.discount = spec.discount;
  if (spec.discreteActions.empty()) return settings;
  settings.omegaPrime = 0.05;          // the temperature that priors over choices are trained with
  settings.alphaHat = 0.0167;          // a third of it: the residual policy is surer than its prior, and crashes less
  settings.learningRate = 2e-4;        // faster, the residual fits the lesson's few transitions and drives worse elsewhere
  settings.rateHalvedAfter = 0.0;      // so small a rate hardly loses anything
  settings.roundSteps = 0;             // they learn a long round as fast, and overdo it with more updates
  settings.fineTuningRate = 2e-4;
  settings.untrainedRate = 1e-3;
  settings.targetRate = 0.02;
  settings.imaginedEpisodes = 40;      // they are short, and some fail by chance
  settings.confidence = 0.95;          // a lower one gains nothing here
  settings.thetaRate = 1.5;            // no curvature bounds a step by choices; they follow θ more than an arm does …
  settings.thetaCap = 0.5;
  settings.l2 = 0.04;                  // … so the same pull would weigh more
  return settings;
}

Result<MereqResult> mereqUpdate(const MereqInput& input, const MereqSettings& settings,
                                const ProgressCallback& progress) {
  auto task = makeTask(input.taskId);
  if (!task) return task.error();
  return mereqUpdate(std::move(*task), input, settings, progress);
}

Result<MereqResult> mereqUpdate(std::unique_ptr<Task> task, const MereqInput& input, const MereqSettings& settings,
                                const ProgressCallback& progress) {
  if (auto checked = checkLesson(input, *task); !checked) return checked.error();
  const MereqSettings fitted = fittedTo(input.episodes, settings);
  auto learner = makeResidualLearner(input.prior, input.current, task->featureCount(), fitted);
  if (!learner) return learner.error();
  return MereqUpdate(input, fitted, progress, std::move(task), std::move(*learner)).run();
}

}  // namespace nudge
