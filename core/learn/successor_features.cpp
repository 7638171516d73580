#include "core/learn/successor_features.h"

#include <optional>

#include "core/learn/losses.h"

namespace nudge {

using namespace learn;

namespace {

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
  /// squash(μ) [batch, action].
  Tensor mode(const Tensor& observation) const {
    const Tensor output = nets_[0].forward(observation);
    const Tensor mean = output.narrow(1, 0, output.size(1) / 2);
    return head_.squash == Squash::Tanh ? torch::tanh(mean) : mean.clamp(-1.0, 1.0);
  }

 private:
  std::vector<Net> nets_;
  std::vector<double> weights_;
  GaussianHead head_;
};

/// What ψ is learned from, a row a transition. The policy stays meanwhile, so what it does next is worked out once a transition.
struct Experience {
  Experience(const TransitionRows& from, std::int64_t observations, std::int64_t featureCount, const BatchActor& actor, double discount)
      : observation(rows(from.observation, observations)),
        next(rows(from.next, observations)),
        action(rows(from.action, 1)),
        now((1.0 - discount) * rows(from.features, featureCount)),
        goesOn(discount * (1.0 - rows(from.done, 1))),
        nextProbabilities(actor.probabilities(next)) {}
  Tensor observation, next;  ///< [rows, observation]
  Tensor action;             ///< [rows, 1]
  Tensor now;                ///< (1−γ) f, [rows, features]
  Tensor goesOn;             ///< γ, or 0 after a termination, [rows, 1]
  Tensor nextProbabilities;  ///< π̂(·|s'), [rows, choices]
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
        choices(actor.categorical()->choices()),
        observations(actor.observationSize()),
        random(deriveSeed(s.seed, 51)) {
    auto generator = makeGenerator(deriveSeed(s.seed, 52));
    net.emplace(std::vector<std::int64_t>{observations, s.hidden, s.hidden, choices * features}, generator);
    targets.push_back(net->clone());
    adam.emplace(*net);
  }
  Impl(const Critics& critics, int featureCount, const SuccessorSettings& s)
      : settings(s), features(featureCount), random(deriveSeed(s.seed, 51)) {
    for (const Mlp& network : critics.networks()) targets.emplace_back(network);
  }

  /// One temporal-difference step on the transitions `drawn` [batch].
  void update(const Experience& all, const Tensor& drawn) {
    const std::int64_t count = drawn.size(0);
    const Tensor here = all.observation.index_select(0, drawn), next = all.next.index_select(0, drawn);
    const Tensor after = targets[0].forward(next).view({count, choices, features});
    const Tensor value = (all.nextProbabilities.index_select(0, drawn).unsqueeze(2) * after).sum(1);
    const Tensor y = all.now.index_select(0, drawn) + all.goesOn.index_select(0, drawn) * value;
    const Tensor psi = net->forward(here, kept).view({count, choices, features});
    const Tensor gradient = successorGradient(psi, all.action.index_select(0, drawn), y);
    net->parameterGradient(kept, gradient.view({count, choices * features}));
    adam->step(*net, settings.learningRate);
    moveToward(targets[0], *net, settings.targetRate);
  }

  /// Of continuous actions, [rows, features]: the mean of the critics.
  Tensor psi(const Tensor& observation, const Tensor& action) const {
    const Tensor input = torch::cat({observation, action}, 1);
    Tensor sum = targets[0].forward(input).narrow(1, 0, features).clone();
    for (std::size_t i = 1; i < targets.size(); ++i) sum += targets[i].forward(input).narrow(1, 0, features);
    return sum / static_cast<double>(targets.size());
  }

  SuccessorSettings settings;
  std::int64_t features, choices = 0, observations = 0;
  Random random;
  std::optional<Net> net;   ///< what is trained
  std::vector<Net> targets; ///< what is asked
  std::optional<Adam> adam;
  Activations kept;
};

SuccessorFeatures::SuccessorFeatures(const Actor& actor, int featureCount, const SuccessorSettings& settings) {
  useOneThread();
  const c10::InferenceMode guard;
  impl_ = std::make_unique<Impl>(actor, featureCount, settings);
}
SuccessorFeatures::SuccessorFeatures(const Critics& critics, int featureCount, const SuccessorSettings& settings) {
  useOneThread();
  const c10::InferenceMode guard;
  impl_ = std::make_unique<Impl>(critics, featureCount, settings);
}
SuccessorFeatures::SuccessorFeatures(SuccessorFeatures&&) noexcept = default;
SuccessorFeatures::~SuccessorFeatures() = default;

void SuccessorFeatures::train(const ResidualLearner& experience, const Actor& actor, int updates,
                              const std::function<bool()>& keepGoing) {
  const c10::InferenceMode guard;
  const NoDenormals quick;
  const auto transitions = static_cast<std::uint64_t>(experience.transitions());
  if (transitions == 0) return;
  const SuccessorSettings& settings = impl_->settings;
  const Experience all(experience.experience(), impl_->observations, impl_->features, BatchActor(actor), settings.discount);
  const Tensor drawn = torch::empty({settings.batch}, torch::kLong);
  for (int i = 0; i < updates; ++i) {
    if (i % 50 == 0 && !keepGoing()) return;
    for (int row = 0; row < settings.batch; ++row) drawn.data_ptr<std::int64_t>()[row] = static_cast<std::int64_t>(impl_->random.index(transitions));
    impl_->update(all, drawn);
  }
}

std::vector<ActionContrast> SuccessorFeatures::contrast(std::span<const float> observation,
                                                        std::span<const float> action, const Actor& actor) {
  const c10::InferenceMode guard;
  Impl& s = *impl_;
  const BatchActor policy(actor);
  const Tensor here = rows(observation, actor.observationSize()), taken = rows(action, actor.actionSize());
  const std::int64_t count = here.size(0);
  Tensor psi, mode, all, weight;  // ψ(s,a); ψ of the mode; ψ of the other actions [count, others, features]; their probability
  if (s.choices > 0) {
    all = s.targets[0].forward(here).view({count, s.choices, s.features});
    weight = policy.probabilities(here).unsqueeze(2);
    psi = all.gather(1, taken.to(torch::kLong).view({count, 1, 1}).expand({count, 1, s.features})).squeeze(1);
  } else {
    const int others = s.settings.samples;
    const Tensor repeated = here.repeat_interleave(others, 0);
    all = s.psi(repeated, policy.sample(repeated, s.random)).view({count, others, s.features});
    weight = torch::full({count, others, 1}, 1.0 / others);
    psi = s.psi(here, taken);
    mode = s.psi(here, policy.mode(here));
  }
  const Tensor expected = (weight * all).sum(1);
  const Tensor apart = all - expected.unsqueeze(1);
  const Tensor spread = (weight * apart).transpose(1, 2).bmm(apart);
  std::vector<ActionContrast> contrasts;
  for (std::int64_t i = 0; i < count; ++i) {
    contrasts.push_back({numbers(psi[i]), numbers(expected[i]), mode.defined() ? numbers(mode[i]) : std::vector<double>(),
                         numbers(spread[i])});
  }
  return contrasts;
}

}  // namespace nudge
