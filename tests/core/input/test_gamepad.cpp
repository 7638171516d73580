// A gamepad through SDL, with SDL's own virtual one.
#include <SDL.h>

#include <QtTest>

#include "core/base/clock.h"
#include "core/input/device_reader.h"
#include "core/input/gamepad.h"

using namespace nudge;

class TestGamepad : public QObject {
  Q_OBJECT

  std::unique_ptr<DeviceReader> reader_;
  int index_ = -1;
  SDL_Joystick* pad_ = nullptr;
  double now_s_ = 1.0;

  const DeviceReport& look(double time_s = 0.004) {
    reader_->tick(now_s_ += time_s);
    reader_->reports().refresh();
    return reader_->reports().front();
  }
  void plug() {
    index_ = SDL_JoystickAttachVirtual(SDL_JOYSTICK_TYPE_GAMECONTROLLER, SDL_CONTROLLER_AXIS_MAX,
                                       SDL_CONTROLLER_BUTTON_MAX, 0);
    QVERIFY2(index_ >= 0, SDL_GetError());
    pad_ = SDL_JoystickOpen(index_);
    QVERIFY(pad_);
    for (int trigger : {SDL_CONTROLLER_AXIS_TRIGGERLEFT, SDL_CONTROLLER_AXIS_TRIGGERRIGHT})
      SDL_JoystickSetVirtualAxis(pad_, trigger, -32768);
  }
  void unplug() {
    SDL_JoystickClose(pad_);
    SDL_JoystickDetachVirtual(index_);
  }
  void axis(SDL_GameControllerAxis which, double share) {
    SDL_JoystickSetVirtualAxis(pad_, which, static_cast<Sint16>(share * 32767));
  }

 private Q_SLOTS:
  void initTestCase() {
    reader_ = std::make_unique<DeviceReader>(std::make_unique<Gamepad>());
    ReaderOrder order;
    order.settings = standardSettings(DeviceKind::Gamepad);
    order.speed_m_s = 0.25;
    reader_->orders().write(order);
    look();
    if (SDL_NumJoysticks() > 0) QSKIP("a real gamepad is plugged in");
  }

  void withoutOneItSaysSo() {
    QVERIFY(!look().raw.connected);
    QCOMPARE(QString::fromStdString(look().info.problem), QStringLiteral("no gamepad is plugged in"));
  }

  void itIsFoundWhilePlaying() {
    plug();
    look(0.6);
    QVERIFY(look().raw.connected);
    QVERIFY(!look().info.name.empty());
    QCOMPARE(look().grip, GripState::Idle);
  }

  void sticksMove() {
    axis(SDL_CONTROLLER_AXIS_LEFTX, 0.6);
    axis(SDL_CONTROLLER_AXIS_LEFTY, -1.0);
    axis(SDL_CONTROLLER_AXIS_RIGHTY, 0.5);
    look();
    const Axes axes = look().raw.axes;
    QVERIFY(std::abs(axes[0] - 0.6) < 0.01 && axes[1] > 0.99 && std::abs(axes[2] + 0.5) < 0.01);
    look(0.2);
    QCOMPARE(look(0.2).grip, GripState::Driving);
    // Without a view right is −y, forward x, up z of the world.
    QVERIFY(look().v_W[0] > 0.2 && look().v_W[1] < -0.05 && look().v_W[2] < -0.03);
    for (int i = 0; i < 100; ++i) look(1.0);  // held on its end stop for long
    QCOMPARE(look().grip, GripState::Driving);
    QCOMPARE(look().strength, 1.0);
  }

  void unpluggedWhileItDrivesIsALoss() {
    unplug();
    look();
    QCOMPARE(look().grip, GripState::Absent);
    QCOMPARE(reader_->device().losses(now_s_), 1u);
    QVERIFY(!reader_->device().poll({.now_s = now_s_}).engaged);
    plug();
    look(0.6);
    QVERIFY(look().raw.connected);
    QCOMPARE(look().grip, GripState::Idle);
  }

  void buttonsDoWhatTheMapSays() {
    while (reader_->presses().readable()) reader_->presses().release();
    SDL_JoystickSetVirtualButton(pad_, SDL_CONTROLLER_BUTTON_B, 1);
    look();
    look();
    SDL_JoystickSetVirtualButton(pad_, SDL_CONTROLLER_BUTTON_B, 0);
    const ButtonPress* press = reader_->presses().readable();
    QVERIFY(press && press->action == ButtonAction::MarkBad);
    reader_->presses().release();
    QVERIFY(!reader_->presses().readable());  // once
    SDL_JoystickSetVirtualButton(pad_, SDL_CONTROLLER_BUTTON_RIGHTSHOULDER, 1);
    look();
    QCOMPARE(look().grip, GripState::Driving);  // at once
    SDL_JoystickSetVirtualButton(pad_, SDL_CONTROLLER_BUTTON_RIGHTSHOULDER, 0);
    look();
    QCOMPARE(look().grip, GripState::Releasing);
    QCOMPARE(look(0.3).grip, GripState::Idle);
  }

  void notWhileAnotherWindowIsInFront() {
    ReaderOrder order;
    order.settings = standardSettings(DeviceKind::Gamepad);
    order.allowed = false;
    reader_->orders().write(order);
    axis(SDL_CONTROLLER_AXIS_LEFTX, 1.0);
    for (int i = 0; i < 100; ++i) look();
    QCOMPARE(look().grip, GripState::Blocked);
    SDL_JoystickSetVirtualButton(pad_, SDL_CONTROLLER_BUTTON_A, 1);
    look();
    look();
    while (const ButtonPress* press = reader_->presses().readable()) {
      QVERIFY(press->action != ButtonAction::MarkGood);
      reader_->presses().release();
    }
    order.settings.pinned = true;
    reader_->orders().write(order);
    axis(SDL_CONTROLLER_AXIS_LEFTX, 0.0);
    look();
    look();
    axis(SDL_CONTROLLER_AXIS_LEFTX, 1.0);
    for (int i = 0; i < 50; ++i) look();
    QCOMPARE(look().grip, GripState::Driving);
  }

  void aReaderThatStallsIsALoss() {
    const double heard_s = now_s_;
    QCOMPARE(reader_->device().losses(heard_s + 0.05), 1u);
    QCOMPARE(reader_->device().losses(heard_s + 0.1), 2u);
    QVERIFY(!reader_->device().poll({.now_s = heard_s + 0.1}).engaged);
    QCOMPARE(reader_->device().losses(heard_s + 9.0), 2u);  // once
  }
};

QTEST_GUILESS_MAIN(TestGamepad)
#include "test_gamepad.moc"
