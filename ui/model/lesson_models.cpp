#include "ui/model/lesson_models.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nudge {

namespace {

QString seconds(int steps, const LessonInfo& info) {
  return info.controlRate_hz > 0.0 ? EpisodeModel::tr("%1 s").arg(steps / info.controlRate_hz, 0, 'f', 1)
                                   : QString();
}

}  // namespace

// ---- episodes ---------------------------------------------------------------------------------------

void EpisodeModel::setDocument(SessionDocument* document) {
  beginResetModel();
  if (document_) document_->disconnect(this);
  document_ = document;
  count_ = 0;
  newest_ = 0;
  if (document) {
    count_ = static_cast<int>(document->episodes().size());
    if (count_ > 0) newest_ = document->episodes().back().row.start.episode;
    connect(document, &SessionDocument::episodesChanged, this, &EpisodeModel::grow);
    connect(document, &SessionDocument::episodeChanged, this, [this](qint64 number) {
      if (const int row = rowOf(number); row >= 0)
        Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
    });
  }
  endResetModel();
}

void EpisodeModel::grow() {
  const auto& episodes = document_->episodes();
  const int now = static_cast<int>(episodes.size());
  const bool appended =
      now > count_ &&
      (count_ == 0 || episodes[static_cast<std::size_t>(count_ - 1)].row.start.episode == newest_);
  if (appended) {
    beginInsertRows({}, 0, now - count_ - 1);
  } else {
    beginResetModel();
  }
  count_ = now;
  newest_ = now ? episodes.back().row.start.episode : 0;
  if (appended) {
    endInsertRows();
  } else {
    endResetModel();
  }
}

const EpisodeView& EpisodeModel::at(int row) const {
  return document_->episodes()[static_cast<std::size_t>(count_ - 1 - row)];
}

qint64 EpisodeModel::episodeAt(int row) const {
  return row >= 0 && row < rowCount() ? at(row).row.start.episode : 0;
}

int EpisodeModel::rowOf(qint64 episode) const {
  const EpisodeView* found = document_ ? document_->episode(episode) : nullptr;
  if (!found) return -1;
  const int row = count_ - 1 - static_cast<int>(found - document_->episodes().data());
  return row >= 0 ? row : -1;
}

int EpisodeModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() || !document_ ? 0 : count_;
}
int EpisodeModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : ColumnCount;
}

QVariant EpisodeModel::data(const QModelIndex& index, int role) const {
  if (!document_ || !index.isValid() || index.row() >= count_) return {};
  const EpisodeView& shown = at(index.row());
  const EpisodeRow& row = shown.row;
  if (role == Qt::DisplayRole) {
    switch (index.column()) {
      case Number:
        return QStringLiteral("#%1").arg(row.start.episode);
      case Success:
        return row.practice  ? QStringLiteral("◇")
               : shown.live  ? QStringLiteral("●")
               : row.success ? QStringLiteral("✓")
                             : QStringLiteral("✗");
      case TakeOvers:
        return row.takeOvers;
      case Length:
        return seconds(shown.steps(), document_->info());
      default:
        return {};
    }
  }
  if (role == Qt::TextAlignmentRole && index.column() >= TakeOvers)
    return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
  if (role == Qt::ToolTipRole || role == Qt::AccessibleTextRole) {
    const QString result = row.practice ? tr("practice, not counted")
                           : shown.live    ? tr("running")
                           : row.success ? tr("goal reached")
                                         : tr("goal not reached");
    return tr("Episode %1, %2, %n take-over(s), %3 of %4 steps driven by the teacher, policy v%5, round %6",
              nullptr, row.takeOvers)
        .arg(row.start.episode)
        .arg(result)
        .arg(row.teacherSteps)
        .arg(shown.steps())
        .arg(row.start.policyVersion)
        .arg(row.start.round);
  }
  return {};
}

QVariant EpisodeModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole && section >= TakeOvers)
    return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
  if (role != Qt::DisplayRole) return {};
  switch (section) {
    case Number:
      return tr("No.");
    case Success:
      return tr("Goal");
    case TakeOvers:
      return tr("Takes");
    case Length:
      return tr("Time");
    default:
      return {};
  }
}

// ---- policies -----------------------------------------------------------------------------------------

void PolicyModel::setDocument(SessionDocument* document) {
  beginResetModel();
  if (document_) document_->disconnect(this);
  document_ = document;
  if (document) {
    const auto reset = [this] {
      beginResetModel();
      endResetModel();
    };
    connect(document, &SessionDocument::policiesChanged, this, reset);
    // Another version may be at the wheel in the new episode.
    connect(document, &SessionDocument::episodesChanged, this, [this] {
      if (rowCount() > 0) Q_EMIT dataChanged(index(0), index(rowCount() - 1));
    });
  }
  endResetModel();
}

const PolicyVersion& PolicyModel::at(int row) const {
  return document_->policies()[document_->policies().size() - 1 - static_cast<std::size_t>(row)];
}

int PolicyModel::versionAt(int row) const {
  return row >= 0 && row < rowCount() ? at(row).version : -1;
}

int PolicyModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() || !document_ ? 0 : static_cast<int>(document_->policies().size());
}

QVariant PolicyModel::data(const QModelIndex& index, int role) const {
  if (!document_ || !index.isValid() || index.row() >= rowCount()) return {};
  const PolicyVersion& policy = at(index.row());
  const auto& episodes = document_->episodes();
  const bool drives = !episodes.empty() && episodes.back().row.start.policyVersion == policy.version;
  const bool next = document_->activeVersion() == policy.version;
  const QString state = drives && next ? tr("drives")
                        : drives       ? tr("drives until this episode ends")
                        : next         ? tr("drives from the next episode")
                                       : QString();
  switch (role) {
    case Qt::DisplayRole: {
      QString text = lineage(document_->policies(), policy.version);
      if (!state.isEmpty()) text += QStringLiteral("\n● ") + state;
      return text + u'\n' + learned(policy, document_->featureTitles());
    }
    case Qt::ToolTipRole:
      return tr("Made %1\nsha256 %2")
          .arg(QString::fromStdString(policy.created), QString::fromStdString(policy.hash));
    case Qt::AccessibleTextRole: {
      QString text = policy.version == 0 ? tr("Prior") : tr("Version %1").arg(policy.version);
      if (!state.isEmpty()) text += QStringLiteral(", ") + state;
      return text + QStringLiteral(", ") + learned(policy, document_->featureTitles());
    }
    default:
      return {};
  }
}

QString PolicyModel::lineage(const std::vector<PolicyVersion>& policies, int version) {
  constexpr int kShown = 3;
  QStringList line;
  // Parents are older; a file that says otherwise must not send us round in circles.
  for (int at = version; at > 0;) {
    line << QStringLiteral("v%1").arg(at);
    const auto found =
        std::find_if(policies.begin(), policies.end(), [at](const auto& p) { return p.version == at; });
    if (found == policies.end() || found->parent >= at || found->parent < 0)
      return line.mid(0, kShown).join(QStringLiteral(" ← "));
    at = found->parent;
  }
  if (line.size() > kShown) line = line.mid(0, kShown - 1) << QStringLiteral("…");
  line << tr("prior");
  return line.join(QStringLiteral(" ← "));
}

QString PolicyModel::learned(const PolicyVersion& policy, const QStringList& titles) {
  constexpr std::size_t kShown = 2;
  if (policy.version == 0) return tr("what it knew before the lesson");
  std::vector<std::size_t> order(std::min(policy.theta.size(), static_cast<std::size_t>(titles.size())));
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(policy.theta[a]) > std::abs(policy.theta[b]);
  });
  QStringList parts;
  for (std::size_t i = 0; i < std::min(order.size(), kShown); ++i) {
    const double theta = policy.theta[order[i]];
    if (!std::isfinite(theta) || std::abs(theta) < 0.005) continue;
    parts << QStringLiteral("%1 %2%3").arg(titles[static_cast<qsizetype>(order[i])],
                                           theta < 0.0 ? QStringLiteral("−") : QStringLiteral("+"),
                                           QString::number(std::abs(theta), 'f', 2));
  }
  return parts.isEmpty() ? tr("no weight changed") : parts.join(QStringLiteral(", "));
}

}  // namespace nudge
