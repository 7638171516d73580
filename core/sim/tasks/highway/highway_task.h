// Highway (mereq.md, section 6, after arXiv 2406.16258): a car in dense motorway traffic, one choice a
// second. The prior likes to be fast and not to crash; the teacher also wants to keep to the right.
//
// The physics is traffic.h; MuJoCo only draws it. In the drawn world x points along the road, y to the left
// and z up; the ego car stays near the origin and the road slides by, so that cameras, light and shadows
// need not travel.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "core/sim/task.h"
#include "core/sim/tasks/highway/traffic.h"

namespace nudge {

/// The built-in scene.
const std::string& highwayMjcf();
/// A highway from MJCF text with the built-in one's names. Corrupt if the text does not compile or lacks a
/// part.
Result<std::unique_ptr<Task>> makeHighwayTask(const std::string& mjcf);

namespace highway {
/// Each drawn part of a 5 Hz step; the physics does not know of it.
inline constexpr int kDrawnParts = 12;
inline constexpr int kStepsPerChoice = 5;
inline constexpr int kNumbersPerCar = 15;

/// Observation [25]: 5 rows (the ego car, then the nearest that it sees) of presence, x, y, vx, vy; the other
/// rows relative to the ego car. Published clipping (200 m, 12 m, 80 m/s), then scaled to about 1.
void observe(const Traffic& traffic, std::span<float> observation);
}  // namespace highway

}  // namespace nudge
