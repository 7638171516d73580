// MEReQ (arXiv 2406.16258): infer the residual reward from expert and pseudo-expert segments, move the policy
// by it with Residual Q-Learning.
#include "core/learn/method.h"

namespace nudge::method {

extern const Method mereq{
    1,
    {"mereq", "MEReQ", "Infers what you want beyond what the robot does already, and teaches it only that."},
    mereqUpdate};

}  // namespace nudge::method
