// The scene with its frame, whose colour and pattern tell who drives; the word and the icon are in the top bar.
#pragma once

#include <QWidget>
#include <array>
#include <memory>
#include <span>

#include "ui/scene/scene_view.h"

class QLabel;

namespace nudge {

/// Holds a SceneView where OpenGL works, and elsewhere (no OpenGL, platform "offscreen") a panel that says
/// why there is no picture: the rest of the window works the same. GUI thread.
class SceneFrame : public QWidget {
  Q_OBJECT
 public:
  /// A task instance for drawing only.
  explicit SceneFrame(std::unique_ptr<Task> task, QWidget* parent = nullptr);

  /// The scene; nullptr where it cannot be drawn.
  SceneView* view() const { return view_; }
  /// Why there is no scene, for people; empty if there is one.
  QString problem() const { return problem_; }

  /// Another world: a new view with the present posture and grabbing; its camera and shadows start anew.
  void setTask(std::unique_ptr<Task> task);
  void showState(std::span<const double> state);
  void setPosture(Posture posture);
  Posture posture() const { return posture_; }
  void setGrabEnabled(bool enabled);

 Q_SIGNALS:
  void grabbed(const std::array<double, 3>& p_WT);  ///< as SceneView::grabbed
  void released();                                  ///< as SceneView::released
  /// Also for a problem found in the constructor, as soon as the event loop runs.
  void drawingFailed(const QString& message);

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void showProblem(const QString& problem);
  void showReadout(const QString& text);

  SceneView* view_ = nullptr;
  QLabel* readout_ = nullptr;  ///< over the lower left of the view
  QLabel* panel_ = nullptr;
  QString problem_;
  Posture posture_ = Posture::Watch;
  bool grabEnabled_ = false;
};

}  // namespace nudge
