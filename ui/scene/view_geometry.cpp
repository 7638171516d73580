#include "ui/scene/view_geometry.h"

namespace nudge {

std::optional<QPointF> ViewGeometry::project(const Eigen::Vector3d& p_W) const {
  const double z = depth(p_W);
  if (!p_W.allFinite() || z < near_m || size.isEmpty()) return std::nullopt;
  const Eigen::Vector3d offset_W = p_W - p_WC;
  const double pixelsPerMetre = 1.0 / metresPerPixel(z);
  return QPointF(size.width() / 2 + offset_W.dot(right_W()) * pixelsPerMetre,
                 size.height() / 2 - offset_W.dot(up_W) * pixelsPerMetre);
}

Eigen::Vector3d ViewGeometry::unproject(const QPointF& pixel, double depth_m) const {
  const double scale = metresPerPixel(depth_m);
  return p_WC + depth_m * forward_W + (pixel.x() - size.width() / 2) * scale * right_W() -
         (pixel.y() - size.height() / 2) * scale * up_W;
}

}  // namespace nudge
