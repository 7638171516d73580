#include "core/learn/squashed_gaussian.h"

#include <cmath>
#include <numbers>

namespace nudge::learn {

namespace {
/// ∂q/∂u from ∂q/∂a.
double throughSquash(Squash squash, double gradient, double u, double action) {
  if (squash == Squash::Tanh) return gradient * (1.0 - action * action);
  const bool outward = (u > 1.0 && gradient < 0.0) || (u < -1.0 && gradient > 0.0);  // q is minimised
  return outward ? 0.0 : gradient;
}
}  // namespace

Tensor logStdOf(const Tensor& raw, const GaussianHead& head, Tensor* slope) {
  const Tensor from = raw.contiguous();
  Tensor value = torch::empty_like(from), derivative = torch::empty_like(from);
  for (std::int64_t i = 0; i < from.numel(); ++i) {
    const LogStd one = logStdOf(head, from.data_ptr<float>()[i]);
    value.data_ptr<float>()[i] = static_cast<float>(one.value);
    derivative.data_ptr<float>()[i] = static_cast<float>(one.slope);
  }
  if (slope) *slope = derivative;
  return value;
}

Samples drawSamples(const Tensor& output, const Tensor& prior, const GaussianHead& head, Random& random) {
  const std::int64_t batch = output.size(0), actions = output.size(1) / 2;
  Samples s;
  s.squash = head.squash;
  for (Tensor* t : {&s.mean, &s.logStd, &s.slope, &s.noise, &s.action}) *t = torch::empty({batch, actions});
  s.logProb = torch::zeros({batch});
  s.divergence = torch::zeros({batch});
  const float* out = output.data_ptr<float>();
  const float* prior0 = prior.defined() ? prior.data_ptr<float>() : nullptr;
  const double logRoot = 0.5 * std::log(2.0 * std::numbers::pi);
  for (std::int64_t row = 0, i = 0; row < batch; ++row) {
    double logProb = 0.0, divergence = 0.0;
    for (std::int64_t j = 0; j < actions; ++j, ++i) {
      const double mean = out[row * 2 * actions + j], raw = out[row * 2 * actions + actions + j];
      const auto [logStd, slope] = logStdOf(head, raw);
      const double noise = random.normal();
      const double u = mean + std::exp(logStd) * noise;
      // log(1 − tanh²u) = 2(log 2 − u − log(1 + e^−2u)), written so that it does not overflow.
      const double softplus = std::max(-2.0 * u, 0.0) + std::log1p(std::exp(-std::abs(2.0 * u)));
      const double jacobian = head.squash == Squash::Tanh ? 2.0 * (std::numbers::ln2 - u - softplus) : 0.0;
      logProb -= 0.5 * noise * noise + logStd + logRoot + jacobian;
      s.mean.data_ptr<float>()[i] = static_cast<float>(mean);
      s.logStd.data_ptr<float>()[i] = static_cast<float>(logStd);
      s.slope.data_ptr<float>()[i] = static_cast<float>(slope);
      s.noise.data_ptr<float>()[i] = static_cast<float>(noise);
      s.action.data_ptr<float>()[i] = head.squash == Squash::Tanh ? static_cast<float>(std::tanh(u))
                                                                         : squashed(head.squash, static_cast<float>(u));
      if (prior0) {
        const double ratio = logStd - prior0[row * 2 * actions + actions + j];
        const double shift = (mean - prior0[row * 2 * actions + j]) / std::exp(logStd - ratio);
        divergence += 0.5 * (std::expm1(2.0 * ratio) + shift * shift) - ratio;
      }
    }
    s.logProb.data_ptr<float>()[row] = static_cast<float>(logProb);
    s.divergence.data_ptr<float>()[row] = static_cast<float>(divergence);
  }
  return s;
}

Tensor outputGradient(const Samples& s, const Tensor& prior, const Tensor& actionGradient, double logProbWeight,
                      double divergenceWeight) {
  const std::int64_t batch = s.mean.size(0), actions = s.mean.size(1);
  Tensor gradient = torch::empty({batch, 2 * actions});
  const float* prior0 = prior.defined() ? prior.data_ptr<float>() : nullptr;
  for (std::int64_t row = 0, i = 0; row < batch; ++row) {
    for (std::int64_t j = 0; j < actions; ++j, ++i) {
      const double mean = s.mean.data_ptr<float>()[i], logStd = s.logStd.data_ptr<float>()[i];
      const double action = s.action.data_ptr<float>()[i];
      const double spread = std::exp(logStd) * s.noise.data_ptr<float>()[i];
      // For tanh ∂a/∂u = 1 − a² and ∂log π/∂u = 2a; log σ enters log π once more by itself.
      const double du = throughSquash(s.squash, actionGradient.data_ptr<float>()[i], mean + spread, action) +
                        (s.squash == Squash::Tanh ? logProbWeight * 2.0 * action : 0.0);
      double dMean = du, dLogStd = du * spread - logProbWeight;
      if (prior0) {
        const double logStd0 = prior0[row * 2 * actions + actions + j];
        dMean += divergenceWeight * (mean - prior0[row * 2 * actions + j]) * std::exp(-2.0 * logStd0);
        dLogStd += divergenceWeight * std::expm1(2.0 * (logStd - logStd0));
      }
      gradient.data_ptr<float>()[row * 2 * actions + j] = static_cast<float>(dMean);
      gradient.data_ptr<float>()[row * 2 * actions + actions + j] =
          static_cast<float>(s.slope.data_ptr<float>()[i] * dLogStd);
    }
  }
  return gradient;
}

}  // namespace nudge::learn
