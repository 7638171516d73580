// The camera of a scene: the model's fixed cameras as starting points, moved like in MuJoCo's viewer.
#pragma once

#include <mujoco/mujoco.h>

#include <QSizeF>

#include "ui/scene/view_geometry.h"

namespace nudge {

/// Moving a fixed camera turns it into a free one that starts with the same picture (pose, roll and field
/// of view), so nothing jumps. Works on MuJoCo's abstract scene, without OpenGL. One thread.
class SceneCamera {
 public:
  enum class Motion { Rotate, RotateLevel, Pan, PanLevel, Zoom };

  /// Starts at a free camera that sees the whole model.
  explicit SceneCamera(const mjModel& model);

  /// A camera of the model by its id; the next update() shows it.
  void setFixed(int cameraId);
  /// The whole model from MuJoCo's default direction.
  void setOverall(const mjModel& model);
  /// Lets go of a fixed camera where it stands; `scene` holds its picture.
  void setFree(const mjModel& model, const mjvScene& scene);
  bool isFree() const { return camera_.type == mjCAMERA_FREE; }

  /// Moves by a mouse motion in fractions of the widget's height, x to the right, y down.
  void move(const mjModel& model, const mjvScene& scene, Motion motion, double dx, double dy);
  /// Turns a point of the world into the centre of the picture, keeping the direction.
  void lookAt(const mjModel& model, const mjvScene& scene, const Eigen::Vector3d& p_W);

  /// Puts the camera into the scene; mjv_updateScene must use camera() before.
  void apply(mjvScene& scene) const;
  mjvCamera& camera() { return camera_; }

  /// What a scene's camera sees in a widget of this size (logical pixels).
  static ViewGeometry view(const mjvScene& scene, const QSizeF& size);

 private:
  mjvCamera camera_;
  double frustumHeight_ = 1.0;  ///< of the free camera, at 1 m
  double roll_rad_ = 0.0;       ///< of the free camera about its axis; fades while a person rotates
};

}  // namespace nudge
