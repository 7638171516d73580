#include "core/learn/successor_features.h"

#include "core/learn/squashed_gaussian.h"

namespace nudge {

using namespace learn;

namespace {

/// Errors beyond this count linearly: a rare crash must not swamp the rest. Features lie in [0, 1].
constexpr double kHuber = 0.25;

/// [rows · width] numbers as a tensor of their own.
Tensor rows(std::span<const float> values, std::int64_t width) {
  return toTensor(values).view({static_cast<std::int64_t>(values.size()) / width, width});
}

/// π̂ in torch: many states at once.
class BatchActor {
 public:
  explicit BatchActor(const Actor& actor) {
    if (const CategoricalPolicy* categorical = actor.categorical()) {
      for (const auto& term : categorical->terms()) {
        nets_.emplace_back(term.network);
        weights_.push_back(term.weight);
      }
    } else {
      nets_.emplace_back(actor.gaussian()->actor());
      head_ = actor.gaussian()->head();
    }
  }
  /// π̂(·|s) [batch, choices].
  Tensor probabilities(const Tensor& observation) const {
    Tensor logits = weights_[0] * nets_[0].forward(observation);
    for (std::size_t i = 1; i < nets_.size(); ++i) logits += weights_[i] * nets_[i].forward(observation);
    return torch::softmax(logits, 1);
  }
  /// a ~ π̂(·|s) [batch, action].
  Tensor sample(const Tensor& observation, Random& random) const {
    return drawSamples(nets_[0].forward(observation), {}, head_, random).action;
  }

 private:
  std::vector<Net> nets_;
  std::vector<double> weights_;
  GaussianHead head_;
};

std::vector<double> numbers(const Tensor& t) {
  const Tensor flat = t.contiguous().view({-1});
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

}  // namespace

struct SuccessorFeatures::Impl {
  Impl(const Actor& actor, int featureCount, const SuccessorSettings& s)
      : settings(s),
        features(featureCount),
        choices(actor.discrete() ? actor.categorical()->choices() : 0),
        observations(actor.observationSize()),
        actions(actor.actionSize()),
        random(deriveSeed(s.seed, 51)),
        generator(makeGenerator(deriveSeed(s.seed, 52))),
        net(choices > 0 ? std::vector<std::int64_t>{observations, s.hidden, s.hidden, choices * features}
                        : std::vector<std::int64_t>{observations + actions, s.hidden, s.hidden, features},
            generator),
        target(net.clone()),
        adam(net) {}

  /// One temporal-difference step.
  void update(const TransitionRows& batch, const BatchActor& actor) {
    const std::int64_t count = settings.batch;
    const Tensor next = rows(batch.next, observations), here = rows(batch.observation, observations);
    const Tensor action = rows(batch.action, actions), f = rows(batch.features, features);
    const Tensor goesOn = settings.discount * (1.0 - toTensor(batch.done)).unsqueeze(1);
    if (choices > 0) {
      const Tensor after = target.forward(next).view({count, choices, features});
      const Tensor value = (actor.probabilities(next).unsqueeze(2) * after).sum(1);
      const Tensor y = (1.0 - settings.discount) * f + goesOn * value;
      const Tensor index = action.to(torch::kLong).view({count, 1, 1}).expand({count, 1, features});
      const Tensor all = net.forward(here, kept).view({count, choices, features});
      const Tensor error = all.gather(1, index).squeeze(1) - y;
      descend(torch::zeros_like(all).scatter_(1, index, slope(error).unsqueeze(1)).view({count, choices * features}));
    } else {
      const Tensor value = target.forward(torch::cat({next, actor.sample(next, random)}, 1));
      const Tensor y = (1.0 - settings.discount) * f + goesOn * value;
      descend(slope(net.forward(torch::cat({here, action}, 1), kept) - y));
    }
  }

  Tensor slope(const Tensor& error) const { return error.clamp(-kHuber, kHuber) / static_cast<double>(settings.batch); }

  void descend(const Tensor& outputGradient) {
    net.parameterGradient(kept, outputGradient);
    adam.step(net, settings.learningRate);
    moveToward(target, net, settings.targetRate);
  }

  SuccessorSettings settings;
  std::int64_t features, choices, observations, actions;
  Random random;
  torch::Generator generator;
  Net net, target;
  Adam adam;
  Activations kept;
};

SuccessorFeatures::SuccessorFeatures(const Actor& actor, int featureCount, const SuccessorSettings& settings) {
  useOneThread();
  const c10::InferenceMode guard;
  impl_ = std::make_unique<Impl>(actor, featureCount, settings);
}
SuccessorFeatures::SuccessorFeatures(SuccessorFeatures&&) noexcept = default;
SuccessorFeatures::~SuccessorFeatures() = default;

void SuccessorFeatures::train(const ResidualLearner& experience, const Actor& actor, int updates,
                              const std::function<bool()>& keepGoing) {
  const c10::InferenceMode guard;
  const BatchActor policy(actor);
  TransitionRows batch;
  for (int i = 0; i < updates; ++i) {
    if (i % 50 == 0 && !keepGoing()) return;
    experience.sample(impl_->settings.batch, impl_->random, batch);
    impl_->update(batch, policy);
  }
}

std::vector<ActionContrast> SuccessorFeatures::contrast(std::span<const float> observation,
                                                        std::span<const float> action, const Actor& actor) {
  const c10::InferenceMode guard;
  Impl& s = *impl_;
  const BatchActor policy(actor);
  const Tensor here = rows(observation, s.observations), taken = rows(action, s.actions);
  const std::int64_t count = here.size(0);
  Tensor psi, all, weight;  // ψ(s,a); ψ of the other actions [count, others, features]; their probability
  if (s.choices > 0) {
    all = s.target.forward(here).view({count, s.choices, s.features});
    weight = policy.probabilities(here).unsqueeze(2);
    psi = all.gather(1, taken.to(torch::kLong).view({count, 1, 1}).expand({count, 1, s.features})).squeeze(1);
  } else {
    const int others = s.settings.samples;
    const Tensor repeated = here.repeat_interleave(others, 0);
    all = s.target.forward(torch::cat({repeated, policy.sample(repeated, s.random)}, 1)).view({count, others, s.features});
    weight = torch::full({count, others, 1}, 1.0 / others);
    psi = s.target.forward(torch::cat({here, taken}, 1));
  }
  const Tensor expected = (weight * all).sum(1);
  const Tensor apart = all - expected.unsqueeze(1);
  const Tensor spread = (weight * apart).transpose(1, 2).bmm(apart);
  std::vector<ActionContrast> contrasts;
  for (std::int64_t i = 0; i < count; ++i) contrasts.push_back({numbers(psi[i]), numbers(expected[i]), numbers(spread[i])});
  return contrasts;
}

}  // namespace nudge
