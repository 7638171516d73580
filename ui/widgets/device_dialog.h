// The device panel: what each device says, raw and as a wish, what the arbiter makes of it, and how it feels.
#pragma once

#include <QDialog>

#include "core/engine/messages.h"
#include "ui/model/device_hub.h"

class QLabel;
class QTabWidget;

namespace nudge {

/// GUI thread. Not modal: the robot can be driven while it is open. Changes count at once and are kept.
class DeviceDialog : public QDialog {
  Q_OBJECT
 public:
  explicit DeviceDialog(DeviceHub& devices, QWidget* parent = nullptr);
  void showLag(const Frame& frame);

 Q_SIGNALS:
  void reactionTestWanted();

 private:
  QWidget* handPart();

  DeviceHub& devices_;
  QTabWidget* tabs_;
  QLabel* lag_;
};

}  // namespace nudge
