// The device panel: what each device says, raw and as a wish, what the arbiter makes of it, and how it feels.
#pragma once

#include <QDialog>

#include "ui/model/device_hub.h"

class QTabWidget;

namespace nudge {

class DevicePage;

/// GUI thread. Not modal: the robot can be driven while it is open. Changes count at once and are kept.
class DeviceDialog : public QDialog {
  Q_OBJECT
 public:
  explicit DeviceDialog(DeviceHub& devices, QWidget* parent = nullptr);

 private:
  QTabWidget* tabs_;
};

}  // namespace nudge
