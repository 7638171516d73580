#include "core/learn/actor_critic.h"

namespace nudge::learn {

ActorCritic::ActorCritic(Net actor, Net critic1, Net critic2, const ActorCriticSettings& settings,
                         std::uint64_t seed)
    : settings_(settings),
      random_(seed),
      actor_(actor.clone()),
      average_(actor.clone()),
      critics_{critic1.clone(), critic2.clone()},
      targets_{critic1.clone(), critic2.clone()},
      actorAdam_(actor_),
      criticAdams_{Adam(critics_[0]), Adam(critics_[1])} {}

void ActorCritic::update(const Batch& batch, const Tensor& weights, double learningRate, Learns learns) {
  const c10::InferenceMode guard;
  const std::int64_t count = batch.observation.size(0);
  const double entropyWeight = settings_.alpha - settings_.omega;
  const Tensor worth = weights / settings_.unit;

  const Samples next = samples(actor_.forward(batch.next), batch.priorNext);
  const Tensor nextInput = torch::cat({batch.next, next.action}, 1);
  const Tensor next0 = targets_[0].forward(nextInput), next1 = targets_[1].forward(nextInput);
  Tensor value = torch::where((next0.mv(worth) <= next1.mv(worth)).unsqueeze(1), next0, next1);
  value.select(1, value.size(1) - 1) -= settings_.unit * (entropyWeight * next.logProb + settings_.omega * next.divergence);
  const Tensor y = settings_.unit * batch.rewards + settings_.discount * (1.0 - batch.done) * value;

  const Tensor input = torch::cat({batch.observation, batch.action}, 1);
  for (int i = 0; i < 2; ++i) {
    const Tensor error = critics_[i].forward(input, criticKept_[i]) - y;
    critics_[i].parameterGradient(criticKept_[i], 2.0 / static_cast<double>(count) * error);
    criticAdams_[i].step(critics_[i], learningRate);
    moveToward(targets_[i], critics_[i], settings_.targetRate);
  }
  if (learns == Learns::Critics) return;

  // The gradient of −min Q reaches the action through whichever critic is the smaller, sample by sample.
  const Samples own = samples(actor_.forward(batch.observation, actorKept_), batch.prior);
  const Tensor ownInput = torch::cat({batch.observation, own.action}, 1);
  const Tensor q0 = critics_[0].forward(ownInput, criticKept_[0]).mv(worth);
  const Tensor q1 = critics_[1].forward(ownInput, criticKept_[1]).mv(worth);
  const double scale = 1.0 / static_cast<double>(count);
  const Tensor first = (q0 <= q1).to(torch::kFloat) * -scale;
  const Tensor inputGradient = critics_[0].inputGradient(criticKept_[0], torch::outer(first, worth)) +
                               critics_[1].inputGradient(criticKept_[1], torch::outer(-scale - first, worth));
  const std::int64_t actions = batch.action.size(1);
  const Tensor actionGradient = inputGradient.narrow(1, batch.observation.size(1), actions).contiguous();
  actor_.parameterGradient(actorKept_, outputGradient(own, batch.prior, actionGradient, scale * entropyWeight,
                                                      scale * settings_.omega));
  actorAdam_.step(actor_, learningRate);
  moveToward(average_, actor_, settings_.actorAverage);
}

void ActorCritic::act(std::span<const float> observation, std::span<float> action) {
  const c10::InferenceMode guard;
  const Samples s = samples(actor_.forward(toTensor(observation).unsqueeze(0)), {});
  std::copy_n(s.action.data_ptr<float>(), action.size(), action.begin());
}

Result<GaussianPolicy> ActorCritic::averagedActor() const {
  auto actor = average_.toMlp();
  if (!actor) return Error{ErrorCode::Internal, "training left the finite numbers: " + actor.error().message};
  return GaussianPolicy::create(std::move(*actor), settings_.head);
}

Result<Critics> ActorCritic::targetCritics() const {
  std::vector<Mlp> networks;
  for (const Net& target : targets_) {
    auto critic = target.toMlp();
    if (!critic) return Error{ErrorCode::Internal, "training left the finite numbers: " + critic.error().message};
    networks.push_back(std::move(*critic));
  }
  return Critics(std::move(networks));
}

}  // namespace nudge::learn
