#include "ui/widgets/new_lesson_dialog.h"

#include <QCommandLinkButton>
#include <QDialogButtonBox>
#include <QLabel>
#include <QVBoxLayout>

#include "core/sim/task.h"

namespace nudge {

NewLessonDialog::NewLessonDialog(const QString& presentTask, QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("New lesson"));
  auto* column = new QVBoxLayout(this);
  column->addWidget(new QLabel(tr("What do you want to teach? The present lesson stays as it is.")));
  for (const std::string& id : taskIds()) {
    const auto task = makeTask(id);
    if (!task) continue;
    const TaskSpec& spec = (*task)->spec();
    const QString name = QString::fromStdString(id);
    auto* button = new QCommandLinkButton(QString::fromStdString(spec.title), QString::fromStdString(spec.description));
    button->setObjectName(name);
    connect(button, &QPushButton::clicked, this, [this, name] {
      accept();
      Q_EMIT taskChosen(name);
    });
    column->addWidget(button);
    if (name == presentTask) button->setFocus();
  }
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  column->addWidget(buttons);
}

}  // namespace nudge

#include "moc_new_lesson_dialog.cpp"
