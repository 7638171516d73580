// MuJoCo's renderer inside somebody else's framebuffer, with its resources owned.
#pragma once

#include <mujoco/mujoco.h>

#include <optional>

#include "core/base/result.h"
#include "ui/scene/scene_camera.h"

namespace nudge {

/// The abstract scene (no OpenGL needed) and the OpenGL resources of one model. One thread, and one OpenGL
/// context that is current wherever 'GL' is said. The model must outlive it.
class MujocoRenderer {
 public:
  explicit MujocoRenderer(const mjModel& model);
  ~MujocoRenderer();
  MujocoRenderer(const MujocoRenderer&) = delete;
  MujocoRenderer& operator=(const MujocoRenderer&) = delete;

  /// GL: uploads meshes and textures; Internal with MuJoCo's words if the OpenGL cannot do it. A software
  /// renderer gets coarser shapes and shadows.
  Status makeContext(bool software);
  /// GL: frees what makeContext() made. Harmless without.
  void dropContext();
  bool ready() const { return ready_; }

  void setShadows(bool on);
  /// Takes what `data` shows and the camera into the scene.
  void update(mjData& data, SceneCamera& camera);
  /// GL: draws the scene into a framebuffer of width × height device pixels. More may be drawn over it
  /// before finish().
  void draw(unsigned framebuffer, int width, int height);
  /// GL: makes the picture opaque and sets OpenGL up again as Qt expects it.
  void finish();

  mjvScene& scene() { return scene_; }
  const mjvScene& scene() const { return scene_; }
  /// The surface under a pixel of a view, if any.
  std::optional<Eigen::Vector3d> pick(const mjData& data, const QPointF& pixel, const QSizeF& size) const;

 private:
  const mjModel& model_;
  mjvScene scene_;
  mjvOption option_;
  mjrContext context_;
  bool ready_ = false;
};

}  // namespace nudge
