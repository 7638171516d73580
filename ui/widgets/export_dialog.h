// Exporting a policy: which version, to where. Not modal: the robot goes on beside it.
#pragma once

#include <QDialog>

#include "ui/model/policy_exporter.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace nudge {

class SessionDocument;

class ExportDialog : public QDialog {
  Q_OBJECT
 public:
  ExportDialog(const SessionDocument& document, const QString& program, QWidget* parent);

  void setFolder(const QString& folder);
  void setVersion(int version);
  void startExport();
  QString resultText() const;

 Q_SIGNALS:
  void exported(const QString& folder);
  void exportFailed(const QString& message);

 private:
  void suggestFolder();
  void showResult(const QString& text, bool good);

  QString lesson_;
  PolicyExporter exporter_;
  QComboBox* version_;
  QLineEdit* folder_;
  QLabel* result_;
  QPushButton *export_, *show_;
  bool folderChosen_ = false;
};

}  // namespace nudge
