// Residual soft Q-learning: residual Q-learning for named choices (mereq.md section 4). The new policy is
// softmax((Q_R + ω' log π)/α̂), so only Q_R is learned: it starts at 0 and with ω' = α̂ stays there, bit for
// bit, as long as θ = 0 (soft_value.h). The prior's log π at the next state is kept in the replay.
#include "core/learn/residual_kinds.h"
#include "core/learn/soft_critic.h"
#include "core/learn/soft_value.h"

namespace nudge::learn {

namespace {

constexpr std::int64_t kHidden = 128;

SoftCritic residualCritic(const Policy& current, const MereqSettings& s) {
  const SoftCriticSettings settings{s.discount, s.targetRate, s.alphaHat, s.actorAverage};
  if (!current.residualCritics.empty()) return {Net(current.residualCritics.networks().front()), settings};
  auto generator = makeGenerator(deriveSeed(s.seed, 11));
  const CategoricalPolicy& policy = *current.actor.categorical();
  Net net({policy.observationSize(), kHidden, kHidden, policy.choices()}, generator);
  net.zeroLastLayer();
  return {net, settings};
}

class ResidualSoftQ : public ReplayLearner {
 public:
  ResidualSoftQ(const Policy& priorPolicy, const Policy& current, int featureCount, const MereqSettings& settings)
      : ReplayLearner(priorPolicy, current, featureCount, settings, {priorPolicy.actor.categorical()->choices() + 1}),
        prior_(*priorPolicy.actor.categorical()),
        learner_(residualCritic(current, settings)),
        priorNext_(static_cast<std::size_t>(prior_.choices()) + 1) {}

  void add(const Transition& t) override {
    const std::span<float> logPrior = std::span(priorNext_).first(priorNext_.size() - 1);
    prior_.logProbabilities(t.next, logPrior);
    priorNext_.back() = static_cast<float>(temper(logPrior, settings_.omegaPrime, settings_.alphaHat));
    const float done = t.terminated ? 1.0f : 0.0f;
    replay_.add({t.observation, t.action, t.features, t.next, {&done, 1}, priorNext_});
  }

  Result<Policy> policy() const override {
    auto residual = learner_.averaged();
    if (!residual) return residual.error();
    std::vector<CategoricalPolicy::Term> terms = prior_.terms();
    for (auto& term : terms) term.weight *= static_cast<float>(settings_.omegaPrime / settings_.alphaHat);
    terms.push_back({*residual, static_cast<float>(1.0 / settings_.alphaHat)});
    auto actor = CategoricalPolicy::create(std::move(terms));
    if (!actor) return actor.error();
    Policy policy = counted();
    policy.actor = std::move(*actor);
    policy.residualCritics = Critics({std::move(*residual)});
    return policy;
  }

 protected:
  void update(const std::vector<Tensor>& columns, const Tensor& theta) override {
    const std::int64_t count = columns[0].size(0);
    learner_.update({columns[0], columns[1].view({count}), columns[2].mv(theta), columns[3], columns[4].view({count}), columns[5]},
                    nextRate());
  }

 private:
  CategoricalPolicy prior_;
  SoftCritic learner_;
  std::vector<float> priorNext_;
};

}  // namespace

std::unique_ptr<ResidualLearner> makeResidualSoftQ(const Policy& prior, const Policy& current, int featureCount,
                                                   const MereqSettings& settings) {
  return std::make_unique<ResidualSoftQ>(prior, current, featureCount, settings);
}

}  // namespace nudge::learn
