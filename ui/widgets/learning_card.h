// A running update: its stage in plain words, how far it is, how long it takes, and a way to stop it.
#pragma once

#include <QWidget>

#include "ui/model/learner_process.h"

class QLabel;
class QProgressBar;

namespace nudge {

/// "Imagining what the robot would do" for "imagining".
QString stageInWords(const QString& stage);
/// "about 12 s left", "about 2 min left"; empty when unknown.
QString timeLeftInWords(double seconds);

class LearningCard : public QWidget {
  Q_OBJECT
 public:
  explicit LearningCard(QWidget* parent = nullptr);
  void show(const LearnerProgress& progress, bool cancelling);

 Q_SIGNALS:
  void cancelWanted();

 private:
  QLabel* stage_;
  QLabel* left_;
  QProgressBar* bar_;
  QWidget* cancel_;
};

}  // namespace nudge
