// The manual's pages in a window of their own; the robot goes on beside it.
#pragma once

#include <QDialog>

class QTextBrowser;

namespace nudge {

class ManualDialog : public QDialog {
  Q_OBJECT
 public:
  /// `folder` holds the pages as Markdown; index.md is the first.
  explicit ManualDialog(const QString& folder, QWidget* parent);
  /// Shows a page by its name without ".md"; a page that is missing says so.
  void open(const QString& page);

 private:
  QString folder_;
  QTextBrowser* browser_;
};

}  // namespace nudge
