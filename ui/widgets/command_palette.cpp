#include "ui/widgets/command_palette.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/model/actions.h"

namespace nudge {

CommandPalette::CommandPalette(const ActionSet& actions, QWidget* parent)
    : QDialog(parent, Qt::Popup), actions_(actions), line_(new QLineEdit), list_(new QListWidget) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(8, 8, 8, 8);
  column->addWidget(line_);
  column->addWidget(list_);
  line_->setPlaceholderText(tr("Type to find an action"));
  line_->setClearButtonEnabled(true);
  line_->installEventFilter(this);
  list_->setFocusPolicy(Qt::NoFocus);
  connect(line_, &QLineEdit::textChanged, this, &CommandPalette::filter);
  connect(line_, &QLineEdit::returnPressed, this, &CommandPalette::choose);
  connect(list_, &QListWidget::itemClicked, this, &CommandPalette::choose);
}

void CommandPalette::popUp() {
  line_->clear();
  filter({});
  const QWidget* window = parentWidget()->window();
  const QSize size(std::min(520, window->width() - 40), std::min(380, window->height() - 80));
  setGeometry(QRect(window->mapToGlobal(QPoint((window->width() - size.width()) / 2, 60)), size));
  show();
  line_->setFocus();
}

QStringList CommandPalette::shown() const {
  QStringList texts;
  for (int i = 0; i < list_->count(); ++i) texts << list_->item(i)->data(Qt::UserRole + 1).toString();
  return texts;
}

void CommandPalette::filter(const QString& typed) {
  list_->clear();
  const QStringList words = typed.split(QLatin1Char(' '), Qt::SkipEmptyParts);
  for (QAction* action : actions_.all()) {
    if (!action->isEnabled() || action->objectName() == QLatin1String("find-action")) continue;
    const QString searched = action->text() + QLatin1Char(' ') + action->statusTip() + QLatin1Char(' ') + action->objectName();
    const bool fits = std::all_of(words.begin(), words.end(), [&](const QString& word) {
      return searched.contains(word, Qt::CaseInsensitive);
    });
    if (!fits) continue;
    const QString key = action->shortcut().toString(QKeySequence::NativeText);
    auto* item = new QListWidgetItem(key.isEmpty() ? action->text() : QStringLiteral("%1   (%2)").arg(action->text(), key));
    item->setToolTip(action->statusTip());
    item->setData(Qt::UserRole, QVariant::fromValue(action));
    item->setData(Qt::UserRole + 1, action->text());
    list_->addItem(item);
  }
  list_->setCurrentRow(0);
}

void CommandPalette::choose() {
  QListWidgetItem* item = list_->currentItem();
  if (!item) return;
  auto* action = item->data(Qt::UserRole).value<QAction*>();
  accept();
  action->trigger();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Down || key == Qt::Key_Up) {
      const int step = key == Qt::Key_Down ? 1 : -1;
      if (list_->count() > 0) list_->setCurrentRow((list_->currentRow() + step + list_->count()) % list_->count());
      return true;
    }
  }
  return QDialog::eventFilter(watched, event);
}

}  // namespace nudge
