// What the teacher can choose now, over the scene of a task with choices.
#pragma once

#include <QLabel>

#include "core/engine/messages.h"
#include "core/sim/task.h"

namespace nudge {

/// A plain child beside the OpenGL view, like HelpOverlay. Seen while the teacher has the wheel: the keys while
/// the world waits, the choice while it is carried out.
class TurnPrompt : public QLabel {
  Q_OBJECT
 public:
  /// Keeps itself at the upper middle of `over`.
  explicit TurnPrompt(QWidget* over);
  void setTask(const TaskSpec& spec);
  void showFrame(const Frame& frame, bool live);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void place();

  QString keys_;
  QStringList choices_;
};

}  // namespace nudge
