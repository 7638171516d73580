// Where things are: positions, distances, heights, directions and angles.
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

#include "core/sim/folder/term.h"

namespace nudge {
namespace {

using Eigen::Vector3d;

const TermParameter kOf{"of", "site, body or geom (a name; \"geom:tip\" where several kinds have one)", true};
const TermParameter kFrom{"from", "measured from this site, body or geom instead of the world's origin"};
const TermParameter kAxes{"axes", "which world axes, as in \"xy\"; \"xyz\" if not given"};

/// "tip" or "tip minus puck".
std::string between(TermReader& r) {
  const std::string of = r.section.text("of", "");
  return r.section.has("from") ? of + " minus " + r.section.text("from", "") : of;
}

/// From the other place, or the origin, to the place.
struct Arm {
  Place of;
  std::optional<Place> from;

  Vector3d vector_W(const mjData& data) const {
    const Vector3d p_W = of.position_W(data);
    return from ? (p_W - from->position_W(data)).eval() : p_W;
  }
};

Arm readArm(TermReader& r) {
  return {r.place("of"), r.placeIfNamed("from")};
}

class Position final : public Term {
 public:
  Position(Arm arm, std::vector<int> axes, const std::string& what)
      : Term(axisParts(axes, "m", what)), arm_(arm), axes_(std::move(axes)) {}
  void read(const Moment& moment, std::span<double> values) const override {
    const Vector3d vector = arm_.vector_W(moment.data);
    for (std::size_t i = 0; i < axes_.size(); ++i) values[i] = vector[axes_[i]];
  }

 private:
  Arm arm_;
  std::vector<int> axes_;
};

/// Length along the named axes.
class Distance final : public Term {
 public:
  Distance(Arm arm, std::vector<int> axes, const std::string& what)
      : Term({{"", "m", what}}), arm_(arm), axes_(std::move(axes)) {}
  void read(const Moment& moment, std::span<double> values) const override {
    const Vector3d vector = arm_.vector_W(moment.data);
    double squares = 0.0;
    for (const int axis : axes_) squares += vector[axis] * vector[axis];
    values[0] = std::sqrt(squares);
  }

 private:
  Arm arm_;
  std::vector<int> axes_;
};

/// A direction of a thing in the world.
class Axis final : public Term {
 public:
  Axis(Place of, int own, std::vector<int> axes, const std::string& what)
      : Term(axisParts(axes, "1", what)), of_(of), own_(own), axes_(std::move(axes)) {}
  void read(const Moment& moment, std::span<double> values) const override {
    for (std::size_t i = 0; i < axes_.size(); ++i) values[i] = of_.rotation_W(moment.data)(axes_[i], own_);
  }

 private:
  Place of_;
  int own_;
  std::vector<int> axes_;
};

class Angle final : public Term {
 public:
  Angle(Place of, int own, std::optional<Place> from, int other, const std::string& what)
      : Term({{"", "rad", what}}), of_(of), from_(from), own_(own), other_(other) {}
  void read(const Moment& moment, std::span<double> values) const override {
    const Vector3d a = of_.rotation_W(moment.data).col(own_);
    const Vector3d b = from_ ? from_->rotation_W(moment.data).col(other_).eval() : Vector3d::Unit(other_);
    values[0] = std::acos(std::clamp(a.dot(b), -1.0, 1.0));
  }

 private:
  Place of_;
  std::optional<Place> from_;
  int own_, other_;
};

/// Of the two quaternions of a rotation the one with w ≥ 0.
class Quaternion final : public Term {
 public:
  Quaternion(Place of, std::optional<Place> from, const std::string& what)
      : Term({{"w", "1", what + ", w"},
              {"x", "1", what + ", x"},
              {"y", "1", what + ", y"},
              {"z", "1", what + ", z"}}),
        of_(of),
        from_(from) {}
  void read(const Moment& moment, std::span<double> values) const override {
    Eigen::Matrix3d R = of_.rotation_W(moment.data);
    if (from_) R = from_->rotation_W(moment.data).transpose() * R;
    const Eigen::Quaterniond q(R);
    const double sign = q.w() < 0.0 ? -1.0 : 1.0;
    values[0] = sign * q.w();
    for (int i = 0; i < 3; ++i) values[static_cast<std::size_t>(i) + 1] = sign * q.vec()[i];
  }

 private:
  Place of_;
  std::optional<Place> from_;
};

std::unique_ptr<Term> makeQuaternion(TermReader& r) {
  const Place of = r.place("of");
  const auto from = r.placeIfNamed("from");
  return std::make_unique<Quaternion>(of, from, "orientation of " + r.section.text("of", ""));
}

std::unique_ptr<Term> makePosition(TermReader& r) {
  const Arm arm = readArm(r);
  return std::make_unique<Position>(arm, readAxes(r.section, "axes", "xyz"), between(r));
}

std::unique_ptr<Term> makeDistance(TermReader& r) {
  const Arm arm = readArm(r);
  const auto axes = readAxes(r.section, "axes", "xyz");
  return std::make_unique<Distance>(arm, axes, "distance of " + between(r));
}

std::unique_ptr<Term> makeHeight(TermReader& r) {
  const Arm arm = readArm(r);
  return std::make_unique<Position>(arm, std::vector<int>{2}, "height of " + between(r));
}

std::string directionName(const std::string& thing, int axis) {
  return thing + "'s " + static_cast<char>('x' + axis);
}

std::unique_ptr<Term> makeAxis(TermReader& r) {
  const Place of = r.place("of");
  const int own = readAxes(r.section, "axis", "z").front();
  const auto axes = readAxes(r.section, "axes", "xyz");
  return std::make_unique<Axis>(of, own, axes, directionName(r.section.text("of", ""), own) + " axis");
}

std::unique_ptr<Term> makeAngle(TermReader& r) {
  const Place of = r.place("of");
  const auto from = r.placeIfNamed("from");
  const int own = readAxes(r.section, "axis", "z").front();
  const int other = readAxes(r.section, "from_axis", "z").front();
  const std::string what = "angle between " + directionName(r.section.text("of", ""), own) + " and " +
                           directionName(r.section.text("from", "the world"), other) + " axis";
  return std::make_unique<Angle>(of, own, from, other, what);
}

}  // namespace

std::vector<TermKind> placeTerms() {
  const TermParameter axis{"axis", "which of its own axes: \"x\", \"y\" or \"z\"; \"z\" if not given"};
  return {
      {"position",
       "m",
       "where something is, in world axes: one number an axis",
       {kOf, kFrom, kAxes},
       makePosition},
      {"distance",
       "m",
       "length of the way to something along the named axes",
       {kOf, kFrom, kAxes},
       makeDistance,
       0.0},
      {"height",
       "m",
       "height of something over the world's origin, or over something else",
       {kOf, kFrom},
       makeHeight},
      {"axis",
       "1",
       "direction of one of something's axes, in world axes: one number an axis",
       {kOf, axis, kAxes},
       makeAxis,
       -1.0,
       1.0},
      {"angle",
       "rad",
       "angle between an axis of something and one of the world or of something else, 0 to π",
       {kOf,
        axis,
        {"from", "compared with an axis of this site, body or geom instead of the world"},
        {"from_axis", "which axis it is compared with; \"z\" if not given"}},
       makeAngle,
       0.0,
       std::acos(-1.0)},
      {"quaternion",
       "1",
       "orientation of something: w, x, y, z with w not below 0",
       {kOf, {"from", "as seen from this site, body or geom instead of the world"}},
       makeQuaternion,
       -1.0,
       1.0},
  };
}

}  // namespace nudge
