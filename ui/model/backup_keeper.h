// Backups of the open lesson, made by themselves.
#pragma once

#include <QObject>
#include <atomic>
#include <thread>

namespace nudge {

/// GUI thread; a thread of its own copies.
class BackupKeeper : public QObject {
  Q_OBJECT
 public:
  explicit BackupKeeper(QObject* parent = nullptr);
  ~BackupKeeper() override;
  /// A backup of the lesson as it is now, unless one is being made, the newest is younger than ten minutes, or nothing has
  /// changed since then (sessions/backups.h).
  void start(const QString& path);
  /// Ends a copy that is under way; what there is of it is deleted.
  void stop();

 Q_SIGNALS:
  void made(const QString& backup);
  void failed(const QString& message);

 private:
  std::thread copier_;
  std::atomic<bool> stopping_{false}, busy_{false};
};

}  // namespace nudge
