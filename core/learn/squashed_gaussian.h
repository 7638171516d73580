// The actor's distribution a = tanh(u), u ~ N(μ, σ), with its gradients. Internal to core/learn.
#pragma once

#include "core/learn/nets.h"

namespace nudge::learn {

/// A batch of reparametrised samples u = μ + σε with all that their gradient needs. [batch, action] each.
struct Samples {
  Tensor mean, logStd;  ///< log σ clamped to its range
  Tensor clamped;       ///< 1 where the clamp held log σ, else 0
  Tensor noise;         ///< ε
  Tensor action;        ///< tanh(u)
  Tensor logProb;       ///< [batch] log π(a|s)
  Tensor divergence;    ///< [batch] KL(N ‖ N₀), 0 without a prior
};

/// output [batch, 2·action]: μ, then log σ before its clamp. prior [batch, 2·action]: μ₀ and clamped log σ₀,
/// undefined for none. The tanh of policy and prior cancel in the divergence, so it is exact and needs no
/// bound on log π₀; where both agree it and its gradient are exactly 0.
Samples drawSamples(const Tensor& output, const Tensor& prior, double logStdMin, double logStdMax, Random& random);

/// Gradient [batch, 2·action] of Σ_batch ( q(a) + a·logProb + k·divergence ) for ∂q/∂a = actionGradient
/// [batch, action], a = logProbWeight, k = divergenceWeight, with respect to the actor's output.
Tensor outputGradient(const Samples& samples, const Tensor& prior, const Tensor& actionGradient,
                      double logProbWeight, double divergenceWeight);

}  // namespace nudge::learn
