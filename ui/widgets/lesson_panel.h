// What the lesson holds so far: its episodes (choosing one reviews it) and its policy versions
// (any of them can be switched back to). GUI thread.
#pragma once

#include <QPointer>
#include <QWidget>

#include "ui/model/lesson_models.h"

class QLabel;
class QListView;
class QPushButton;
class QStackedWidget;
class QTreeView;

namespace nudge {

class LessonPanel : public QWidget {
  Q_OBJECT
 public:
  explicit LessonPanel(QWidget* parent = nullptr);
  void setDocument(SessionDocument* document);  ///< borrowed; nullptr shows the empty state
  /// Marks the episode that is under review, or none (0). Does not signal.
  void setCurrentEpisode(qint64 episode);

 Q_SIGNALS:
  void episodeChosen(qint64 episode);
  void switchRequested(int version);

 private:
  QWidget* episodesPart();
  QWidget* policiesPart();
  void showState();
  void requestSwitch(int row);

  QPointer<SessionDocument> document_;
  EpisodeModel episodes_;
  PolicyModel policies_;
  QTreeView* episodeList_ = nullptr;
  QListView* policyList_ = nullptr;
  QStackedWidget *episodePages_ = nullptr, *policyPages_ = nullptr;
  QPushButton* switch_ = nullptr;
  QLabel* episodeTitle_ = nullptr;
  bool choosing_ = true;  // false while the window moves the mark
};

}  // namespace nudge
