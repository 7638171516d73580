#include "ui/model/device_hub.h"

#include <QDir>
#include <QFileInfo>
#include <utility>

#include "core/base/check.h"

namespace nudge {

namespace {
constexpr int kLook_ms = 16;
constexpr double kSensitivityStep = 0.1;
}  // namespace

struct DeviceHub::Slot {
  explicit Slot(std::unique_ptr<DeviceSource> source) : thread(std::move(source)) {}
  ReaderThread thread;
  DeviceSettings settings;
  bool there = false;
};

DeviceHub::DeviceHub(std::vector<std::unique_ptr<DeviceSource>> sources, QString profilePath, QObject* parent)
    : QObject(parent), profilePath_(std::move(profilePath)) {
  common_.allowed = false;
  for (auto& source : sources) {
    const DeviceKind kind = source->kind();
    slots_.push_back(std::make_unique<Slot>(std::move(source)));
    slots_.back()->settings = standardSettings(kind);
  }
  timer_.setInterval(kLook_ms);
  connect(&timer_, &QTimer::timeout, this, &DeviceHub::look);
  send();
}

DeviceHub::~DeviceHub() = default;

void DeviceHub::start() {
  if (!profilePath_.isEmpty()) {
    auto profiles = TeacherProfiles::load(profilePath_.toStdString());
    if (profiles) profiles_ = std::move(profiles).value();
    else Q_EMIT trouble(QString::fromStdString(profiles.error().message));
  }
  setPlace(teacher_, task_);
  for (const auto& slot : slots_) slot->thread.start();
  timer_.start();
}

std::vector<InputDevice*> DeviceHub::devices() {
  std::vector<InputDevice*> list;
  for (const auto& slot : slots_) list.push_back(&slot->thread.reader().device());
  return list;
}

std::vector<DeviceKind> DeviceHub::kinds() const {
  std::vector<DeviceKind> list;
  for (const auto& slot : slots_) list.push_back(slot->thread.reader().kind());
  return list;
}

DeviceHub::Slot& DeviceHub::slot(DeviceKind kind) const {
  for (const auto& slot : slots_)
    if (slot->thread.reader().kind() == kind) return *slot;
  checkFailed(__FILE__, __LINE__, "slot", "the hub has no device of this kind");
}

const DeviceReport& DeviceHub::report(DeviceKind kind) const { return slot(kind).thread.reader().reports().front(); }
const DeviceSettings& DeviceHub::settings(DeviceKind kind) const { return slot(kind).settings; }

void DeviceHub::setSettings(DeviceKind kind, const DeviceSettings& settings) {
  slot(kind).settings = sane(settings);
  send();
  profiles_.set(kind, teacher_.toStdString(), task_.toStdString(), settings);
  keep();
  Q_EMIT settingsChanged();
}

void DeviceHub::setPlace(const QString& teacher, const QString& task) {
  teacher_ = teacher;
  task_ = task;
  for (const auto& slot : slots_)
    slot->settings = profiles_.get(slot->thread.reader().kind(), teacher.toStdString(), task.toStdString());
  send();
  Q_EMIT settingsChanged();
}

void DeviceHub::setReaction(const ReactionTime& time) {
  profiles_.setReaction(teacher_.toStdString(), time);
  keep();
  Q_EMIT settingsChanged();
}

void DeviceHub::setHand(HandSide hand) {
  profiles_.setHand(teacher_.toStdString(), hand);
  keep();
  Q_EMIT settingsChanged();
}

void DeviceHub::keep() {
  if (profilePath_.isEmpty()) return;
  QDir().mkpath(QFileInfo(profilePath_).absolutePath());
  const Status kept = profiles_.save(profilePath_.toStdString());
  if (!kept && !told_) Q_EMIT trouble(tr("Device settings count now but cannot be kept: %1").arg(QString::fromStdString(kept.error().message)));
  told_ = !kept;
}

void DeviceHub::setAllowed(bool allowed) {
  if (std::exchange(common_.allowed, allowed) != allowed) send();
}

void DeviceHub::setView(const std::array<double, 9>& R_WV) {
  if (std::exchange(common_.R_WV, R_WV) != R_WV) send();
}

void DeviceHub::setTool(const std::array<double, 9>& R_WT) {
  if (std::exchange(common_.R_WT, R_WT) != R_WT) send();
}

void DeviceHub::setSpeed(double speed_m_s) {
  if (std::exchange(common_.speed_m_s, speed_m_s) != speed_m_s) send();
}

void DeviceHub::letGo() {
  ++common_.letGo;
  send();
}

double DeviceHub::changeSensitivity(int steps) {
  for (const auto& slot : slots_) {
    slot->settings.feel.sensitivity += kSensitivityStep * steps;
    setSettings(slot->thread.reader().kind(), slot->settings);
  }
  return slots_.empty() ? 1.0 : slots_.front()->settings.feel.sensitivity;
}

void DeviceHub::send() {
  for (const auto& slot : slots_) {
    ReaderOrder order = common_;
    order.settings = slot->settings;
    slot->thread.reader().orders().write(order);
  }
}

void DeviceHub::look() {
  bool any = false;
  for (const auto& slot : slots_) {
    DeviceReader& reader = slot->thread.reader();
    any = reader.reports().refresh() || any;
    while (const ButtonPress* press = reader.presses().readable()) {
      const ButtonAction action = press->action;
      reader.presses().release();
      if (action != ButtonAction::None) Q_EMIT pressed(action);
    }
    const DeviceReport& report = reader.reports().front();
    if (std::exchange(slot->there, report.raw.connected) != report.raw.connected) {
      Q_EMIT presenceChanged(reader.kind(), report.raw.connected,
                             QString::fromStdString(report.raw.connected ? report.info.name : report.info.problem));
    }
  }
  if (any) Q_EMIT changed();
}

}  // namespace nudge

#include "moc_device_hub.cpp"
