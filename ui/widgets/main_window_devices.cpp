// What the window has to do with devices that have a cable.
#include <QApplication>
#include <algorithm>
#include <cmath>

#include "ui/model/device_hub.h"
#include "ui/scene/scene_frame.h"
#include "ui/widgets/device_dialog.h"
#include "ui/widgets/key_filter.h"
#include "ui/widgets/main_window.h"
#include "ui/widgets/reaction_dialog.h"
#include "ui/widgets/review.h"
#include "ui/widgets/status_line.h"

namespace nudge {

namespace {
constexpr int kPresence_s = 8;

QString kindText(DeviceKind kind) {
  return kind == DeviceKind::SpaceMouse ? MainWindow::tr("SpaceMouse") : MainWindow::tr("gamepad");
}
}  // namespace

void MainWindow::setDevices(DeviceHub* devices) {
  devices_ = devices;
  connect(devices_, &DeviceHub::pressed, this, &MainWindow::devicePressed);
  connect(devices_, &DeviceHub::presenceChanged, this, [this](DeviceKind kind, bool there, const QString& text) {
    const QString message = there ? tr("%1 is ready: push it to take over, or change that in Robot ▸ Devices.").arg(text)
                                  : tr("The %1 is gone; it is taken up again when it comes back.").arg(kindText(kind));
    banners_->show({QStringLiteral("device"), BannerKind::Info, message, {}, kPresence_s});
  });
  connect(devices_, &DeviceHub::trouble, this, &MainWindow::tellTrouble);
  connect(devices_, &DeviceHub::settingsChanged, this, &MainWindow::useProfile);
  knowTeacher();
  tellDevices();
}

/// Where the devices drive: in the running robot, as the person sees it, while this program is in front.
void MainWindow::tellDevices() {
  EngineBridge* robot = lesson_->robot();
  if (!devices_ || !review_) return;
  devices_->setAllowed(robot && !review_->active() && QApplication::activeWindow() && !QApplication::activeModalWidget());
  if (robot) devices_->setSpeed(robot->driveSpeed_m_s());
  if (SceneView* view = scene_->view()) devices_->setView(view->levelView());
  QStringList ready{tr("mouse and keys")};
  for (const DeviceKind kind : devices_->kinds())
    if (devices_->report(kind).raw.connected) ready << kindText(kind);
  status_->setDevices(ready);
  if (auto* dialog = findChild<DeviceDialog*>(); dialog && robot) dialog->showLag(robot->frame());
}

/// Who teaches this lesson brings their devices' settings, their keys and their reaction time.
void MainWindow::knowTeacher() {
  const LessonInfo& info = lesson_->document().info();
  marks_.setReaction(info.reaction_s);
  if (devices_) devices_->setPlace(QString::fromStdString(info.teacher), QString::fromStdString(info.task));
}

void MainWindow::useProfile() {
  actions_.setHand(devices_->hand());
  keys_->setHand(devices_->hand());
  if (const auto known = devices_->reaction()) useReaction(known->median_s);
}

void MainWindow::useReaction(double reaction_s) {
  SessionDocument& document = lesson_->document();
  if (!lesson_->readOnly() && document.info().reaction_s != reaction_s) document.setReaction(reaction_s);
  marks_.setReaction(document.info().reaction_s);
}

void MainWindow::testReaction() {
  EngineBridge* robot = lesson_->robot();
  if (!robot) return tellTrouble(tr("This lesson is open for looking only, so no reaction time can be kept in it."));
  auto* dialog = new ReactionDialog(devices_, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  const bool ran = !robot->frame().paused && robot->frame().hold == HoldReason::None;
  robot->send(Pause{});
  connect(dialog, &ReactionDialog::measured, this, [this](const ReactionTime& time) {
    if (devices_) devices_->setReaction(time);
    useReaction(time.median_s);
  });
  connect(dialog, &QDialog::accepted, this, [this, ran] {
    if (ran && lesson_->robot()) lesson_->robot()->send(Resume{});
  });
  dialog->open();
}

void MainWindow::devicePressed(ButtonAction action) {
  const auto trigger = [this](ActionId id) { actions_.action(id)->trigger(); };
  switch (action) {
    case ButtonAction::MarkGood: return trigger(ActionId::MarkGood);
    case ButtonAction::MarkBad: return trigger(ActionId::MarkBad);
    case ButtonAction::Discard: return trigger(ActionId::DiscardCorrection);
    case ButtonAction::Pause: return trigger(ActionId::PauseResume);
    case ButtonAction::NextEpisode: return trigger(ActionId::NextEpisode);
    case ButtonAction::Stop: return stopRobot();
    case ButtonAction::TakeOver:
    case ButtonAction::None: return;
  }
}

/// A fumbled correction: it is left out of learning and the episode begins again from the same start.
void MainWindow::discardCorrection() {
  EngineBridge* robot = lesson_->robot();
  if (!robot) return;
  const EpisodeView* episode = lesson_->document().episode(robot->frame().episode);
  const auto& drivers = episode ? episode->drivers : std::vector<Driver>{};
  const auto last = std::find(drivers.rbegin(), drivers.rend(), Driver::Teacher);
  if (last == drivers.rend()) return tellTrouble(tr("There is no correction of yours in this episode to discard."));
  const auto first = std::find(last, drivers.rend(), Driver::Robot);
  const int begin = static_cast<int>(drivers.rend() - first), end = static_cast<int>(drivers.rend() - last);
  robot->dropTool();
  robot->releaseKeys();
  robot->handBack();
  lesson_->document().paint(robot->frame().episode, begin, end, Verdict::Excluded, tr("discard the correction"));
  robot->send(ResetEpisode{});
}

void MainWindow::changeSensitivity(int steps) {
  if (!devices_) return;
  const double share = devices_->changeSensitivity(steps);
  banners_->show({QStringLiteral("sensitivity"), BannerKind::Info,
                  tr("Devices: %1 % of their sensitivity").arg(std::lround(100 * share)), {}, 3});
}

void MainWindow::openDevices() {
  if (!devices_) return;
  auto* dialog = findChild<DeviceDialog*>();
  if (!dialog) {
    dialog = new DeviceDialog(*devices_, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &DeviceDialog::reactionTestWanted, this, &MainWindow::testReaction);
  }
  dialog->show();
  dialog->raise();
}

}  // namespace nudge
