// Find an action by typing (Ctrl+K).
#pragma once

#include <QDialog>

class QLineEdit;
class QListWidget;

namespace nudge {

class ActionSet;

class CommandPalette : public QDialog {
  Q_OBJECT
 public:
  explicit CommandPalette(const ActionSet& actions, QWidget* parent);
  /// Empty, under the top of its parent.
  void popUp();
  /// What the list shows now.
  QStringList shown() const;

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void filter(const QString& typed);
  void choose();

  const ActionSet& actions_;
  QLineEdit* line_;
  QListWidget* list_;
};

}  // namespace nudge
