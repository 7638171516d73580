#include "ui/model/backup_keeper.h"

#include "sessions/backups.h"

namespace nudge {

namespace {
constexpr double kYoungest_s = 600.0;
}

BackupKeeper::BackupKeeper(QObject* parent) : QObject(parent) {}
BackupKeeper::~BackupKeeper() { stop(); }

void BackupKeeper::stop() {
  stopping_ = true;
  if (copier_.joinable()) copier_.join();
  stopping_ = false;
}

void BackupKeeper::start(const QString& path) {
  if (busy_) return;
  stop();
  busy_ = true;
  copier_ = std::thread([this, path] {
    const auto backup = makeBackup(path.toStdString(), kYoungest_s, &stopping_);
    busy_ = false;
    if (!backup) {
      Q_EMIT failed(QString::fromStdString(backup.error().message));
    } else if (!backup->empty()) {
      Q_EMIT made(QString::fromStdString(*backup));
    }
  });
}

}  // namespace nudge

#include "moc_backup_keeper.cpp"
