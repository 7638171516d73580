// A policy that was trained elsewhere as the prior of a new lesson. Not modal: the robot goes on beside it.
#pragma once

#include <QDialog>

#include "ui/model/cli_command.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace nudge {

class ImportDialog : public QDialog {
  Q_OBJECT
 public:
  /// task: id or folder. folder: where the prior of a built-in task is written.
  ImportDialog(const QString& task, const QString& taskTitle, const QString& folder, const QString& program, QWidget* parent);

  void setModel(const QString& file);
  /// 0: as the file says, 1: tanh, 2: clip.
  void setBounds(int index);
  void startImport();
  QString resultText() const;

 Q_SIGNALS:
  void imported(const QString& prior);
  void importFailed(const QString& message);
  void lessonWanted(const QString& task, const QString& prior);

 private:
  /// Where the policy is written: the folder's own prior, or a file beside the lesson.
  QString target() const;
  QStringList arguments() const;
  void finish(const QByteArray& output);
  void showResult(const QString& text, bool good);

  QString task_, folder_, prior_;
  CliCommand command_;
  QLineEdit *model_, *contract_;
  QComboBox *bounds_, *sigmaKind_;
  QDoubleSpinBox* sigma_;
  QCheckBox* replace_;  ///< there once something is in the way
  QLabel* result_;
  QPushButton *import_, *begin_;
};

}  // namespace nudge
