#include "ui/widgets/device_page.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "core/base/clock.h"
#include "ui/widgets/axis_bars.h"

namespace nudge {

namespace {

QString stateText(GripState state) {
  switch (state) {
    case GripState::Absent: return DevicePage::tr("○ not there");
    case GripState::Blocked: return DevicePage::tr("◌ waits: let it go once, with this program in front");
    case GripState::Idle: return DevicePage::tr("● at rest");
    case GripState::Arming: return DevicePage::tr("◐ pushed");
    case GripState::Driving: return DevicePage::tr("▶ drives");
    case GripState::Releasing: return DevicePage::tr("◑ let go");
  }
  return {};
}

QString actionText(ButtonAction action) {
  switch (action) {
    case ButtonAction::None: return DevicePage::tr("nothing");
    case ButtonAction::TakeOver: return DevicePage::tr("take over");
    case ButtonAction::MarkGood: return DevicePage::tr("mark good");
    case ButtonAction::MarkBad: return DevicePage::tr("mark bad");
    case ButtonAction::Discard: return DevicePage::tr("discard the correction");
    case ButtonAction::Pause: return DevicePage::tr("pause");
    case ButtonAction::NextEpisode: return DevicePage::tr("next episode");
    case ButtonAction::Stop: return DevicePage::tr("stop the robot");
  }
  return {};
}

}  // namespace

DevicePage::DevicePage(DeviceHub& devices, DeviceKind kind, QWidget* parent) : QWidget(parent), devices_(devices), kind_(kind) {
  auto* columns = new QHBoxLayout;
  columns->addWidget(drivePart(), 1);
  columns->addWidget(buttonsPart(), 1);
  auto* column = new QVBoxLayout(this);
  column->addWidget(livePart());
  column->addLayout(columns);
  connect(&devices_, &DeviceHub::changed, this, &DevicePage::showReport);
  showReport();
}

QWidget* DevicePage::livePart() {
  auto* part = new QWidget;
  auto* column = new QVBoxLayout(part);
  column->setContentsMargins(0, 0, 0, 0);
  name_ = new QLabel;
  name_->setProperty("role", "title");
  name_->setWordWrap(true);
  state_ = new QLabel;
  bars_ = new AxisBars;
  calibrate_ = new QPushButton(tr("Calibrate: 10 s hands off"));
  calibrate_->setObjectName(QStringLiteral("calibrate"));
  calibration_ = new QLabel;
  calibration_->setProperty("role", "muted");
  calibration_->setWordWrap(true);
  connect(calibrate_, &QPushButton::clicked, this, &DevicePage::calibrate);
  auto* row = new QHBoxLayout;
  row->addWidget(calibrate_);
  row->addWidget(calibration_, 1);
  for (QWidget* widget : std::initializer_list<QWidget*>{name_, state_, bars_}) column->addWidget(widget);
  column->addLayout(row);
  return part;
}

QWidget* DevicePage::drivePart() {
  auto* part = new QWidget;
  auto* form = new QFormLayout(part);
  form->setContentsMargins(0, 8, 8, 0);
  const DeviceSettings& now = devices_.settings(kind_);
  auto* mode = new QComboBox;
  mode->setObjectName(QStringLiteral("mode"));
  mode->addItems({tr("while a button is held"), tr("button takes, button gives back"), tr("when it is pushed")});
  mode->setCurrentIndex(static_cast<int>(now.grip.mode));
  connect(mode, &QComboBox::activated, this, [this](int index) {
    change([index](DeviceSettings& settings) { settings.grip.mode = GripMode(index); });
  });
  form->addRow(tr("Drives"), mode);
  auto* frame = new QComboBox;
  frame->addItems({tr("as you see the scene"), tr("along the table")});
  frame->setCurrentIndex(static_cast<int>(now.feel.frame));
  connect(frame, &QComboBox::activated, this, [this](int index) {
    change([index](DeviceSettings& settings) { settings.feel.frame = MoveFrame(index); });
  });
  form->addRow(tr("Directions"), frame);
  addShare(form, tr("Sensitivity"), tr("Keys , and ; change it while you drive"), 0.1, 3.0,
           [](const DeviceSettings& s) { return s.feel.sensitivity; }, [](DeviceSettings& s, double v) { s.feel.sensitivity = v; });
  addShare(form, tr("Dead zone"), tr("What is taken for rest, on every axis"), 0.0, 0.5,
           [](const DeviceSettings& s) { return s.feel.axes[0].deadZone; },
           [](DeviceSettings& s, double v) { for (AxisFeel& axis : s.feel.axes) axis.deadZone = v; });
  addShare(form, tr("Curve"), tr("1: straight; more: finer near the middle"), 1.0, 3.0,
           [](const DeviceSettings& s) { return s.feel.axes[0].curve; },
           [](DeviceSettings& s, double v) { for (AxisFeel& axis : s.feel.axes) axis.curve = v; });
  addShare(form, tr("Takes over from"), tr("How far it has to be pushed"), 0.05, 0.9,
           [](const DeviceSettings& s) { return s.grip.enter; }, [](DeviceSettings& s, double v) { s.grip.enter = v; });
  addShare(form, tr("Lets go below"), tr("Less than that for a moment hands back"), 0.02, 0.9,
           [](const DeviceSettings& s) { return s.grip.exit; }, [](DeviceSettings& s, double v) { s.grip.exit = v; });
  addCheck(form, tr("Moves only, no turns"), now.feel.translateOnly, [](DeviceSettings& s, bool on) { s.feel.translateOnly = on; });
  addCheck(form, tr("Strongest direction only"), now.feel.dominantAxis, [](DeviceSettings& s, bool on) { s.feel.dominantAxis = on; });
  addCheck(form, tr("Also while another window is in front"), now.pinned, [](DeviceSettings& s, bool on) { s.pinned = on; });
  return part;
}

QWidget* DevicePage::buttonsPart() {
  auto* part = new QWidget;
  auto* column = new QVBoxLayout(part);
  column->setContentsMargins(8, 8, 0, 0);
  auto* axes = new QFormLayout;
  static constexpr const char* kNames[3] = {QT_TR_NOOP("Right"), QT_TR_NOOP("Forward"), QT_TR_NOOP("Up")};
  for (std::size_t i = 0; i < 3; ++i) {
    auto* row = new QWidget;
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    const AxisFeel& axis = devices_.settings(kind_).feel.axes[i];
    auto* invert = new QCheckBox(tr("reversed"));
    auto* lock = new QCheckBox(tr("locked"));
    invert->setChecked(axis.invert);
    lock->setChecked(axis.locked);
    connect(invert, &QCheckBox::toggled, this, [this, i](bool on) { change([=](DeviceSettings& s) { s.feel.axes[i].invert = on; }); });
    connect(lock, &QCheckBox::toggled, this, [this, i](bool on) { change([=](DeviceSettings& s) { s.feel.axes[i].locked = on; }); });
    line->addWidget(invert);
    line->addWidget(lock);
    axes->addRow(tr(kNames[i]), row);
  }
  column->addLayout(axes);
  if (kind_ == DeviceKind::Gamepad) {
    auto* swap = new QPushButton(tr("Swap the sticks (left hand)"));
    connect(swap, &QPushButton::clicked, this, [this] { change([](DeviceSettings& s) { s = leftHanded(s); }); });
    column->addWidget(swap);
  }
  auto* form = new QFormLayout;
  const int shown = kind_ == DeviceKind::SpaceMouse ? 4 : 11;
  for (int button = 0; button < shown; ++button) {
    auto* choice = new QComboBox;
    choice->setObjectName(QStringLiteral("button-%1").arg(button));
    for (std::size_t i = 0; i < kButtonActions; ++i) choice->addItem(actionText(ButtonAction(i)));
    choice->setCurrentIndex(static_cast<int>(devices_.settings(kind_).buttons[static_cast<std::size_t>(button)]));
    connect(choice, &QComboBox::activated, this, [this, button](int index) {
      change([=](DeviceSettings& s) { s.buttons[static_cast<std::size_t>(button)] = ButtonAction(index); });
    });
    form->addRow(tr("Button %1").arg(button + 1), choice);
  }
  column->addLayout(form);
  column->addStretch(1);
  return part;
}

void DevicePage::change(const std::function<void(DeviceSettings&)>& edit) {
  DeviceSettings settings = devices_.settings(kind_);
  edit(settings);
  devices_.setSettings(kind_, settings);
}

void DevicePage::addShare(QFormLayout* form, const QString& label, const QString& tip, double low, double high,
                          double (*read)(const DeviceSettings&), void (*write)(DeviceSettings&, double)) {
  auto* box = new QDoubleSpinBox;
  box->setRange(low, high);
  box->setSingleStep(0.05);
  box->setButtonSymbols(QAbstractSpinBox::NoButtons);
  box->setValue(read(devices_.settings(kind_)));
  box->setToolTip(tip);
  connect(box, &QDoubleSpinBox::valueChanged, this, [this, write](double value) {
    change([=](DeviceSettings& settings) { write(settings, value); });
  });
  // Keys and the calibration change settings too.
  connect(&devices_, &DeviceHub::settingsChanged, box, [this, box, read] {
    const QSignalBlocker quiet(box);
    box->setValue(read(devices_.settings(kind_)));
  });
  form->addRow(label, box);
}

void DevicePage::addCheck(QFormLayout* form, const QString& label, bool checked, void (*write)(DeviceSettings&, bool)) {
  auto* box = new QCheckBox(label);
  box->setChecked(checked);
  connect(box, &QCheckBox::toggled, this, [this, write](bool on) { change([=](DeviceSettings& settings) { write(settings, on); }); });
  form->addRow(box);
}

void DevicePage::calibrate() {
  running_.emplace(monotonic_s());
  showReport();
}

void DevicePage::showReport() {
  const DeviceReport& report = devices_.report(kind_);
  const QString battery = report.info.battery_percent < 0 ? QString() : tr(", battery %1 %").arg(report.info.battery_percent);
  name_->setText(report.raw.connected ? QString::fromStdString(report.info.name) + battery
                                      : QString::fromStdString(report.info.problem));
  state_->setText(stateText(report.grip));
  bars_->setAxes(report.raw.axes, report.wish);
  calibrate_->setEnabled(report.raw.connected && !running_);
  if (!running_) return;
  const double now_s = monotonic_s();
  running_->add(report.raw, now_s);
  calibration_->setText(tr("Hands off: %1 s").arg(RestCalibration::kTime_s * (1.0 - running_->share(now_s)), 0, 'f', 0));
  if (!running_->done(now_s)) return;
  const auto result = running_->result(devices_.settings(kind_));
  running_.reset();
  if (result) devices_.setSettings(kind_, result.value());
  calibration_->setText(result ? tr("Calibrated.") : QString::fromStdString(result.error().message));
}

}  // namespace nudge

#include "moc_device_page.cpp"
