#include "ui/widgets/new_lesson_dialog.h"

#include <QCommandLinkButton>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QLabel>
#include <QMessageBox>
#include <QVBoxLayout>

#include "core/sim/folder/folder_task.h"
#include "core/sim/task.h"

namespace nudge {

namespace {

/// Without the style's green arrow, which says nothing about a task.
QCommandLinkButton* choiceButton(const QString& title, const QString& description) {
  auto* button = new QCommandLinkButton(title, description);
  button->setIcon({});
  return button;
}

}  // namespace

NewLessonDialog::NewLessonDialog(const QString& presentTask, const QString& presentFolder, QWidget* parent)
    : QDialog(parent) {
  setWindowTitle(tr("New lesson"));
  auto* column = new QVBoxLayout(this);
  column->addWidget(new QLabel(tr("What do you want to teach? The present lesson stays as it is.")));
  std::vector<QString> choices;
  for (const std::string& id : taskIds()) choices.push_back(QString::fromStdString(id));
  if (isTaskFolder(presentFolder.toStdString())) choices.push_back(presentFolder);
  for (const QString& choice : choices) {
    QCommandLinkButton* button = addTask(choice);
    if (!button) continue;
    column->addWidget(button);
    if (choice == presentTask || choice == presentFolder) button->setFocus();
  }
  auto* own = choiceButton(tr("A task of your own…"), tr("A folder with an MJCF and a task.toml; the manual says how."));
  own->setObjectName(QStringLiteral("own"));
  connect(own, &QPushButton::clicked, this, [this, presentFolder] { chooseFolder(presentFolder); });
  column->addWidget(own);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  column->addWidget(buttons);
}

/// Null for a task that cannot be made.
QCommandLinkButton* NewLessonDialog::addTask(const QString& idOrFolder) {
  const auto task = makeTask(idOrFolder.toStdString());
  if (!task) return nullptr;
  const TaskSpec& spec = (*task)->spec();
  auto* button = choiceButton(QString::fromStdString(spec.title), QString::fromStdString(spec.description));
  button->setObjectName(QString::fromStdString(spec.id));
  connect(button, &QPushButton::clicked, this, [this, idOrFolder] {
    accept();
    Q_EMIT taskChosen(idOrFolder);
  });
  return button;
}

void NewLessonDialog::chooseFolder(const QString& near) {
  const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder of a task"), near);
  if (folder.isEmpty()) return;
  if (const auto task = makeTask(folder.toStdString()); !task) {
    QMessageBox::warning(this, tr("Nudge"), QString::fromStdString(task.error().message));
    return;
  }
  accept();
  Q_EMIT taskChosen(folder);
}

}  // namespace nudge

#include "moc_new_lesson_dialog.cpp"
