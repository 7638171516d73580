#include "ui/widgets/help_overlay.h"

#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/model/theme.h"
#include "ui/widgets/icons.h"

namespace nudge {

namespace {
constexpr int kMargin = 16;
constexpr int kComfortable = 420, kWidest = 470;  // px
}  // namespace

HelpOverlay::HelpOverlay(const TaskSpec& spec, QWidget* over) : QFrame(over->window()), over_(over) {
  setProperty("panel", true);
  setAutoFillBackground(true);
  setAccessibleName(tr("First steps"));
  const Theme& theme = Theme::current();
  struct Line {
    Icon icon;
    QColor colour;
    QString head, text;
  };
  const bool choices = !spec.discreteActions.empty();
  const Line lines[] = {
      {Icon::Robot, theme.robot, tr("Watch"), tr("how the robot does it alone.")},
      choices ? Line{Icon::Hand, theme.teacher, tr("Press an arrow key"),
                     tr("when it goes wrong: %1. Space is no change, Enter hands back.")
                         .arg(QString::fromStdString(spec.arrowKeys))}
              : Line{Icon::Hand, theme.teacher, tr("Grab the round handle"),
                     tr("at the tool when it goes wrong: drag, show it, let go.")},
      {Icon::Learn, theme.accent, tr("Press L"), tr("to let it learn what you showed, while you go on.")}};
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 12);
  auto* grid = new QGridLayout;
  grid->setHorizontalSpacing(12);
  grid->setVerticalSpacing(6);
  int row = 0;
  for (const Line& line : lines) {
    auto* picture = new QLabel;
    picture->setPixmap(iconPixmap(line.icon, 20, line.colour, devicePixelRatioF()));
    auto* text = new QLabel(QStringLiteral("<b>%1</b> %2").arg(line.head, line.text));
    text->setWordWrap(true);
    grid->addWidget(picture, row, 0);
    grid->addWidget(text, row++, 1);
  }
  grid->setColumnStretch(1, 1);
  auto* more = new QPushButton(tr("Five-minute lesson"));
  auto* close = new QPushButton(tr("Got it"));
  close->setProperty("primary", true);
  auto* buttons = new QHBoxLayout;
  buttons->addStretch(1);
  buttons->addWidget(more);
  buttons->addWidget(close);
  column->addLayout(grid);
  column->addLayout(buttons);
  connect(close, &QPushButton::clicked, this, [this] {
    hide();
    Q_EMIT dismissed();
  });
  connect(more, &QPushButton::clicked, this, &HelpOverlay::manualWanted);
  over->installEventFilter(this);
  place();
}

bool HelpOverlay::eventFilter(QObject* watched, QEvent* event) {
  const QEvent::Type type = event->type();
  if (type == QEvent::Resize || type == QEvent::Move || type == QEvent::Show) place();
  return QFrame::eventFilter(watched, event);
}

void HelpOverlay::place() {
  const QRect scene(over_->mapTo(parentWidget(), QPoint()), over_->size());
  const QSize room = parentWidget()->size();
  const int width = std::clamp(scene.width() - 2 * kMargin, std::min(kComfortable, room.width() - 2 * kMargin), kWidest);
  const int height = heightForWidth(width) > 0 ? heightForWidth(width) : sizeHint().height();
  const int x = std::max(kMargin, scene.right() - kMargin - width);
  setGeometry(x, std::min(scene.top() + kMargin, std::max(0, room.height() - height)), width, height);
  raise();
}

}  // namespace nudge
