// Review: time stands still and can be moved. Decides what the scene shows, the running robot or a
// recorded moment, and keeps timeline, transport and lesson list at the same moment.
#pragma once

#include <QObject>
#include <QPointer>

#include "ui/model/lesson.h"
#include "ui/scene/scene_view.h"

namespace nudge {

class LessonPanel;
class SceneFrame;
class TimelineView;
class Transport;

/// GUI thread; works on widgets that it does not own. The robot pauses when a review begins, because steps
/// that nobody watches would count as good; it goes on afterwards if it ran before.
class Review : public QObject {
  Q_OBJECT
 public:
  struct Parts {
    SceneFrame* scene;
    TimelineView* timeline;
    Transport* transport;
    LessonPanel* panel;
  };
  Review(const Parts& parts, QObject* parent);

  void setLesson(Lesson* lesson);
  bool active() const { return active_; }
  /// Shows a recorded moment; false when the file does not have it.
  bool goTo(qint64 episode, int step);
  void backToNow();
  /// The newest frame, shown unless a review is on.
  void showFrame(const Frame& frame);
  Posture posture() const;

 Q_SIGNALS:
  void changed();
  void momentShown(qint64 episode, int step);
  void failed(const QString& message);

 private:
  void enter();

  Parts parts_;
  QPointer<Lesson> lesson_;
  bool active_ = false;
  bool pausedByReview_ = false;
};

}  // namespace nudge
