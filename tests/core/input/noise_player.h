// Plays the recordings under tests/data/device_noise through the reader as the window has it. A source that includes
// this must name NUDGE_SOURCE_DIR itself to be given it (tests/CMakeLists.txt).
#pragma once

#include <QFile>
#include <QString>
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/input/device_reader.h"
#include "core/input/spacemouse.h"

namespace nudge::test {

inline constexpr double kLook_s = 0.004, kMinute_s = 60.0;

struct Packet {
  double time_s = 0.0;
  Axes axes{};
  bool hand = false;
};

inline std::vector<Packet> recording(const QString& name) {
  QFile file(QStringLiteral(NUDGE_SOURCE_DIR "/tests/data/device_noise/%1.csv").arg(name));
  if (!file.open(QIODevice::ReadOnly)) qFatal("%s is missing", qPrintable(file.fileName()));
  std::vector<Packet> packets;
  file.readLine();
  while (!file.atEnd()) {
    const QList<QByteArray> cells = file.readLine().trimmed().split(',');
    if (cells.size() != 8) qFatal("a line of %s is broken", qPrintable(name));
    Packet packet;
    packet.time_s = 1e-3 * cells[0].toInt();
    for (int i = 0; i < 6; ++i) packet.axes[static_cast<std::size_t>(i)] = cells[i + 1].toInt() / SpaceMouse::kFullWay;
    packet.hand = cells[7] == "1";
    packets.push_back(packet);
  }
  return packets;
}

/// Plays a recorded minute again and again.
class RecordedSource : public DeviceSource {
 public:
  explicit RecordedSource(std::vector<Packet> packets) : packets_(std::move(packets)) { raw_.connected = true; }
  DeviceKind kind() const override { return DeviceKind::SpaceMouse; }
  const RawInput& poll(double now_s) override {
    while (now_s >= minute_s_ + packets_[next_].time_s) {
      if (raw_.axes != packets_[next_].axes) raw_.change_s = now_s;
      raw_.axes = packets_[next_].axes;
      raw_.packet_s = now_s;
      if (packets_[next_].hand && !hand_) ++pushes_, pushedAt_s_ = minute_s_ + packets_[next_].time_s;
      hand_ = packets_[next_].hand;
      if (++next_ == packets_.size()) next_ = 0, minute_s_ += kMinute_s;
    }
    return raw_;
  }
  const DeviceInfo& info() const override { return info_; }
  bool vouches() const override { return false; }
  int pushes() const { return pushes_; }
  double pushedAt_s() const { return pushedAt_s_; }

 private:
  std::vector<Packet> packets_;
  std::size_t next_ = 0;
  double minute_s_ = 0.0, pushedAt_s_ = 0.0;
  int pushes_ = 0;
  bool hand_ = false;
  RawInput raw_;
  DeviceInfo info_{"a recording", 2, -1, ""};
};

/// What a teacher's hand, or nobody's, comes to.
struct Played {
  int takes = 0, pushes = 0;
  double slowest_s = 0.0;
  std::uint32_t losses = 0;
};

inline Played play(const QString& name, double time_s) {
  auto owned = std::make_unique<RecordedSource>(recording(name));
  const RecordedSource& source = *owned;
  DeviceReader reader(std::move(owned));
  ReaderOrder order;
  order.settings = standardSettings(DeviceKind::SpaceMouse);
  reader.orders().write(order);
  Played played;
  bool before = false;
  double now_s = 0.0;
  for (; now_s < time_s; now_s += kLook_s) {
    reader.tick(now_s);
    const bool drives = reader.device().poll({.now_s = now_s}).engaged;
    if (drives && !before) {
      ++played.takes;
      played.slowest_s = std::max(played.slowest_s, now_s - source.pushedAt_s());
    }
    before = drives;
  }
  played.pushes = source.pushes();
  played.losses = reader.device().losses(now_s);
  return played;
}

}  // namespace nudge::test
