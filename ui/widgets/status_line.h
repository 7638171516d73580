// The line at the bottom: how well everything runs, in words, with a warning where it does not.
#pragma once

#include <QWidget>

#include "core/engine/messages.h"
#include "sessions/recorder.h"

class QLabel;

namespace nudge {

class StatusLine : public QWidget {
  Q_OBJECT
 public:
  explicit StatusLine(QWidget* parent = nullptr);

  void setFile(const QString& path, bool readOnly);
  /// What the scene shows, live or looking back.
  void showMoment(qint64 episode, int step, double controlRate_hz);
  void showRobot(const Frame& frame, double framesPerSecond, const QString& renderer);
  void showStorage(const RecorderStatus& status, double unsaved_s);
  void showNoRobot();
  /// What the teacher can drive with now.
  void setDevices(const QStringList& ready);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  QStringList devices_;
  QLabel *file_, *step_, *speed_, *device_, *saved_, *space_;
};

/// Of Frame::lag, for people.
QString lagText(const Frame& frame);

}  // namespace nudge
