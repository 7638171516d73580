#include "ui/widgets/key_filter.h"

#include <QApplication>
#include <QKeyEvent>
#include <QKeySequence>
#include <QWidget>
#include <algorithm>

#include "ui/model/actions.h"
#include "ui/model/engine_bridge.h"

namespace nudge {

namespace {
int keyOf(ActionId id) { return QKeySequence(actionKeys(id).front())[0].key(); }

bool isKeyOf(ActionId id, int key, HandSide hand = HandSide::Both) {
  const QStringList keys = actionKeys(id, hand);
  return std::any_of(keys.begin(), keys.end(), [key](const QString& one) { return QKeySequence(one)[0].key() == key; });
}

bool wantsText(const QWidget* widget) {
  return widget && widget->testAttribute(Qt::WA_InputMethodEnabled);
}
}  // namespace

KeyFilter::KeyFilter(QWidget* window, QWidget* scene) : QObject(window), window_(window), scene_(scene) {
  qApp->installEventFilter(this);
  connect(qApp, &QApplication::focusChanged, this, [this] {
    if (!sceneHasFocus()) letGo();
  });
  connect(qApp, &QGuiApplication::applicationStateChanged, this, [this](Qt::ApplicationState state) {
    if (state != Qt::ApplicationActive) letGo();
  });
}

KeyFilter::~KeyFilter() { qApp->removeEventFilter(this); }

void KeyFilter::setRobot(EngineBridge* robot) {
  robot_ = robot;
  marking_ = false;
}

void KeyFilter::setDrivingEnabled(bool enabled) {
  drivingEnabled_ = enabled;
  if (!enabled) letGo();
}

bool KeyFilter::sceneHasFocus() const {
  const QWidget* focus = QApplication::focusWidget();
  return focus && (focus == scene_ || scene_->isAncestorOf(focus));
}

void KeyFilter::letGo() {
  if (robot_) robot_->releaseKeys();
}

bool KeyFilter::eventFilter(QObject* watched, QEvent* event) {
  const QEvent::Type type = event->type();
  if (type != QEvent::KeyPress && type != QEvent::KeyRelease && type != QEvent::ShortcutOverride) return false;
  if (!watched->isWidgetType()) return false;  // the window system's object; the widget follows
  return keyEvent(static_cast<QKeyEvent*>(event), type);
}

/// True when the key is ours alone. A shortcut override is only claimed; the press that follows acts.
bool KeyFilter::keyEvent(QKeyEvent* event, QEvent::Type type) {
  if (isKeyOf(ActionId::Stop, event->key(), hand_)) {
    // Not swallowed: the dialog that has the focus may close as well.
    if (type != QEvent::KeyRelease && !event->isAutoRepeat()) Q_EMIT stopPressed();
    return false;
  }
  if (QApplication::activeWindow() != window_ || QApplication::activePopupWidget()) return false;
  if (wantsText(QApplication::focusWidget())) return false;
  const bool ours = markKey(event, type) || sceneKey(event, type);
  if (ours) event->accept();
  return ours;
}

bool KeyFilter::markKey(const QKeyEvent* event, QEvent::Type type) {
  const bool good = isKeyOf(ActionId::MarkGood, event->key(), hand_), bad = isKeyOf(ActionId::MarkBad, event->key(), hand_);
  const bool releasing = type == QEvent::KeyRelease && marking_;
  if (!(good || bad) || (event->modifiers() != Qt::NoModifier && !releasing)) return false;
  if (event->isAutoRepeat()) return true;
  if (type == QEvent::KeyPress && !marking_) {
    marking_ = true;
    Q_EMIT markPressed(good ? Verdict::Good : Verdict::Bad);
  } else if (releasing) {
    marking_ = false;
    Q_EMIT markReleased();
  }
  return true;
}

bool KeyFilter::sceneKey(const QKeyEvent* event, QEvent::Type type) {
  if (!sceneHasFocus()) return false;
  const bool press = type == QEvent::KeyPress, release = type == QEvent::KeyRelease;
  if (event->key() == Qt::Key_Shift && robot_ && !event->isAutoRepeat() && (press || release)) {
    robot_->setFine(press);
    return false;
  }
  const auto modifiers = event->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier);
  if (modifiers != Qt::NoModifier && !release) return false;
  if (event->key() == keyOf(ActionId::ResetCamera)) {
    if (press) Q_EMIT resetCameraPressed();
    return true;
  }
  if (robot_ && robot_->hasChoices() && drivingEnabled_ && isKeyOf(ActionId::HandBack, event->key())) {
    if (press && !event->isAutoRepeat()) robot_->handBack();
    return true;
  }
  if (!robot_ || !drivingEnabled_ || !KeyboardDrive::isDrivingKey(event->key())) return false;
  if (!event->isAutoRepeat()) {
    if (press) robot_->keyPressed(event->key());
    if (release) robot_->keyReleased(event->key());
  }
  return true;
}

}  // namespace nudge
