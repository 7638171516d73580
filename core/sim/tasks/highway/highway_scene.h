// What the highway looks like: puts cars and road into a MuJoCo world.
#pragma once

#include <string>
#include <vector>

#include "core/sim/model.h"

namespace nudge::highway {

/// Where a car is drawn, in the road frame of traffic.h.
struct Pose {
  double x = 0.0, y = 0.0, heading = 0.0;
};

/// One thread at a time.
class Scene {
 public:
  /// Corrupt if the text does not compile or lacks a car or the road.
  static Result<Scene> fromMjcf(const std::string& mjcf);

  const mjModel& model() const { return world_.model(); }
  mjData& data() { return world_.data(); }
  /// The ego car is the first. [cars]
  void show(const std::vector<Pose>& cars);
  /// The height that a label or handle is drawn at, and the ego car's place.
  static void egoPosition(const Pose& ego, double* p_WT);

 private:
  explicit Scene(World world) : world_(std::move(world)) {}

  World world_;
  std::vector<int> cars_;  ///< mocap ids
  int road_ = 0;
};

}  // namespace nudge::highway
