#include "core/sim/tasks/pillow/pillow_skin.h"

#include <Eigen/Core>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <vector>

namespace nudge {
namespace {

using Eigen::Vector3d;

// The cover when nothing presses, m: half sizes, and where its middle is in the world.
const Vector3d kHalf(0.15, 0.058, 0.043);
constexpr double kMiddleZ = 0.045;
constexpr int kRings = 25, kSides = 32;
constexpr double kReach = 0.03;  ///< a body moves the cloth within about this distance

struct Bone {
  std::string body;
  Vector3d middle;  ///< where it pulls
  Vector3d origin;  ///< of the body's frame
};

/// The pads, in the world when the model starts: pillow.xml has them.
std::vector<Bone> bones() {
  constexpr std::array<std::pair<const char*, double>, 5> kSegments{
      {{"near2", -0.10}, {"near1", -0.05}, {"middle", 0.0}, {"far1", 0.05}, {"far2", 0.10}}};
  std::vector<Bone> all;
  for (const auto& [name, x] : kSegments) {
    for (const double side : {1.0, -1.0}) {
      all.push_back({std::string(name) + (side > 0.0 ? "_left" : "_right"), Vector3d(x, side * 0.04, kMiddleZ),
                     Vector3d(x, 0.0, kMiddleZ)});
    }
  }
  return all;
}

/// A cushion: full in the middle, pinched to a seam at its two ends.
std::vector<Vector3d> vertices() {
  std::vector<Vector3d> all;
  for (int ring = 0; ring < kRings; ++ring) {
    const double along = -std::cos(std::numbers::pi * ring / (kRings - 1.0));  // dense at the ends
    const double full = std::pow(std::max(0.0, 1.0 - std::pow(std::abs(along), 3.0)), 0.45);
    for (int side = 0; side < kSides; ++side) {
      const double angle = 2.0 * std::numbers::pi * side / kSides;
      const double c = std::cos(angle), s = std::sin(angle);
      // A rounded rectangle, and at the ends a flat seam as wide as the pillow.
      const double y = std::copysign(std::pow(std::abs(c), 0.75), c), z = std::copysign(std::pow(std::abs(s), 0.75), s);
      all.emplace_back(kHalf.x() * along, kHalf.y() * (0.7 + 0.3 * full) * y, kMiddleZ + kHalf.z() * full * z);
    }
  }
  return all;
}

void append(std::string& text, double value) {
  char number[32];
  std::snprintf(number, sizeof number, "%.4g ", value);
  text += number;
}

std::string faces() {
  std::string text;
  const auto triangle = [&](int a, int b, int c) {
    for (const int i : {a, b, c}) text += std::to_string(i) + " ";
  };
  for (int ring = 0; ring + 1 < kRings; ++ring) {
    for (int side = 0; side < kSides; ++side) {
      const int a = ring * kSides + side, b = ring * kSides + (side + 1) % kSides;
      triangle(a, b + kSides, b);
      triangle(a, a + kSides, b + kSides);
    }
  }
  return text;
}

}  // namespace

std::string pillowSkin() {
  const std::vector<Vector3d> cloth = vertices();
  std::string text = "<skin name=\"cover\" material=\"cloth\" vertex=\"";
  for (const Vector3d& p : cloth)
    for (const double value : {p.x(), p.y(), p.z()}) append(text, value);
  text += "\" face=\"" + faces() + "\">\n";
  for (const Bone& bone : bones()) {
    std::string ids, weights;
    for (std::size_t i = 0; i < cloth.size(); ++i) {
      // Along the pillow the reach is a segment; across it the two sides part in the middle.
      const Vector3d d = cloth[i] - bone.middle;
      const double weight = std::exp(-(d.x() * d.x() + 0.5 * d.y() * d.y()) / (2.0 * kReach * kReach));
      if (weight < 0.003) continue;
      ids += std::to_string(i) + " ";
      append(weights, weight);
    }
    text += "  <bone body=\"" + bone.body + "\" bindquat=\"1 0 0 0\" bindpos=\"";
    for (const double value : {bone.origin.x(), bone.origin.y(), bone.origin.z()}) append(text, value);
    text += "\" vertid=\"" + ids + "\" vertweight=\"" + weights + "\"/>\n";
  }
  return text + "</skin>";
}

}  // namespace nudge
