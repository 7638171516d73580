// One device in the device panel.
#pragma once

#include <QWidget>
#include <functional>
#include <optional>

#include "core/input/rest_calibration.h"
#include "ui/model/device_hub.h"

class QComboBox;
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
  QWidget* drivePart();
  QWidget* buttonsPart();
  void showReport();
  void calibrate();
  void change(const std::function<void(DeviceSettings&)>& edit);
  void addShare(QFormLayout* form, const QString& label, const QString& tip, double low, double high,
                double (*read)(const DeviceSettings&), void (*write)(DeviceSettings&, double));
  void addCheck(QFormLayout* form, const QString& label, bool checked, void (*write)(DeviceSettings&, bool));

  DeviceHub& devices_;
  DeviceKind kind_;
  QLabel *name_ = nullptr, *state_ = nullptr, *calibration_ = nullptr;
  QPushButton* calibrate_ = nullptr;
  AxisBars* bars_ = nullptr;
  std::optional<RestCalibration> running_;
};

}  // namespace nudge
