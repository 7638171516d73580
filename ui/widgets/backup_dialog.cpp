#include "ui/widgets/backup_dialog.h"

#include <QDateTime>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "sessions/catalog.h"

namespace nudge {

namespace {

QString age(qint64 seconds) {
  if (seconds < 2 * 3600) return BackupDialog::tr("%1 min").arg(seconds / 60);
  if (seconds < 2 * 86'400) return BackupDialog::tr("%1 h").arg(seconds / 3600);
  return BackupDialog::tr("%1 days").arg(seconds / 86'400);
}

}  // namespace

BackupDialog::BackupDialog(const QString& lesson, QWidget* parent) : QDialog(parent), table_(new QTreeWidget) {
  setWindowTitle(tr("Backups of %1").arg(QFileInfo(lesson).completeBaseName()));
  auto* column = new QVBoxLayout(this);
  auto* about = new QLabel(tr("Made by themselves when a lesson is opened, before learning and before an upgrade: the newest three, "
                              "one a day for a week, one a week for four weeks. Restoring one keeps the present state as a backup."));
  about->setWordWrap(true);
  about->setProperty("role", "muted");
  auto* restore = new QPushButton(tr("Restore"));
  auto* close = new QPushButton(tr("Close"));
  restore->setEnabled(false);
  restore->setProperty("primary", true);
  close->setDefault(true);
  table_->setObjectName(QStringLiteral("backups"));
  table_->setAccessibleName(tr("Backups"));
  table_->setRootIsDecorated(false);
  table_->setHeaderLabels({tr("Made"), tr("Age"), tr("Episodes"), tr("Length"), tr("Policy"), tr("Size"), tr("Why")});
  table_->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
  list(backupsOf(lesson.toStdString()));
  if (table_->topLevelItemCount() == 0) about->setText(tr("There is no backup of this lesson yet."));
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(8);
  buttons->addStretch(1);
  buttons->addWidget(close);
  buttons->addWidget(restore);
  column->addWidget(about);
  column->addWidget(table_, 1);
  column->addLayout(buttons);
  resize(720, 360);
  connect(table_, &QTreeWidget::itemSelectionChanged, this,
          [this, restore] { restore->setEnabled(!table_->selectedItems().isEmpty()); });
  connect(close, &QPushButton::clicked, this, &QDialog::reject);
  connect(restore, &QPushButton::clicked, this, [this] {
    const QString backup = table_->selectedItems().front()->data(0, Qt::UserRole).toString();
    accept();
    Q_EMIT restoreWanted(backup);
  });
}

void BackupDialog::list(const std::vector<Backup>& backups) {
  const QDateTime now = QDateTime::currentDateTime();
  for (const Backup& backup : backups) {
    const LessonSummary lesson = summarizeLesson(backup.path);
    const QDateTime made = QDateTime::fromSecsSinceEpoch(backup.made_s);
    const bool sound = lesson.trouble.empty();
    auto* item = new QTreeWidgetItem(
        table_, {made.toString(QStringLiteral("yyyy-MM-dd HH:mm")), age(std::max<qint64>(0, made.secsTo(now))),
                 sound ? QString::number(lesson.episodes) : tr("damaged"),
                 sound ? tr("%1 min").arg(lesson.duration_s / 60.0, 0, 'f', 1) : QString(),
                 sound ? tr("v%1 of %2").arg(lesson.activeVersion).arg(lesson.policies) : QString(),
                 QLocale().formattedDataSize(backup.size_bytes, 1, QLocale::DataSizeSIFormat), backup.ofUpgrade ? tr("before an upgrade") : QString()});
    item->setData(0, Qt::UserRole, QString::fromStdString(backup.path));
    item->setToolTip(0, sound ? QString::fromStdString(backup.path) : QString::fromStdString(lesson.trouble));
    item->setDisabled(!sound);
  }
}

}  // namespace nudge

#include "moc_backup_dialog.cpp"
