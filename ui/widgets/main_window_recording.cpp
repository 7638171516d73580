// What the window does about recording: on, off, afterwards, and apart from the lesson.
#include <QApplication>
#include <QTimer>

#include "ui/widgets/main_window.h"

namespace nudge {

namespace {
constexpr int kToldFor_s = 8, kBetweenBeeps_ms = 220;
}

RecordState MainWindow::recordState() const {
  const EngineBridge* robot = lesson_->robot();
  if (!robot) return RecordState::LookingOnly;
  if (robot->frame().practice) return RecordState::Practice;
  return robot->frame().recording ? RecordState::Recording : RecordState::NotRecording;
}

void MainWindow::setRecording(bool on) {
  EngineBridge* robot = lesson_->robot();
  if (!robot) return;
  robot->send(SetRecording{on});
  const QString id = QStringLiteral("recording");
  if (on) {
    return banners_->show({id, BannerKind::Info, tr("Recording begins with the next episode."),
                           {{tr("Start it now"), [this] { lesson_->robot()->send(NextEpisode{}); }}}, kToldFor_s});
  }
  banners_->show({id, BannerKind::Warning,
                  tr("○ Recording is off. The last half minute can still be kept."),
                  {{tr("Keep what I just saw"), [this] { keepRecent(); }},
                   {tr("Record"), [this] { actions_.action(ActionId::Record)->trigger(); }}}});
}

void MainWindow::keepRecent() {
  EngineBridge* robot = lesson_->robot();
  if (!robot) return;
  const std::int64_t steps = robot->recorder().passingSteps;
  if (recordState() != RecordState::NotRecording && steps == 0)
    return tellTrouble(tr("There is nothing to keep: everything you saw is recorded already."));
  robot->send(KeepRecent{});
  banners_->show({QStringLiteral("kept"), BannerKind::Good,
                  tr("Kept: the last %1 s, and this episode to its end.")
                      .arg(static_cast<double>(steps) / lesson_->spec().controlRate_hz, 0, 'f', 0),
                  {}, kToldFor_s});
}

void MainWindow::setPractice(bool on) {
  EngineBridge* robot = lesson_->robot();
  if (!robot) return;
  robot->send(SetPractice{on});
  const QString id = QStringLiteral("practice");
  if (!on) return banners_->close(id);
  banners_->show({id, BannerKind::Info,
                  tr("◇ Practice: try things out. These episodes are kept apart; nothing of them counts or is learned from."),
                  {{tr("End practice"), [this] { actions_.action(ActionId::Practice)->trigger(); }}}});
}

/// For eyes that are elsewhere; off unless asked for.
void MainWindow::soundDriver(Driver driver) {
  if (!settings_.sounds()) return;
  QApplication::beep();
  if (driver == Driver::Robot) QTimer::singleShot(kBetweenBeeps_ms, this, [] { QApplication::beep(); });
}

}  // namespace nudge
