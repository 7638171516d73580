// What the pointer does in a scene: grab the tool, or move the camera.
#include <QMouseEvent>
#include <QWheelEvent>
#include <cmath>

#include "ui/scene/scene_view_impl.h"

namespace nudge {
namespace {

constexpr int kNotch = 120;  // QWheelEvent::angleDelta of one notch
constexpr double kDepthPerNotch_m = 0.01;
constexpr double kZoomPerNotch = 0.05;

SceneCamera::Motion motionOf(const QMouseEvent& event) {
  const bool shift = event.modifiers().testFlag(Qt::ShiftModifier);
  if (event.buttons() & Qt::RightButton)
    return shift ? SceneCamera::Motion::PanLevel : SceneCamera::Motion::Pan;
  if (event.buttons() & Qt::LeftButton) {
    return shift ? SceneCamera::Motion::RotateLevel : SceneCamera::Motion::Rotate;
  }
  return SceneCamera::Motion::Zoom;
}

}  // namespace

std::array<double, 9> SceneView::levelView() const {
  const ViewGeometry view = impl_->geometry();
  // Seen from above, the picture's up is forward as well.
  Eigen::Vector3d forward_W = view.forward_W + view.up_W;
  forward_W.z() = 0.0;
  if (forward_W.norm() < 1e-6) forward_W = Eigen::Vector3d::UnitX();
  forward_W.normalize();
  const Eigen::Vector3d right_W = forward_W.cross(Eigen::Vector3d::UnitZ());
  return {right_W.x(), forward_W.x(), 0.0, right_W.y(), forward_W.y(), 0.0, 0.0, 0.0, 1.0};
}

// The point that a teacher grabs is a site of the robot's hand: x forward, z up.
std::array<double, 9> SceneView::toolView() const {
  const mjModel& model = impl_->task->model();
  const mjData& world = impl_->task->data();
  std::array<double, 3> p_WT{};
  impl_->task->toolPosition(p_WT);
  constexpr double kSame_m = 1e-3;
  for (int site = 0; site < model.nsite; ++site) {
    const double* p_WS = world.site_xpos + 3 * site;
    if (std::hypot(p_WS[0] - p_WT[0], p_WS[1] - p_WT[1], p_WS[2] - p_WT[2]) > kSame_m) continue;
    const double* R = world.site_xmat + 9 * site;
    return {-R[1], R[0], R[2], -R[4], R[3], R[5], -R[7], R[6], R[8]};
  }
  return {0, 1, 0, -1, 0, 0, 0, 0, 1};
}

void SceneView::mousePressEvent(QMouseEvent* event) {
  if (impl_->drag.held()) return;
  impl_->pointer = event->position();
  if (event->button() == Qt::LeftButton && impl_->tryGrab(event->position())) return;
}

void SceneView::mouseMoveEvent(QMouseEvent* event) {
  if (impl_->drag.held()) {
    impl_->drag.moveTo(impl_->geometry(), event->position());
    impl_->tellTarget();
    return;
  }
  if (event->buttons() == Qt::NoButton) {
    impl_->resting = event->position();
    impl_->updateHover();
    return;
  }
  const QPointF step = (event->position() - std::exchange(impl_->pointer, event->position())) / height();
  impl_->camera.move(impl_->task->model(), impl_->renderer.scene(), motionOf(*event), step.x(), step.y());
  impl_->preset = -1;
  impl_->refreshScene();
  impl_->requestFrame();
}

void SceneView::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) impl_->letGo();
  impl_->resting = event->position();
  impl_->updateHover();
}

void SceneView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (impl_->drag.held()) return;
  impl_->pointer = event->position();
  if (event->button() == Qt::LeftButton && impl_->tryGrab(event->position())) return;
  const auto point = impl_->renderer.pick(impl_->task->data(), event->position(), QSizeF(size()));
  if (!point) return;
  impl_->camera.lookAt(impl_->task->model(), impl_->renderer.scene(), *point);
  impl_->preset = -1;
  impl_->refreshScene();
  impl_->requestFrame();
}

void SceneView::wheelEvent(QWheelEvent* event) {
  const double notches = static_cast<double>(event->angleDelta().y()) / kNotch;
  if (impl_->drag.held()) {
    impl_->drag.deepen(impl_->geometry(), notches * kDepthPerNotch_m);
    impl_->tellTarget();
  } else {
    impl_->camera.move(impl_->task->model(), impl_->renderer.scene(), SceneCamera::Motion::Zoom, 0.0,
                       -notches * kZoomPerNotch);
    impl_->preset = -1;
    impl_->refreshScene();
    impl_->requestFrame();
  }
  event->accept();
}

void SceneView::focusOutEvent(QFocusEvent* event) {
  impl_->letGo();
  QOpenGLWidget::focusOutEvent(event);
}

bool SceneView::event(QEvent* event) {
  switch (event->type()) {
    case QEvent::WindowDeactivate:
    case QEvent::Hide:
    case QEvent::UngrabMouse:
      impl_->letGo();
      break;
    case QEvent::Leave:
      impl_->resting.reset();
      impl_->updateHover();
      break;
    default:
      break;
  }
  return QOpenGLWidget::event(event);
}

}  // namespace nudge
