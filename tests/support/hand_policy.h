// Policies and critics whose answers a test can work out by hand.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "core/policy/policy.h"

namespace nudge::test {

/// μ = gain · (first `actions` observations) + offset, log σ = logStd.
inline Policy linearPolicy(int observations, int actions, float gain, float offset = 0.0f, float logStd = -3.0f) {
  DenseLayer layer{Eigen::MatrixXf::Zero(2 * actions, observations), Eigen::VectorXf::Zero(2 * actions)};
  for (int i = 0; i < actions; ++i) {
    layer.weight(i, i) = gain;
    layer.bias(i) = offset;
    layer.bias(actions + i) = logStd;
  }
  Policy policy;
  policy.actor = GaussianPolicy::create(Mlp::fromLayers({layer}).value(), -10.0f, 1.0f).value();
  return policy;
}

/// All but certain of one choice, whatever it sees.
inline Policy choosingPolicy(int observations, int choices, int choice) {
  DenseLayer layer{Eigen::MatrixXf::Zero(choices, observations), Eigen::VectorXf::Zero(choices)};
  layer.bias(choice) = 60.0f;
  Policy policy;
  policy.actor = CategoricalPolicy::create({{Mlp::fromLayers({layer}).value(), 1.0f}}).value();
  return policy;
}

/// Q(s,a) = −scale · Σ_i |s_i + reach · a_i|: how far from 0 the first observations are after the action.
inline Critics distanceCritics(int observations, int actions, float scale, float reach) {
  DenseLayer first{Eigen::MatrixXf::Zero(2 * actions, observations + actions), Eigen::VectorXf::Zero(2 * actions)};
  for (int i = 0; i < actions; ++i)
    for (int side = 0; side < 2; ++side) {
      const float sign = side == 0 ? 1.0f : -1.0f;
      first.weight(2 * i + side, i) = sign;
      first.weight(2 * i + side, observations + i) = sign * reach;
    }
  DenseLayer last{Eigen::MatrixXf::Constant(1, 2 * actions, -scale), Eigen::VectorXf::Zero(1)};
  return Critics({Mlp::fromLayers({first, last}).value()});
}

}  // namespace nudge::test
