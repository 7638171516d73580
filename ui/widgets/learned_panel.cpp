#include "ui/widgets/learned_panel.h"

#include <QFrame>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLocale>
#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/widgets/learning_card.h"
#include "ui/widgets/panel_title.h"
#include "ui/widgets/rate_chart.h"
#include "ui/widgets/weight_bars.h"

namespace nudge {

namespace {
QLabel* wordy(const QString& text = {}) {
  auto* label = new QLabel(text);
  label->setWordWrap(true);
  label->setProperty("role", "muted");
  label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  return label;
}

/// How many of the teacher's steps looked like slips, and did not count.
int slipsOf(const Update& update) {
  return QJsonDocument::fromJson(QByteArray::fromStdString(update.report)).object()[QLatin1String("slips")].toInt();
}

/// The newest update that says something about weights.
const Update* latestAnswer(const std::vector<Update>& updates) {
  for (auto it = updates.rbegin(); it != updates.rend(); ++it) {
    if (it->outcome != UpdateOutcome::Running && !it->theta.empty()) return &*it;
  }
  return nullptr;
}

QString outcomeInWords(const Update& update) {
  switch (update.outcome) {
    case UpdateOutcome::NewPolicy: return LearnedPanel::tr("made v%1").arg(update.resultVersion);
    case UpdateOutcome::NothingToCorrect: return LearnedPanel::tr("found nothing to correct");
    case UpdateOutcome::BaseTaskKept: return LearnedPanel::tr("was dropped: it would have cost success");
    case UpdateOutcome::Cancelled: return LearnedPanel::tr("was stopped");
    case UpdateOutcome::Failed: return LearnedPanel::tr("failed");
    case UpdateOutcome::Running: break;
  }
  return LearnedPanel::tr("is running");
}
}  // namespace

LearnedPanel::LearnedPanel(QWidget* parent)
    : QWidget(parent),
      bars_(new WeightBars),
      chart_(new RateChart),
      card_(new LearningCard),
      noWeights_(wordy(tr("Nothing learned yet: take over when the robot goes wrong, then press L."))),
      noRates_(wordy(tr("The share of steps that you drive, round by round. It should fall below the dashed target."))),
      update_(wordy()),
      effort_(wordy()),
      learning_(new QWidget) {
  auto* content = new QWidget;
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(12, 8, 12, 12);
  column->setSpacing(8);

  auto* title = new PanelTitle(tr("What it learned"), QStringLiteral("learning"));
  connect(title, &PanelTitle::helpWanted, this, &LearnedPanel::helpWanted);
  auto* rateTitle = new QLabel(tr("How much you drive"));
  rateTitle->setProperty("role", "title");
  auto* box = new QVBoxLayout(learning_);
  box->setContentsMargins(0, 0, 0, 0);
  box->addWidget(card_);
  learning_->hide();

  column->addWidget(title);
  column->addWidget(learning_);
  column->addWidget(noWeights_);
  column->addWidget(bars_);
  column->addWidget(update_);
  column->addSpacing(6);
  column->addWidget(rateTitle);
  column->addWidget(noRates_);
  column->addWidget(chart_);
  column->addWidget(effort_);
  column->addStretch(1);

  auto* scroll = new QScrollArea;
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setWidget(content);
  auto* frame = new QFrame;
  frame->setProperty("panel", true);
  auto* inner = new QVBoxLayout(frame);
  inner->setContentsMargins(1, 1, 1, 1);
  inner->addWidget(scroll);
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(frame);
  connect(card_, &LearningCard::cancelWanted, this, [this] {
    if (learner_) learner_->cancel();
  });
  refresh();
}

void LearnedPanel::setDocument(SessionDocument* document) {
  if (document_) document_->disconnect(this);
  document_ = document;
  if (document_) {
    connect(document_, &SessionDocument::updatesChanged, this, &LearnedPanel::refresh);
    connect(document_, &SessionDocument::policiesChanged, this, &LearnedPanel::refresh);
    connect(document_, &SessionDocument::episodesChanged, this, &LearnedPanel::refresh);
    connect(document_, &QObject::destroyed, this, [this] { document_ = nullptr; });
  }
  refresh();
}

void LearnedPanel::setLearner(LearnerProcess* learner) {
  learner_ = learner;
  if (learner_) {
    connect(learner_, &LearnerProcess::stateChanged, this, &LearnedPanel::showLearner);
    connect(learner_, &LearnerProcess::progressChanged, this, &LearnedPanel::showLearner);
    connect(learner_, &QObject::destroyed, this, [this] { learner_ = nullptr; });
  }
  showLearner();
}

void LearnedPanel::setTeacherSteps(qint64 teacherSteps, qint64 allSteps) {
  if (allSteps <= 0) {
    effort_->clear();
    return;
  }
  effort_->setText(tr("You drove %1 of %L2 steps so far (%3\u00a0%).")
                       .arg(QLocale().toString(teacherSteps))
                       .arg(allSteps)
                       .arg(100.0 * double(teacherSteps) / double(allSteps), 0, 'f', 0));
}

void LearnedPanel::refresh() {
  showLatestUpdate();
  std::vector<RatePoint> points;
  if (document_) {
    for (const auto& rate : document_->rates()) {
      if (rate.steps > 0) points.push_back({rate.round, rate.rate()});
    }
  }
  const bool any = !points.empty();
  if (any) chart_->setRates(points, document_->info().targetRate);
  chart_->setVisible(any);
  noRates_->setVisible(!any);
}

void LearnedPanel::showLatestUpdate() {
  const Update* update = document_ ? latestAnswer(document_->updates()) : nullptr;
  noWeights_->setVisible(!update);
  bars_->setVisible(update != nullptr);
  update_->setVisible(update != nullptr);
  if (!update) return;
  const QStringList titles = document_->featureTitles();
  std::vector<WeightRow> rows;
  for (std::size_t i = 0; i < update->theta.size(); ++i) {
    WeightRow row;
    row.name = i < document_->info().features.size() ? QString::fromStdString(document_->info().features[i])
                                                     : QString::number(i);
    row.title = titles.value(static_cast<qsizetype>(i), row.name);
    row.theta = update->theta[i];
    row.halfWidth = i < update->thetaHalfWidth.size() ? update->thetaHalfWidth[i] : 0.0;
    rows.push_back(std::move(row));
  }
  bars_->setRows(std::move(rows));
  QString text = tr("Update %1 %2, from %3 steps that you drove and %4 that you let pass.")
                     .arg(update->id)
                     .arg(outcomeInWords(*update))
                     .arg(update->expertSteps)
                     .arg(update->goodSteps);
  const int slips = slipsOf(*update);
  if (slips > 0) text += QLatin1Char(' ') + tr("%1 of yours looked like slips and did not count.").arg(slips);
  // What made a policy shows itself; of what did not, the learner says why.
  update_->setText(update->outcome == UpdateOutcome::NewPolicy || update->message.empty()
                       ? text : tr("%1 %2").arg(text, QString::fromStdString(update->message)));
}

void LearnedPanel::showLearner() {
  const bool running = learner_ && learner_->running();
  learning_->setVisible(running);
  if (running) card_->show(learner_->progress(), learner_->state() == LearnerProcess::State::Cancelling);
}

}  // namespace nudge
