#include "ui/scene/scene_view.h"

#include <QElapsedTimer>
#include <QLoggingCategory>
#include <QMouseEvent>
#include <QOpenGLContext>
#include <QOpenGLFunctions>
#include <QSurfaceFormat>
#include <QTimer>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "ui/model/theme.h"
#include "ui/scene/frame_meter.h"
#include "ui/scene/mujoco_renderer.h"
#include "ui/scene/tool_handle.h"

namespace nudge {
namespace {

Q_LOGGING_CATEGORY(logScene, "nudge.scene")

constexpr int kHeartbeat_ms = 33;
constexpr int kNotch = 120;  // QWheelEvent::angleDelta of one notch
constexpr double kDepthPerNotch_m = 0.01;
constexpr double kZoomPerNotch = 0.05;

QString shortRendererName(const QString& full) { return full.section(QStringLiteral(" ("), 0, 0).trimmed(); }

bool isSoftware(const QString& renderer) {
  for (const char* name : {"llvmpipe", "softpipe", "swrast", "software", "swiftshader"}) {
    if (renderer.contains(QLatin1String(name), Qt::CaseInsensitive)) return true;
  }
  return false;
}

SceneCamera::Motion motionOf(const QMouseEvent& event) {
  const bool shift = event.modifiers().testFlag(Qt::ShiftModifier);
  if (event.buttons() & Qt::RightButton) return shift ? SceneCamera::Motion::PanLevel : SceneCamera::Motion::Pan;
  if (event.buttons() & Qt::LeftButton) {
    return shift ? SceneCamera::Motion::RotateLevel : SceneCamera::Motion::Rotate;
  }
  return SceneCamera::Motion::Zoom;
}

}  // namespace

struct SceneView::Impl {
  Impl(SceneView& owner, std::unique_ptr<Task> world)
      : view(owner), task(std::move(world)), renderer(task->model()), camera(task->model()),
        pending(static_cast<std::size_t>(task->stateSize())) {
    clock.start();
  }

  SceneView& view;
  std::unique_ptr<Task> task;
  MujocoRenderer renderer;
  SceneCamera camera;
  int preset = -1;         // now
  int chosenPreset = -1;   // where resetCamera() goes
  QMetaObject::Connection contextLoss;

  std::vector<double> pending;  // the state to show next
  bool fresh = false;           // pending is not in the task yet
  bool anyState = false;
  bool warned = false;
  QTimer frameTimer;
  QElapsedTimer clock;
  qint64 lastFrame_ms = -1000;
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

  double now_s() const { return static_cast<double>(clock.elapsed()) / 1000.0; }
  int cap() const { return chosenCap > 0 ? chosenCap : software ? 30 : 60; }
  bool shadows() const { return chosenShadows.value_or(!software); }
  bool canGrab() const { return grabEnabled && posture != Posture::Review; }

  void warnOnce(const QString& text) {
    if (!std::exchange(warned, true)) qCWarning(logScene).noquote() << text;
  }

  void takePending() {
    if (!std::exchange(fresh, false)) return;
    if (const Status restored = task->restore(pending); !restored) {
      warnOnce(QStringLiteral("A state of the world was not drawn: ") +
               QString::fromStdString(restored.error().message));
    }
    refreshScene();
  }

  /// Camera and geoms into MuJoCo's scene: picking and the handle rely on it between paints too.
  void refreshScene() { renderer.update(task->data(), camera); }

  void requestFrame() {
    if (frameTimer.isActive()) return;
    const qint64 wait = lastFrame_ms + 1000 / cap() - clock.elapsed();
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
    if (!canGrab()) return false;
    takePending();
    const Eigen::Vector3d p_WT = tool();
    if (!ToolDrag::reaches(geometry(), p_WT, pointer_px)) return false;
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

SceneView::SceneView(std::unique_ptr<Task> task, QWidget* parent)
    : QOpenGLWidget(parent), impl_(std::make_unique<Impl>(*this, std::move(task))) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setMinimumSize(160, 120);
  setAccessibleName(tr("Scene"));
  setAccessibleDescription(tr("The robot and its world. Grab the round handle at the tool to take over."));
  impl_->frameTimer.setSingleShot(true);
  impl_->frameTimer.setTimerType(Qt::PreciseTimer);
  connect(&impl_->frameTimer, &QTimer::timeout, this, [this] { impl_->onFrame(); });
  connect(&impl_->heartbeat, &QTimer::timeout, this, [this] { impl_->tellTarget(); });
  impl_->chooseCamera(0);
}

SceneView::~SceneView() {
  disconnect(impl_->contextLoss);
  if (impl_->renderer.ready()) {
    makeCurrent();
    impl_->renderer.dropContext();
    doneCurrent();
  }
}

void SceneView::showState(std::span<const double> state) {
  if (state.size() != impl_->pending.size()) {
    impl_->warnOnce(QStringLiteral("A state of %1 numbers was not drawn: this world has %2.")
                        .arg(state.size()).arg(impl_->pending.size()));
    return;
  }
  if (impl_->anyState && std::equal(state.begin(), state.end(), impl_->pending.begin())) return;
  std::copy(state.begin(), state.end(), impl_->pending.begin());
  impl_->anyState = impl_->fresh = true;
  impl_->requestFrame();
}

void SceneView::setPosture(Posture posture) {
  if (std::exchange(impl_->posture, posture) == posture) return;
  if (!impl_->canGrab()) impl_->letGo();
  impl_->requestFrame();
}

void SceneView::setGrabEnabled(bool enabled) {
  if (std::exchange(impl_->grabEnabled, enabled) == enabled) return;
  if (!impl_->canGrab()) impl_->letGo();
  impl_->requestFrame();
}

bool SceneView::isGrabbed() const { return impl_->drag.held(); }
void SceneView::setCamera(int preset) { impl_->chooseCamera(preset); }
int SceneView::camera() const { return impl_->preset; }

void SceneView::resetCamera() {
  if (impl_->chosenPreset < 0) impl_->camera.setOverall(impl_->task->model());
  impl_->chooseCamera(impl_->chosenPreset);
}

void SceneView::setShadows(bool on) {
  impl_->chosenShadows = on;
  impl_->requestFrame();
}

bool SceneView::shadows() const { return impl_->shadows(); }
void SceneView::setFrameCap(int fps) { impl_->chosenCap = std::clamp(fps, 0, 240); }
int SceneView::frameCap() const { return impl_->cap(); }
double SceneView::framesPerSecond() const { return impl_->meter.perSecond(impl_->now_s()); }
QString SceneView::rendererName() const { return impl_->rendererName; }
bool SceneView::softwareRendering() const { return impl_->software; }

std::optional<QPointF> SceneView::handlePosition() const {
  if (!impl_->canGrab()) return std::nullopt;
  const auto pixel = impl_->geometry().project(impl_->tool());
  if (!pixel || !QRectF(rect()).contains(*pixel)) return std::nullopt;
  return pixel;
}

QImage SceneView::picture() {
  impl_->takePending();
  return grabFramebuffer();
}

void SceneView::initializeGL() {
  // The context may go before this widget does, when it moves to another window: MuJoCo's part must go with
  // it, and a new one follows here.
  disconnect(impl_->contextLoss);
  impl_->contextLoss = connect(context(), &QOpenGLContext::aboutToBeDestroyed, this, [this] {
    makeCurrent();
    impl_->renderer.dropContext();
    doneCurrent();
  });
  const auto* name = context()->functions()->glGetString(GL_RENDERER);
  const QString full = QString::fromLatin1(reinterpret_cast<const char*>(name));
  impl_->rendererName = shortRendererName(full);
  impl_->software = isSoftware(full);
  if (const Status made = impl_->renderer.makeContext(impl_->software); !made) {
    const QString message = tr("The 3-D view cannot be drawn with this computer's OpenGL (%1): %2")
                                .arg(impl_->rendererName, QString::fromStdString(made.error().message));
    // Queued: whoever listens may delete this widget.
    QMetaObject::invokeMethod(this, [this, message] { Q_EMIT drawingFailed(message); }, Qt::QueuedConnection);
  }
}

void SceneView::paintGL() {
  if (!impl_->renderer.ready()) return;
  impl_->renderer.setShadows(impl_->shadows());
  impl_->refreshScene();
  if (impl_->canGrab()) {
    drawHandle(impl_->renderer.scene(), impl_->geometry(), impl_->tool(), impl_->look(), devicePixelRatioF());
  }
  const QSizeF pixels = QSizeF(size()) * devicePixelRatioF();
  impl_->renderer.draw(defaultFramebufferObject(), qRound(pixels.width()), qRound(pixels.height()));
  impl_->meter.frame(impl_->now_s());
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
    case QEvent::UngrabMouse: impl_->letGo(); break;
    case QEvent::Leave:
      impl_->resting.reset();
      impl_->updateHover();
      break;
    default: break;
  }
  return QOpenGLWidget::event(event);
}

void setSceneSurfaceFormat() {
  QSurfaceFormat format;
  format.setRenderableType(QSurfaceFormat::OpenGL);
  format.setProfile(QSurfaceFormat::CompatibilityProfile);
  format.setVersion(2, 1);
  format.setDepthBufferSize(24);
  format.setStencilBufferSize(8);
  format.setSamples(0);
  QSurfaceFormat::setDefaultFormat(format);
  // Software OpenGL would take every core; the simulator and the learner need some of them.
  if (!qEnvironmentVariableIsSet("LP_NUM_THREADS")) qputenv("LP_NUM_THREADS", "1");
}

}  // namespace nudge
