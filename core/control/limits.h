// The last gate before the world: what no command passes, whoever gave it, person or policy.
#pragma once

#include <Eigen/Core>

namespace nudge {

/// Where the tool may be and how fast it may be told to move. World frame W, m and m/s.
struct ToolLimits {
  Eigen::Vector3d low_W{-1.0, -1.0, 0.0};   ///< workspace box
  Eigen::Vector3d high_W{1.0, 1.0, 1.0};
  Eigen::Vector3d reachCentre_W{0.0, 0.0, 0.0};  ///< workspace ball: what the arm reaches well
  double reach_m = 10.0;
  double speed_m_s = 0.25;  ///< along each axis, so at most √3 times this as a vector
};

/// The command cut to the speed limit, axis by axis; zero if any number in it is not finite.
Eigen::Vector3d limitVelocity(const Eigen::Vector3d& v_W, const ToolLimits& limits);

/// The nearest allowed place: first into the ball, then into the box, whose top may lie at `ceiling_m`.
Eigen::Vector3d limitPosition(const Eigen::Vector3d& p_W, const ToolLimits& limits, double ceiling_m);

}  // namespace nudge
