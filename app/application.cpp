#include "app/application.h"

#include <QDateTime>
#include <QFileInfo>
#include <QFontDatabase>
#include <QMessageBox>
#include <QPushButton>
#include <QStandardPaths>
#include <QStyleFactory>
#include <cstdio>
#include <optional>

#include "core/base/version.h"
#include "core/input/sources.h"
#include "core/policy/policy_path.h"
#include "core/sim/folder/folder_task.h"
#include "core/sim/task.h"
#include "sessions/backups.h"
#include "ui/model/device_hub.h"
#include "ui/model/learner_process.h"
#include "ui/model/lesson_list.h"
#include "ui/model/theme.h"
#include "ui/scene/scene_view.h"
#include "ui/widgets/backup_dialog.h"
#include "ui/widgets/import_dialog.h"
#include "ui/widgets/main_window.h"

namespace nudge {

namespace {

/// Desktops choose a font; a bare X server leaves the fontconfig default, which is wide and dated.
void chooseFont(QApplication& application) {
  QFont font = application.font();
  const bool chosenByDesktop = !qgetenv("XDG_CURRENT_DESKTOP").isEmpty();
  if (chosenByDesktop || !QFontDatabase::families().contains(QStringLiteral("Inter"))) return;
  font.setFamily(QStringLiteral("Inter"));
  font.setPointSizeF(std::max(9.5, font.pointSizeF()));
  application.setFont(font);
}

bool canLookOnly(const Options& options, const Error& error) {
  if (options.createFile || options.file.isEmpty() || options.readOnly) return false;
  return error.code == ErrorCode::Busy || error.code == ErrorCode::ReadOnly || error.code == ErrorCode::InvalidInput ||
         error.code == ErrorCode::NewerVersion;
}

/// A task of one's own that nobody has trained or imported a policy for yet.
bool lacksPrior(const Options& options, const Error& error) {
  return error.code == ErrorCode::NotFound && options.prior.isEmpty() && isTaskFolder(options.task.toStdString()) &&
         !QFileInfo::exists(QString::fromStdString(policyPath(options.task.toStdString(), "prior").string()));
}

}  // namespace

void prepareApplication() {
  QCoreApplication::setOrganizationName(QStringLiteral("nudge"));
  QCoreApplication::setApplicationName(QStringLiteral("nudge"));
  QCoreApplication::setApplicationVersion(QLatin1String(kVersion));
  QGuiApplication::setApplicationDisplayName(QStringLiteral("Nudge"));
  QGuiApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
  setSceneSurfaceFormat();
}

void dressApplication(QApplication& application) {
  Theme::set(Theme::system());
  application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
  chooseFont(application);
  application.setPalette(Theme::current().palette());
  application.setStyleSheet(Theme::current().styleSheet());
}

QString newLessonPath() {
  const QString stem = lessonFolder() + QLatin1Char('/') + QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd HH.mm"));
  QString path = stem + QStringLiteral(".nudge");
  for (int i = 2; QFileInfo::exists(path); ++i) path = QStringLiteral("%1 (%2).nudge").arg(stem).arg(i);
  return path;
}

Result<std::unique_ptr<Lesson>> openLesson(const Options& options, LessonSettings settings) {
  settings.prior = options.prior;
  if (options.file.isEmpty()) return Lesson::create(newLessonPath(), options.task, std::move(settings));
  const QString path = QFileInfo(options.file).absoluteFilePath();
  if (options.createFile) return Lesson::create(path, options.task, std::move(settings));
  return Lesson::open(path, options.readOnly, std::move(settings));
}

WindowApplication::WindowApplication()
    : devices_(std::make_unique<DeviceHub>(
          realSources(), QString::fromStdString(TeacherProfiles::standardPath().string()))) {}
WindowApplication::~WindowApplication() = default;

int WindowApplication::start(const Options& options) { return change(options) ? 0 : 2; }

std::optional<Options> WindowApplication::ask(const Options& failed, const Error& error) {
  QMessageBox box(QMessageBox::Warning, tr("Nudge"), tr("The lesson could not be opened."), QMessageBox::NoButton, window_.get());
  box.setInformativeText(QString::fromStdString(error.message));
  QPushButton* look = canLookOnly(failed, error) ? box.addButton(tr("Open for looking only"), QMessageBox::AcceptRole) : nullptr;
  const bool couldStart = !failed.file.isEmpty();
  QPushButton* fresh = couldStart && !window_ ? box.addButton(tr("Start a new lesson"), QMessageBox::AcceptRole) : nullptr;
  const QString path = QFileInfo(failed.file).absoluteFilePath();
  const bool hasBackups = !failed.file.isEmpty() && !failed.createFile && !backupsOf(path.toStdString()).empty();
  const bool gone = error.code == ErrorCode::Corrupt || error.code == ErrorCode::NotFound;
  QPushButton* import = lacksPrior(failed, error) ? box.addButton(tr("Import a policy…"), QMessageBox::AcceptRole) : nullptr;
  QPushButton* back = hasBackups && gone ? box.addButton(tr("Restore a backup…"), QMessageBox::AcceptRole) : nullptr;
  box.addButton(window_ ? tr("Cancel") : tr("Quit"), QMessageBox::RejectRole);
  box.exec();
  Options next = failed;
  if (look && box.clickedButton() == look) {
    next.readOnly = true;
    return next;
  }
  if (back && box.clickedButton() == back) return restoreInstead(path) ? std::optional(failed) : ask(failed, error);
  if (import && box.clickedButton() == import) return importFor(failed) ? std::optional(failed) : ask(failed, error);
  if (fresh && box.clickedButton() == fresh) {
    Options clean;
    clean.task = failed.task;
    return clean;
  }
  return std::nullopt;
}

bool WindowApplication::importFor(const Options& options) {
  const auto task = makeTask(options.task.toStdString());
  if (!task) return false;
  ImportDialog dialog(options.task, QString::fromStdString((*task)->spec().title), QString(), LearnerProcess::besideThisProgram(),
                      window_.get());
  return dialog.exec() == QDialog::Accepted;
}

void WindowApplication::show(std::unique_ptr<Lesson> lesson) {
  if (window_) return window_->setLesson(std::move(lesson));
  window_ = std::make_unique<MainWindow>(std::move(lesson));
  connect(window_.get(), &MainWindow::newLessonWanted, this, [this](const QString& task, const QString& prior) {
    Options options;
    options.task = task;
    options.prior = prior;
    change(options);
  });
  connect(window_.get(), &MainWindow::lessonChosen, this, [this](const QString& path, bool readOnly) {
    Options options;
    options.file = path;
    options.readOnly = readOnly;
    change(options);
  });
  connect(window_.get(), &MainWindow::restoreWanted, this, &WindowApplication::restore);
  window_->setDevices(devices_.get());
  window_->show();
  devices_->start();
}

bool WindowApplication::restoreInstead(const QString& path) {
  bool restored = false;
  BackupDialog dialog(path, window_.get());
  connect(&dialog, &BackupDialog::restoreWanted, this, [&](const QString& backup) {
    const auto kept = restoreBackup(path.toStdString(), backup.toStdString());
    restored = kept.ok();
    if (!kept) QMessageBox::warning(window_.get(), tr("Nudge"), QString::fromStdString(kept.error().message));
  });
  dialog.exec();
  return restored;
}

void WindowApplication::restore(const QString& backup) {
  const QString path = window_->lesson().path();
  auto look = Lesson::open(path, true);  // in the meantime: nobody records
  if (!look) return window_->banners().show({QStringLiteral("trouble"), BannerKind::Trouble, QString::fromStdString(look.error().message), {}});
  window_->setLesson(std::move(look).value());
  const auto kept = restoreBackup(path.toStdString(), backup.toStdString());
  Options options;
  options.file = path;
  change(options);
  window_->banners().show(kept ? Banner{QStringLiteral("restored"), BannerKind::Good, tr("The lesson is again what it was then. What it was before that is in the list of backups."), {}, 20}
                               : Banner{QStringLiteral("trouble"), BannerKind::Trouble, QString::fromStdString(kept.error().message), {}});
}

LessonSettings WindowApplication::withDevices() {
  LessonSettings settings;
  settings.engine.devices = devices_->devices();
  return settings;
}

/// The present lesson stays open until the other one is.
bool WindowApplication::change(const Options& options) {
  std::optional<Options> attempt = options;
  QString why;
  while (attempt) {
    auto lesson = openLesson(*attempt, withDevices());
    if (lesson) {
      show(std::move(lesson).value());
      if (attempt->readOnly && !why.isEmpty())
        window_->banners().show({QStringLiteral("looking"), BannerKind::Info, tr("Open for looking only: %1").arg(why), {}});
      return true;
    }
    std::fprintf(stderr, "nudge: %s\n", lesson.error().message.c_str());
    why = QString::fromStdString(lesson.error().message);
    attempt = ask(*attempt, lesson.error());
  }
  return false;
}

}  // namespace nudge
