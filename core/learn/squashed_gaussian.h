// The actor's distribution a = squash(u), u ~ N(μ, σ), with its gradients. Internal to core/learn.
#pragma once

#include "core/learn/nets.h"

namespace nudge::learn {

/// A batch of reparametrised samples u = μ + σε with all that their gradient needs. [batch, action] each.
struct Samples {
  Tensor mean, logStd;  ///< as the head bounds log σ
  Tensor slope;         ///< of log σ by the actor's raw output; 0 where a clamp held it
  Tensor noise;         ///< ε
  Tensor action;        ///< squash(u)
  Tensor logProb;       ///< [batch] log π(a|s); of u where actions are clipped
  Tensor divergence;    ///< [batch] KL(N ‖ N₀), 0 without a prior
  Squash squash = Squash::Tanh;
};

/// log σ for raw outputs of any shape and, if wanted, its slope.
Tensor logStdOf(const Tensor& raw, const GaussianHead& head, Tensor* slope = nullptr);

/// output [batch, 2·action]: μ, then the raw log σ. prior [batch, 2·action]: μ₀ and bounded log σ₀, undefined for
/// none. The squashing of policy and prior is the same and cancels in the divergence, so it is exact and needs no
/// bound on log π₀ (where actions are clipped it is that of u, an upper bound); where both agree it and its gradient
/// are exactly 0.
Samples drawSamples(const Tensor& output, const Tensor& prior, const GaussianHead& head, Random& random);

/// Gradient [batch, 2·action] of Σ_batch ( q(a) + a·logProb + k·divergence ) for ∂q/∂a = actionGradient
/// [batch, action], a = logProbWeight, k = divergenceWeight, with respect to the actor's output. A clipped u follows
/// ∂q/∂a only back toward the bounds (inverting gradients, Hausknecht and Stone 2016): else it could never return.
Tensor outputGradient(const Samples& samples, const Tensor& prior, const Tensor& actionGradient,
                      double logProbWeight, double divergenceWeight);

}  // namespace nudge::learn
