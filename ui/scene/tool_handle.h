// The round handle at the tool: grabbing it with the pointer, and drawing it.
#pragma once

#include <QColor>
#include <QPointF>
#include <optional>

#include "ui/scene/view_geometry.h"

namespace nudge {

/// How close to the handle's middle a press grabs it, in logical pixels.
inline constexpr double kHandleReach_px = 24.0;

/// A drag of the tool: pointer motion moves a target in the camera's plane, the wheel along the line of
/// sight. The target starts at the tool itself wherever the handle was pressed. A view may change while
/// dragging (a camera on the tool): only pointer motion counts, so the target never runs away.
class ToolDrag {
 public:
  /// Is the handle of a tool at p_WT under the pointer?
  static bool reaches(const ViewGeometry& view, const Eigen::Vector3d& p_WT, const QPointF& pointer);

  void begin(const Eigen::Vector3d& p_WT, const QPointF& pointer);
  void moveTo(const ViewGeometry& view, const QPointF& pointer);
  /// Positive is away from the camera, in m.
  void deepen(const ViewGeometry& view, double distance_m);
  void end() { held_ = false; }

  bool held() const { return held_; }
  const Eigen::Vector3d& target() const { return p_WTarget_; }

 private:
  bool held_ = false;
  QPointF pointer_;
  Eigen::Vector3d p_WTarget_ = Eigen::Vector3d::Zero();
};

/// What the handle looks like; sizes in logical pixels whatever the distance.
struct HandleLook {
  QColor colour;
  double radius_px = 14.0;
  double width_px = 3.0;
  bool dot = false;                       ///< filled middle
  std::optional<Eigen::Vector3d> target;  ///< a line to the wanted position
};

/// Draws the handle over a finished picture: always facing the camera, never hidden by the world. The
/// compatibility context of the framebuffer must be current, with the whole of it as viewport.
void drawHandle(const ViewGeometry& view, const Eigen::Vector3d& p_WT, const HandleLook& look);

}  // namespace nudge
