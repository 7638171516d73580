// Cars placed by hand, for tests of the highway.
#pragma once

#include <cmath>
#include <vector>

#include "core/sim/tasks/highway/traffic.h"

namespace nudge::highway {

inline Car carAt(double x, int lane, double speed) {
  Car car;
  car.x = x;
  car.y = kLaneWidth * lane;
  car.targetLane = lane;
  car.speed = car.targetSpeed = speed;
  return car;
}
inline Traffic trafficOf(std::vector<Car> cars) {
  return Traffic(std::move(cars));
}
inline bool near(double value, double wanted, double within = 1e-9) {
  return std::abs(value - wanted) <= within;
}

}  // namespace nudge::highway
