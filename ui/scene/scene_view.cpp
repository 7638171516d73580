#include "ui/scene/scene_view.h"

#include <QLoggingCategory>
#include <QOpenGLContext>
#include <QOpenGLFunctions>

#include "ui/scene/gl_support.h"
#include "ui/scene/scene_view_impl.h"

namespace nudge {
namespace {

Q_LOGGING_CATEGORY(logScene, "nudge.scene")

}  // namespace

void SceneView::Impl::warnOnce(const QString& text) {
  if (!std::exchange(warned, true)) qCWarning(logScene).noquote() << text;
}

SceneView::SceneView(std::unique_ptr<Task> task, QWidget* parent)
    : QOpenGLWidget(parent), impl_(std::make_unique<Impl>(*this, std::move(task))) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setMinimumSize(160, 120);
  setAccessibleName(tr("Scene"));
  setAccessibleDescription(impl_->task->spec().discreteActions.empty()
                               ? tr("The robot and its world. Grab the round handle at the tool to take over.")
                               : tr("The robot and its world. Press an arrow key to take over."));
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
                        .arg(state.size())
                        .arg(impl_->pending.size()));
    return;
  }
  if (impl_->anyState && std::equal(state.begin(), state.end(), impl_->pending.begin())) return;
  std::copy(state.begin(), state.end(), impl_->pending.begin());
  impl_->anyState = impl_->fresh = true;
  impl_->requestFrame();
}

void SceneView::setPosture(Posture posture) {
  if (std::exchange(impl_->posture, posture) == posture) return;
  if (!impl_->canGrab() || posture == Posture::Paused || posture == Posture::Held) impl_->letGo();
  impl_->requestFrame();
}

void SceneView::setGrabEnabled(bool enabled) {
  if (std::exchange(impl_->grabEnabled, enabled) == enabled) return;
  if (!impl_->canGrab()) impl_->letGo();
  impl_->requestFrame();
}

bool SceneView::isGrabbed() const {
  return impl_->drag.held();
}
void SceneView::setCamera(int preset) {
  impl_->chooseCamera(preset);
}
int SceneView::camera() const {
  return impl_->preset;
}

void SceneView::resetCamera() {
  if (impl_->chosenPreset < 0) impl_->camera.setOverall(impl_->task->model());
  impl_->chooseCamera(impl_->chosenPreset);
}

void SceneView::setShadows(bool on) {
  impl_->chosenShadows = on;
  impl_->requestFrame();
}

bool SceneView::shadows() const {
  return impl_->shadows();
}
void SceneView::setFrameCap(int fps) {
  impl_->chosenCap = std::clamp(fps, 0, 240);
}
int SceneView::frameCap() const {
  return impl_->cap();
}
double SceneView::framesPerSecond() const {
  return impl_->meter.perSecond(impl_->now_s());
}
QString SceneView::rendererName() const {
  return impl_->rendererName;
}
bool SceneView::softwareRendering() const {
  return impl_->software;
}

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
  impl_->software = isSoftwareRenderer(full);
  if (const Status made = impl_->renderer.makeContext(impl_->software); !made) {
    const QString message = tr("The 3-D view cannot be drawn with this computer's OpenGL (%1): %2")
                                .arg(impl_->rendererName, QString::fromStdString(made.error().message));
    // Queued: whoever listens may delete this widget.
    QMetaObject::invokeMethod(
        this, [this, message] { Q_EMIT drawingFailed(message); }, Qt::QueuedConnection);
  }
}

void SceneView::paintGL() {
  if (!impl_->renderer.ready()) return;
  const qint64 begin_ms = impl_->clock.elapsed();
  impl_->renderer.setShadows(impl_->shadows());
  impl_->refreshScene();
  const QSizeF pixels = QSizeF(size()) * devicePixelRatioF();
  impl_->renderer.draw(defaultFramebufferObject(), qRound(pixels.width()), qRound(pixels.height()));
  if (impl_->canGrab()) drawHandle(impl_->geometry(), impl_->tool(), impl_->look());
  impl_->renderer.finish();
  // Software OpenGL draws now what it has put off; waiting makes its time measurable.
  if (impl_->software) context()->functions()->glFinish();
  impl_->pictureTime_ms = impl_->clock.elapsed() - begin_ms;
  impl_->meter.frame(impl_->now_s());
}

}  // namespace nudge
