#include "ui/widgets/lesson_panel.h"

#include <QHeaderView>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QSplitter>
#include <QStackedWidget>
#include <QTreeView>
#include <QVBoxLayout>

namespace nudge {

namespace {

/// A list chooses its first row when the focus comes by Tab; here choosing a row begins a review.
class EpisodeList : public QTreeView {
 protected:
  void focusInEvent(QFocusEvent* event) override {
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
  }
};

QLabel* titleLabel(const QString& text) {
  auto* label = new QLabel(text);
  label->setProperty("role", QStringLiteral("title"));
  return label;
}

QWidget* emptyPage(const QString& text) {
  auto* label = new QLabel(text);
  label->setProperty("role", QStringLiteral("muted"));
  label->setWordWrap(true);
  label->setAlignment(Qt::AlignCenter);
  label->setMargin(12);
  return label;
}

}  // namespace

LessonPanel::LessonPanel(QWidget* parent) : QWidget(parent) {
  auto* parts = new QSplitter(Qt::Vertical, this);
  parts->setChildrenCollapsible(false);
  parts->addWidget(episodesPart());
  parts->addWidget(policiesPart());
  parts->setStretchFactor(0, 3);
  parts->setStretchFactor(1, 2);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(parts);
  for (QAbstractItemModel* model :
       {static_cast<QAbstractItemModel*>(&episodes_), static_cast<QAbstractItemModel*>(&policies_)}) {
    connect(model, &QAbstractItemModel::modelReset, this, &LessonPanel::showState);
    connect(model, &QAbstractItemModel::rowsInserted, this, &LessonPanel::showState);
    connect(model, &QAbstractItemModel::dataChanged, this, &LessonPanel::showState);
  }
  showState();
}

QWidget* LessonPanel::episodesPart() {
  episodeList_ = new EpisodeList;
  episodeList_->setObjectName(QStringLiteral("episodes"));
  episodeList_->setAccessibleName(tr("Episodes"));
  episodeList_->setModel(&episodes_);
  episodeList_->setRootIsDecorated(false);
  episodeList_->setUniformRowHeights(true);
  episodeList_->setAllColumnsShowFocus(true);
  episodeList_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  QHeaderView* header = episodeList_->header();
  header->setMinimumSectionSize(24);
  header->setStretchLastSection(false);
  header->setSectionsMovable(false);
  header->setSectionResizeMode(QHeaderView::ResizeToContents);
  header->setSectionResizeMode(EpisodeModel::Success, QHeaderView::Stretch);
  connect(episodeList_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this](const QModelIndex& now) {
            if (choosing_ && now.isValid()) Q_EMIT episodeChosen(episodes_.episodeAt(now.row()));
          });
  // A click on the row that is current already means: again from its start.
  connect(episodeList_, &QTreeView::activated, this,
          [this](const QModelIndex& index) { Q_EMIT episodeChosen(episodes_.episodeAt(index.row())); });
  episodePages_ = new QStackedWidget;
  episodePages_->addWidget(
      emptyPage(tr("No episodes yet.\nEach run of the robot appears here; choose one to look at it again.")));
  episodePages_->addWidget(episodeList_);
  episodeTitle_ = titleLabel(tr("Episodes"));
  auto* part = new QWidget;
  auto* layout = new QVBoxLayout(part);
  layout->setContentsMargins(0, 0, 0, 4);
  layout->addWidget(episodeTitle_);
  layout->addWidget(episodePages_, 1);
  return part;
}

QWidget* LessonPanel::policiesPart() {
  policyList_ = new QListView;
  policyList_->setObjectName(QStringLiteral("policies"));
  policyList_->setAccessibleName(tr("Policies"));
  policyList_->setModel(&policies_);
  policyList_->setWordWrap(true);
  policyList_->setResizeMode(QListView::Adjust);
  policyList_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  policyList_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  policyList_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  connect(policyList_, &QListView::activated, this,
          [this](const QModelIndex& index) { requestSwitch(index.row()); });
  connect(policyList_->selectionModel(), &QItemSelectionModel::currentChanged, this, &LessonPanel::showState);
  policyPages_ = new QStackedWidget;
  policyPages_->addWidget(emptyPage(tr("No policy yet.\nThe versions that the robot learns appear here.")));
  policyPages_->addWidget(policyList_);
  switch_ = new QPushButton(tr("Let this version drive"));
  switch_->setObjectName(QStringLiteral("switch"));
  connect(switch_, &QPushButton::clicked, this, [this] { requestSwitch(policyList_->currentIndex().row()); });
  auto* part = new QWidget;
  auto* layout = new QVBoxLayout(part);
  layout->setContentsMargins(0, 4, 0, 0);
  layout->addWidget(titleLabel(tr("Policies")));
  layout->addWidget(policyPages_, 1);
  layout->addWidget(switch_);
  return part;
}

void LessonPanel::setDocument(SessionDocument* document) {
  const QScopedValueRollback quiet(choosing_, false);
  document_ = document;
  episodes_.setDocument(document);
  policies_.setDocument(document);
}

void LessonPanel::setCurrentEpisode(qint64 episode) {
  const QScopedValueRollback quiet(choosing_, false);
  const int row = episodes_.rowOf(episode);
  if (row < 0) {
    episodeList_->selectionModel()->clear();
    return;
  }
  if (episodeList_->currentIndex().row() == row && episodeList_->selectionModel()->hasSelection()) return;
  episodeList_->setCurrentIndex(episodes_.index(row, 0));
}

void LessonPanel::requestSwitch(int row) {
  const int version = policies_.versionAt(row);
  if (version < 0 || !document_ || document_->readOnly() || version == document_->activeVersion()) return;
  Q_EMIT switchRequested(version);
}

void LessonPanel::showState() {
  if (!episodePages_ || !policyPages_ || !switch_) return;
  const int episodes = episodes_.rowCount();
  episodePages_->setCurrentIndex(episodes > 0 ? 1 : 0);
  episodeTitle_->setText(episodes > 0 ? tr("Episodes (%1)").arg(episodes) : tr("Episodes"));
  policyPages_->setCurrentIndex(policies_.rowCount() > 0 ? 1 : 0);
  const int version = policies_.versionAt(policyList_->currentIndex().row());
  const bool readOnly = document_ && document_->readOnly();
  switch_->setEnabled(document_ && !readOnly && version >= 0 && version != document_->activeVersion());
  switch_->setToolTip(readOnly ? tr("This lesson is open read-only")
                               : tr("From the next episode on. Later versions stay in the lesson."));
}

}  // namespace nudge
