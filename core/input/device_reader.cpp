#include "core/input/device_reader.h"

#include <chrono>

#include "core/base/clock.h"

namespace nudge {
namespace {

/// The bits of the buttons that do this.
std::uint32_t buttonsThat(const DeviceSettings& settings, ButtonAction action) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < kMappedButtons; ++i)
    if (settings.buttons[i] == action) bits |= 1u << i;
  return bits;
}

}  // namespace

DeviceReader::DeviceReader(std::unique_ptr<DeviceSource> source)
    : source_(std::move(source)), device_(deviceKindName(source_->kind())) {}

void DeviceReader::tick(double now_s) {
  orders_.refresh();
  const ReaderOrder& order = orders_.front();
  const RawInput& raw = source_->poll(now_s);
  if (order.letGo != letGoSeen_) {
    letGoSeen_ = order.letGo;
    grip_.letGo();
  }
  const std::uint32_t takeOver = buttonsThat(order.settings, ButtonAction::TakeOver);
  GripInput input;
  input.connected = raw.connected;
  input.allowed = order.allowed || order.settings.pinned;
  input.axes = centred(order.settings.feel, raw.axes);
  input.buttonDown = (raw.buttons & takeOver) != 0;
  input.buttonClicked = (raw.clicked & takeOver) != 0;
  input.change_s = raw.change_s;
  input.vouched = source_->vouches();
  grip_.update(order.settings.grip, input, now_s);
  if (input.allowed) tellPresses(raw.clicked);
  tell(now_s, raw);
  if (grip_.engaged() != light_) {
    light_ = grip_.engaged();
    source_->setLight(light_);
  }
}

void DeviceReader::tell(double now_s, const RawInput& raw) {
  const ReaderOrder& order = orders_.front();
  DeviceReport& report = reports_.back();
  report.now_s = now_s;
  if (!(report.info == source_->info())) report.info = source_->info();
  report.raw = raw;
  report.wish = applyFeel(order.settings.feel, raw.axes);
  report.grip = grip_.state();
  report.strength = grip_.strength();
  const bool inView = order.settings.feel.frame == MoveFrame::View;
  for (std::size_t row = 0; row < 3; ++row) {
    double sum = 0.0;
    for (std::size_t column = 0; column < 3; ++column)
      sum += (inView ? order.R_WV : ReaderOrder{}.R_WV)[3 * row + column] * report.wish[column];
    report.v_W[row] = order.speed_m_s * report.strength * sum;
  }
  HardwareState state;
  state.state = {grip_.engaged(), DeviceMode::Velocity, report.v_W, now_s, raw.packet_s};
  state.losses = grip_.losses();
  device_.post(state);
  reports_.publish();
}

void DeviceReader::tellPresses(std::uint32_t clicked) {
  for (int button = 0; button < static_cast<int>(kMappedButtons); ++button) {
    const ButtonAction action = orders_.front().settings.buttons[static_cast<std::size_t>(button)];
    if ((clicked >> button & 1u) != 0) static_cast<void>(presses_.tryPush(ButtonPress{button, action}));
  }
}

// ---- the thread ----------------------------------------------------------------------------------

void ReaderThread::start() {
  if (thread_.joinable()) return;
  thread_ = std::jthread([this](const std::stop_token& stopping) {
    while (!stopping.stop_requested()) {
      reader_.tick(monotonic_s());
      const double period_s = reader_.present() ? kPeriod_s : kIdlePeriod_s;
      std::this_thread::sleep_for(std::chrono::duration<double>(period_s));
    }
  });
}

void ReaderThread::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

}  // namespace nudge
