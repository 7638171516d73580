// A pinhole view of the world: metres ↔ widget pixels. Plain values, no OpenGL, any thread.
#pragma once

#include <Eigen/Core>
#include <Eigen/Geometry>
#include <QPointF>
#include <QSizeF>
#include <optional>

namespace nudge {

/// The camera C that a widget of `size` logical pixels looks through; lengths in m, world frame W.
struct ViewGeometry {
  Eigen::Vector3d p_WC = Eigen::Vector3d::Zero();
  Eigen::Vector3d forward_W = Eigen::Vector3d::UnitX();
  Eigen::Vector3d up_W = Eigen::Vector3d::UnitZ();
  double frustumHeight = 1.0;  ///< height of the picture at 1 m distance, in m: 2 tan(fovy / 2)
  double near_m = 0.01;        ///< nothing closer is drawn
  QSizeF size{1, 1};

  Eigen::Vector3d right_W() const { return forward_W.cross(up_W); }
  /// Distance from the camera along its axis; negative behind it.
  double depth(const Eigen::Vector3d& p_W) const { return (p_W - p_WC).dot(forward_W); }
  double metresPerPixel(double depth_m) const { return frustumHeight * depth_m / size.height(); }
  /// Where a point appears, also outside the widget; nothing if it is not in front of the camera.
  std::optional<QPointF> project(const Eigen::Vector3d& p_W) const;
  /// The point at a depth that appears at a pixel.
  Eigen::Vector3d unproject(const QPointF& pixel, double depth_m) const;
};

}  // namespace nudge
