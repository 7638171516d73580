// Three lines of help over the scene at the first start. A plain child beside the OpenGL view: it never
// reparents or covers it for good.
#pragma once

#include <QFrame>

#include "core/sim/task.h"

namespace nudge {

class HelpOverlay : public QFrame {
  Q_OBJECT
 public:
  /// Lines for this task. Keeps itself in the upper right of `over`, where the tool seldom is; a child of its window, because a
  /// small scene has no room for it.
  HelpOverlay(const TaskSpec& spec, QWidget* over);

 Q_SIGNALS:
  void dismissed();
  void manualWanted();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void place();

  QWidget* over_;
};

}  // namespace nudge
