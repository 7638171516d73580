// The lists of the lesson panel: episodes and policy versions, newest first. GUI thread.
#pragma once

#include <QAbstractListModel>
#include <QAbstractTableModel>
#include <QPointer>

#include "ui/model/session_document.h"

namespace nudge {

/// A row an episode: number, success, take-overs, length.
class EpisodeModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { Number, Success, TakeOvers, Length, ColumnCount };

  explicit EpisodeModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
  void setDocument(SessionDocument* document);
  qint64 episodeAt(int row) const;  ///< 0 outside
  int rowOf(qint64 episode) const;  ///< −1 if unknown

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  const EpisodeView& at(int row) const;
  void grow();

  QPointer<SessionDocument> document_;
  int count_ = 0;      // episodes told to the views
  qint64 newest_ = 0;  // number of the last of them
};

/// A row a policy version: lineage, what it learned, whether it drives.
class PolicyModel : public QAbstractListModel {
  Q_OBJECT
 public:
  explicit PolicyModel(QObject* parent = nullptr) : QAbstractListModel(parent) {}
  void setDocument(SessionDocument* document);
  int versionAt(int row) const;  ///< −1 outside

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;

  /// "v3 ← v2 ← prior"; long lines of descent are shortened in the middle.
  static QString lineage(const std::vector<PolicyVersion>& policies, int version);
  /// The strongest residual weights: "tool height −0.78, effort −0.02".
  static QString learned(const PolicyVersion& policy, const QStringList& titles);

 private:
  const PolicyVersion& at(int row) const;

  QPointer<SessionDocument> document_;
};

}  // namespace nudge
