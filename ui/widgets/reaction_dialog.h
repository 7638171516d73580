// The reaction test: a minute in which a dot leaves its line now and then, answered as one takes over.
#pragma once

#include <QDialog>
#include <optional>
#include <vector>

#include "core/base/clock.h"
#include "core/input/grip.h"
#include "core/teach/reaction_test.h"

class QLabel;
class QPushButton;

namespace nudge {

class DeviceHub;

/// The dot and its line. GUI thread.
class ReactionTrack : public QWidget {
  Q_OBJECT
 public:
  explicit ReactionTrack(QWidget* parent = nullptr);
  /// Where along the line, 0 … 1, and how long it has been off it, on which side.
  void setDot(double along, double away_s, int side);
  bool isOff() const { return away_s_ > 0.0; }
  QSize sizeHint() const override { return {520, 200}; }

 Q_SIGNALS:
  void pressed();  ///< by key or mouse

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  double along_ = 0.0, away_s_ = 0.0;
  int side_ = 1;
};

/// GUI thread. Keys, mouse and devices with a cable count as answers, the latter when they would take over.
class ReactionDialog : public QDialog {
  Q_OBJECT
 public:
  /// devices may be null. The clock is monotonic; tests bring their own.
  explicit ReactionDialog(DeviceHub* devices, QWidget* parent = nullptr, double (*clock)() = monotonic_s);
  void begin();
  /// What passed since the last call; by a timer while the test runs.
  void look();

 Q_SIGNALS:
  void measured(const nudge::ReactionTime& time);

 private:
  void press();
  void askDevices(double now_s);
  void end(double now_s);

  DeviceHub* devices_;
  double (*clock_)();
  ReactionTrack* track_;
  QLabel* text_;
  QPushButton* begin_;
  QTimer* timer_;
  std::optional<ReactionTest> test_;
  double begun_s_ = 0.0;
  std::vector<Grip> grips_;  ///< one a device: the arbiter of the window, for this test alone
};

/// "0.43 s (half of the answers between 0.38 and 0.51 s)"
QString reactionText(const ReactionTime& time);

}  // namespace nudge
