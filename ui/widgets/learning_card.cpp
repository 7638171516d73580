#include "ui/widgets/learning_card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>
#include <QVBoxLayout>
#include <cmath>

namespace nudge {

QString stageInWords(const QString& stage) {
  if (stage.isEmpty() || stage == QLatin1String("collecting")) return LearningCard::tr("Reading your marks");
  if (stage == QLatin1String("foreseeing")) return LearningCard::tr("Finding out what its actions lead to");
  if (stage == QLatin1String("inferring")) return LearningCard::tr("Working out what you want");
  if (stage == QLatin1String("imagining")) return LearningCard::tr("Imagining what the robot would do");
  if (stage == QLatin1String("training")) return LearningCard::tr("Practising");
  if (stage == QLatin1String("checking")) return LearningCard::tr("Checking that nothing was lost");
  return stage;
}

QString timeLeftInWords(double seconds) {
  if (!(seconds >= 0) || !std::isfinite(seconds)) return {};
  if (seconds < 90) return LearningCard::tr("about %1 s left").arg(std::lround(std::max(1.0, seconds)));
  return LearningCard::tr("about %1 min left").arg(std::lround(seconds / 60));
}

LearningCard::LearningCard(QWidget* parent)
    : QWidget(parent), stage_(new QLabel), left_(new QLabel), bar_(new QProgressBar) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  stage_->setWordWrap(true);
  left_->setProperty("role", "muted");
  bar_->setRange(0, 1000);
  bar_->setTextVisible(false);
  bar_->setAccessibleName(tr("Progress of learning"));
  auto* stop = new QToolButton;
  stop->setText(tr("Stop learning"));
  stop->setToolTip(tr("Ends the learning run; the lesson stays as it is"));
  cancel_ = stop;
  connect(stop, &QToolButton::clicked, this, &LearningCard::cancelWanted);
  auto* row = new QHBoxLayout;
  row->addWidget(left_, 1);
  row->addWidget(stop);
  column->addWidget(stage_);
  column->addWidget(bar_);
  column->addLayout(row);
}

void LearningCard::show(const LearnerProgress& progress, bool cancelling) {
  stage_->setText(cancelling ? tr("Stopping…") : stageInWords(progress.stage));
  stage_->setToolTip(progress.detail);
  left_->setText(cancelling ? QString() : timeLeftInWords(progress.secondsLeft));
  bar_->setValue(static_cast<int>(1000 * progress.fraction));
  cancel_->setEnabled(!cancelling);
}

}  // namespace nudge
