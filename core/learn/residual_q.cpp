#include "core/learn/residual_q.h"

#include <algorithm>
#include <cstdlib>

#include "core/learn/residual_kinds.h"

namespace nudge {

namespace learn {

namespace {
constexpr std::int64_t kCapacity = 60'000;

std::vector<std::int64_t> widths(const Actor& prior, int featureCount, const std::vector<std::int64_t>& more) {
  std::vector<std::int64_t> all{prior.observationSize(), prior.actionSize(), featureCount, prior.observationSize(), 1};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

constexpr const char* kUpdates = "residual_updates";  ///< in a policy's info

std::int64_t updatesOf(const Policy& policy) {
  const auto said = policy.info.find(kUpdates);
  constexpr long long kMost = 1'000'000'000'000;  // a file may say anything
  return said == policy.info.end() ? 0 : std::clamp(std::atoll(said->second.c_str()), 0LL, kMost);
}
}  // namespace

ReplayLearner::ReplayLearner(const Policy& prior, const Policy& current, int featureCount, const MereqSettings& settings,
                             const std::vector<std::int64_t>& more)
    : settings_(settings),
      replay_(kCapacity, widths(prior.actor, featureCount, more)),
      current_(current),
      features_(featureCount),
      updatesOfPrior_(updatesOf(prior)),
      updates_(updatesOf(current)),
      random_(deriveSeed(settings.seed, 13)) {}

double ReplayLearner::nextRate() {
  const auto had = static_cast<double>(std::max<std::int64_t>(0, updates_++ - updatesOfPrior_));
  if (settings_.rateHalvedAfter <= 0.0) return settings_.learningRate;
  return settings_.learningRate / (1.0 + had / settings_.rateHalvedAfter);
}

Policy ReplayLearner::counted() const {
  Policy policy = current_;
  if (updates_ > 0) policy.info[kUpdates] = std::to_string(updates_);
  return policy;
}

void ReplayLearner::train(std::span<const double> theta, int updates, const std::function<bool()>& keepGoing) {
  const c10::InferenceMode guard;
  const Tensor weights = toTensor(std::vector<float>(theta.begin(), theta.end()));
  for (int i = 0; i < updates; ++i) {
    if (i % 50 == 0 && !keepGoing()) return;
    replay_.sample(settings_.batch, random_, columns_);
    update(columns_, weights);
  }
}

TransitionRows ReplayLearner::experience() const {
  TransitionRows rows;
  std::vector<float>* const to[] = {&rows.observation, &rows.action, &rows.features, &rows.next, &rows.done};
  for (std::size_t c = 0; c < std::size(to); ++c) {
    const Tensor column = replay_.column(c);
    const float* from = column.data_ptr<float>();
    to[c]->assign(from, from + column.numel());
  }
  return rows;
}

}  // namespace learn

void addEpisode(ResidualLearner& learner, const LessonEpisode& episode) {
  for (std::size_t i = 0; i < episode.steps.size(); ++i) {
    const bool last = i + 1 == episode.steps.size();
    if (last && episode.finalObservation.empty()) break;
    const Step& step = episode.steps[i];
    learner.add({step.observation, step.action, step.features,
                 last ? episode.finalObservation : episode.steps[i + 1].observation, last && episode.terminated});
  }
}

Result<std::unique_ptr<ResidualLearner>> makeResidualLearner(const Policy& prior, const Policy& current,
                                                             int featureCount, const MereqSettings& settings) {
  const Actor &from = prior.actor, &now = current.actor;
  const auto choices = [](const Actor& actor) { return actor.discrete() ? actor.categorical()->choices() : 0; };
  if (from.observationSize() != now.observationSize() || from.actionSize() != now.actionSize() ||
      choices(from) != choices(now)) {
    return Error{ErrorCode::InvalidInput, "the policy and its prior have different observations or actions"};
  }
  if (!from.hasDensity() || !now.hasDensity())
    return Error{ErrorCode::InvalidInput, "residual learning needs a policy that says how likely an action is"};
  if (!from.discrete() && from.gaussian()->head().squash != now.gaussian()->head().squash)
    return Error{ErrorCode::InvalidInput, "the policy and its prior bound their actions in different ways"};
  learn::useOneThread();
  return from.discrete() ? learn::makeResidualSoftQ(prior, current, featureCount, settings)
                         : learn::makeResidualSac(prior, current, featureCount, settings);
}

}  // namespace nudge
