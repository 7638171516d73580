// The backups of a lesson, and which of them to go back to.
#pragma once

#include <QDialog>
#include <vector>

#include "sessions/backups.h"

class QTreeWidget;

namespace nudge {

/// GUI thread. Reads when it is made; restores nothing itself.
class BackupDialog : public QDialog {
  Q_OBJECT
 public:
  BackupDialog(const QString& lesson, QWidget* parent);

 Q_SIGNALS:
  void restoreWanted(const QString& backup);

 private:
  void list(const std::vector<Backup>& backups);
  QTreeWidget* table_;
};

}  // namespace nudge
