#include "ui/model/keyboard_drive.h"

#include <QKeySequence>
#include <cmath>
#include <map>

#include "ui/model/actions.h"

namespace nudge {

namespace {
constexpr double kFineShare = 0.25;

struct Push {
  int axis;
  double sign;
};

const std::map<int, Push>& pushes() {
  static const std::map<int, Push> table = [] {
    static constexpr std::pair<ActionId, Push> kAxes[] = {
        {ActionId::DriveForward, {0, 1.0}}, {ActionId::DriveBack, {0, -1.0}}, {ActionId::DriveLeft, {1, 1.0}},
        {ActionId::DriveRight, {1, -1.0}},  {ActionId::DriveUp, {2, 1.0}},    {ActionId::DriveDown, {2, -1.0}}};
    std::map<int, Push> keys;
    for (const auto& [id, push] : kAxes) {
      for (const QString& key : actionKeys(id)) keys[QKeySequence(key)[0].key()] = push;
    }
    return keys;
  }();
  return table;
}
}  // namespace

bool KeyboardDrive::isDrivingKey(int key) { return pushes().count(key) > 0; }

std::array<double, 3> KeyboardDrive::direction(int key) {
  std::array<double, 3> v_W{};
  if (const auto push = pushes().find(key); push != pushes().end())
    v_W[static_cast<std::size_t>(push->second.axis)] = push->second.sign;
  return v_W;
}

bool KeyboardDrive::press(int key) {
  if (!isDrivingKey(key)) return false;
  held_.insert(key);
  return true;
}

bool KeyboardDrive::release(int key) { return held_.erase(key) > 0; }

std::array<double, 3> KeyboardDrive::velocity() const {
  std::array<double, 3> v{};
  // Both keys of one direction count once.
  std::array<bool, 6> pushed{};
  for (const int key : held_) {
    const Push push = pushes().at(key);
    pushed[static_cast<std::size_t>(2 * push.axis + (push.sign > 0 ? 1 : 0))] = true;
  }
  double norm = 0.0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    v[axis] = double(pushed[2 * axis + 1]) - double(pushed[2 * axis]);
    norm += v[axis] * v[axis];
  }
  if (norm == 0.0) return v;
  const double scale = speed_mps_ * (fine_ ? kFineShare : 1.0) / std::sqrt(norm);
  for (double& component : v) component *= scale;
  return v;
}

}  // namespace nudge
