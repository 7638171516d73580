// Which task to teach next.
#pragma once

#include <QDialog>

class QCommandLinkButton;

namespace nudge {

/// One large button a task; a click starts. The task of the present lesson has the focus. One button more opens a
/// folder with a task of one's own.
class NewLessonDialog : public QDialog {
  Q_OBJECT
 public:
  /// presentFolder: where the present lesson's task lies, if it is one's own.
  explicit NewLessonDialog(const QString& presentTask, const QString& presentFolder = {}, QWidget* parent = nullptr);

 Q_SIGNALS:
  /// An id or a folder.
  void taskChosen(const QString& task);

 private:
  QCommandLinkButton* addTask(const QString& idOrFolder);
  void chooseFolder(const QString& near);
};

}  // namespace nudge
