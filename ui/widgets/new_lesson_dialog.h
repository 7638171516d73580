// Which task to teach next.
#pragma once

#include <QDialog>

namespace nudge {

/// One large button a task; a click starts. The task of the present lesson has the focus.
class NewLessonDialog : public QDialog {
  Q_OBJECT
 public:
  explicit NewLessonDialog(const QString& presentTask, QWidget* parent = nullptr);

 Q_SIGNALS:
  void taskChosen(const QString& task);
};

}  // namespace nudge
