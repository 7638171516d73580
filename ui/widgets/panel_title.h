// The head of a panel: its name, and a 'What is this?' button that opens the manual.
#pragma once

#include <QWidget>

namespace nudge {

class PanelTitle : public QWidget {
  Q_OBJECT
 public:
  /// `page` is a file name in the manual without ".md", for example "learning".
  PanelTitle(const QString& title, const QString& page, QWidget* parent = nullptr);

 Q_SIGNALS:
  void helpWanted(const QString& page);
};

}  // namespace nudge
