// The lessons of some folders as a table, read in the background.
#pragma once

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <QStringList>
#include <atomic>
#include <thread>
#include <vector>

#include "sessions/catalog.h"

namespace nudge {

/// The folder for new lessons, made if missing.
QString lessonFolder();

/// GUI thread; a thread of its own reads the files. Files that cannot be read are listed with the reason.
class LessonList : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { Name, Task, Teacher, Tags, Taught, Episodes, Driven, Version, Changed, kColumns };
  static constexpr int kSortRole = Qt::UserRole;

  explicit LessonList(QObject* parent = nullptr);
  ~LessonList() override;

  /// Begins anew: every lesson of the folders, then these files, each once. finished() says when all are there.
  void look(const QStringList& folders, const QStringList& files);
  /// Reads one that is listed again.
  void refresh(const QString& path);
  const LessonSummary& lesson(int row) const { return lessons_[static_cast<std::size_t>(row)]; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 Q_SIGNALS:
  void finished();

 private:
  void stop();
  void add(const LessonSummary& lesson);
  std::vector<LessonSummary> lessons_;
  std::atomic<bool> stopping_{false};
  std::thread reader_;
};

/// The rows of a LessonList that match a query (matches() in sessions/catalog.h).
class LessonFilter : public QSortFilterProxyModel {
  Q_OBJECT
 public:
  explicit LessonFilter(LessonList* lessons, QObject* parent = nullptr);
  void setQuery(const QString& query);
  const LessonSummary& lesson(const QModelIndex& shown) const;

 protected:
  bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

 private:
  LessonList* lessons_;
  std::string query_;
};

}  // namespace nudge
