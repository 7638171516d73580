#include "ui/scene/tool_handle.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace nudge {
namespace {

/// Draws lines and dots of a fixed pixel size on a plane just in front of the near plane: nothing in the
/// world can hide them there.
class Foreground {
 public:
  Foreground(mjvScene& scene, const ViewGeometry& view, double devicePixelRatio)
      : scene_(scene), view_(view), ratio_(devicePixelRatio) {}

  /// Of two marks the one with the higher layer covers the other.
  void line(const QPointF& from, const QPointF& to, double width_px, const QColor& colour, int layer) {
    mjvGeom* geom = add(mjGEOM_LINE, nullptr, nullptr, colour);
    if (!geom) return;
    const Eigen::Vector3d a = at(from, layer);
    const Eigen::Vector3d b = at(to, layer);
    mjv_makeConnector(geom, mjGEOM_LINE, width_px * ratio_, a.x(), a.y(), a.z(), b.x(), b.y(), b.z());
  }

  void ring(const QPointF& centre, double radius_px, double width_px, const QColor& colour, int layer) {
    constexpr int kSides = 40;
    // Each side is a little longer than the gap it fills, which closes the corners of wide lines.
    const double overlap = 0.5 * width_px / radius_px / 2.0;
    const double step = 2.0 * std::numbers::pi / kSides;
    const auto point = [&](double angle) {
      return centre + radius_px * QPointF(std::cos(angle), std::sin(angle));
    };
    for (int i = 0; i < kSides; ++i) {
      line(point(i * step - overlap / 4), point((i + 1) * step + overlap / 4), width_px, colour, layer);
    }
  }

  void dot(const QPointF& centre, double radius_px, const QColor& colour, int layer) {
    const Eigen::Vector3d p = at(centre, layer);
    const double radius = radius_px * view_.metresPerPixel(view_.depth(p));
    const mjtNum size[3] = {radius, radius, radius};
    add(mjGEOM_SPHERE, size, p.data(), colour);
  }

 private:
  Eigen::Vector3d at(const QPointF& pixel, int layer) const {
    return view_.unproject(pixel, view_.near_m * (1.6 - 0.1 * layer));
  }

  mjvGeom* add(int type, const mjtNum* size, const mjtNum* pos, const QColor& colour) {
    if (scene_.ngeom >= scene_.maxgeom) return nullptr;
    mjvGeom* geom = &scene_.geoms[scene_.ngeom++];
    const float rgba[4] = {colour.redF(), colour.greenF(), colour.blueF(), 1.0f};
    mjv_initGeom(geom, type, size, pos, nullptr, rgba);
    geom->category = mjCAT_DECOR;
    geom->emission = 1.0f;
    geom->specular = 0.0f;
    return geom;
  }

  mjvScene& scene_;
  const ViewGeometry& view_;
  double ratio_;
};

}  // namespace

bool ToolDrag::reaches(const ViewGeometry& view, const Eigen::Vector3d& p_WT, const QPointF& pointer) {
  const auto handle = view.project(p_WT);
  return handle && std::hypot(pointer.x() - handle->x(), pointer.y() - handle->y()) <= kHandleReach_px;
}

void ToolDrag::begin(const Eigen::Vector3d& p_WT, const QPointF& pointer) {
  held_ = true;
  pointer_ = pointer;
  p_WTarget_ = p_WT;
}

void ToolDrag::moveTo(const ViewGeometry& view, const QPointF& pointer) {
  const double scale = view.metresPerPixel(std::max(view.depth(p_WTarget_), view.near_m));
  p_WTarget_ += scale * ((pointer.x() - pointer_.x()) * view.right_W() - (pointer.y() - pointer_.y()) * view.up_W);
  pointer_ = pointer;
}

void ToolDrag::deepen(const ViewGeometry& view, double distance_m) {
  // Along the line of sight, so that the target stays under the pointer.
  const Eigen::Vector3d sight = p_WTarget_ - view.p_WC;
  const double depth = view.depth(p_WTarget_);
  if (depth <= view.near_m) return;
  p_WTarget_ = view.p_WC + sight * (std::max(depth + distance_m, 2.0 * view.near_m) / depth);
}

void drawHandle(mjvScene& scene, const ViewGeometry& view, const Eigen::Vector3d& p_WT, const HandleLook& look,
                double devicePixelRatio) {
  const auto centre = view.project(p_WT);
  if (!centre) return;
  Foreground front(scene, view, devicePixelRatio);
  const QColor outline = look.colour.lightnessF() > 0.45 ? QColor(20, 20, 20) : QColor(245, 245, 245);
  if (look.target) {
    if (const auto target = view.project(*look.target)) {
      front.line(*centre, *target, look.width_px + 2, outline, 0);
      front.line(*centre, *target, look.width_px, look.colour, 1);
      front.dot(*target, 6, outline, 2);
      front.dot(*target, 4.5, look.colour, 3);
    }
  }
  front.ring(*centre, look.radius_px, look.width_px + 2, outline, 2);
  front.ring(*centre, look.radius_px, look.width_px, look.colour, 3);
  if (look.dot) front.dot(*centre, 4.5, look.colour, 3);
}

}  // namespace nudge
