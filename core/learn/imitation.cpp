#include "core/learn/imitation.h"

#include <chrono>
#include <cmath>

#include "core/learn/lesson.h"
#include "core/learn/losses.h"

namespace nudge {

using namespace learn;

namespace {

/// Networks that learn together: μ and log σ of a Gaussian, or the terms of a sum of logits. A term's weight is folded
/// into its last layer, so that the optimiser sees logits of the size that the policy acts on.
class Student {
 public:
  Student(const Actor& start, const ImitationSettings& settings) : start_(start), settings_(settings) {
    if (const CategoricalPolicy* categorical = start.categorical()) {
      for (const auto& term : categorical->terms()) add(folded(term));
    } else {
      add(start.gaussian()->actor());
    }
  }

  /// observation [batch, observation], action [batch, action].
  void update(const Tensor& observation, const Tensor& action) {
    Tensor output = nets_[0].forward(observation, kept_[0]).clone();
    for (std::size_t i = 1; i < nets_.size(); ++i) output += nets_[i].forward(observation, kept_[i]);
    const Tensor gradient = start_.discrete() ? crossEntropyGradient(output, action)
                                              : cloningGradient(output, action, start_.gaussian()->head());
    for (std::size_t i = 0; i < nets_.size(); ++i) {
      nets_[i].parameterGradient(kept_[i], gradient);
      adams_[i].step(nets_[i], settings_.learningRate);
      moveToward(averages_[i], nets_[i], settings_.average);
    }
  }

  Result<Actor> actor() const {
    std::vector<CategoricalPolicy::Term> terms;
    for (const Net& net : averages_) {
      auto mlp = net.toMlp();
      if (!mlp) return Error{ErrorCode::Internal, "imitation left the finite numbers: " + mlp.error().message};
      terms.push_back({std::move(*mlp), 1.0f});
    }
    if (start_.discrete()) {
      auto policy = CategoricalPolicy::create(std::move(terms));
      if (!policy) return policy.error();
      return Actor(std::move(*policy));
    }
    auto policy = GaussianPolicy::create(std::move(terms[0].network), start_.gaussian()->head());
    if (!policy) return policy.error();
    return Actor(std::move(*policy));
  }

 private:
  static Mlp folded(const CategoricalPolicy::Term& term) {
    std::vector<DenseLayer> layers = term.network.layers();
    layers.back().weight *= term.weight;
    layers.back().bias *= term.weight;
    return Mlp::fromLayers(std::move(layers)).value();
  }
  void add(const Mlp& mlp) {
    nets_.emplace_back(mlp);
    averages_.emplace_back(mlp);
    adams_.emplace_back(nets_.back());
    kept_.emplace_back();
  }

  const Actor start_;
  const ImitationSettings settings_;
  std::vector<Net> nets_, averages_;
  std::vector<Adam> adams_;
  std::vector<Activations> kept_;
};

/// A batch with each pool's share of it.
void draw(const std::vector<ImitationPool>& pools, int batch, Random& random, Tensor& observation, Tensor& action) {
  double total = 0.0, before = 0.0;
  for (const ImitationPool& pool : pools) total += pool.steps.empty() ? 0.0 : pool.share;
  std::int64_t row = 0;
  for (const ImitationPool& pool : pools) {
    if (pool.steps.empty()) continue;
    before += pool.share;
    for (const auto end = static_cast<std::int64_t>(std::lround(before / total * batch)); row < end; ++row) {
      const Step& step = *pool.steps[random.index(pool.steps.size())];
      std::copy(step.observation.begin(), step.observation.end(), observation.data_ptr<float>() + row * observation.size(1));
      std::copy(step.action.begin(), step.action.end(), action.data_ptr<float>() + row * action.size(1));
    }
  }
}

}  // namespace

Result<Actor> imitate(const Actor& start, const std::vector<ImitationPool>& pools, const ImitationSettings& settings,
                      const std::function<bool()>& keepGoing) {
  const auto empty = [](const ImitationPool& pool) { return pool.steps.empty(); };
  if (std::all_of(pools.begin(), pools.end(), empty)) return Error{ErrorCode::InvalidInput, "there are no steps to imitate"};
  useOneThread();
  const c10::InferenceMode guard;
  Random random(deriveSeed(settings.seed, 41));
  Student student(start, settings);
  Tensor observation = torch::empty({settings.batch, start.observationSize()});
  Tensor action = torch::empty({settings.batch, start.actionSize()});
  for (int i = 0; i < settings.updates; ++i) {
    if (i % 50 == 0 && !keepGoing()) break;
    draw(pools, settings.batch, random, observation, action);
    student.update(observation, action);
  }
  return student.actor();
}

double imitationLoss(Actor actor, const std::vector<const Step*>& steps) {
  double sum = 0.0;
  for (const Step* step : steps) sum -= actor.logProbability(step->observation, step->action);
  return sum / static_cast<double>(steps.size());
}

}  // namespace nudge
