// How far something is from the surface of a thing.
#include <algorithm>
#include <cmath>

#include "core/sim/folder/term.h"

namespace nudge {
namespace {

using Eigen::Vector3d;

/// A shape in a place. Lengths in m as MuJoCo has them: half sizes.
struct Shape {
  Place place;
  int type = mjGEOM_SPHERE;
  Vector3d size = Vector3d::Zero();

  /// Distance of a point, in the shape's frame, from its surface; 0 inside.
  double distance(const Vector3d& p) const {
    const double around = std::hypot(p.x(), p.y());
    switch (type) {
      case mjGEOM_SPHERE:
        return std::max(p.norm() - size[0], 0.0);
      case mjGEOM_CAPSULE: {
        const double along = std::max(std::abs(p.z()) - size[1], 0.0);
        return std::max(std::hypot(around, along) - size[0], 0.0);
      }
      case mjGEOM_CYLINDER:
        return std::hypot(std::max(around - size[0], 0.0), std::max(std::abs(p.z()) - size[1], 0.0));
      case mjGEOM_BOX:
        return (p.cwiseAbs() - size).cwiseMax(0.0).norm();
      default:
        return std::max(p.z(), 0.0);  // a plane
    }
  }
};

/// A cylinder about a body's z axis, from `bottom` to `top`.
struct Ring {
  double radius, bottom, top;

  double distance(const Vector3d& p) const {
    const double out = std::max(std::hypot(p.x(), p.y()) - radius, 0.0);
    return std::hypot(out, std::max({bottom - p.z(), p.z() - top, 0.0}));
  }
};

class Gap final : public Term {
 public:
  Gap(Place of, double radius_m, std::vector<Shape> shapes, std::optional<Place> body,
      std::vector<Ring> rings, const std::string& what)
      : Term({{"", "m", what}}),
        of_(of),
        radius_m_(radius_m),
        shapes_(std::move(shapes)),
        body_(body),
        rings_(std::move(rings)) {}

  void read(const Moment& moment, std::span<double> values) const override {
    const Vector3d p_W = of_.position_W(moment.data);
    const auto seenFrom = [&](const Place& place) -> Vector3d {
      return place.rotation_W(moment.data).transpose() * (p_W - place.position_W(moment.data));
    };
    double nearest = 1e9;
    for (const Shape& shape : shapes_) nearest = std::min(nearest, shape.distance(seenFrom(shape.place)));
    for (const Ring& ring : rings_) nearest = std::min(nearest, ring.distance(seenFrom(*body_)));
    values[0] = nearest - radius_m_;
  }

 private:
  Place of_;
  double radius_m_;
  std::vector<Shape> shapes_;
  std::optional<Place> body_;
  std::vector<Ring> rings_;
};

bool hasShape(int type) {
  return type == mjGEOM_SPHERE || type == mjGEOM_CAPSULE || type == mjGEOM_CYLINDER || type == mjGEOM_BOX ||
         type == mjGEOM_PLANE;
}

std::unique_ptr<Term> makeGap(TermReader& r) {
  const Place of = r.place("of");
  const double radius_m = r.section.numberOr("radius", 0.0, 0.0, 1e3);
  const std::string to = r.section.text("to");
  std::vector<Shape> shapes;
  std::vector<Ring> rings;
  std::optional<Place> body;
  for (const auto& row : r.section.rows("outline", 3)) rings.push_back({row[0], row[1], row[2]});
  if (!rings.empty()) {
    body = r.names.place(to, r.section, "to");
  } else {
    for (const int geom : r.names.geoms(to, r.section, "to"))
      if (const int type = r.model().geom_type[geom]; hasShape(type))
        shapes.push_back(
            {{mjOBJ_GEOM, geom}, type, Eigen::Map<const Vector3d>(r.model().geom_size + 3 * geom)});
    if (shapes.empty() && !to.empty())
      r.section.fail("to", "'" + to + "' has no sphere, capsule, cylinder, box or plane; give its 'outline'");
  }
  return std::make_unique<Gap>(of, radius_m, std::move(shapes), body, std::move(rings),
                               "gap between " + r.section.text("of", "") + " and " + to);
}

}  // namespace

std::vector<TermKind> shapeTerms() {
  return {{"gap",
           "m",
           "distance of something from the surface of a thing; less than 0 inside by at most `radius`",
           {{"of", "site, body or geom: its middle", true},
            {"to", "geom, or body with all its geoms (spheres, capsules, cylinders, boxes, planes)", true},
            {"radius", "of the first thing, taken off the distance, m"},
            {"outline",
             "shape of `to` instead of its geoms: [radius, bottom, top] of cylinders about its z axis, m"}},
           makeGap}};
}

}  // namespace nudge
