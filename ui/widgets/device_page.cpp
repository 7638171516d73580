#include "ui/widgets/device_page.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

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

QStringList axisNames(DeviceKind kind) {
  if (kind == DeviceKind::SpaceMouse) {
    return {DevicePage::tr("push right"),   DevicePage::tr("push forward"),  DevicePage::tr("lift"),
            DevicePage::tr("tilt forward"), DevicePage::tr("tilt sideways"), DevicePage::tr("turn")};
  }
  return {DevicePage::tr("left stick, sideways"), DevicePage::tr("left stick, up"), DevicePage::tr("right stick, up"),
          DevicePage::tr("triggers"),             DevicePage::tr("nothing"),        DevicePage::tr("right stick, sideways")};
}

}  // namespace

DevicePage::DevicePage(DeviceHub& devices, DeviceKind kind, QWidget* parent) : QWidget(parent), devices_(devices), kind_(kind) {
  auto* columns = new QHBoxLayout;
  columns->addWidget(drivePart(), 1);
  columns->addWidget(buttonsPart(), 1);
  auto* column = new QVBoxLayout(this);
  column->addWidget(livePart());
  column->addWidget(axesPart());
  column->addLayout(columns);
  column->addWidget(resetPart());
  connect(&devices_, &DeviceHub::changed, this, &DevicePage::showReport);
  // Keys, the calibration and another teacher change settings too.
  connect(&devices_, &DeviceHub::settingsChanged, this, &DevicePage::showSettings);
  showSettings();
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
  form->addRow(tr("Drives"), choice(QStringLiteral("mode"),
                                    {tr("while a button is held"), tr("button takes, button gives back"), tr("when it is pushed")},
                                    [](DeviceSettings& s) { return int(s.grip.mode); },
                                    [](DeviceSettings& s, int index) { s.grip.mode = GripMode(index); }));
  form->addRow(tr("Directions"), choice(QStringLiteral("frame"), {tr("as you see the scene"), tr("along the table"), tr("as the tool is turned")},
                                        [](DeviceSettings& s) { return int(s.feel.frame); },
                                        [](DeviceSettings& s, int index) { s.feel.frame = MoveFrame(index); }));
  const auto share = [&](const QString& label, const QString& tip, double low, double high, double& (*field)(DeviceSettings&)) {
    QDoubleSpinBox* box = number(low, high, field);
    box->setToolTip(tip);
    form->addRow(label, box);
  };
  share(tr("Sensitivity"), tr("Keys , and ; change it while you drive"), 0.1, 3.0, [](DeviceSettings& s) -> double& { return s.feel.sensitivity; });
  share(tr("Takes over from"), tr("How far it has to be pushed"), 0.05, 0.9, [](DeviceSettings& s) -> double& { return s.grip.enter; });
  share(tr("Lets go below"), tr("Less than that for a moment hands back"), 0.02, 0.9, [](DeviceSettings& s) -> double& { return s.grip.exit; });
  const auto check = [&](const QString& label, bool& (*field)(DeviceSettings&)) { form->addRow(tick(label, field)); };
  check(tr("Moves only, no turns"), [](DeviceSettings& s) -> bool& { return s.feel.translateOnly; });
  check(tr("Strongest direction only"), [](DeviceSettings& s) -> bool& { return s.feel.dominantAxis; });
  check(tr("Also while another window is in front"), [](DeviceSettings& s) -> bool& { return s.pinned; });
  check(tr("Its light says that you drive"), [](DeviceSettings& s) -> bool& { return s.light; });
  return part;
}

/// One row a direction: which axis of the device it comes from, and how that feels.
QWidget* DevicePage::axesPart() {
  auto* part = new QWidget;
  auto* grid = new QGridLayout(part);
  grid->setContentsMargins(0, 4, 0, 0);
  const QString heads[] = {tr("Direction"), tr("from"), tr("Gain"), tr("Curve"), tr("Dead zone")};
  for (int i = 0; i < 5; ++i) grid->addWidget(new QLabel(heads[i]), 0, i);
  const QString directions[] = {tr("Right"), tr("Forward"), tr("Up")};
  // Member pointers cannot reach into an array by index, so each row has its own accessors.
  static constexpr auto axis = []<std::size_t I>(DeviceSettings& s) -> AxisFeel& { return s.feel.axes[I]; };
  const auto row = [&]<std::size_t I>() {
    const int at = static_cast<int>(I) + 1;
    const QString name = directions[I];
    grid->addWidget(new QLabel(name), at, 0);
    QComboBox* source = choice(QStringLiteral("source-%1").arg(I), axisNames(kind_),
                               [](DeviceSettings& s) { return axis.operator()<I>(s).source; },
                               [](DeviceSettings& s, int index) { axis.operator()<I>(s).source = index; });
    source->setAccessibleName(tr("%1: from").arg(name));
    grid->addWidget(source, at, 1);
    const auto cell = [&](int column, double low, double high, double& (*field)(DeviceSettings&)) {
      QDoubleSpinBox* box = number(low, high, field);
      box->setAccessibleName(name + QStringLiteral(": ") + heads[column]);
      box->setObjectName(QStringLiteral("axis-%1-%2").arg(I).arg(column));
      grid->addWidget(box, at, column);
    };
    cell(2, 0.0, 3.0, [](DeviceSettings& s) -> double& { return axis.operator()<I>(s).gain; });
    cell(3, 1.0, 3.0, [](DeviceSettings& s) -> double& { return axis.operator()<I>(s).curve; });
    cell(4, 0.0, 0.5, [](DeviceSettings& s) -> double& { return axis.operator()<I>(s).deadZone; });
    grid->addWidget(tick(tr("reversed"), [](DeviceSettings& s) -> bool& { return axis.operator()<I>(s).invert; }), at, 5);
    grid->addWidget(tick(tr("locked"), [](DeviceSettings& s) -> bool& { return axis.operator()<I>(s).locked; }), at, 6);
  };
  row.operator()<0>();
  row.operator()<1>();
  row.operator()<2>();
  grid->setColumnStretch(1, 1);
  return part;
}

QWidget* DevicePage::buttonsPart() {
  auto* part = new QWidget;
  buttons_ = new QFormLayout(part);
  buttons_->setContentsMargins(8, 8, 0, 0);
  QStringList actions;
  for (std::size_t i = 0; i < kButtonActions; ++i) actions << actionText(ButtonAction(i));
  for (int button = 0; button < static_cast<int>(kMappedButtons); ++button) {
    auto* box = new QComboBox;
    box->setObjectName(QStringLiteral("button-%1").arg(button));
    box->addItems(actions);
    connect(box, &QComboBox::activated, this, [this, button](int index) {
      change([=](DeviceSettings& s) { s.buttons[static_cast<std::size_t>(button)] = ButtonAction(index); });
    });
    refresh_.push_back([box, button](const DeviceSettings& s) {
      box->setCurrentIndex(static_cast<int>(s.buttons[static_cast<std::size_t>(button)]));
    });
    auto* label = new QLabel;
    label->setBuddy(box);
    buttons_->addRow(label, box);
  }
  return part;
}

QWidget* DevicePage::resetPart() {
  auto* part = new QWidget;
  auto* row = new QHBoxLayout(part);
  row->setContentsMargins(0, 4, 0, 0);
  const auto add = [&](const QString& text, void (*edit)(DeviceSettings&, DeviceKind)) {
    auto* button = new QPushButton(text);
    connect(button, &QPushButton::clicked, this, [this, edit] { change([this, edit](DeviceSettings& s) { edit(s, kind_); }); });
    row->addWidget(button);
  };
  if (kind_ == DeviceKind::Gamepad) add(tr("Swap the sticks (left hand)"), [](DeviceSettings& s, DeviceKind) { s = leftHanded(s); });
  add(tr("Standard settings"), [](DeviceSettings& s, DeviceKind kind) { s = standardSettings(kind); });
  row->addStretch(1);
  return part;
}

// ---- controls that show and change one setting -------------------------------------------------------------

QComboBox* DevicePage::choice(const QString& name, const QStringList& texts, int (*read)(DeviceSettings&), void (*write)(DeviceSettings&, int)) {
  auto* box = new QComboBox;
  box->setObjectName(name);
  box->addItems(texts);
  box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  box->setMinimumContentsLength(8);
  connect(box, &QComboBox::activated, this, [this, write](int index) { change([=](DeviceSettings& s) { write(s, index); }); });
  refresh_.push_back([box, read](DeviceSettings s) { box->setCurrentIndex(read(s)); });
  return box;
}

QDoubleSpinBox* DevicePage::number(double low, double high, double& (*field)(DeviceSettings&)) {
  auto* box = new QDoubleSpinBox;
  box->setRange(low, high);
  box->setSingleStep(0.05);
  box->setButtonSymbols(QAbstractSpinBox::NoButtons);
  connect(box, &QDoubleSpinBox::valueChanged, this, [this, field](double value) { change([=](DeviceSettings& s) { field(s) = value; }); });
  refresh_.push_back([box, field](DeviceSettings s) { box->setValue(field(s)); });
  return box;
}

QCheckBox* DevicePage::tick(const QString& label, bool& (*field)(DeviceSettings&)) {
  auto* box = new QCheckBox(label);
  connect(box, &QCheckBox::toggled, this, [this, field](bool on) { change([=](DeviceSettings& s) { field(s) = on; }); });
  refresh_.push_back([box, field](DeviceSettings s) { box->setChecked(field(s)); });
  return box;
}

void DevicePage::change(const std::function<void(DeviceSettings&)>& edit) {
  if (showing_) return;
  DeviceSettings settings = devices_.settings(kind_);
  edit(settings);
  devices_.setSettings(kind_, settings);
}

void DevicePage::showSettings() {
  showing_ = true;
  for (const auto& show : refresh_) show(devices_.settings(kind_));
  showing_ = false;
}

void DevicePage::calibrate() {
  running_.emplace(monotonic_s());
  showReport();
}

/// As many rows as the device has buttons; a dot says which are down.
void DevicePage::showButtons(const DeviceReport& report) {
  const int standard = kind_ == DeviceKind::SpaceMouse ? 2 : 11;
  const int wanted = std::clamp(report.raw.connected ? report.info.buttons : standard, 0, static_cast<int>(kMappedButtons));
  for (int button = 0; button < static_cast<int>(kMappedButtons); ++button) {
    auto* label = static_cast<QLabel*>(buttons_->itemAt(button, QFormLayout::LabelRole)->widget());
    const bool down = (report.raw.buttons >> button & 1u) != 0;
    const QString text = tr("%1 Button %2").arg(down ? QStringLiteral("●") : QStringLiteral("○")).arg(button + 1);
    if (label->text() != text) label->setText(text);
    label->setVisible(button < wanted);
    buttons_->itemAt(button, QFormLayout::FieldRole)->widget()->setVisible(button < wanted);
  }
}

void DevicePage::showReport() {
  const DeviceReport& report = devices_.report(kind_);
  const QString battery = report.info.battery_percent < 0 ? QString() : tr(", battery %1 %").arg(report.info.battery_percent);
  name_->setText(report.raw.connected ? QString::fromStdString(report.info.name) + battery
                                      : QString::fromStdString(report.info.problem));
  state_->setText(stateText(report.grip));
  bars_->setAxes(report.raw.axes, report.wish);
  showButtons(report);
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
