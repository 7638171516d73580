// The scene: draws a task's world with MuJoCo in a QOpenGLWidget and lets the teacher grab the tool.
// The only code that knows both Qt and MuJoCo. GUI thread.
//
// Mouse, as in MuJoCo's viewer: left drag rotates, right drag pans (Shift: level), middle drag and wheel
// zoom, double-click looks at a point. A press on the round handle grabs the tool instead; then the wheel
// moves it along the line of sight.
#pragma once

#include <QOpenGLWidget>
#include <array>
#include <memory>
#include <optional>
#include <span>

#include "core/sim/task.h"

namespace nudge {

enum class Posture { Watch, Teach, Review, Paused, Held };

/// Needs a platform with OpenGL: SceneFrame decides whether one can be made.
class SceneView : public QOpenGLWidget {
  Q_OBJECT
 public:
  /// A task instance for drawing only.
  explicit SceneView(std::unique_ptr<Task> task, QWidget* parent = nullptr);
  ~SceneView() override;

  /// Shows a full task state [state]; repaint is rate-limited, the latest state wins. Wrong sizes and
  /// states that the task refuses are ignored with a warning.
  void showState(std::span<const double> state);
  /// Review, pausing and being held let go of the tool; it can be grabbed anew in the latter two.
  void setPosture(Posture posture);
  /// Grabbing is possible (not in Review, not read-only). Off lets go of the tool and hides the handle.
  void setGrabEnabled(bool enabled);
  bool isGrabbed() const;
  void setCamera(int preset);  ///< index in TaskSpec::cameras; −1 free camera
  int camera() const;          ///< −1 once the person moved it
  void resetCamera();          ///< back to the preset chosen last
  void setShadows(bool on);    ///< default: on, but off with software OpenGL
  bool shadows() const;
  void setFrameCap(int fps);  ///< 0: the default, 60, but 30 with software OpenGL
  int frameCap() const;
  /// Right, forward and up as the person sees them, kept level: columns of a row-major 3×3 matrix in the world frame.
  std::array<double, 9> levelView() const;
  /// The same as the tool is turned; as from the robot's base where the world does not tell.
  std::array<double, 9> toolView() const;
  double framesPerSecond() const;  ///< drawn in the last second
  QString rendererName() const;    ///< for example "llvmpipe"; empty before the first paint
  bool softwareRendering() const;
  /// The tool's handle in widget pixels (for tests and help), if it is visible.
  std::optional<QPointF> handlePosition() const;
  /// The picture as seen (also when the widget is covered).
  QImage picture();

 Q_SIGNALS:
  /// The teacher holds the handle: wanted tool position p_WT in m, world frame. Sent at once, with every
  /// motion and about 30 times a second while held.
  void grabbed(const std::array<double, 3>& p_WT);
  /// Once after each grab: the button, the focus, the window, the posture or setGrabEnabled let go.
  void released();
  /// Task::readout() of what is shown, when it changes.
  void readoutChanged(const QString& text);
  /// OpenGL is missing or broken; the sentence is for people.
  void drawingFailed(const QString& message);

 protected:
  bool event(QEvent* event) override;
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
