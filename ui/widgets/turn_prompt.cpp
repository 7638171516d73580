#include "ui/widgets/turn_prompt.h"

#include <QEvent>
#include <cmath>

namespace nudge {

TurnPrompt::TurnPrompt(QWidget* over) : QLabel(over) {
  setObjectName(QStringLiteral("turn-prompt"));
  setProperty("panel", true);
  setAutoFillBackground(true);
  setAttribute(Qt::WA_TransparentForMouseEvents);
  setContentsMargins(14, 8, 14, 8);
  hide();
  over->installEventFilter(this);
}

void TurnPrompt::setTask(const TaskSpec& spec) {
  keys_ = QString::fromStdString(spec.arrowKeys);
  choices_.clear();
  for (const std::string& name : spec.discreteActions) {
    choices_ << QString::fromStdString(name).toLower().replace(QLatin1Char('_'), QLatin1Char(' '));
  }
  clear();
  hide();
}

void TurnPrompt::showFrame(const Frame& frame, bool live) {
  const bool teaches = frame.driver == Driver::Teacher && frame.hold == HoldReason::None && !frame.paused;
  if (choices_.isEmpty() || !live || !teaches) return hide();
  const float action = frame.action.empty() ? 0.0f : frame.action[0];
  const int choice = std::isfinite(action) ? static_cast<int>(std::lround(action)) : -1;
  const QString text = frame.waits ? tr("<b>Your turn</b> &nbsp; %1 &nbsp;·&nbsp; Space: no change &nbsp;·&nbsp; Enter: hand back").arg(keys_)
                                   : tr("<b>You chose:</b> %1").arg(choices_.value(choice));
  if (text != this->text()) {
    setText(text);
    place();
  }
  show();
}

bool TurnPrompt::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize || event->type() == QEvent::Show) place();
  return QLabel::eventFilter(watched, event);
}

void TurnPrompt::place() {
  const int room = parentWidget()->width() - 24;
  setWordWrap(sizeHint().width() > room);
  const int width = std::min(room, sizeHint().width());
  const int height = wordWrap() ? heightForWidth(width) : sizeHint().height();
  setGeometry((parentWidget()->width() - width) / 2, 16, width, height);
  raise();
}

}  // namespace nudge

#include "moc_turn_prompt.cpp"
