// Buttons that move the moment under review: episodes, steps, playing back, and back to the running robot.
// GUI thread. Knows the lesson's lengths only; whoever owns the playhead connects moved() and setMoment().
#pragma once

#include <QElapsedTimer>
#include <QPointer>
#include <QTimer>
#include <QWidget>

#include "ui/model/session_document.h"

class QLabel;
class QToolButton;

namespace nudge {

class Transport : public QWidget {
  Q_OBJECT
 public:
  explicit Transport(QWidget* parent = nullptr);

  void setDocument(SessionDocument* document);  ///< borrowed; nullptr disables everything
  void setLive(bool live);                      ///< live ends playing
  void setMoment(qint64 episode, int step);     ///< where the playhead stands; does not signal
  void setSpeed(double factor);                 ///< of playing back, times real time
  bool isPlaying() const { return timer_.isActive(); }

  void play();  ///< from the playhead; from the episode's start when it is live or at the lesson's end
  void pause();
  void toggle() { isPlaying() ? pause() : play(); }
  void stepBy(int steps);         ///< may cross into neighbouring episodes
  void episodeBy(int direction);  ///< −1: this episode's start, or the one before when there; +1: the next
  /// Plays on by so much real time. The timer calls it.
  void advance(double seconds);

 Q_SIGNALS:
  void moved(qint64 episode, int step);
  void liveRequested();
  void playingChanged(bool playing);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  QToolButton* addButton(const QString& name, const QString& tip);
  void drawIcons();
  void showMoment();
  void goTo(std::size_t index, int step);
  std::size_t index() const;  ///< of the moment's episode; episodes().size() when there is none
  bool usable() const;

  QPointer<SessionDocument> document_;
  qint64 episode_ = 0;
  int step_ = 0;
  bool live_ = true;
  double speed_ = 1.0;
  double owed_ = 0.0;  // played time that is not a whole step yet, in steps
  QTimer timer_;
  QElapsedTimer clock_;
  QToolButton *previous_, *back_, *play_, *forward_, *next_, *now_;
  QLabel* time_;
};

}  // namespace nudge
