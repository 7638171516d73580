#include "core/control/limits.h"

#include <algorithm>

namespace nudge {

Eigen::Vector3d limitVelocity(const Eigen::Vector3d& v_W, const ToolLimits& limits) {
  if (!v_W.allFinite()) return Eigen::Vector3d::Zero();
  return v_W.cwiseMax(-limits.speed_m_s).cwiseMin(limits.speed_m_s);
}

Eigen::Vector3d limitPosition(const Eigen::Vector3d& p_W, const ToolLimits& limits, double ceiling_m) {
  Eigen::Vector3d inside = p_W;
  const Eigen::Vector3d arm = p_W - limits.reachCentre_W;
  const double distance = arm.norm();
  if (distance > limits.reach_m) inside = limits.reachCentre_W + arm * (limits.reach_m / distance);
  Eigen::Vector3d high_W = limits.high_W;
  high_W.z() = std::max(limits.low_W.z(), std::min(high_W.z(), ceiling_m));
  return inside.cwiseMax(limits.low_W).cwiseMin(high_W);
}

}  // namespace nudge
