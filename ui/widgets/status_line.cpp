#include "ui/widgets/status_line.h"

#include <QDir>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>

#include "sessions/place.h"
#include "ui/model/theme.h"

namespace nudge {

namespace {
constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;
constexpr int kRoomForSpeed = 900, kRoomForDevice = 620;  // px

QLabel* quiet(QHBoxLayout* row, int stretch = 0) {
  auto* label = new QLabel;
  label->setProperty("role", "muted");
  row->addWidget(label, stretch);
  return label;
}

QString warning(const QString& text) {
  return QStringLiteral("<span style='color:%1'><b>! %2</b></span>").arg(Theme::current().text.name(), text);
}
}  // namespace

QString lagText(const Frame& frame) {
  if (frame.lag.commands == 0) return StatusLine::tr("Input lag: told once you have driven in this episode");
  return StatusLine::tr("Input lag, your hand moved → the robot was told: latest %1 ms; this episode half within %2 ms, 99 % within "
                        "%3 ms (%4 commands)")
      .arg(1e3 * frame.commandLag_s, 0, 'f', 0)
      .arg(1e3 * frame.lag.median_s, 0, 'f', 1)
      .arg(1e3 * frame.lag.p99_s, 0, 'f', 1)
      .arg(frame.lag.commands);
}

StatusLine::StatusLine(QWidget* parent) : QWidget(parent) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(4, 0, 4, 0);
  row->setSpacing(18);
  file_ = quiet(row, 1);
  file_->setMinimumWidth(60);
  step_ = quiet(row);
  speed_ = quiet(row);
  device_ = quiet(row);
  saved_ = quiet(row);
  space_ = quiet(row);
  step_->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("episode 888 · 88.8 s · step 888")));
  step_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  speed_->setToolTip(tr("Pictures a second, and how fast the world runs compared with a clock"));
  saved_->setToolTip(tr("How long ago the newest step reached the file"));
}

void StatusLine::setFile(const QString& path, bool readOnly) {
  const QString name = QFileInfo(path).fileName();
  file_->setText(readOnly ? tr("%1 (looking only)").arg(name) : name);
  file_->setToolTip(QDir::toNativeSeparators(path));
}

void StatusLine::showMoment(qint64 episode, int step, double controlRate_hz) {
  step_->setText(tr("episode %1 · %2 s · step %3").arg(episode).arg(step / controlRate_hz, 0, 'f', 1).arg(step));
}

void StatusLine::showRobot(const Frame& frame, double framesPerSecond, const QString& renderer) {
  QString speed = tr("%1× real time").arg(frame.realTimeFactor, 0, 'f', 2);
  if (framesPerSecond > 0) speed.prepend(tr("%1 fps · ").arg(framesPerSecond, 0, 'f', 0));
  speed_->setText(speed);
  QString ready = tr("%1 ready").arg(devices_.isEmpty() ? tr("mouse and keys") : devices_.join(QStringLiteral(", ")));
  if (frame.lag.commands > 0) ready += tr(" · %1 ms").arg(1e3 * frame.lag.median_s, 0, 'f', 0);
  device_->setText(ready);
  QString tip = lagText(frame);
  if (!renderer.isEmpty()) tip += QLatin1Char('\n') + tr("Drawn by %1").arg(renderer);
  device_->setToolTip(tip);
}

void StatusLine::showStorage(const RecorderStatus& status, double unsaved_s) {
  if (!status.error.empty()) {
    saved_->setText(warning(tr("saving lags behind")));
    saved_->setToolTip(QString::fromStdString(status.error) + QLatin1Char('\n') +
                       tr("%L1 steps wait, %L2 were refused").arg(status.pendingSteps).arg(status.refusedSteps));
  } else {
    saved_->setText(unsaved_s < 1.0 ? tr("saved") : tr("saved %1 s ago").arg(unsaved_s, 0, 'f', 1));
  }
  if (status.freeSpace_bytes < 0) return;
  const double free_GiB = static_cast<double>(status.freeSpace_bytes) / kGiB;
  const QString text = tr("%1 GB free").arg(free_GiB, 0, 'f', free_GiB < 10 ? 1 : 0);
  space_->setText(status.freeSpace_bytes < kLittleSpace_bytes ? warning(text) : text);
}

void StatusLine::setDevices(const QStringList& ready) { devices_ = ready; }

void StatusLine::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  speed_->setVisible(width() >= kRoomForSpeed);
  device_->setVisible(width() >= kRoomForDevice);
}

void StatusLine::showNoRobot() {
  speed_->clear();
  device_->setText(tr("no robot: looking only"));
  saved_->clear();
}

}  // namespace nudge
