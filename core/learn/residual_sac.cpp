// Residual SAC: residual Q-learning for continuous actions (mereq.md section 4). A first update's actor is an
// exact copy of the prior's; the prior's (μ, log σ) are kept in the replay.
//
// The critics do not learn Q_R but what it is made of. As r_R = θᵀf,
//   Q_R(s,a) = θᵀψ(s,a) + c(s,a),   ψ = f + γ E ψ(s',a'),   c = γ E[ c(s',a') − ω'·KL(s') + (α̂ − ω')·H(s') ],   a' ~ π̂,
// with ψ the successor features of π̂ (Barreto et al. 2017) and c what the policy itself costs. A critic has one output a
// feature and one for c, all times 1 − γ so that they stay in the features' range. So a θ that moves finds its Q_R ready,
// where a critic of the sum would have to unlearn the old one first; and ψ of the prior can be learned before there is
// a lesson at all (foresee.h). With θ = 0 and π̂ = π, c is 0 and nothing asks to move.
#include "core/learn/actor_critic.h"
#include "core/learn/residual_kinds.h"

namespace nudge::learn {

namespace {

/// A prior surer than this makes the divergence explode wherever the residual leads (spike-learning.md section 4).
constexpr float kPriorLogStdFloor = -2.3f;
constexpr std::int64_t kCriticHidden = 128;
constexpr double kForesightRate = 5e-4;  ///< of critics that know nothing yet, while no actor follows them

/// The critics of `current` are of these features; a policy of an older Nudge has Q_R itself.
bool haveFeatures(const Critics& critics, int featureCount) {
  const auto& networks = critics.networks();
  return networks.size() == 2 && networks[0].outputSize() == featureCount + 1;
}

ActorCritic networks(const Policy& current, int featureCount, const MereqSettings& s) {
  const GaussianPolicy& policy = *current.actor.gaussian();
  const Net actor(policy.actor());
  std::vector<Net> critics;
  if (haveFeatures(current.residualCritics, featureCount)) {
    for (const Mlp& network : current.residualCritics.networks()) critics.emplace_back(network);
  } else {
    auto generator = makeGenerator(deriveSeed(s.seed, 11));
    const std::int64_t in = policy.observationSize() + policy.actionSize();
    for (int i = 0; i < 2; ++i) {
      critics.emplace_back(std::vector<std::int64_t>{in, kCriticHidden, kCriticHidden, featureCount + 1}, generator);
      critics.back().zeroLastLayer();
    }
  }
  ActorCriticSettings settings;
  settings.discount = s.discount;
  settings.targetRate = s.targetRate;
  settings.alpha = s.alphaHat;
  settings.omega = s.omegaPrime;
  settings.head = policy.head();
  settings.actorAverage = s.actorAverage;
  settings.unit = std::max(1.0 - s.discount, 1e-3);  // without a discount there is no range to keep
  return ActorCritic(actor, critics[0], critics[1], settings, deriveSeed(s.seed, 12));
}

class ResidualSac : public ReplayLearner {
 public:
  ResidualSac(const Policy& priorPolicy, const Policy& current, int featureCount, const MereqSettings& settings)
      : ReplayLearner(priorPolicy, current, featureCount, settings,
                      {2 * priorPolicy.actor.actionSize(), 2 * priorPolicy.actor.actionSize()}),
        prior_(*priorPolicy.actor.gaussian()),
        learner_(networks(current, featureCount, settings)),
        foresees_(haveFeatures(current.residualCritics, featureCount)),
        priorHere_(2 * static_cast<std::size_t>(prior_.actionSize())),
        priorNext_(priorHere_) {}

  void add(const Transition& t) override {
    priorAt(t.observation, priorHere_);
    priorAt(t.next, priorNext_);
    const float done = t.terminated ? 1.0f : 0.0f;
    replay_.add({t.observation, t.action, t.features, t.next, {&done, 1}, priorHere_, priorNext_});
  }

  bool foresees() const override { return foresees_; }
  void foresee(int updates, const std::function<bool()>& keepGoing) override {
    learns_ = Learns::Critics;
    const std::vector<double> nothing(static_cast<std::size_t>(features()));
    train(nothing, updates, keepGoing);
    learns_ = Learns::All;
    foresees_ = true;
  }

  Result<Policy> policy() const override {
    auto actor = learner_.averagedActor();
    if (!actor) return actor.error();
    auto critics = learner_.targetCritics();
    if (!critics) return critics.error();
    Policy policy = counted();
    policy.actor = std::move(*actor);
    policy.residualCritics = std::move(*critics);
    return policy;
  }

 protected:
  void update(const std::vector<Tensor>& columns, const Tensor& theta) override {
    Batch batch;
    batch.observation = columns[0];
    batch.action = columns[1];
    batch.rewards = torch::cat({columns[2], torch::zeros({columns[2].size(0), 1})}, 1);
    batch.next = columns[3];
    batch.done = columns[4];
    batch.prior = columns[5];
    batch.priorNext = columns[6];
    const double rate = learns_ == Learns::All ? nextRate() : kForesightRate;
    learner_.update(batch, torch::cat({theta, torch::ones({1})}), rate, learns_);
  }

 private:
  /// μ₀, then log σ₀ with its floor.
  void priorAt(std::span<const float> observation, std::span<float> out) {
    const auto actions = static_cast<std::size_t>(prior_.actionSize());
    prior_.distribution(observation, out.first(actions), out.subspan(actions));
    for (float& logStd : out.subspan(actions)) logStd = std::max(logStd, kPriorLogStdFloor);
  }

  GaussianPolicy prior_;
  ActorCritic learner_;
  bool foresees_;
  Learns learns_ = Learns::All;
  std::vector<float> priorHere_, priorNext_;
};

}  // namespace

std::unique_ptr<ResidualLearner> makeResidualSac(const Policy& prior, const Policy& current, int featureCount,
                                                 const MereqSettings& settings) {
  return std::make_unique<ResidualSac>(prior, current, featureCount, settings);
}

}  // namespace nudge::learn
