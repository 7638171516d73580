#include "ui/widgets/lesson_browser.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScreen>
#include <QShortcut>
#include <QTreeView>
#include <QVBoxLayout>
#include <functional>

namespace nudge {

namespace {

constexpr int kWidestColumn = 280;

/// Tells when it is left, as a line edit does.
class NotesEdit : public QPlainTextEdit {
 public:
  std::function<void()> left;

 protected:
  void focusOutEvent(QFocusEvent* event) override {
    QPlainTextEdit::focusOutEvent(event);
    if (left) left();
  }
};

std::vector<std::string> tagsFrom(const QString& text) {
  std::vector<std::string> tags;
  for (const QString& tag : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) tags.push_back(tag.trimmed().toStdString());
  return tags;
}

}  // namespace

LessonBrowser::LessonBrowser(const QString& present, QWidget* parent)
    : QDialog(parent),
      present_(present),
      filter_(&lessons_),
      search_(new QLineEdit),
      tags_(new QLineEdit),
      table_(new QTreeView),
      notes_(new NotesEdit),
      about_(new QLabel),
      open_(new QPushButton(tr("Open"))),
      look_(new QPushButton(tr("Open for looking only"))) {
  setWindowTitle(tr("Lessons"));
  layOut();
  connect(search_, &QLineEdit::textChanged, &filter_, &LessonFilter::setQuery);
  connect(search_, &QLineEdit::textChanged, this, &LessonBrowser::showSelected);
  connect(search_, &QLineEdit::returnPressed, this, [this] { choose(false); });
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &LessonBrowser::showSelected);
  connect(table_, &QTreeView::doubleClicked, this, [this] { choose(false); });
  for (const Qt::Key key : {Qt::Key_Return, Qt::Key_Enter}) {
    auto* enter = new QShortcut(key, table_);
    enter->setContext(Qt::WidgetShortcut);
    connect(enter, &QShortcut::activated, this, [this] { choose(false); });
  }
  const auto store = [this] {
    if (const Status stored = storeLabels(); !stored) about_->setText(QString::fromStdString(stored.error().message));
  };
  connect(tags_, &QLineEdit::editingFinished, this, store);
  static_cast<NotesEdit*>(notes_)->left = store;
  connect(open_, &QPushButton::clicked, this, [this] { choose(false); });
  connect(look_, &QPushButton::clicked, this, [this] { choose(true); });
  connect(&lessons_, &LessonList::finished, this, &LessonBrowser::showSelected);
  look();
  search_->setFocus();
}

LessonBrowser::~LessonBrowser() = default;

void LessonBrowser::layOut() {
  auto* column = new QVBoxLayout(this);
  column->setSpacing(8);
  search_->setObjectName(QStringLiteral("search"));
  search_->setPlaceholderText(tr("Search: words of name, task, teacher, tags and notes; tag:word, teacher:word, task:word"));
  search_->setClearButtonEnabled(true);
  search_->setAccessibleName(tr("Search"));
  table_->setObjectName(QStringLiteral("lessons"));
  table_->setAccessibleName(tr("Lessons"));
  table_->setModel(&filter_);
  table_->setRootIsDecorated(false);
  table_->setUniformRowHeights(true);
  table_->setSortingEnabled(true);
  table_->sortByColumn(LessonList::Changed, Qt::DescendingOrder);
  table_->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
  table_->header()->setMaximumSectionSize(kWidestColumn);
  about_->setObjectName(QStringLiteral("about"));
  about_->setWordWrap(true);
  about_->setProperty("role", "muted");
  tags_->setObjectName(QStringLiteral("tags"));
  tags_->setPlaceholderText(tr("Tags, separated by commas"));
  tags_->setAccessibleName(tr("Tags"));
  notes_->setObjectName(QStringLiteral("notes"));
  notes_->setPlaceholderText(tr("Notes about this lesson"));
  notes_->setAccessibleName(tr("Notes"));
  notes_->setTabChangesFocus(true);
  notes_->setMaximumHeight(90);
  auto* folder = new QPushButton(tr("Add a folder…"));
  auto* close = new QPushButton(tr("Close"));
  for (QPushButton* button : {open_, look_, folder, close}) button->setAutoDefault(false);
  open_->setProperty("primary", true);
  connect(folder, &QPushButton::clicked, this, &LessonBrowser::addFolder);
  connect(close, &QPushButton::clicked, this, &QDialog::close);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(8);
  buttons->addWidget(folder);
  buttons->addStretch(1);
  for (QPushButton* button : {close, look_, open_}) buttons->addWidget(button);
  column->addWidget(search_);
  column->addWidget(table_, 1);
  column->addWidget(about_);
  column->addWidget(tags_);
  column->addWidget(notes_);
  column->addLayout(buttons);
  resize(QSize(1060, 640).boundedTo(screen()->availableSize()));
}

void LessonBrowser::look() {
  QStringList folders{QFileInfo(present_).absolutePath(), lessonFolder()};
  folders += settings_.lessonFolders();
  lessons_.look(folders, settings_.recentLessons());
}

void LessonBrowser::addFolder() {
  const QString folder = QFileDialog::getExistingDirectory(this, tr("A folder with lessons"), QFileInfo(present_).path());
  if (folder.isEmpty()) return;
  settings_.addLessonFolder(folder);
  look();
}

void LessonBrowser::choose(bool readOnly) {
  if (!open_->isEnabled()) return;
  const QString path = edited_;
  close();
  Q_EMIT chosen(path, readOnly);
}

void LessonBrowser::showSelected() {
  const Status stored = storeLabels();
  if (!table_->currentIndex().isValid() && filter_.rowCount() > 0) table_->setCurrentIndex(filter_.index(0, 0));
  const QModelIndex current = table_->currentIndex();
  const LessonSummary* lesson = current.isValid() ? &filter_.lesson(current) : nullptr;
  const bool sound = lesson && lesson->trouble.empty();
  edited_ = lesson ? QString::fromStdString(lesson->path) : QString();
  QStringList tags;
  if (sound)
    for (const std::string& tag : lesson->tags) tags << QString::fromStdString(tag);
  storedTags_ = tags.join(QStringLiteral(", "));
  storedNotes_ = sound ? QString::fromStdString(lesson->notes) : QString();
  tags_->setText(storedTags_);
  notes_->setPlainText(storedNotes_);
  const QFileInfo file(edited_);
  const bool writable = sound && file.isWritable() && QFileInfo(file.path()).isWritable();
  tags_->setEnabled(writable);
  notes_->setEnabled(writable);
  const bool isOpen = file == QFileInfo(present_);
  open_->setEnabled(sound && !isOpen);
  look_->setEnabled(sound && !isOpen);
  about_->setText(!stored  ? tr("Not kept: %1").arg(QString::fromStdString(stored.error().message))
                  : !lesson ? tr("Nothing here matches.")
                  : !sound  ? QString::fromStdString(lesson->trouble)
                            : QDir::toNativeSeparators(edited_) + (isOpen      ? tr(" (open now)")
                                                                  : writable ? QString()
                                                                             : tr(" (can only be read)")));
}

Status LessonBrowser::storeLabels() {
  if (edited_.isEmpty() || (tags_->text() == storedTags_ && notes_->toPlainText() == storedNotes_)) return {};
  const QString path = edited_;
  const Status stored = setLabels(path.toStdString(), tagsFrom(tags_->text()), notes_->toPlainText().toStdString());
  if (!stored) return stored;
  storedTags_ = tags_->text();
  storedNotes_ = notes_->toPlainText();
  lessons_.refresh(path);
  return {};
}

void LessonBrowser::done(int result) {
  if (const Status stored = storeLabels(); !stored)
    QMessageBox::warning(this, tr("Nudge"), tr("Tags and notes were not kept.\n\n%1").arg(QString::fromStdString(stored.error().message)));
  QDialog::done(result);
}

}  // namespace nudge

#include "moc_lesson_browser.cpp"
