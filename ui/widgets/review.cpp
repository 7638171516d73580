#include "ui/widgets/review.h"

#include "ui/scene/scene_frame.h"
#include "ui/widgets/lesson_panel.h"
#include "ui/widgets/timeline_view.h"
#include "ui/widgets/transport.h"

namespace nudge {

Review::Review(const Parts& parts, QObject* parent) : QObject(parent), parts_(parts) {
  connect(parts_.timeline, &TimelineView::scrubbed, this, &Review::goTo);
  connect(parts_.transport, &Transport::moved, this, &Review::goTo);
  connect(parts_.transport, &Transport::liveRequested, this, &Review::backToNow);
  connect(parts_.panel, &LessonPanel::episodeChosen, this, [this](qint64 episode) { goTo(episode, 0); });
}

void Review::setLesson(Lesson* lesson) {
  lesson_ = lesson;
  active_ = false;
  pausedByReview_ = false;
  parts_.timeline->setLive(true);
  parts_.transport->setLive(true);
  if (!lesson_ || lesson_->robot()) return;
  // Looking only: there is no 'now', so the review begins at the last recorded moment.
  const auto& episodes = lesson_->document().episodes();
  if (!episodes.empty()) goTo(episodes.back().row.start.episode, 0);
}

bool Review::goTo(qint64 episode, int step) {
  if (!lesson_) return false;
  const auto state = lesson_->document().state(episode, step);
  if (!state) {
    // The newest steps reach the file half a second later; a person cannot have meant more than that.
    const EpisodeView* view = lesson_->document().episode(episode);
    if (view && view->live && step >= view->stored) return false;
    Q_EMIT failed(QString::fromStdString(state.error().message));
    return false;
  }
  if (!active_) enter();
  parts_.scene->showState(state.value());
  parts_.timeline->setPlayhead(episode, step);
  parts_.transport->setMoment(episode, step);
  parts_.panel->setCurrentEpisode(episode);
  Q_EMIT momentShown(episode, step);
  return true;
}

void Review::enter() {
  active_ = true;
  if (EngineBridge* robot = lesson_->robot()) {
    robot->dropTool();
    robot->releaseKeys();
    const bool runs = !robot->frame().paused && robot->frame().hold == HoldReason::None;
    if (runs) {
      pausedByReview_ = true;
      robot->send(Pause{});
    }
  }
  parts_.timeline->setLive(false);
  parts_.transport->setLive(false);
  parts_.scene->setPosture(Posture::Review);
  parts_.scene->setGrabEnabled(false);
  Q_EMIT changed();
}

void Review::backToNow() {
  EngineBridge* robot = lesson_ ? lesson_->robot() : nullptr;
  if (!active_ || !robot) return;
  active_ = false;
  parts_.timeline->setLive(true);
  parts_.transport->setLive(true);
  parts_.panel->setCurrentEpisode(0);
  if (pausedByReview_) robot->send(Resume{});
  pausedByReview_ = false;
  showFrame(robot->frame());
  Q_EMIT changed();
}

Posture Review::posture() const {
  if (active_ || !lesson_ || !lesson_->robot()) return Posture::Review;
  const Frame& frame = lesson_->robot()->frame();
  if (frame.hold != HoldReason::None) return Posture::Held;
  if (frame.paused) return Posture::Paused;
  return frame.driver == Driver::Teacher ? Posture::Teach : Posture::Watch;
}

void Review::showFrame(const Frame& frame) {
  if (active_) return;
  parts_.scene->setPosture(posture());
  parts_.scene->setGrabEnabled(!lesson_->robot()->hasChoices());
  parts_.scene->showState(frame.state);
  Q_EMIT momentShown(frame.episode, frame.step);
}

}  // namespace nudge
