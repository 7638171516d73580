#include "ui/widgets/panel_title.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace nudge {

PanelTitle::PanelTitle(const QString& title, const QString& page, QWidget* parent) : QWidget(parent) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  auto* label = new QLabel(title);
  label->setProperty("role", "title");
  auto* help = new QToolButton;
  help->setText(QStringLiteral("?"));
  help->setProperty("flat", true);
  help->setToolTip(tr("What is this?"));
  help->setAccessibleName(tr("What is this? %1").arg(title));
  row->addWidget(label, 1);
  row->addWidget(help);
  connect(help, &QToolButton::clicked, this, [this, page] { Q_EMIT helpWanted(page); });
}

}  // namespace nudge
