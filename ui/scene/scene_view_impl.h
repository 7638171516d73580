// Inside of SceneView, shared by its source files: what is shown, when, and who holds the handle.
#pragma once

#include <QCursor>
#include <QElapsedTimer>
#include <QTimer>
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "ui/model/theme.h"
#include "ui/scene/frame_meter.h"
#include "ui/scene/mujoco_renderer.h"
#include "ui/scene/scene_view.h"
#include "ui/scene/tool_handle.h"

namespace nudge {

struct SceneView::Impl {
  static constexpr int kHeartbeat_ms = 33;

  Impl(SceneView& owner, std::unique_ptr<Task> world)
      : view(owner),
        task(std::move(world)),
        renderer(task->model()),
        camera(task->model()),
        pending(static_cast<std::size_t>(task->stateSize())) {
    clock.start();
  }

  SceneView& view;
  std::unique_ptr<Task> task;
  MujocoRenderer renderer;
  SceneCamera camera;
  int preset = -1;        // now
  int chosenPreset = -1;  // where resetCamera() goes
  QMetaObject::Connection contextLoss;

  std::vector<double> pending;  // the state to show next
  bool fresh = false;           // pending is not in the task yet
  bool anyState = false;
  bool warned = false;
  QTimer frameTimer;
  QElapsedTimer clock;
  qint64 lastFrame_ms = -1000;
  qint64 pictureTime_ms = 0;
  int chosenCap = 0;
  std::optional<bool> chosenShadows;
  QString rendererName;
  bool software = false;
  mutable FrameMeter meter;

  Posture posture = Posture::Watch;
  bool grabEnabled = false;
  bool hovered = false;
  QTimer heartbeat;
  ToolDrag drag;
  QPointF pointer;                 // last seen while the camera is dragged
  std::optional<QPointF> resting;  // pointer over the widget with no button down

  QString readout;

  double now_s() const { return static_cast<double>(clock.elapsed()) / 1000.0; }
  int cap() const { return chosenCap > 0 ? chosenCap : software ? 30 : 60; }
  bool shadows() const { return chosenShadows.value_or(!software); }
  bool canGrab() const { return grabEnabled && posture != Posture::Review; }

  /// States come dozens of times a second: the first complaint is enough.
  void warnOnce(const QString& text);

  void takePending() {
    if (!std::exchange(fresh, false)) return;
    if (const Status restored = task->restore(pending); !restored) {
      warnOnce(QStringLiteral("A state of the world was not drawn: ") +
               QString::fromStdString(restored.error().message));
    }
    refreshScene();
    const QString now = QString::fromStdString(task->readout());
    if (now != std::exchange(readout, now)) Q_EMIT view.readoutChanged(now);
  }

  /// Camera and geoms into MuJoCo's scene: picking and the handle rely on it between paints too.
  void refreshScene() { renderer.update(task->data(), camera); }

  void requestFrame() {
    if (frameTimer.isActive()) return;
    // Slow pictures come less often, so that the window answers in between.
    const qint64 period_ms = std::max<qint64>(1000 / cap(), pictureTime_ms * 3 / 2);
    const qint64 wait = lastFrame_ms + period_ms - clock.elapsed();
    frameTimer.start(static_cast<int>(std::max<qint64>(0, wait)));
  }

  void onFrame() {
    lastFrame_ms = clock.elapsed();
    takePending();
    refreshScene();
    updateHover();  // the tool may have moved under a resting pointer
    view.update();
  }

  ViewGeometry geometry() const { return SceneCamera::view(renderer.scene(), QSizeF(view.size())); }

  Eigen::Vector3d tool() const {
    Eigen::Vector3d p_WT;
    task->toolPosition(std::span<double, 3>(p_WT.data(), 3));
    return p_WT;
  }

  void chooseCamera(int index) {
    const auto& names = task->spec().cameras;
    if (index < 0 || index >= static_cast<int>(names.size())) {
      if (preset >= 0) camera.setFree(task->model(), renderer.scene());
      preset = -1;
    } else {
      const int id = mj_name2id(&task->model(), mjOBJ_CAMERA, names[static_cast<std::size_t>(index)].c_str());
      if (id >= 0) {
        camera.setFixed(id);
      } else {
        camera.setOverall(task->model());
        warnOnce(QStringLiteral("The world has no camera '%1'.")
                     .arg(QString::fromStdString(names[static_cast<std::size_t>(index)])));
      }
      preset = chosenPreset = index;
    }
    refreshScene();
    requestFrame();
  }

  void updateHover() {
    const bool over = canGrab() && resting && ToolDrag::reaches(geometry(), tool(), *resting);
    if (over != std::exchange(hovered, over)) requestFrame();
    updateCursor();
  }

  void updateCursor() {
    const Qt::CursorShape shape = drag.held() ? Qt::ClosedHandCursor
                                  : hovered   ? Qt::OpenHandCursor
                                              : Qt::ArrowCursor;
    if (view.cursor().shape() != shape) view.setCursor(shape);
  }

  bool tryGrab(const QPointF& pointer_px) {
    // The hand goes for what it sees: on slow OpenGL the tool has moved on since the picture was drawn.
    if (!canGrab() || !ToolDrag::reaches(geometry(), tool(), pointer_px)) return false;
    takePending();
    const Eigen::Vector3d p_WT = tool();
    drag.begin(p_WT, pointer_px);
    heartbeat.start(kHeartbeat_ms);
    updateCursor();
    tellTarget();
    return true;
  }

  void letGo() {
    if (!drag.held()) return;
    drag.end();
    heartbeat.stop();
    updateCursor();
    requestFrame();
    Q_EMIT view.released();
  }

  void tellTarget() {
    const Eigen::Vector3d& p = drag.target();
    requestFrame();
    Q_EMIT view.grabbed({p.x(), p.y(), p.z()});
  }

  HandleLook look() const {
    const Theme& theme = Theme::current();
    HandleLook look;
    look.colour = posture == Posture::Held ? theme.stop : theme.robot;
    if (posture == Posture::Teach || drag.held()) {
      look.colour = theme.teacher;
      look.radius_px = 17;
      look.width_px = 5;
      look.dot = true;
    } else if (hovered) {
      look.radius_px = 18;
      look.width_px = 4;
    }
    if (drag.held()) look.target = drag.target();
    return look;
  }
};

}  // namespace nudge
