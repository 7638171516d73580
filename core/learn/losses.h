// Gradients of what imitation and successor features minimise, by the network's output, written out by hand. All are of
// the mean over the batch. Internal to core/learn, because it includes torch.
#pragma once

#include "core/learn/squashed_gaussian.h"

namespace nudge::learn {

/// Of the cross-entropy −log softmax(logits)[a], [batch, choices]. action [batch, 1]: the choice's index.
Tensor crossEntropyGradient(const Tensor& logits, const Tensor& action);

/// Of −log π(a|s) by the actor's output [batch, 2·action], with |a| held under .99 where the inverse of tanh explodes.
/// Of a policy without σ half the squared distance of u, by [batch, action]. action [batch, action].
Tensor cloningGradient(const Tensor& output, const Tensor& action, const GaussianHead& head);

/// Errors of ψ beyond this count linearly: a rare crash must not swamp the rest. Features lie in [0, 1].
constexpr double kSuccessorHuber = 0.25;

/// Of Huber(ψ(s,a) − y), summed over the features, by psi [batch, choices, features]; 0 but for the choices taken.
/// action [batch, 1], target y [batch, features].
Tensor successorGradient(const Tensor& psi, const Tensor& action, const Tensor& target);

}  // namespace nudge::learn
