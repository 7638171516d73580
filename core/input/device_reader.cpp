#include "core/input/device_reader.h"

#include <chrono>
#include <utility>

#include "core/base/clock.h"

namespace nudge {
namespace {

/// R_WF of the frame that the wish is meant in.
const std::array<double, 9>& frameOf(const ReaderOrder& order) {
  switch (order.settings.feel.frame) {
    case MoveFrame::View: return order.R_WV;
    case MoveFrame::Tool: return order.R_WT;
    case MoveFrame::World: break;
  }
  return kBaseFrame;
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
  GripInput input = gripInput(order.settings, raw, order.allowed || order.settings.pinned);
  input.vouched = source_->vouches();
  grip_.update(order.settings.grip, input, now_s);
  if (input.allowed) tellPresses(raw.clicked);
  tell(now_s, raw);
  shine();
}

void DeviceReader::shine() {
  DeviceLight light = grip_.engaged() ? DeviceLight::On : DeviceLight::Off;
  if (!orders_.front().settings.light || !present()) light = DeviceLight::AsItWas;
  if (std::exchange(light_, light) != light) source_->setLight(light);
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
  const std::array<double, 9>& R = frameOf(order);
  for (std::size_t row = 0; row < 3; ++row) {
    double sum = 0.0;
    for (std::size_t column = 0; column < 3; ++column)
      sum += R[3 * row + column] * report.wish[column];
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
