// What the window's actions do.
#include <QApplication>
#include <QDesktopServices>
#include <QFileInfo>
#include <QMessageBox>
#include <QSplitter>
#include <QUrl>
#include <algorithm>
#include <iterator>

#include "core/base/clock.h"
#include "core/base/resources.h"
#include "core/base/version.h"
#include "core/sim/folder/folder_task.h"
#include "ui/model/device_hub.h"
#include "ui/scene/scene_frame.h"
#include "ui/widgets/command_palette.h"
#include "ui/widgets/export_dialog.h"
#include "ui/widgets/import_dialog.h"
#include "ui/widgets/learned_panel.h"
#include "ui/widgets/lesson_panel.h"
#include "ui/widgets/main_window.h"
#include "ui/widgets/manual_dialog.h"
#include "ui/widgets/new_lesson_dialog.h"
#include "ui/widgets/review.h"
#include "ui/widgets/timeline_view.h"

namespace nudge {

namespace {
constexpr int kCameras = 4;
constexpr double kSpeeds[] = {0.1, 0.25, 0.5, 1.0, 2.0, 4.0};
}

void MainWindow::connectActions() {
  const auto on = [this](ActionId id, auto&& act) {
    connect(actions_.action(id), &QAction::triggered, this, std::forward<decltype(act)>(act));
  };
  const auto onRobot = [this, on](ActionId id, auto command) {
    on(id, [this, command] {
      review_->backToNow();
      if (lesson_->robot()) lesson_->robot()->send(command);
    });
  };
  on(ActionId::NewLesson, [this] { chooseTask(); });
  on(ActionId::OpenLesson, [this] { openLesson(); });
  on(ActionId::RecentLessons, [this] { openBrowser(); });
  on(ActionId::Lessons, [this] { openBrowser(); });
  on(ActionId::Backups, [this] { openBackups(); });
  on(ActionId::ShowFolder, [this] {
    QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(lesson_->path()).absolutePath()));
  });
  on(ActionId::ImportPolicy, [this] { importPolicy(); });
  on(ActionId::ExportPolicy, [this] { exportPolicy(); });
  listRecentLessons();
  on(ActionId::NameTeacher, [this] { nameTeacher(); });
  on(ActionId::Quit, [this] { close(); });
  on(ActionId::Undo, [this] { lesson_->document().undo(); });
  on(ActionId::Redo, [this] { lesson_->document().redo(); });
  on(ActionId::MarkGood, [this] { pressMark(Verdict::Good), releaseMark(); });
  on(ActionId::MarkBad, [this] { pressMark(Verdict::Bad), releaseMark(); });
  on(ActionId::DiscardCorrection, [this] { discardCorrection(); });
  on(ActionId::FindAction, [this] { palette_->popUp(); });
  on(ActionId::Learn, [this] { lesson_->learn(); });
  on(ActionId::CancelLearning, [this] { lesson_->learner().cancel(); });
  on(ActionId::PreviousPolicy, [this] { lesson_->switchTo(std::max(0, lesson_->document().activeVersion() - 1)); });
  on(ActionId::Stop, [this] { stopRobot(); });
  on(ActionId::PauseResume, [this] { pauseOrResume(); });
  onRobot(ActionId::StepOnce, StepOnce{});
  onRobot(ActionId::ResetEpisode, ResetEpisode{});
  onRobot(ActionId::NextEpisode, NextEpisode{});
  on(ActionId::Devices, [this] { openDevices(); });
  on(ActionId::TestReaction, [this] { testReaction(); });
  on(ActionId::Record, [this](bool wanted) { setRecording(wanted); });
  on(ActionId::KeepRecent, [this] { keepRecent(); });
  on(ActionId::Practice, [this](bool wanted) { setPractice(wanted); });
  on(ActionId::Sounds, [this](bool wanted) { settings_.setSounds(wanted); });
  actions_.action(ActionId::Sounds)->setChecked(settings_.sounds());
  on(ActionId::LessSensitive, [this] { changeSensitivity(-1); });
  on(ActionId::MoreSensitive, [this] { changeSensitivity(1); });
  on(ActionId::Slower, [this] { changeSpeed(-1); });
  on(ActionId::Faster, [this] { changeSpeed(1); });
  on(ActionId::RealTime, [this] { changeSpeed(0); });
  on(ActionId::TakeTurns, [this](bool wanted) {
    if (lesson_->robot()) lesson_->robot()->setTakeTurns(wanted);
  });
  actions_.action(ActionId::TakeTurns)->setChecked(true);
  on(ActionId::Grip, [this](bool closes) {
    if (lesson_->robot()) lesson_->robot()->send(SetGrip{closes ? 1.0 : -1.0});
  });
  for (int i = 0; i < kCameras; ++i) {
    on(ActionId(int(ActionId::Camera1) + i), [this, i] {
      if (scene_->view()) scene_->view()->setCamera(i);
    });
  }
  on(ActionId::ResetCamera, [this] {
    if (scene_->view()) scene_->view()->resetCamera();
  });
  on(ActionId::Shadows, [this](bool shown) {
    if (scene_->view()) scene_->view()->setShadows(shown);
  });
  on(ActionId::ReviewLive, [this] { review_->backToNow(); });
  connect(actions_.action(ActionId::LessonPanel), &QAction::toggled, this, [this](bool shown) {
    lessonPanel_->parentWidget()->setVisible(shown);
    settings_.setPanelShown(QStringLiteral("lesson"), shown);
  });
  connect(actions_.action(ActionId::LearnedPanel), &QAction::toggled, this, [this](bool shown) {
    learned_->setVisible(shown);
    settings_.setPanelShown(QStringLiteral("learned"), shown);
  });
  on(ActionId::ResetLayout, [this] { resetLayout(); });
  on(ActionId::FullScreen, [this](bool full) { full ? showFullScreen() : showNormal(); });
  on(ActionId::Manual, [this] { openManual(QStringLiteral("index")); });
  on(ActionId::Keys, [this] { openManual(QStringLiteral("keys")); });
  on(ActionId::FirstSteps, [this] { showHelp(true); });
  on(ActionId::About, [this] { showAbout(); });
}

/// The actions whose meaning is the task's.
void MainWindow::nameTaskActions(const TaskSpec& spec) {
  for (int i = 0; i < kCameras; ++i) {
    QAction* camera = actions_.action(ActionId(int(ActionId::Camera1) + i));
    const bool exists = i < static_cast<int>(spec.cameras.size());
    camera->setVisible(exists);
    if (exists) camera->setText(tr("Camera %1: %2").arg(i + 1).arg(QString::fromStdString(spec.cameras[std::size_t(i)])));
  }
  actions_.action(ActionId::TakeTurns)->setVisible(!spec.discreteActions.empty());
  actions_.action(ActionId::Grip)->setVisible(spec.gripAction >= 0);
}

void MainWindow::chooseTask() {
  const QString folder = QString::fromStdString(folderOfLesson(lesson_->document().info().mjcf));
  auto* dialog = new NewLessonDialog(QString::fromStdString(lesson_->spec().id), folder, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &NewLessonDialog::taskChosen, this, [this](const QString& task) { Q_EMIT newLessonWanted(task, {}); });
  dialog->open();
}

void MainWindow::pauseOrResume() {
  EngineBridge* robot = lesson_->robot();
  if (!robot) return;
  if (review_->active()) return review_->backToNow();
  if (robot->frame().waits) return robot->keepGoing();
  const bool stands = robot->frame().paused || robot->frame().hold != HoldReason::None;
  robot->send(stands ? Command{Resume{}} : Command{Pause{}});
}

/// steps 0: real time.
void MainWindow::changeSpeed(int steps) {
  EngineBridge* robot = lesson_->robot();
  if (!robot) return;
  const double now = robot->frame().speed;
  const auto at = std::min_element(std::begin(kSpeeds), std::end(kSpeeds), [now](double a, double b) {
    return std::abs(a - now) < std::abs(b - now);
  });
  const auto index = std::clamp<std::ptrdiff_t>(at - std::begin(kSpeeds) + steps, 0, std::size(kSpeeds) - 1);
  robot->send(SetSpeed{steps == 0 ? 1.0 : kSpeeds[index]});
}

void MainWindow::stopRobot() {
  EngineBridge* robot = lesson_->robot();
  if (!robot) return;
  robot->dropTool();
  robot->releaseKeys();
  robot->handBack();
  if (devices_) devices_->letGo();
  robot->send(StopRobot{});
}

void MainWindow::pressMark(Verdict verdict) {
  if (lesson_->readOnly()) return tellTrouble(tr("This lesson is open for looking only, so marks cannot be changed."));
  if (review_->active() || timeline_->selection()) {
    timeline_->mark(verdict);
    return;
  }
  marks_.press(verdict, monotonic_s());
}

void MainWindow::releaseMark() { lesson_->paint(marks_.release(monotonic_s())); }

void MainWindow::importPolicy() {
  const TaskSpec& spec = lesson_->spec();
  const std::string folder = folderOfLesson(lesson_->document().info().mjcf);
  auto* dialog = new ImportDialog(QString::fromStdString(folder.empty() ? spec.id : folder),
                                  QString::fromStdString(spec.title),
                                  QFileInfo(lesson_->path()).absolutePath(), LearnerProcess::besideThisProgram(), this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &ImportDialog::lessonWanted, this, &MainWindow::newLessonWanted);
  dialog->show();
}

void MainWindow::exportPolicy() {
  auto* dialog = new ExportDialog(lesson_->document(), LearnerProcess::besideThisProgram(), this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->show();
}

void MainWindow::openManual(const QString& page) {
  if (!manual_) {
    const auto folder = resourceFolder() / "docs" / "manual";
    manual_ = new ManualDialog(QString::fromStdString(folder.string()), this);
  }
  manual_->open(page);
}

void MainWindow::resetLayout() {
  settings_.forgetLayout();
  for (const ActionId id : {ActionId::LessonPanel, ActionId::LearnedPanel}) actions_.action(id)->setChecked(true);
  columns_->setSizes({230, width() - 520, 280});
  rows_->setSizes({height() - 290, 190});
}

void MainWindow::showAbout() {
  auto* box = new QMessageBox(QMessageBox::NoIcon, tr("About Nudge"),
                              tr("<h3>Nudge %1</h3><p>Teach a robot only what is missing: watch it, take over where it goes "
                                 "wrong, let it learn from that.</p><p>Free software under the GNU General Public License, "
                                 "version 3 or later.</p>").arg(QLatin1String(kVersion)),
                              QMessageBox::Close, this);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setModal(false);
  box->show();
}

}  // namespace nudge
