// Which lesson is open, and where it lies.
#include <QFileDialog>
#include <QFileInfo>
#include <QInputDialog>
#include <QLocale>
#include <QMenu>

#include "sessions/place.h"
#include "sessions/teachers.h"
#include "ui/model/device_hub.h"
#include "ui/widgets/backup_dialog.h"
#include "ui/widgets/lesson_browser.h"
#include "ui/widgets/main_window.h"

namespace nudge {

namespace {
constexpr int kWidestName_px = 360;
}

void MainWindow::openLesson() {
  const QString folder = QFileInfo(lesson_->path()).absolutePath();
  const QString file = QFileDialog::getOpenFileName(this, tr("Open a lesson"), folder, tr("Lessons (*.nudge)"));
  if (!file.isEmpty()) Q_EMIT lessonChosen(file, false);
}

bool MainWindow::saveElsewhere(QString& path) {
  path = QFileDialog::getSaveFileName(this, tr("Save the lesson elsewhere"), QFileInfo(lesson_->path()).fileName(),
                                      tr("Lessons (*.nudge)"), nullptr, QFileDialog::DontConfirmOverwrite);
  if (path.isEmpty()) return false;
  if (QFileInfo(path).suffix().isEmpty()) path += QStringLiteral(".nudge");
  const Status saved = lesson_->saveElsewhere(path);
  if (!saved) tellTrouble(QString::fromStdString(saved.error().message));
  return saved.ok();
}

void MainWindow::openBrowser() {
  if (auto* open = findChild<LessonBrowser*>()) return open->activateWindow();
  auto* browser = new LessonBrowser(lesson_->path(), this);
  browser->setAttribute(Qt::WA_DeleteOnClose);
  connect(browser, &LessonBrowser::chosen, this, &MainWindow::lessonChosen);
  browser->show();
}

void MainWindow::openBackups() {
  if (auto* open = findChild<BackupDialog*>()) return open->activateWindow();
  auto* dialog = new BackupDialog(lesson_->path(), this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &BackupDialog::restoreWanted, this, &MainWindow::restoreWanted);
  dialog->show();
}

/// What to know about where the lesson lies: said once for each lesson.
void MainWindow::tellPlace() {
  littleSpaceTold_ = false;
  if (lesson_->readOnly()) return;
  const Place place = placeOf(lesson_->path().toStdString());
  if (!place.network.empty()) {
    banners_->show({QStringLiteral("place"), BannerKind::Warning,
                    tr("This lesson lies on a network drive (%1). Recording may stall when the network does, and only one computer "
                       "at a time may open it. A disk of this computer is safer.")
                        .arg(QString::fromStdString(place.network)),
                    {}});
  } else if (!place.synced.empty()) {
    banners_->show({QStringLiteral("place"), BannerKind::Warning,
                    tr("%1 copies this folder to other computers. A copy made while the lesson is open may be broken: teach in "
                       "another folder and put the lesson here when it is closed.")
                        .arg(QString::fromStdString(place.synced)),
                    {}});
  }
}

void MainWindow::tellSpace() {
  const qint64 free = lesson_->robot() ? lesson_->robot()->recorder().freeSpace_bytes : -1;
  const bool little = free >= 0 && free < kLittleSpace_bytes;
  if (little == littleSpaceTold_) return;
  littleSpaceTold_ = little;
  const QString id = QStringLiteral("space");
  if (!little) return banners_->close(id);
  banners_->show({id, BannerKind::Warning,
                  tr("Little space is left on the disk of this lesson (%1). An hour of teaching takes about 25 MB; when the disk "
                     "is full, new steps wait in memory.")
                      .arg(QLocale().formattedDataSize(free, 1, QLocale::DataSizeSIFormat)),
                  {}});
}

void MainWindow::listRecentLessons() {
  auto* menu = new QMenu(this);
  actions_.action(ActionId::RecentLessons)->setMenu(menu);
  connect(menu, &QMenu::aboutToShow, this, [this, menu] {
    menu->clear();
    for (const QString& path : settings_.recentLessons()) {
      const QFileInfo file(path);
      if (file == QFileInfo(lesson_->path()) || !file.exists()) continue;
      const QString name = menu->fontMetrics().elidedText(file.completeBaseName(), Qt::ElideMiddle, kWidestName_px);
      QAction* open = menu->addAction(QString(name).replace(QLatin1Char('&'), QLatin1String("&&")));
      open->setStatusTip(path);
      connect(open, &QAction::triggered, this, [this, path] { Q_EMIT lessonChosen(path, false); });
    }
    if (menu->isEmpty()) menu->addAction(tr("None yet"))->setEnabled(false);
  });
}

void MainWindow::nameTeacher() {
  const std::string path = lesson_->path().toStdString();
  const auto teachers = teachersOf(path);
  if (!teachers) return tellTrouble(QString::fromStdString(teachers.error().message));
  QStringList names{QString()};
  int now = 0;
  for (const TeacherShare& each : *teachers) {
    if (each.teacher.empty()) continue;
    if (each.now) now = static_cast<int>(names.size());
    names << QString::fromStdString(each.teacher);
  }
  bool named = false;
  const QString typed = QInputDialog::getItem(this, tr("Who teaches"), tr("Name kept with your episodes, from the next one on:"), names,
                                             now, true, &named);
  if (!named) return;
  const QString name = typed.trimmed();
  if (const Status set = setTeacher(path, name.toStdString()); !set) return tellTrouble(QString::fromStdString(set.error().message));
  if (!devices_ || name == devices_->teacher()) return;
  devices_->setPlace(name, QString::fromStdString(lesson_->document().info().task));
  if (!devices_->reaction()) useReaction(LessonInfo{}.reaction_s);  // not that of who taught before
}

}  // namespace nudge
