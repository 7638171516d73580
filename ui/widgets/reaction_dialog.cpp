#include "ui/widgets/reaction_dialog.h"

#include <QDialogButtonBox>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>
#include <cmath>

#include "ui/model/device_hub.h"
#include "ui/model/theme.h"

namespace nudge {

namespace {
constexpr int kFrame_ms = 16;
constexpr double kRound_s = 6.0;       // along the line
constexpr double kAway_px_s = 60.0;    // off it
constexpr double kDot_px = 9.0;
}  // namespace

QString reactionText(const ReactionTime& time) {
  return ReactionDialog::tr("%1 s (half of the answers between %2 and %3 s)")
      .arg(time.median_s, 0, 'f', 2)
      .arg(time.quartile1_s, 0, 'f', 2)
      .arg(time.quartile3_s, 0, 'f', 2);
}

// ---- the dot ------------------------------------------------------------------------------------------

ReactionTrack::ReactionTrack(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(240, 120);
  setAccessibleName(tr("The dot and its line"));
}

void ReactionTrack::setDot(double along, double away_s, int side) {
  along_ = along;
  away_s_ = away_s;
  side_ = side;
  update();
}

void ReactionTrack::paintEvent(QPaintEvent*) {
  const Theme& theme = Theme::current();
  QPainter p(this);
  p.setRenderHint(QPainter::Antialiasing);
  p.fillRect(rect(), theme.raised);
  const double y = height() / 2.0;
  p.setPen(QPen(theme.mutedText, 2, Qt::DashLine));
  p.drawLine(QPointF(kDot_px, y), QPointF(width() - kDot_px, y));
  const double off = std::min(kAway_px_s * away_s_, y - kDot_px);
  p.setPen(Qt::NoPen);
  p.setBrush(theme.robot);
  p.drawEllipse(QPointF(kDot_px + along_ * (width() - 2 * kDot_px), y + side_ * off), kDot_px, kDot_px);
  if (!hasFocus()) return;
  p.setBrush(Qt::NoBrush);
  p.setPen(QPen(theme.accent, 2));
  p.drawRect(rect().adjusted(1, 1, -1, -1));
}

void ReactionTrack::mousePressEvent(QMouseEvent*) { Q_EMIT pressed(); }

void ReactionTrack::keyPressEvent(QKeyEvent* event) {
  const bool leaves = event->key() == Qt::Key_Escape || event->key() == Qt::Key_Tab || event->key() == Qt::Key_Backtab;
  if (leaves) return QWidget::keyPressEvent(event);
  if (!event->isAutoRepeat()) Q_EMIT pressed();
}

// ---- the dialog -----------------------------------------------------------------------------------------

ReactionDialog::ReactionDialog(DeviceHub* devices, QWidget* parent, double (*clock)())
    : QDialog(parent), devices_(devices), clock_(clock), track_(new ReactionTrack), text_(new QLabel), timer_(new QTimer(this)) {
  setWindowTitle(tr("Reaction time"));
  auto* about = new QLabel(tr("A dot follows its line for a minute. Whenever you see it leave the line, answer as you take over: with any "
                              "key, the mouse, or a push of your device. What you need for that is what the marks in the lesson "
                              "are moved back by. The robot pauses meanwhile."));
  about->setWordWrap(true);
  text_->setWordWrap(true);
  text_->setMinimumHeight(2 * fontMetrics().lineSpacing());
  text_->setObjectName(QStringLiteral("reaction-text"));
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  begin_ = buttons->addButton(tr("Begin"), QDialogButtonBox::ActionRole);
  begin_->setDefault(true);
  begin_->setProperty("primary", true);
  connect(begin_, &QPushButton::clicked, this, &ReactionDialog::begin);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::accept);  // Esc rejects: the robot stays stopped
  connect(track_, &ReactionTrack::pressed, this, &ReactionDialog::press);
  timer_->setTimerType(Qt::PreciseTimer);
  timer_->setInterval(kFrame_ms);
  connect(timer_, &QTimer::timeout, this, &ReactionDialog::look);
  auto* column = new QVBoxLayout(this);
  column->addWidget(about);
  column->addWidget(track_, 1);
  column->addWidget(text_);
  column->addWidget(buttons);
  begin_->setFocus();
}

void ReactionDialog::begin() {
  begun_s_ = clock_();
  test_.emplace(static_cast<std::uint64_t>(begun_s_ * 1e6), begun_s_);
  grips_.assign(devices_ ? devices_->kinds().size() : 0, Grip{});
  begin_->setEnabled(false);
  track_->setFocus();
  timer_->start();
  look();
}

void ReactionDialog::press() {
  if (test_) test_->press(clock_());
}

/// A device answers as it would take over, with its thresholds and its dwell.
void ReactionDialog::askDevices(double now_s) {
  for (std::size_t i = 0; i < grips_.size(); ++i) {
    const DeviceKind kind = devices_->kinds()[i];
    const DeviceReport& report = devices_->report(kind);
    const DeviceSettings& settings = devices_->settings(kind);
    const bool before = grips_[i].engaged();
    grips_[i].update(settings.grip, gripInput(settings, report.raw, true), now_s);
    if (grips_[i].engaged() && !before) press();
  }
}

void ReactionDialog::look() {
  if (!test_) return;
  const double now_s = clock_();
  test_->look(now_s);
  if (devices_) askDevices(now_s);
  track_->setDot(std::fmod(now_s - begun_s_, kRound_s) / kRound_s, test_->away_s(now_s), test_->side());
  text_->setText(tr("%1 s left. %2 answers, %3 too early.")
                     .arg(std::max(0.0, std::ceil(test_->left_s(now_s))), 0, 'f', 0)
                     .arg(test_->answers())
                     .arg(test_->early()));
  if (test_->done(now_s)) end(now_s);
}

void ReactionDialog::end(double) {
  timer_->stop();
  const auto result = test_->result();
  test_.reset();
  begin_->setEnabled(true);
  begin_->setText(tr("Again"));
  track_->setDot(0.0, 0.0, 1);
  if (!result) return text_->setText(QString::fromStdString(result.error().message));
  text_->setText(tr("You need %1. Take-overs and marks count from the next episode on as so much earlier.").arg(reactionText(*result)));
  Q_EMIT measured(*result);
}

}  // namespace nudge

#include "moc_reaction_dialog.cpp"
