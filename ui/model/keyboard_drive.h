// Keys that are held, as a wanted tool velocity. A plain value with no clock and no window: GUI thread.
#pragma once

#include <array>
#include <set>

namespace nudge {

/// Driving keys come from the action table. Velocities are along the axes of the world (x away from the
/// robot's base, y to its left, z up), so a key means the same from every camera.
class KeyboardDrive {
 public:
  /// Speed of one axis in m/s.
  explicit KeyboardDrive(double speed_mps) : speed_mps_(speed_mps) {}

  static bool isDrivingKey(int key);
  /// Unit vector in the world frame; 0 for a key that does not drive.
  static std::array<double, 3> direction(int key);
  /// True when the key is one that drives; auto-repeats must not be passed.
  bool press(int key);
  bool release(int key);
  void releaseAll() { held_.clear(); }
  void setFine(bool fine) { fine_ = fine; }

  bool engaged() const { return !held_.empty(); }
  /// v_W in m/s; opposite keys cancel, diagonals are no faster than one axis.
  std::array<double, 3> velocity() const;

 private:
  double speed_mps_;
  bool fine_ = false;
  std::set<int> held_;
};

}  // namespace nudge
