#include "core/learn/residual_q.h"

#include <cmath>

#include "core/learn/actor_critic.h"

namespace nudge {

using namespace learn;

namespace {

/// A prior surer than this makes the divergence explode wherever the residual leads (spike-learning.md section 4).
constexpr float kPriorLogStdFloor = -2.3f;
constexpr std::int64_t kCapacity = 60'000;
constexpr std::int64_t kCriticHidden = 128;

ActorCritic networks(const Policy& current, const MereqSettings& s) {
  const Net actor(current.actor.gaussian()->actor());
  std::vector<Net> critics;
  if (current.residualCritics.networks().size() == 2) {
    for (const Mlp& network : current.residualCritics.networks()) critics.emplace_back(network);
  } else {
    auto generator = makeGenerator(deriveSeed(s.seed, 11));
    const std::int64_t in = current.actor.observationSize() + current.actor.actionSize();
    for (int i = 0; i < 2; ++i) {
      critics.emplace_back(std::vector<std::int64_t>{in, kCriticHidden, kCriticHidden, 1}, generator);
      critics.back().zeroLastLayer();
    }
  }
  return ActorCritic(actor, critics[0], critics[1],
                     {s.discount, s.targetRate, s.alphaHat, s.omegaPrime, current.actor.gaussian()->logStdMin(),
                      current.actor.gaussian()->logStdMax(), s.actorAverage},
                     deriveSeed(s.seed, 12));
}

}  // namespace

struct ResidualLearner::Impl {
  Impl(const Policy& priorPolicy, const Policy& currentPolicy, int featureCount, const MereqSettings& s)
      : settings(s),
        prior(*priorPolicy.actor.gaussian()),
        current(currentPolicy),
        learner(networks(currentPolicy, s)),
        random(deriveSeed(s.seed, 13)),
        replay(kCapacity, {prior.observationSize(), prior.actionSize(), featureCount, prior.observationSize(), 1,
                           2 * prior.actionSize(), 2 * prior.actionSize()}),
        priorHere(2 * static_cast<std::size_t>(prior.actionSize())),
        priorNext(priorHere) {}

  /// μ₀, then log σ₀ with its floor.
  void priorAt(std::span<const float> observation, std::span<float> out) {
    const auto actions = static_cast<std::size_t>(prior.actionSize());
    prior.distribution(observation, out.first(actions), out.subspan(actions));
    for (float& logStd : out.subspan(actions)) logStd = std::max(logStd, kPriorLogStdFloor);
  }

  MereqSettings settings;
  GaussianPolicy prior;
  Policy current;
  ActorCritic learner;
  Random random;
  Replay replay;  ///< observation, action, features, next observation, done, prior here, prior next
  std::vector<Tensor> columns;
  std::vector<float> priorHere, priorNext;
};

ResidualLearner::ResidualLearner(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ResidualLearner::ResidualLearner(ResidualLearner&&) noexcept = default;
ResidualLearner& ResidualLearner::operator=(ResidualLearner&&) noexcept = default;
ResidualLearner::~ResidualLearner() = default;

Result<ResidualLearner> ResidualLearner::create(const Policy& prior, const Policy& current, int featureCount,
                                                const MereqSettings& settings) {
  if (prior.actor.discrete() || current.actor.discrete())
    return Error{ErrorCode::InvalidInput, "residual SAC learns continuous actions"};
  if (prior.actor.observationSize() != current.actor.observationSize() ||
      prior.actor.actionSize() != current.actor.actionSize()) {
    return Error{ErrorCode::InvalidInput, "the policy and its prior have different observations or actions"};
  }
  useOneThread();
  return ResidualLearner(std::make_unique<Impl>(prior, current, featureCount, settings));
}

void ResidualLearner::add(const Transition& t) {
  impl_->priorAt(t.observation, impl_->priorHere);
  impl_->priorAt(t.next, impl_->priorNext);
  const float done = t.terminated ? 1.0f : 0.0f;
  impl_->replay.add({t.observation, t.action, t.features, t.next, {&done, 1}, impl_->priorHere, impl_->priorNext});
}

std::int64_t ResidualLearner::transitions() const { return impl_->replay.size(); }

void ResidualLearner::train(std::span<const double> theta, int updates, const std::function<bool()>& keepGoing) {
  const c10::InferenceMode guard;
  const Tensor weights = toTensor(std::vector<float>(theta.begin(), theta.end()));
  auto& columns = impl_->columns;
  for (int i = 0; i < updates; ++i) {
    if (i % 50 == 0 && !keepGoing()) return;
    impl_->replay.sample(impl_->settings.batch, impl_->random, columns);
    impl_->learner.update({columns[0], columns[1], columns[2].mv(weights), columns[3],
                           columns[4].view({columns[4].size(0)}), columns[5], columns[6]},
                          impl_->settings.learningRate);
  }
}

Result<Policy> ResidualLearner::policy() const {
  auto actor = impl_->learner.averagedActor();
  if (!actor) return actor.error();
  auto critics = impl_->learner.targetCritics();
  if (!critics) return critics.error();
  Policy policy = impl_->current;
  policy.actor = std::move(*actor);
  policy.residualCritics = std::move(*critics);
  return policy;
}

}  // namespace nudge
