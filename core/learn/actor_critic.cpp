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

  const Samples own = samples(actor_.forward(batch.observation, actorKept_), batch.prior);
  actor_.parameterGradient(actorKept_, actorGradient(critics_, criticKept_, batch.observation, own, batch.prior, worth, settings_));
  actorAdam_.step(actor_, learningRate);
  moveToward(average_, actor_, settings_.actorAverage);
}

Tensor actorGradient(const Net (&critics)[2], Activations (&kept)[2], const Tensor& observation, const Samples& own,
                     const Tensor& prior, const Tensor& worth, const ActorCriticSettings& settings) {
  // That of −min Q reaches the action through whichever critic is the smaller, sample by sample.
  const Tensor input = torch::cat({observation, own.action}, 1);
  const Tensor q0 = critics[0].forward(input, kept[0]).mv(worth);
  const Tensor q1 = critics[1].forward(input, kept[1]).mv(worth);
  const double scale = 1.0 / static_cast<double>(observation.size(0));
  const Tensor first = (q0 <= q1).to(torch::kFloat) * -scale;
  const Tensor inputGradient = critics[0].inputGradient(kept[0], torch::outer(first, worth)) +
                               critics[1].inputGradient(kept[1], torch::outer(-scale - first, worth));
  const Tensor actionGradient = inputGradient.narrow(1, observation.size(1), own.action.size(1)).contiguous();
  return outputGradient(own, prior, actionGradient, scale * (settings.alpha - settings.omega), scale * settings.omega);
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
