// Keys that shortcuts cannot do: Esc everywhere, keys that are held, keys that need the scene's focus.
#pragma once

#include <QEvent>
#include <QObject>

#include "core/input/device_settings.h"
#include "core/teach/segments.h"

class QKeyEvent;
class QWidget;

namespace nudge {

class EngineBridge;

/// Watches the whole application while it lives. GUI thread.
class KeyFilter : public QObject {
  Q_OBJECT
 public:
  /// `window` is where mark keys work, `scene` where driving keys do.
  KeyFilter(QWidget* window, QWidget* scene);
  ~KeyFilter() override;

  /// Who is driven by keys; null for nobody.
  void setRobot(EngineBridge* robot);
  void setDrivingEnabled(bool enabled);
  void setHand(HandSide hand) { hand_ = hand; }

 Q_SIGNALS:
  void stopPressed();
  void markPressed(nudge::Verdict verdict);
  void markReleased();
  void resetCameraPressed();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  bool keyEvent(QKeyEvent* event, QEvent::Type type);
  bool markKey(const QKeyEvent* event, QEvent::Type type);
  bool sceneKey(const QKeyEvent* event, QEvent::Type type);
  bool sceneHasFocus() const;
  void letGo();

  QWidget* window_;
  QWidget* scene_;
  EngineBridge* robot_ = nullptr;
  bool drivingEnabled_ = true;
  HandSide hand_ = HandSide::Both;
  bool marking_ = false;
};

}  // namespace nudge
