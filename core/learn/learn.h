// The learner: trains priors from nothing (SAC) and teaches them what is missing (MEReQ).
// No torch in this header: libtorch stays private to the library, in as few files as possible.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/policy/policy.h"
#include "core/sim/task.h"
#include "core/teach/segments.h"
#include "core/teach/step.h"

namespace nudge {

/// Where a long run stands; called about twice a second at most, from the running thread.
struct LearnProgress {
  std::string stage;      ///< "collecting", "foreseeing", "imagining", "inferring", "training", "checking"
  double fraction = 0.0;  ///< of the whole, 0 … 1
  double secondsLeft = -1.0;  ///< −1 unknown
  std::string detail;     ///< for people, may be empty
};
/// Return false to cancel.
using ProgressCallback = std::function<bool(const LearnProgress&)>;

// ---- priors ------------------------------------------------------------------------------------
struct SacSettings {
  std::uint64_t seed = 1;
  int members = 1;            ///< that learn apart: the first one's actor, with the critics of all
  int steps = 140'000;        ///< environment steps of each, one update each after warm-up
  int warmupSteps = 2'000;    ///< random held actions
  bool wideStarts = true;     ///< Task::resetForTraining instead of reset
  int hidden = 128;
  int batch = 128;
  int replay = 1'000'000;     ///< transitions that are kept, at most: the newest
  double learningRate = 5e-4, finalLearningRate = 5e-5, decayFrom = 0.4;
  double discount = 0.97;
  double targetRate = 0.005;
  double alpha = 0.02;        ///< fixed temperature
  double logStdMin = -2.3, logStdMax = 1.0;  ///< σ ≥ .1: spike-learning.md section 4
  double actorAverage = 0.002;  ///< weight of the newest actor in the moving average that is shipped
};

struct SoftQSettings {
  std::uint64_t seed = 1;
  int members = 1;            ///< networks that learn apart; the policy averages their Q
  int steps = 600'000;        ///< environment steps of each
  int warmupSteps = 2'000;    ///< before the first update
  int stepsPerUpdate = 2;
  bool wideStarts = true;     ///< Task::resetForTraining instead of reset
  int hidden = 128;
  int batch = 128;
  int replay = 200'000;
  double learningRate = 1e-3, finalLearningRate = 1e-4;  ///< linear from one to the other
  double discount = 0.8;
  double targetRate = 0.02;
  double alpha = 0.05;        ///< fixed temperature
  double exploreUntil = 0.4, exploreFinal = 0.05;  ///< share of the run in which random choices fade to their final share
  double average = 0.001;     ///< weight of the newest network in the moving average that is shipped
};

/// A point of the training curve.
struct CurvePoint { int step = 0; double episodeReturn = 0.0; double success = 0.0; double seconds = 0.0; };
struct TrainedPrior { Policy policy; std::vector<CurvePoint> curve; };

/// From nothing on r = wᵀf in a task, by SAC where actions are continuous and by soft Q-learning where they are
/// choices. weights [features]. Errors: NotFound (task), InvalidInput (sizes, the other kind of task), Cancelled,
/// Internal (numbers or physics diverged).
Result<TrainedPrior> trainPrior(const std::string& taskId, const std::vector<double>& weights,
                                const SacSettings& settings, const ProgressCallback& progress);
Result<TrainedPrior> trainPrior(const std::string& taskId, const std::vector<double>& weights,
                                const SoftQSettings& settings, const ProgressCallback& progress);

// ---- one MEReQ update --------------------------------------------------------------------------
/// An episode of the lesson as the learner sees it.
struct LessonEpisode {
  std::int64_t number = 0;
  std::uint64_t seed = 0;
  int round = 1;
  int policyVersion = 0;
  std::vector<Step> steps;
  std::vector<Segment> segments;
  std::vector<float> finalObservation;  ///< empty when the episode still runs
  bool terminated = false;
};

/// What θ follows: the paper's moments (irl.h), or the likelihood of the teacher's actions (successor_features.h).
enum class GradientKind { Moments, Likelihood };
/// Where imagination starts: where the demonstrated segments did, or with their episodes.
enum class ImagineFrom { Segments, Episodes };
/// Whether what the policy's own noise does to the features counts as something that it does otherwise than the teacher.
enum class PolicyNoise { Counted, Discounted };

struct MereqSettings {
  std::uint64_t seed = 1;
  double goodWeight = 0.03;       ///< κ_good: weight of a good (pseudo-expert) step beside an expert step
  double slipShare = 0.08;        ///< for continuous actions: more slips than this share of the expert steps do not count (slips.h); 1: all count
  double memory = 1.0;            ///< by moments: weight of an expert step beside one of the next round that was taught; 0: the newest only
  double l2 = 0.03;               ///< pull of θ to 0, by moments
  double likelihoodL2 = 0.001;    ///< pull of θ to 0, by likelihood
  double l1 = 0.0;                ///< constant pull of θ to 0, by moments
  double likelihoodL1 = 0.0;      ///< constant pull of θ to 0, by likelihood
  double confidence = 0.9;        ///< θ moves only outside of this interval of its gradient
  double thetaRate = 10.0;        ///< η: step along the gradient of moments; shorter where the policy follows θ readily
  int thetaSteps = 3;             ///< inference steps an update
  int updatesPerThetaStep = 500;  ///< residual Q-learning updates after each, for a round of up to `roundSteps`
  int roundSteps = 600;           ///< a longer newest round is learned from with more of them (lesson.h); 0: never
  int imaginedSteps = 1'000;      ///< at most so many steps of expert, and of good, segments are imagined again
  int imaginedEpisodes = 20;      ///< whole episodes of the base-task check
  int minExpertSteps = 30;        ///< fewer since θ moved last: it rests
  double thetaCap = 1.0;          ///< no weight moves further in one update
  GradientKind gradient = GradientKind::Moments;
  ImagineFrom imagineFrom = ImagineFrom::Segments;
  PolicyNoise policyNoise = PolicyNoise::Discounted;
  int foresightUpdates = 3'000;   ///< before the first update of a prior that does not know yet what its actions lead to
  double badWindow_s = -1.0;      ///< reaction time that automatic marks are cut anew with; < 0: as they are
  int successorUpdates = 500;     ///< for choices: ψ updates before each inference step by likelihood
  double alphaHat = 0.04;         ///< α̂
  double omegaPrime = 0.04;       ///< ω' = α̂: the residual policy moves as freely as its prior
  double learningRate = 5e-4;     ///< of residual learning, at first
  double rateHalvedAfter = 3'000; ///< residual updates after which it is half as large: it falls as 1/(1 + n/this); 0: it stays
  double fineTuningRate = 5e-4;   ///< of methods that train the prior's own networks on
  double untrainedRate = 5e-4;    ///< of methods that start from an untrained policy
  int batch = 128;
  double discount = 0.97;
  double targetRate = 0.005;
  double actorAverage = 0.01;     ///< weight of the newest actor in the moving average that is kept
  double baseTaskTolerance = 0.03;  ///< an update that loses more success on imagined episodes is ended
};

/// What fits a task: its discount, and for choices the temperature and rates that soft Q-learning wants.
MereqSettings defaultsFor(const TaskSpec& spec);

struct MereqInput {
  std::string taskId;
  Policy prior;
  Policy current;                 ///< version the update starts from; equals the prior at first
  std::vector<double> theta;      ///< [features] of `current`
  std::vector<LessonEpisode> episodes;
  int learnedRound = 0;           ///< θ has moved for what was taught until this round; 0: it never has
};

struct MereqReport {
  std::int64_t expertSteps = 0, goodSteps = 0, badSteps = 0, excludedSteps = 0;
  std::int64_t slips = 0;   ///< of the expert steps that were imagined again; they did not count
  std::vector<double> demonstrated, imagined;   ///< feature means, [features]
  double newSuccess = 0.0;             ///< base-task check on imagined episodes
  std::optional<double> priorSuccess;  ///< on the same; none where not all of them were needed for the verdict
  int residualUpdates = 0;
  std::int64_t simulationSteps = 0;             ///< imagined, the check's included
  double seconds = 0.0;
};

enum class MereqOutcome { NewPolicy, NothingToCorrect, BaseTaskKept };

struct MereqResult {
  MereqOutcome outcome = MereqOutcome::NothingToCorrect;
  Policy policy;                  ///< bit-for-bit `current` unless NewPolicy
  std::vector<double> theta;      ///< [features]
  std::vector<double> thetaHalfWidth;  ///< [features], half of the interval (settings: confidence) that a weight moves outside of; empty: θ rested
  MereqReport report;
  std::string message;            ///< one sentence for people
};

/// One whole update (mereq.md sections 2–4). Errors: InvalidInput (no steps, sizes), Cancelled, Internal (NaN).
Result<MereqResult> mereqUpdate(const MereqInput& input, const MereqSettings& settings, const ProgressCallback& progress);

}  // namespace nudge
