// How a policy acts: a distribution over continuous actions or over named choices, behind one value type.
#pragma once

#include <span>
#include <variant>
#include <vector>

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/policy/mlp.h"

namespace nudge {

/// π(a|s) = tanh(N(μ(s), σ(s))), every action in (−1, 1) (SAC, Haarnoja et al. 2018, appendix C).
class GaussianPolicy {
 public:
  GaussianPolicy() = default;
  /// `actor` outputs [2·action]. log σ is clamped to [logStdMin, logStdMax]. InvalidInput on odd outputs.
  static Result<GaussianPolicy> create(Mlp actor, float logStdMin, float logStdMax);

  int observationSize() const { return actor_.inputSize(); }
  int actionSize() const { return actor_.outputSize() / 2; }
  float logStdMin() const { return logStdMin_; }
  float logStdMax() const { return logStdMax_; }
  const Mlp& actor() const { return actor_; }

  /// μ and log σ before squashing, [action] each.
  void distribution(std::span<const float> observation, std::span<float> mean, std::span<float> logStd);
  /// A sampled action, [action] in [−1, 1] (float rounds the far tail of tanh to ±1).
  void sample(std::span<const float> observation, Random& random, std::span<float> action);
  /// tanh(μ), the deterministic action.
  void mode(std::span<const float> observation, std::span<float> action);

 private:
  Mlp actor_;
  float logStdMin_ = -4.0f, logStdMax_ = 1.0f;
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
  int observationSize() const;
  int actionSize() const;  ///< 1 when discrete
  /// A sampled action and the likeliest one, [action]. They do not allocate.
  void sample(std::span<const float> observation, Random& random, std::span<float> action);
  void mode(std::span<const float> observation, std::span<float> action);
  /// log π(a|s): of a choice, or the density of a ∈ (−1, 1) with |a| bounded by 1 − 1e-6.
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
