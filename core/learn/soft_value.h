// The soft backup over named choices, for numbers of any kind: the trainers use it on floats, the tests on
// tables of doubles. Written so that "nothing to correct" is exactly nothing.
//
// With a prior π, its weight ω' and the temperature α̂, Residual Q-Learning values a state at
//   V(s) = α̂ log Σ_a exp((Q_R(s,a) + ω' log π(a|s))/α̂)           (Li et al. 2023; mereq.md section 4).
// With the tempered prior π_τ ∝ π^(ω'/α̂), normalised by Z(s), the same is
//   V(s) = α̂ log Z(s) + α̂ log Σ_a π_τ(a|s) exp(Q_R(s,a)/α̂),
// whose first part never changes and whose second part is exactly 0 where Q_R is. For ω' = α̂, Z = 1.
// Without a prior (ω' = 0) π_τ is uniform and the same formula is soft Q-learning.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace nudge {

/// log Σ exp(x).
template <typename Real>
double logSumExp(std::span<const Real> x) {
  const double top = *std::max_element(x.begin(), x.end());
  double sum = 0.0;
  for (const Real v : x) sum += std::exp(v - top);
  return top + std::log(sum);
}

/// log π [choices] becomes log π_τ. Returns α̂ log Z.
template <typename Real>
double temper(std::span<Real> logPrior, double omega, double alpha) {
  if (omega == alpha) return 0.0;
  for (Real& v : logPrior) v = static_cast<Real>(v * (omega / alpha));
  const double logZ = logSumExp(std::span<const Real>(logPrior));
  for (Real& v : logPrior) v = static_cast<Real>(v - logZ);
  return alpha * logZ;
}

/// α̂ log Σ_a π_τ(a) exp(q(a)/α̂); q, logPrior = log π_τ [choices].
template <typename Real>
double softValue(std::span<const Real> q, std::span<const Real> logPrior, double alpha) {
  const double top = *std::max_element(q.begin(), q.end());
  double excess = 0.0;  // of the sum over 1, in units of exp(top/α̂)
  for (std::size_t a = 0; a < q.size(); ++a) excess += std::exp(logPrior[a]) * std::expm1((q[a] - top) / alpha);
  if (excess > -0.5) return top + alpha * std::log1p(excess);
  // What π_τ hardly does is worth the most: 1 + excess would cancel.
  double highest = -1e300, sum = 0.0;
  for (std::size_t a = 0; a < q.size(); ++a) highest = std::max(highest, logPrior[a] + q[a] / alpha);
  for (std::size_t a = 0; a < q.size(); ++a) sum += std::exp(logPrior[a] + q[a] / alpha - highest);
  return alpha * (highest + std::log(sum));
}

/// log π̂(a) = log π_τ(a) + (q(a) − V)/α̂ into `out` [choices].
template <typename Real>
void softPolicy(std::span<const Real> q, std::span<const Real> logPrior, double alpha, std::span<Real> out) {
  const double value = softValue(q, logPrior, alpha);
  for (std::size_t a = 0; a < q.size(); ++a) out[a] = static_cast<Real>(logPrior[a] + (q[a] - value) / alpha);
}

}  // namespace nudge
