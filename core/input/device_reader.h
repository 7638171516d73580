// Reads one device: source → feel → arbiter → the simulation's device, at some hundred ticks a second.
//
// Each reader has a thread of its own (ReaderThread), so that a daemon that answers late holds up no other
// device. The window and nudge-cli use the same reader; tests tick it with a clock of their own.
#pragma once

#include <memory>
#include <thread>

#include "core/base/latest_value.h"
#include "core/base/spsc_queue.h"
#include "core/input/device_settings.h"
#include "core/input/hardware_device.h"

namespace nudge {

/// Right, forward and up for someone who stands at the robot's base and looks along x.
inline constexpr std::array<double, 9> kBaseFrame{0, 1, 0, -1, 0, 0, 0, 0, 1};

/// What the window tells a reader. Newest wins.
struct ReaderOrder {
  DeviceSettings settings;
  bool allowed = true;  ///< the window is in front, the robot is shown live; a pinned device does without the first
  std::uint32_t letGo = 0;  ///< Esc: grows each time the device has to be at rest before it may drive again
  /// Rows: x, y, z in W; columns: right, forward, up as the person sees the scene, and as the tool is turned.
  std::array<double, 9> R_WV = kBaseFrame, R_WT = kBaseFrame;
  double speed_m_s = 0.1;   ///< what a full push means
};

/// What a reader tells of its device. Newest wins.
struct DeviceReport {
  double now_s = 0.0;
  DeviceInfo info;
  RawInput raw;
  Axes wish{};  ///< after feel, in the device's axes
  std::array<double, 3> v_W{};  ///< m/s
  GripState grip = GripState::Absent;
  double strength = 1.0;
};

/// A mapped button went down.
struct ButtonPress {
  int button = 0;
  ButtonAction action = ButtonAction::None;
};

class DeviceReader {
 public:
  explicit DeviceReader(std::unique_ptr<DeviceSource> source);

  /// Reads what has arrived and tells the simulation. One thread.
  void tick(double now_s);
  DeviceKind kind() const { return source_->kind(); }
  bool present() const { return grip_.state() != GripState::Absent; }  ///< for the thread that ticks

  HardwareDevice& device() { return device_; }               ///< for the simulation thread
  LatestValue<ReaderOrder>& orders() { return orders_; }      ///< writer: GUI
  LatestValue<DeviceReport>& reports() { return reports_; }   ///< reader: GUI
  SpscQueue<ButtonPress>& presses() { return presses_; }      ///< consumer: GUI; a full queue drops the newest

 private:
  void tell(double now_s, const RawInput& raw);
  void tellPresses(std::uint32_t clicked);
  void shine();

  std::unique_ptr<DeviceSource> source_;
  HardwareDevice device_;
  LatestValue<ReaderOrder> orders_;
  LatestValue<DeviceReport> reports_;
  SpscQueue<ButtonPress> presses_{64};
  Grip grip_;
  std::uint32_t letGoSeen_ = 0;
  DeviceLight light_ = DeviceLight::AsItWas;
};

/// Ticks a reader until stopped or destroyed. Start and stop from one thread.
class ReaderThread {
 public:
  static constexpr double kPeriod_s = 0.004;
  static constexpr double kIdlePeriod_s = 0.1;  ///< while there is no device
  explicit ReaderThread(std::unique_ptr<DeviceSource> source) : reader_(std::move(source)) {}
  ~ReaderThread() { stop(); }
  ReaderThread(const ReaderThread&) = delete;
  ReaderThread& operator=(const ReaderThread&) = delete;

  void start();
  void stop();
  DeviceReader& reader() { return reader_; }

 private:
  DeviceReader reader_;
  std::jthread thread_;
};

}  // namespace nudge
