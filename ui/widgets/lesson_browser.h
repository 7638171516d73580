// Every lesson that can be found, with search, tags and notes.
#pragma once

#include <QDialog>

#include "ui/model/lesson_list.h"
#include "ui/model/settings.h"

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QTreeView;

namespace nudge {

/// GUI thread. Not modal: the robot goes on beside it. Looks in the folder for new lessons, in that of the open one, in
/// those the person added, and at the recent lessons. Tags and notes are stored when their field is left.
class LessonBrowser : public QDialog {
  Q_OBJECT
 public:
  /// `present`: the lesson that is open.
  LessonBrowser(const QString& present, QWidget* parent);
  ~LessonBrowser() override;
  LessonFilter& shown() { return filter_; }

 Q_SIGNALS:
  void chosen(const QString& path, bool readOnly);

 protected:
  void done(int result) override;

 private:
  void look();
  void layOut();
  void addFolder();
  void choose(bool readOnly);
  void showSelected();
  Status storeLabels();

  Settings settings_;
  QString present_;
  LessonList lessons_;
  LessonFilter filter_;
  QString edited_;  ///< the lesson whose tags and notes are in the fields
  QString storedTags_, storedNotes_;
  QLineEdit *search_, *tags_;
  QTreeView* table_;
  QPlainTextEdit* notes_;
  QLabel* about_;
  QPushButton *open_, *look_;
};

}  // namespace nudge
