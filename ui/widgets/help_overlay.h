// Three lines of help over the scene at the first start. A plain child beside the OpenGL view: it never
// reparents or covers it for good.
#pragma once

#include <QFrame>

namespace nudge {

class HelpOverlay : public QFrame {
  Q_OBJECT
 public:
  /// Keeps itself at the lower middle of `over`.
  explicit HelpOverlay(QWidget* over);

 Q_SIGNALS:
  void dismissed();
  void manualWanted();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void place();
};

}  // namespace nudge
