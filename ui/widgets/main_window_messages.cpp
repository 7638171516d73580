// What happened, told in sentences that say what was kept.
#include "ui/widgets/main_window.h"

namespace nudge {

namespace {
constexpr int kGoodNews_s = 20;
}

void MainWindow::tellHold(HoldReason reason) {
  const QString id = QStringLiteral("hold");
  const Banner::Button goOn{tr("Go on"), [this] { lesson_->robot()->send(Resume{}); }};
  const Banner::Button prior{tr("Drive with the prior"), [this] { lesson_->switchTo(0); }};
  const Banner::Button next{tr("Next episode"), [this] { lesson_->robot()->send(NextEpisode{}); }};
  switch (reason) {
    case HoldReason::None: return banners_->close(id);
    case HoldReason::Stopped:
      return banners_->show({id, BannerKind::Warning, tr("The robot is stopped. Everything so far is saved."), {goOn}});
    case HoldReason::BadPolicy:
      return banners_->show(
          {id, BannerKind::Trouble,
           tr("The robot is held: its policy gave something that is not a number. The lesson is saved up to here."),
           lesson_->robot()->wantedPolicy() > 0 ? std::vector{prior, next} : std::vector{next}});
    case HoldReason::Diverged:
      return banners_->show({id, BannerKind::Trouble,
                             tr("The robot is held: the simulation broke down. The lesson is saved up to the last good step."),
                             {next}});
    case HoldReason::DeviceLost:
      return banners_->show({id, BannerKind::Warning,
                             tr("The robot is held: %1 was unplugged or has fallen silent while you drove. Everything so far is "
                                "saved. Take over again with any device, or let the robot go on.")
                                 .arg(lesson_->robot()->deviceName(lesson_->robot()->frame().device)),
                             {goOn}});
    case HoldReason::LatePolicy:
      return banners_->show({id, BannerKind::Trouble,
                             tr("The robot is held: its policy takes too long to decide. The lesson is saved up to here."),
                             lesson_->robot()->wantedPolicy() > 0 ? std::vector{prior, goOn} : std::vector{goOn}});
    case HoldReason::RecorderFull:
      return banners_->show({id, BannerKind::Warning,
                             tr("The robot waits: the disk does not keep up. No step is lost; it goes on by itself."),
                             {}});
  }
}

void MainWindow::tellNewPolicy(int version, int previous) {
  const bool newer = version > previous;
  const QString text = newer ? tr("v%1 is ready: it drives from the next episode on.").arg(version)
                             : tr("v%1 drives again from the next episode on.").arg(version);
  banners_->show({QStringLiteral("policy"), newer ? BannerKind::Good : BannerKind::Info, text,
                  {{tr("Start it now"), [this] { lesson_->robot()->send(NextEpisode{}); }},
                   {tr("Switch back to v%1").arg(previous), [this, previous] { lesson_->switchTo(previous); }}},
                  kGoodNews_s});
}

void MainWindow::tellLearned(const LearnerResult& result) {
  const QString text = result.message.isEmpty() ? tr("Nothing to correct: the policy stays as it is.") : result.message;
  banners_->show({QStringLiteral("policy"), BannerKind::Info, text, {}, kGoodNews_s});
}

void MainWindow::tellTrouble(const QString& message) {
  banners_->show({QStringLiteral("trouble"), BannerKind::Trouble, message, {}});
}

void MainWindow::tellStorage(const QString& message) {
  const QString id = QStringLiteral("storage");
  if (message.isEmpty()) return banners_->close(id);
  banners_->close(QStringLiteral("space"));  // said better now
  const Banner::Button elsewhere{tr("Save elsewhere…"), [this] {
                                   QString path;
                                   if (saveElsewhere(path)) return lessonChosen(path, false);
                                   if (!path.isEmpty()) lesson_->goOn();
                                   tellStorage(lesson_->robot()->storageTrouble());  // it still is as it was
                                 }};
  banners_->show({id, BannerKind::Trouble, message, {elsewhere}});
}

void MainWindow::tellDrawingProblem(const QString& message) {
  // The scene's place tells the rest.
  banners_->show({QStringLiteral("drawing"), BannerKind::Warning, message.section(QLatin1Char('\n'), 0, 0), {}});
}

}  // namespace nudge
