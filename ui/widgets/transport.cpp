#include "ui/widgets/transport.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/model/theme.h"
#include "ui/widgets/icons.h"

namespace nudge {

namespace {

constexpr int kTick_ms = 33;

// The icon set points forward; what goes back is its mirror image.
QIcon mirrored(Icon which) {
  QIcon result;
  for (const qreal scale : {1.0, 2.0, 3.0}) {
    for (const auto& [colour, mode] : {std::pair{Theme::current().text, QIcon::Normal},
                                       std::pair{Theme::current().border, QIcon::Disabled}})
      result.addPixmap(iconPixmap(which, 18, colour, scale).transformed(QTransform(-1, 0, 0, 1, 0, 0)), mode);
  }
  return result;
}

QString clock(double seconds) {
  const int minutes = static_cast<int>(seconds) / 60;
  return QStringLiteral("%1:%2").arg(minutes).arg(seconds - 60 * minutes, 5, 'f', 2, QChar(u'0'));
}

}  // namespace

Transport::Transport(QWidget* parent) : QWidget(parent) {
  previous_ =
      addButton(QStringLiteral("previous"), tr("Start of the episode; once more: the episode before"));
  back_ = addButton(QStringLiteral("back"), tr("One step back"));
  play_ = addButton(QStringLiteral("play"), tr("Play back"));
  forward_ = addButton(QStringLiteral("forward"), tr("One step forward"));
  next_ = addButton(QStringLiteral("next"), tr("Next episode"));
  now_ = addButton(QStringLiteral("now"), tr("Back to the running robot"));
  now_->setText(tr("Live"));
  now_->setCheckable(true);
  now_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  back_->setAutoRepeat(true);
  forward_->setAutoRepeat(true);
  time_ = new QLabel(this);
  time_->setObjectName(QStringLiteral("time"));
  time_->setAccessibleName(tr("Moment"));
  time_->setProperty("role", QStringLiteral("muted"));
  // Room for any moment: the panel beside must not move with the digits.
  time_->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("#8888  8:88.88 / 8:88.88")) + 4);

  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(2);
  for (QToolButton* button : {previous_, back_, play_, forward_, next_}) buttons->addWidget(button);
  buttons->addStretch();
  auto* below = new QHBoxLayout;
  below->addWidget(now_);
  below->addWidget(time_, 1);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(6, 6, 6, 6);
  layout->addLayout(buttons);
  layout->addLayout(below);
  layout->addStretch();

  connect(previous_, &QToolButton::clicked, this, [this] { episodeBy(-1); });
  connect(back_, &QToolButton::clicked, this, [this] { stepBy(-1); });
  connect(play_, &QToolButton::clicked, this, &Transport::toggle);
  connect(forward_, &QToolButton::clicked, this, [this] { stepBy(1); });
  connect(next_, &QToolButton::clicked, this, [this] { episodeBy(1); });
  connect(now_, &QToolButton::clicked, this, [this] {
    pause();
    showMoment();  // the button is down when the window says so
    Q_EMIT liveRequested();
  });
  timer_.setInterval(kTick_ms);
  timer_.setTimerType(Qt::PreciseTimer);
  connect(&timer_, &QTimer::timeout, this,
          [this] { advance(static_cast<double>(clock_.restart()) / 1000.0); });
  drawIcons();
  showMoment();
}

QToolButton* Transport::addButton(const QString& name, const QString& tip) {
  auto* button = new QToolButton(this);
  button->setObjectName(name);
  button->setToolTip(tip);
  button->setAccessibleName(tip);
  button->setFocusPolicy(Qt::StrongFocus);
  return button;
}

void Transport::drawIcons() {
  previous_->setIcon(mirrored(Icon::Next));
  back_->setIcon(mirrored(Icon::Step));
  play_->setIcon(icon(isPlaying() ? Icon::Pause : Icon::Play));
  forward_->setIcon(icon(Icon::Step));
  next_->setIcon(icon(Icon::Next));
}

void Transport::setDocument(SessionDocument* document) {
  pause();
  if (document_) document_->disconnect(this);
  document_ = document;
  episode_ = 0;
  step_ = 0;
  if (document) {
    connect(document, &SessionDocument::episodesChanged, this, &Transport::showMoment);
    connect(document, &SessionDocument::episodeChanged, this, &Transport::showMoment);
  }
  showMoment();
}

void Transport::setLive(bool live) {
  live_ = live;
  if (live) pause();
  showMoment();
}

void Transport::setMoment(qint64 episode, int step) {
  episode_ = episode;
  step_ = step;
  showMoment();
}

void Transport::setSpeed(double factor) {
  if (std::isfinite(factor) && factor > 0.0) speed_ = factor;
}

bool Transport::usable() const {
  return document_ && std::any_of(document_->episodes().begin(), document_->episodes().end(),
                                  [](const EpisodeView& each) { return each.steps() > 0; });
}

std::size_t Transport::index() const {
  if (!document_) return 0;
  const EpisodeView* here = document_->episode(episode_);
  return here ? static_cast<std::size_t>(here - document_->episodes().data()) : document_->episodes().size();
}

void Transport::goTo(std::size_t index, int step) {
  episode_ = document_->episodes()[index].row.start.episode;
  step_ = step;
  live_ = false;
  showMoment();
  Q_EMIT moved(episode_, step_);
}

void Transport::stepBy(int steps) {
  std::size_t at = index();
  if (!usable() || at >= document_->episodes().size()) return;
  const auto& episodes = document_->episodes();
  long wanted = static_cast<long>(step_) + steps;
  while (wanted < 0 && at > 0) wanted += episodes[--at].steps();
  while (wanted >= episodes[at].steps() && at + 1 < episodes.size()) wanted -= episodes[at++].steps();
  const int last = std::max(0, episodes[at].steps() - 1);
  goTo(at, static_cast<int>(std::clamp<long>(wanted, 0, last)));
}

void Transport::episodeBy(int direction) {
  const std::size_t at = index();
  if (!usable() || at >= document_->episodes().size()) return;
  const auto& episodes = document_->episodes();
  if (direction < 0 && step_ > 0) {
    goTo(at, 0);
    return;
  }
  for (std::size_t i = at + static_cast<std::size_t>(direction); i < episodes.size();
       i += static_cast<std::size_t>(direction)) {
    if (episodes[i].steps() == 0) continue;
    goTo(i, 0);
    return;
  }
}

void Transport::play() {
  const std::size_t at = index();
  if (isPlaying() || !usable() || at >= document_->episodes().size()) return;
  const bool atEnd = at + 1 == document_->episodes().size() && step_ + 1 >= document_->episodes()[at].steps();
  if (live_ || atEnd) goTo(at, 0);
  owed_ = 0.0;
  clock_.start();
  timer_.start();
  drawIcons();
  showMoment();
  Q_EMIT playingChanged(true);
}

void Transport::pause() {
  if (!isPlaying()) return;
  timer_.stop();
  drawIcons();
  showMoment();
  Q_EMIT playingChanged(false);
}

void Transport::advance(double seconds) {
  if (!isPlaying() || !usable()) return;
  owed_ += seconds * speed_ * document_->info().controlRate_hz;
  const int steps = static_cast<int>(std::min(owed_, 1e6));
  if (steps <= 0) return;
  owed_ -= steps;
  const qint64 episode = episode_;
  const int step = step_;
  stepBy(steps);
  const EpisodeView& last = document_->episodes().back();
  const bool ended = episode_ == last.row.start.episode && step_ + 1 >= last.steps();
  if (ended || (episode == episode_ && step == step_)) pause();
}

void Transport::showMoment() {
  const bool on = usable();
  for (QToolButton* button : {previous_, back_, play_, forward_, next_}) button->setEnabled(on);
  now_->setEnabled(document_ != nullptr);
  now_->setChecked(live_);
  play_->setToolTip(isPlaying() ? tr("Stop playing back") : tr("Play back"));
  play_->setAccessibleName(play_->toolTip());
  const EpisodeView* here = document_ ? document_->episode(episode_) : nullptr;
  const double rate = document_ ? document_->info().controlRate_hz : 0.0;
  if (!here || !(rate > 0.0)) {
    time_->setText(tr("no steps yet"));
    return;
  }
  time_->setText(
      QStringLiteral("#%1  %2 / %3").arg(episode_).arg(clock(step_ / rate), clock(here->steps() / rate)));
  time_->setToolTip(tr("Episode %1, step %2 of %3").arg(episode_).arg(step_ + 1).arg(here->steps()));
}

void Transport::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) drawIcons();
  QWidget::changeEvent(event);
}

}  // namespace nudge
