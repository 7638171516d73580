// One device in the device panel.
#pragma once

#include <QWidget>
#include <functional>
#include <optional>
#include <vector>

#include "core/input/rest_calibration.h"
#include "ui/model/device_hub.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QPushButton;

namespace nudge {

class AxisBars;

/// GUI thread.
class DevicePage : public QWidget {
  Q_OBJECT
 public:
  DevicePage(DeviceHub& devices, DeviceKind kind, QWidget* parent = nullptr);

 private:
  QWidget* livePart();
  QWidget* axesPart();
  QWidget* drivePart();
  QWidget* buttonsPart();
  QWidget* resetPart();
  QComboBox* choice(const QString& name, const QStringList& texts, int (*read)(DeviceSettings&), void (*write)(DeviceSettings&, int));
  QDoubleSpinBox* number(double low, double high, double& (*field)(DeviceSettings&));
  QCheckBox* tick(const QString& label, bool& (*field)(DeviceSettings&));
  void showReport();
  void showButtons(const DeviceReport& report);
  void showSettings();
  void calibrate();
  void change(const std::function<void(DeviceSettings&)>& edit);

  DeviceHub& devices_;
  DeviceKind kind_;
  QLabel *name_ = nullptr, *state_ = nullptr, *calibration_ = nullptr;
  QPushButton* calibrate_ = nullptr;
  QFormLayout* buttons_ = nullptr;
  AxisBars* bars_ = nullptr;
  std::vector<std::function<void(const DeviceSettings&)>> refresh_;  ///< one a control
  bool showing_ = false;  ///< settings come from the hub, not from the person
  std::optional<RestCalibration> running_;
};

}  // namespace nudge
