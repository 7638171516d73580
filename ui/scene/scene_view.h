// The scene: draws a task's world with MuJoCo in a QOpenGLWidget and lets the teacher grab the tool.
// The only code that knows both Qt and MuJoCo. GUI thread.
#pragma once

#include <QOpenGLWidget>
#include <array>
#include <memory>
#include <span>

#include "core/sim/task.h"

namespace nudge {

enum class Posture { Watch, Teach, Review, Held };

class SceneView : public QOpenGLWidget {
  Q_OBJECT
 public:
  /// A task instance for drawing only.
  explicit SceneView(std::unique_ptr<Task> task, QWidget* parent = nullptr);
  ~SceneView() override;

  /// Shows a full task state [state]; repaint is rate-limited. Wrong sizes are ignored with a warning.
  void showState(std::span<const double> state);
  void setPosture(Posture posture);
  /// Grabbing is possible (not in Review, not read-only).
  void setGrabEnabled(bool enabled);
  void setCamera(int preset);        ///< index in TaskSpec::cameras; −1 free camera
  void resetCamera();
  void setShadows(bool on);
  void setFrameCap(int fps);
  double framesPerSecond() const;
  QString rendererName() const;      ///< for example "llvmpipe"; empty before the first paint
  bool softwareRendering() const;
  /// The tool's handle in widget pixels (for tests and help), and whether it is visible.
  std::optional<QPointF> handlePosition() const;
  /// The picture as seen (also when the widget is covered).
  QImage picture();

 Q_SIGNALS:
  /// The teacher holds the handle: wanted tool position p_WT in m, world frame. Repeated while held.
  void grabbed(const std::array<double, 3>& p_WT);
  void released();
  /// OpenGL is missing or broken; the sentence is for people.
  void drawingFailed(const QString& message);

 protected:
  void initializeGL() override;
  void paintGL() override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Call before QApplication: the surface format that MuJoCo's renderer needs.
void setSceneSurfaceFormat();

}  // namespace nudge
