#include "ui/scene/scene_camera.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace nudge {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;

/// Up direction of MuJoCo's free camera, which never rolls.
Eigen::Vector3d levelUp(double azimuth_rad, double elevation_rad) {
  return {-std::sin(elevation_rad) * std::cos(azimuth_rad), -std::sin(elevation_rad) * std::sin(azimuth_rad),
          std::cos(elevation_rad)};
}

int mujocoAction(SceneCamera::Motion motion) {
  switch (motion) {
    case SceneCamera::Motion::Rotate:
      return mjMOUSE_ROTATE_V;
    case SceneCamera::Motion::RotateLevel:
      return mjMOUSE_ROTATE_H;
    case SceneCamera::Motion::Pan:
      return mjMOUSE_MOVE_V;
    case SceneCamera::Motion::PanLevel:
      return mjMOUSE_MOVE_H;
    case SceneCamera::Motion::Zoom:
      return mjMOUSE_ZOOM;
  }
  return mjMOUSE_NONE;
}

}  // namespace

SceneCamera::SceneCamera(const mjModel& model) {
  setOverall(model);
}

void SceneCamera::setFixed(int cameraId) {
  mjv_defaultCamera(&camera_);
  camera_.type = mjCAMERA_FIXED;
  camera_.fixedcamid = cameraId;
}

void SceneCamera::setOverall(const mjModel& model) {
  mjv_defaultFreeCamera(&model, &camera_);
  frustumHeight_ = 2.0 * std::tan(model.vis.global.fovy * kDegree / 2.0);
  roll_rad_ = 0.0;
}

void SceneCamera::setFree(const mjModel& model, const mjvScene& scene) {
  if (isFree()) return;
  const ViewGeometry view = SceneCamera::view(scene, QSizeF(1, 1));
  const double elevation = std::asin(std::clamp(view.forward_W.z(), -1.0, 1.0));
  // Straight down (or up) the azimuth shows in the up direction only.
  const bool vertical = std::abs(view.forward_W.z()) > 0.9999;
  const Eigen::Vector3d heading =
      vertical ? Eigen::Vector3d(-std::copysign(1.0, elevation) * view.up_W) : view.forward_W;
  const double azimuth = std::atan2(heading.y(), heading.x());
  const Eigen::Vector3d level = levelUp(azimuth, elevation);
  roll_rad_ = std::atan2(level.cross(view.up_W).dot(view.forward_W), level.dot(view.up_W));
  frustumHeight_ = view.frustumHeight;

  // Rotate about what the camera looks at: the point of its axis nearest to the model's centre.
  const Eigen::Vector3d centre(model.stat.center[0], model.stat.center[1], model.stat.center[2]);
  const double distance = std::clamp(view.depth(centre), 0.2 * model.stat.extent, 5.0 * model.stat.extent);
  const Eigen::Vector3d lookAt = view.p_WC + distance * view.forward_W;
  mjv_defaultCamera(&camera_);
  camera_.type = mjCAMERA_FREE;
  camera_.distance = distance;
  camera_.azimuth = azimuth / kDegree;
  camera_.elevation = elevation / kDegree;
  std::copy(lookAt.begin(), lookAt.end(), camera_.lookat);
}

void SceneCamera::move(const mjModel& model, const mjvScene& scene, Motion motion, double dx, double dy) {
  setFree(model, scene);
  if (motion == Motion::Rotate || motion == Motion::RotateLevel) {
    const double travel = std::hypot(dx, dy);
    roll_rad_ *= std::exp(-6.0 * travel);
  }
  mjv_moveCamera(&model, mujocoAction(motion), dx, dy, &scene, &camera_);
  camera_.distance = std::clamp(camera_.distance, 0.02 * model.stat.extent, 20.0 * model.stat.extent);
}

void SceneCamera::lookAt(const mjModel& model, const mjvScene& scene, const Eigen::Vector3d& p_W) {
  setFree(model, scene);
  std::copy(p_W.begin(), p_W.end(), camera_.lookat);
}

void SceneCamera::apply(mjvScene& scene) const {
  if (!isFree()) return;
  for (mjvGLCamera& eye : scene.camera) {
    const Eigen::Vector3d forward = Eigen::Vector3f(eye.forward).cast<double>().normalized();
    const Eigen::Vector3d up = Eigen::Vector3f(eye.up).cast<double>();
    const Eigen::Vector3f rolled = (Eigen::AngleAxisd(roll_rad_, forward) * up).cast<float>();
    std::copy(rolled.begin(), rolled.end(), eye.up);
    eye.frustum_top = static_cast<float>(eye.frustum_near * frustumHeight_ / 2.0);
    eye.frustum_bottom = -eye.frustum_top;
  }
}

ViewGeometry SceneCamera::view(const mjvScene& scene, const QSizeF& size) {
  ViewGeometry view;
  view.size = size;
  mjv_cameraInModel(view.p_WC.data(), view.forward_W.data(), view.up_W.data(), &scene);
  view.frustumHeight = mjv_frustumHeight(&scene);
  view.near_m = scene.camera[0].frustum_near;
  return view;
}

}  // namespace nudge
