// Residual SAC: residual Q-learning for continuous actions (mereq.md section 4). A first update's actor is an
// exact copy of the prior's; the prior's (μ, log σ) are kept in the replay.
#include "core/learn/actor_critic.h"
#include "core/learn/residual_kinds.h"

namespace nudge::learn {

namespace {

/// A prior surer than this makes the divergence explode wherever the residual leads (spike-learning.md section 4).
constexpr float kPriorLogStdFloor = -2.3f;
constexpr std::int64_t kCriticHidden = 128;

ActorCritic networks(const Policy& current, const MereqSettings& s) {
  const GaussianPolicy& policy = *current.actor.gaussian();
  const Net actor(policy.actor());
  std::vector<Net> critics;
  if (current.residualCritics.networks().size() == 2) {
    for (const Mlp& network : current.residualCritics.networks()) critics.emplace_back(network);
  } else {
    auto generator = makeGenerator(deriveSeed(s.seed, 11));
    const std::int64_t in = policy.observationSize() + policy.actionSize();
    for (int i = 0; i < 2; ++i) {
      critics.emplace_back(std::vector<std::int64_t>{in, kCriticHidden, kCriticHidden, 1}, generator);
      critics.back().zeroLastLayer();
    }
  }
  return ActorCritic(actor, critics[0], critics[1],
                     {s.discount, s.targetRate, s.alphaHat, s.omegaPrime, policy.head(), s.actorAverage},
                     deriveSeed(s.seed, 12));
}

class ResidualSac : public ReplayLearner {
 public:
  ResidualSac(const Policy& priorPolicy, const Policy& current, int featureCount, const MereqSettings& settings)
      : ReplayLearner(priorPolicy.actor, featureCount, settings,
                      {2 * priorPolicy.actor.actionSize(), 2 * priorPolicy.actor.actionSize()}),
        prior_(*priorPolicy.actor.gaussian()),
        current_(current),
        learner_(networks(current, settings)),
        priorHere_(2 * static_cast<std::size_t>(prior_.actionSize())),
        priorNext_(priorHere_) {}

  void add(const Transition& t) override {
    priorAt(t.observation, priorHere_);
    priorAt(t.next, priorNext_);
    const float done = t.terminated ? 1.0f : 0.0f;
    replay_.add({t.observation, t.action, t.features, t.next, {&done, 1}, priorHere_, priorNext_});
  }

  Result<Policy> policy() const override {
    auto actor = learner_.averagedActor();
    if (!actor) return actor.error();
    auto critics = learner_.targetCritics();
    if (!critics) return critics.error();
    Policy policy = current_;
    policy.actor = std::move(*actor);
    policy.residualCritics = std::move(*critics);
    return policy;
  }

 protected:
  void update(const std::vector<Tensor>& columns, const Tensor& reward) override {
    learner_.update({columns[0], columns[1], reward, columns[3], columns[4].view({columns[4].size(0)}), columns[5],
                     columns[6]},
                    settings_.learningRate);
  }

 private:
  /// μ₀, then log σ₀ with its floor.
  void priorAt(std::span<const float> observation, std::span<float> out) {
    const auto actions = static_cast<std::size_t>(prior_.actionSize());
    prior_.distribution(observation, out.first(actions), out.subspan(actions));
    for (float& logStd : out.subspan(actions)) logStd = std::max(logStd, kPriorLogStdFloor);
  }

  GaussianPolicy prior_;
  const Policy current_;
  ActorCritic learner_;
  std::vector<float> priorHere_, priorNext_;
};

}  // namespace

std::unique_ptr<ResidualLearner> makeResidualSac(const Policy& prior, const Policy& current, int featureCount,
                                                 const MereqSettings& settings) {
  return std::make_unique<ResidualSac>(prior, current, featureCount, settings);
}

}  // namespace nudge::learn
