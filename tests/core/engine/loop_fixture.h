// A SimLoop over the point world, with a clock and a device in the test's hand.
#pragma once

#include <QString>
#include <vector>

#include "core/engine/sim_loop.h"
#include "tests/support/hand_policy.h"
#include "tests/support/point_task.h"

namespace nudge::test {

/// A hand on the wheel: says what the test says, always just now.
class HandDevice : public InputDevice {
 public:
  const char* name() const override { return "hand"; }
  DeviceState poll(const DeviceView& view) override {
    lastView = view;
    if (fresh) state.time_s = view.now_s;
    return state;
  }
  void episodeStarted(std::uint64_t) override { ++episodes; }
  void grab(double x, double y = 0.0, double z = 0.0) { state = {true, DeviceMode::Velocity, {x, y, z}, 0.0}; }
  void letGo() { state.engaged = false; }
  std::uint32_t losses(double) override { return lost; }

  DeviceState state;
  DeviceView lastView;
  bool fresh = true;
  std::uint32_t lost = 0;
  int episodes = 0;
};

inline SimLoopSettings oneSlice(int slices = 1) {
  SimLoopSettings settings;
  settings.slices = slices;
  return settings;
}

/// A robot that moves by 0.5 · tanh(offset) m/s on every axis and samples next to nothing.
inline std::shared_ptr<const Policy> drifting(float offset = 0.1f) {
  return std::make_shared<Policy>(linearPolicy(3, 3, 0.0f, offset, -10.0f));
}

struct Bench {
  explicit Bench(const SimLoopSettings& settings = oneSlice(), std::shared_ptr<const Policy> policy = drifting())
      : loop(std::make_unique<PointTask>(&trouble), std::move(policy), 3, {&hand}, settings) {}

  bool tick() {
    const bool moved = loop.tick(now_s);
    now_s += loop.slicePeriod_s();
    return moved;
  }
  /// Ticks n times, collecting records; returns how many ticks moved the world.
  int run(int ticks) {
    int moved = 0;
    for (int i = 0; i < ticks; ++i) {
      moved += tick();
      if (drains) drain();
    }
    return moved;
  }
  void drain() {
    while (const Record* record = loop.records().readable()) {
      records.push_back(*record);
      loop.records().release();
    }
  }
  template <typename T>
  void send(T command) {
    loop.commands().tryPush(std::move(command));
  }
  const Frame& frame() {
    loop.frames().refresh();
    return loop.frames().front();
  }
  std::vector<Step> steps() const {
    std::vector<Step> result;
    for (const Record& record : records)
      if (record.kind == Record::Kind::Step) result.push_back(record.step);
    return result;
  }
  /// One letter a record: S start, r robot step, T teacher step, E end.
  QString picture() const {
    QString text;
    for (const Record& record : records) {
      if (record.kind == Record::Kind::Start) text += 'S';
      else if (record.kind == Record::Kind::End) text += 'E';
      else text += record.step.driver == Driver::Teacher ? 'T' : 'r';
    }
    return text;
  }

  PointTrouble trouble;
  HandDevice hand;
  SimLoop loop;
  double now_s = 100.0;
  bool drains = true;
  std::vector<Record> records;
};

}  // namespace nudge::test
