#include "ui/model/lesson_list.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QLocale>
#include <QStandardPaths>
#include <set>

namespace nudge {

namespace {

QString text(const std::vector<std::string>& list) {
  QStringList texts;
  for (const std::string& each : list) texts << QString::fromStdString(each);
  return texts.join(QStringLiteral(", "));
}

double driven(const LessonSummary& lesson) {
  return lesson.steps > 0 ? static_cast<double>(lesson.teacherSteps) / static_cast<double>(lesson.steps) : 0.0;
}

/// What a cell says, as a value that sorts.
QVariant value(const LessonSummary& lesson, int column) {
  switch (column) {
    case LessonList::Name: return QFileInfo(QString::fromStdString(lesson.path)).completeBaseName();
    case LessonList::Task: return QString::fromStdString(lesson.task);
    case LessonList::Teacher: return text(lesson.teachers);
    case LessonList::Tags: return text(lesson.tags);
    case LessonList::Taught: return lesson.duration_s;
    case LessonList::Episodes: return qint64(lesson.episodes);
    case LessonList::Driven: return driven(lesson);
    case LessonList::Version: return lesson.activeVersion;
    case LessonList::Changed: return qint64(lesson.changed_s);
    default: return {};
  }
}

QString shown(const LessonSummary& lesson, int column) {
  if (column == LessonList::Changed)
    return QDateTime::fromSecsSinceEpoch(lesson.changed_s).toString(QStringLiteral("yyyy-MM-dd HH:mm"));
  if (!lesson.trouble.empty() && column != LessonList::Name)
    return column == LessonList::Task ? LessonList::tr("unreadable") : QString();
  switch (column) {
    case LessonList::Taught: {
      const auto minutes = qint64(lesson.duration_s / 60.0);
      return minutes < 60 ? LessonList::tr("%1 min").arg(lesson.duration_s / 60.0, 0, 'f', 1)
                          : LessonList::tr("%1 h %2 min").arg(minutes / 60).arg(minutes % 60, 2, 10, QLatin1Char('0'));
    }
    case LessonList::Driven:
      return lesson.steps > 0 ? LessonList::tr("%1 %").arg(100.0 * driven(lesson), 0, 'f', 1) : QString();
    case LessonList::Version:
      return LessonList::tr("v%1 of %2").arg(lesson.activeVersion).arg(lesson.policies);
    default: return value(lesson, column).toString();
  }
}

/// Numbers end in line.
int alignment(int column) {
  return int(Qt::AlignVCenter | (column >= LessonList::Taught ? Qt::AlignRight : Qt::AlignLeft));
}

QString tip(const LessonSummary& lesson) {
  const QString path = QDir::toNativeSeparators(QString::fromStdString(lesson.path));
  if (!lesson.trouble.empty()) return QString::fromStdString(lesson.trouble);
  return LessonList::tr("%1\n%2, format %3, made with Nudge %4")
      .arg(path, QLocale().formattedDataSize(lesson.size_bytes, 1, QLocale::DataSizeSIFormat))
      .arg(lesson.format)
      .arg(QString::fromStdString(lesson.nudgeVersion));
}

}  // namespace

QString lessonFolder() {
  QString documents = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
  if (documents.isEmpty() || !QFileInfo(documents).isWritable()) {
    documents = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
  }
  const QString folder = documents + QStringLiteral("/Nudge");
  QDir().mkpath(folder);
  return folder;
}

LessonList::LessonList(QObject* parent) : QAbstractTableModel(parent) {}
LessonList::~LessonList() { stop(); }

void LessonList::stop() {
  stopping_ = true;
  if (reader_.joinable()) reader_.join();
  stopping_ = false;
}

void LessonList::look(const QStringList& folders, const QStringList& files) {
  stop();
  QCoreApplication::removePostedEvents(this, QEvent::MetaCall);  // rows of the look before
  beginResetModel();
  lessons_.clear();
  endResetModel();
  reader_ = std::thread([this, folders, files] {
    std::set<QString> seen;
    const auto read = [&](const QString& path) {
      const QString known = QFileInfo(path).canonicalFilePath();
      if (stopping_ || known.isEmpty() || !seen.insert(known).second) return;
      QMetaObject::invokeMethod(
          this, [this, lesson = summarizeLesson(path.toStdString())] { add(lesson); }, Qt::QueuedConnection);
    };
    for (const QString& folder : folders) {
      if (const auto found = lessonsIn(folder.toStdString()))
        for (const auto& file : *found) read(QString::fromStdString(file.string()));
    }
    for (const QString& file : files) read(file);
    QMetaObject::invokeMethod(this, &LessonList::finished, Qt::QueuedConnection);
  });
}

void LessonList::add(const LessonSummary& lesson) {
  const int row = rowCount();
  beginInsertRows({}, row, row);
  lessons_.push_back(lesson);
  endInsertRows();
}

void LessonList::refresh(const QString& path) {
  for (int row = 0; row < rowCount(); ++row) {
    LessonSummary& lesson = lessons_[static_cast<std::size_t>(row)];
    if (lesson.path != path.toStdString()) continue;
    lesson = summarizeLesson(lesson.path);
    Q_EMIT dataChanged(index(row, 0), index(row, kColumns - 1));
  }
}

int LessonList::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(lessons_.size());
}
int LessonList::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QVariant LessonList::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const LessonSummary& each = lesson(index.row());
  if (role == Qt::DisplayRole) return shown(each, index.column());
  if (role == kSortRole) return value(each, index.column());
  if (role == Qt::ToolTipRole) return tip(each);
  if (role == Qt::TextAlignmentRole) return alignment(index.column());
  return {};
}

QVariant LessonList::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole) return alignment(section);
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  switch (section) {
    case Name: return tr("Lesson");
    case Task: return tr("Task");
    case Teacher: return tr("Teacher");
    case Tags: return tr("Tags");
    case Taught: return tr("Length");
    case Episodes: return tr("Episodes");
    case Driven: return tr("You drove");
    case Version: return tr("Policy");
    case Changed: return tr("Changed");
    default: return {};
  }
}

LessonFilter::LessonFilter(LessonList* lessons, QObject* parent) : QSortFilterProxyModel(parent), lessons_(lessons) {
  setSourceModel(lessons);
  setSortRole(LessonList::kSortRole);
  setSortCaseSensitivity(Qt::CaseInsensitive);
}

void LessonFilter::setQuery(const QString& query) {
  query_ = query.toStdString();
  invalidateFilter();
}

const LessonSummary& LessonFilter::lesson(const QModelIndex& shown) const {
  return lessons_->lesson(mapToSource(shown).row());
}

bool LessonFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
  return !parent.isValid() && matches(lessons_->lesson(row), query_);
}

}  // namespace nudge

#include "moc_lesson_list.cpp"
