#include "ui/widgets/top_bar.h"

#include <QComboBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QToolButton>
#include <cmath>

#include "ui/model/session_document.h"
#include "ui/model/theme.h"
#include "ui/scene/posture_badge.h"

namespace nudge {

namespace {
constexpr double kSpeeds[] = {0.1, 0.25, 0.5, 1.0, 2.0, 4.0};
// px; who drives and whether it is recorded are never cut. What goes is in the menu Robot.
constexpr int kRoomForTrend = 1180, kRoomForTask = 1000, kRoomForSteps = 780, kRoomForSpeed = 680;

QString speedText(double factor) { return QStringLiteral("%1×").arg(factor); }
QString percent(double share) { return QStringLiteral("%1 %").arg(std::lround(100 * share)); }
}  // namespace

QString durationText(double seconds) {
  const auto whole = static_cast<qint64>(std::max(0.0, seconds));
  return QStringLiteral("%1:%2:%3").arg(whole / 3600).arg(whole / 60 % 60, 2, 10, QLatin1Char('0'))
      .arg(whole % 60, 2, 10, QLatin1Char('0'));
}

TopBar::TopBar(ActionSet& actions, QWidget* parent)
    : QWidget(parent),
      actions_(actions),
      task_(new QLabel),
      chipIcon_(new QLabel),
      chipWord_(new QLabel),
      record_(new QLabel),
      trend_(new QLabel),
      chip_(new QFrame),
      policy_(new QToolButton),
      speed_(new QComboBox) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(6);
  task_->setProperty("role", "title");
  policy_->setPopupMode(QToolButton::InstantPopup);
  policy_->setMenu(new QMenu(policy_));
  policy_->setToolTip(tr("The policy that drives; choose an earlier one to switch back"));
  row->addWidget(task_);
  row->addWidget(policy_);
  row->addSpacing(8);
  pause_ = addButton(row, ActionId::PauseResume, Icon::Pause);
  step_ = addButton(row, ActionId::StepOnce, Icon::Step);
  reset_ = addButton(row, ActionId::ResetEpisode, Icon::Reset);
  addButton(row, ActionId::NextEpisode, Icon::Next);
  for (const double factor : kSpeeds) speed_->addItem(speedText(factor), factor);
  speed_->setCurrentIndex(3);
  speed_->setToolTip(tr("Speed of the world. %1, %2").arg(actionTip(ActionId::Slower), actionTip(ActionId::Faster)));
  speed_->setAccessibleName(tr("Speed of the world"));
  speed_->setFocusPolicy(Qt::TabFocus);
  connect(speed_, &QComboBox::activated, this, [this](int index) { Q_EMIT speedChosen(kSpeeds[index]); });
  row->addWidget(speed_);
  row->addStretch(1);

  chip_->setObjectName(QStringLiteral("chip"));
  auto* inside = new QHBoxLayout(chip_);
  inside->setContentsMargins(10, 4, 14, 4);
  inside->addWidget(chipIcon_);
  inside->addWidget(chipWord_);
  row->addWidget(chip_);
  row->addSpacing(6);
  row->addWidget(record_);
  row->addSpacing(6);
  trend_->setProperty("role", "muted");
  row->addWidget(trend_);
  row->addStretch(1);
  learn_ = addButton(row, ActionId::Learn, Icon::Learn);
  learn_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  learn_->setProperty("primary", true);
  // On the action, or the button would lose it at the action's next change.
  learn_->defaultAction()->setIcon(icon(Icon::Learn, Theme::current().accentText));
  learn_->defaultAction()->setIconVisibleInMenu(false);
  setPosture(Posture::Watch, HoldReason::None);
}

QToolButton* TopBar::addButton(QHBoxLayout* row, ActionId action, Icon which) {
  QAction* act = actions_.action(action);
  auto* button = new QToolButton;
  act->setIcon(icon(which));
  button->setDefaultAction(act);
  button->setToolButtonStyle(Qt::ToolButtonIconOnly);
  button->setIconSize({18, 18});
  button->setAccessibleName(act->text());
  row->addWidget(button);
  return button;
}

void TopBar::setTask(const QString& title, const QString& description) {
  task_->setText(title);
  task_->setToolTip(description);
}

void TopBar::setPolicies(const SessionDocument& document, int driving) {
  QMenu* menu = policy_->menu();
  menu->clear();
  const int wanted = document.activeVersion();
  for (auto it = document.policies().rbegin(); it != document.policies().rend(); ++it) {
    const int version = it->version;
    const QString name = version == 0 ? tr("v0, the prior") : tr("v%1, from v%2").arg(version).arg(it->parent);
    QAction* action = menu->addAction(name, this, [this, version] { Q_EMIT versionChosen(version); });
    action->setCheckable(true);
    action->setChecked(version == wanted);
    action->setEnabled(!document.readOnly());
  }
  const QString text = wanted == driving ? tr("policy v%1").arg(driving) : tr("policy v%1 → v%2").arg(driving).arg(wanted);
  policy_->setText(text + QStringLiteral(" ▾"));
}

void TopBar::setPosture(Posture posture, HoldReason hold) {
  if (chipSet_ && posture == posture_ && hold == hold_) return;
  chipSet_ = true;
  posture_ = posture;
  hold_ = hold;
  const bool fault = posture == Posture::Held && hold != HoldReason::Stopped;
  const QString word = fault ? tr("HELD") : postureWord(posture);
  const QColor colour = postureColour(posture), ink = Theme::textOn(colour);
  chip_->setStyleSheet(QStringLiteral("QFrame#chip { background: %1; border-radius: 13px; } QLabel { color: %2; "
                                      "font-weight: 700; }").arg(colour.name(), ink.name()));
  const int side = fontMetrics().height();
  QPixmap picture(QSize(side, side) * devicePixelRatioF());
  picture.setDevicePixelRatio(devicePixelRatioF());
  picture.fill(Qt::transparent);
  QPainter painter(&picture);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.fillPath(postureIcon(posture, QRectF(0, 0, side, side)), ink);
  painter.end();
  chipIcon_->setPixmap(picture);
  chipWord_->setText(word);
  chip_->setAccessibleName(word);
}

void TopBar::showFrame(const Frame& frame) {
  const bool stands = frame.paused || frame.waits || frame.hold != HoldReason::None;
  if (stands != wasPaused_) {
    wasPaused_ = stands;
    QAction* pause = actions_.action(ActionId::PauseResume);
    pause->setText(stands ? tr("Go on") : tr("Pause"));
    pause->setIcon(icon(stands ? Icon::Play : Icon::Pause));
    pause->setToolTip(actionTip(ActionId::PauseResume));
  }
  const int index = speed_->findData(frame.speed);
  if (index >= 0 && index != speed_->currentIndex()) speed_->setCurrentIndex(index);
}

void TopBar::setRecorded(double seconds, RecordState state) {
  const auto word = [state]() -> QString {
    switch (state) {
      case RecordState::Recording: return QStringLiteral("<span style='color:%1'>●</span> REC").arg(Theme::current().bad.name());
      case RecordState::Practice: return tr("◇ <b>PRACTICE</b>, not counted · lesson");
      case RecordState::NotRecording: return tr("○ not recorded");
      case RecordState::LookingOnly: break;
    }
    return tr("recorded");
  };
  record_->setText(QStringLiteral("%1 <b>%2</b>").arg(word(), durationText(seconds)));
  record_->setToolTip(state == RecordState::NotRecording
                          ? tr("What passes is kept for half a minute. %1").arg(actionTip(ActionId::KeepRecent))
                          : tr("Every step is in the lesson file within a second"));
}

void TopBar::setTrend(double first, double newest) {
  if (newest < 0) {
    trend_->clear();
    return;
  }
  const bool moved = std::lround(100 * first) != std::lround(100 * newest);
  trend_->setText(moved ? tr("you drive %1 → %2").arg(percent(first), percent(newest)) : tr("you drive %1").arg(percent(newest)));
  trend_->setToolTip(tr("The share of steps that you drove, in the first round and in the newest"));
}

void TopBar::setLearning(bool running, bool possible) {
  QAction* learn = actions_.action(ActionId::Learn);
  learn->setEnabled(possible && !running);
  learn->setText(running ? tr("Learning…") : tr("Learn"));
}

void TopBar::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  trend_->setVisible(width() >= kRoomForTrend);
  task_->setVisible(width() >= kRoomForTask);
  step_->setVisible(width() >= kRoomForSteps);
  reset_->setVisible(width() >= kRoomForSteps);
  speed_->setVisible(width() >= kRoomForSpeed);
}

}  // namespace nudge
