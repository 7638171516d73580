// How a policy acts: a distribution over continuous actions or over named choices, behind one value type.
#pragma once

#include <span>
#include <variant>
#include <vector>

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/policy/mlp.h"

namespace nudge {

/// How the sampled u becomes an action: a = tanh u (SAC), or u bounded to [−1, 1] (PPO and its kin).
enum class Squash { Tanh, Clip };
/// How log σ comes from the network's raw numbers: clamped to its bounds, or laid between them by a tanh. None: the
/// network gives means alone and the policy is deterministic, without a density.
enum class Sigma { Clamped, Squashed, None };

/// What follows a Gaussian's network.
struct GaussianHead {
  float logStdMin = -4.0f, logStdMax = 1.0f;
  Sigma sigma = Sigma::Clamped;
  Squash squash = Squash::Tanh;
  bool operator==(const GaussianHead&) const = default;
};

/// log σ for the network's raw number, and its derivative. With Sigma::None the lower bound.
struct LogStd {
  double value = 0.0, slope = 0.0;
};
LogStd logStdOf(const GaussianHead& head, double raw);
float squashed(Squash squash, float u);
/// The u of an action; for tanh |a| is bounded by `largest`, as its inverse explodes at 1.
double unsquashed(Squash squash, double action, double largest);

/// π(a|s) = squash(N(μ(s), σ(s))), every action in [−1, 1]; with tanh in (−1, 1) (SAC, Haarnoja et al. 2018,
/// appendix C).
class GaussianPolicy {
 public:
  GaussianPolicy() = default;
  /// `actor` outputs [2·action]: μ, then the raw log σ; [action] with Sigma::None. InvalidInput on odd outputs and on
  /// bounds that are not ordered.
  static Result<GaussianPolicy> create(Mlp actor, const GaussianHead& head);
  static Result<GaussianPolicy> create(Mlp actor, float logStdMin, float logStdMax) {
    return create(std::move(actor), GaussianHead{logStdMin, logStdMax, Sigma::Clamped, Squash::Tanh});
  }

  int observationSize() const { return actor_.inputSize(); }
  int actionSize() const { return deterministic() ? actor_.outputSize() : actor_.outputSize() / 2; }
  bool deterministic() const { return head_.sigma == Sigma::None; }
  const GaussianHead& head() const { return head_; }
  float logStdMin() const { return head_.logStdMin; }
  float logStdMax() const { return head_.logStdMax; }
  const Mlp& actor() const { return actor_; }

  /// μ and log σ before squashing, [action] each.
  void distribution(std::span<const float> observation, std::span<float> mean, std::span<float> logStd);
  /// A sampled action, [action] in [−1, 1] (float rounds the far tail of tanh to ±1); the mode if deterministic.
  void sample(std::span<const float> observation, Random& random, std::span<float> action);
  /// squash(μ), the deterministic action.
  void mode(std::span<const float> observation, std::span<float> action);

 private:
  float logStdAt(std::size_t action) const;  ///< from the network's last output
  Mlp actor_;
  GaussianHead head_;
  std::vector<float> output_;
};

/// π(a|s) = softmax(Σ_i weight_i · network_i(s)) over named choices. A soft-Q prior is softmax(Q/α), the residual
/// policy softmax((Q_R + ω' log π)/α̂) the prior's terms times ω'/α̂ beside Q_R with weight 1/α̂ (mereq.md section 4):
/// what normalises log π is the same for every choice and drops out.
class CategoricalPolicy {
 public:
  /// network: [observation] → [choices].
  struct Term {
    Mlp network;
    float weight = 1.0f;
  };

  CategoricalPolicy() = default;
  /// InvalidInput: no term, terms of different sizes, under two choices, a weight that is not finite.
  static Result<CategoricalPolicy> create(std::vector<Term> terms);

  int observationSize() const { return terms_.empty() ? 0 : terms_.front().network.inputSize(); }
  int choices() const { return terms_.empty() ? 0 : terms_.front().network.outputSize(); }
  const std::vector<Term>& terms() const { return terms_; }

  /// log π(·|s), [choices].
  void logProbabilities(std::span<const float> observation, std::span<float> out);
  /// A sampled choice and the likeliest one; −1 when the networks give NaN.
  int sample(std::span<const float> observation, Random& random);
  int mode(std::span<const float> observation);

 private:
  std::vector<Term> terms_;
  std::vector<float> one_, logits_;
};

/// Either of the two. A discrete action is one number: the index of the choice (NaN when there is none).
/// Value type; copy it for another thread.
class Actor {
 public:
  Actor() = default;
  Actor(GaussianPolicy policy) : policy_(std::move(policy)) {}
  Actor(CategoricalPolicy policy) : policy_(std::move(policy)) {}

  bool discrete() const { return categorical() != nullptr; }
  /// Whether it says how likely an action is; without, only methods that imitate can teach it.
  bool hasDensity() const { return !gaussian() || !gaussian()->deterministic(); }
  int observationSize() const;
  int actionSize() const;  ///< 1 when discrete
  /// A sampled action and the likeliest one, [action]. They do not allocate.
  void sample(std::span<const float> observation, Random& random, std::span<float> action);
  void mode(std::span<const float> observation, std::span<float> action);
  /// log π(a|s): of a choice, or the density of a ∈ (−1, 1) with |a| bounded by 1 − 1e-6; where actions are clipped,
  /// the density of u = a. −infinity without a density.
  double logProbability(std::span<const float> observation, std::span<const float> action);

  /// The one it is, or nullptr.
  const GaussianPolicy* gaussian() const { return std::get_if<GaussianPolicy>(&policy_); }
  GaussianPolicy* gaussian() { return std::get_if<GaussianPolicy>(&policy_); }
  const CategoricalPolicy* categorical() const { return std::get_if<CategoricalPolicy>(&policy_); }
  CategoricalPolicy* categorical() { return std::get_if<CategoricalPolicy>(&policy_); }

 private:
  std::variant<GaussianPolicy, CategoricalPolicy> policy_;
  std::vector<float> mean_, logStd_;
};

}  // namespace nudge
