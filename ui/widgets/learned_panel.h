// 'What it learned': residual weights, the intervention rate, the update that runs.
#pragma once

#include <QWidget>

#include "ui/model/learner_process.h"
#include "ui/model/session_document.h"

class QLabel;

namespace nudge {

class LearningCard;
class RateChart;
class WeightBars;

/// GUI thread. Shows a document and a learner that it does not own.
class LearnedPanel : public QWidget {
  Q_OBJECT
 public:
  explicit LearnedPanel(QWidget* parent = nullptr);

  void setDocument(SessionDocument* document);  ///< nullptr shows the empty state
  void setLearner(LearnerProcess* learner);
  /// Teacher-driven steps of the lesson so far; live ones come in faster than the file tells them.
  void setTeacherSteps(qint64 teacherSteps, qint64 allSteps);
  QSize sizeHint() const override { return {270, 560}; }

 Q_SIGNALS:
  void helpWanted(const QString& page);

 private:
  void refresh();
  void showLearner();
  void showLatestUpdate();

  SessionDocument* document_ = nullptr;
  LearnerProcess* learner_ = nullptr;
  WeightBars* bars_;
  RateChart* chart_;
  LearningCard* card_;
  QLabel* noWeights_;
  QLabel* noRates_;
  QLabel* update_;
  QLabel* effort_;
  QWidget* learning_;
};

}  // namespace nudge
