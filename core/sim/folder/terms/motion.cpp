// How things move in the world.
#include <cmath>

#include "core/sim/folder/term.h"

namespace nudge {
namespace {

using Vector6d = Eigen::Matrix<double, 6, 1>;
constexpr int kTurning = 0, kMoving = 3;  // MuJoCo's order

struct Motion {
  Place of;
  std::optional<Place> from;

  Vector6d velocity_W(const Moment& moment) const {
    Vector6d v_W = of.velocity_W(moment.model, moment.data);
    if (from) v_W -= from->velocity_W(moment.model, moment.data);
    return v_W;
  }
};

Motion readMotion(TermReader& r) {
  return {r.place("of"), r.placeIfNamed("from")};
}

class Velocity final : public Term {
 public:
  Velocity(Motion motion, int first, std::vector<int> axes, const std::string& unit, const std::string& what)
      : Term(axisParts(axes, unit, what)), motion_(motion), first_(first), axes_(std::move(axes)) {}
  void read(const Moment& moment, std::span<double> values) const override {
    const Vector6d v_W = motion_.velocity_W(moment);
    for (std::size_t i = 0; i < axes_.size(); ++i) values[i] = v_W[first_ + axes_[i]];
  }

 private:
  Motion motion_;
  int first_;
  std::vector<int> axes_;
};

class Speed final : public Term {
 public:
  Speed(Motion motion, int first, std::vector<int> axes, const std::string& unit, const std::string& what)
      : Term({{"", unit, what}}), motion_(motion), first_(first), axes_(std::move(axes)) {}
  void read(const Moment& moment, std::span<double> values) const override {
    const Vector6d v_W = motion_.velocity_W(moment);
    double squares = 0.0;
    for (const int axis : axes_) squares += v_W[first_ + axis] * v_W[first_ + axis];
    values[0] = std::sqrt(squares);
  }

 private:
  Motion motion_;
  int first_;
  std::vector<int> axes_;
};

std::string ofThing(TermReader& r, const char* what) {
  return what + r.section.text("of", "");
}

std::unique_ptr<Term> makeVelocity(TermReader& r) {
  const Motion motion = readMotion(r);
  return std::make_unique<Velocity>(motion, kMoving, readAxes(r.section, "axes", "xyz"), "m/s",
                                    ofThing(r, "velocity of "));
}

std::unique_ptr<Term> makeSpin(TermReader& r) {
  const Motion motion = readMotion(r);
  return std::make_unique<Velocity>(motion, kTurning, readAxes(r.section, "axes", "xyz"), "rad/s",
                                    ofThing(r, "angular velocity of "));
}

std::unique_ptr<Term> makeSpeed(TermReader& r) {
  const Motion motion = readMotion(r);
  return std::make_unique<Speed>(motion, kMoving, readAxes(r.section, "axes", "xyz"), "m/s",
                                 ofThing(r, "speed of "));
}

}  // namespace

std::vector<TermKind> motionTerms() {
  const TermParameter of{"of", "site, body or geom", true};
  const TermParameter from{"from", "as seen from this moving site, body or geom"};
  const TermParameter axes{"axes", "which world axes, as in \"xy\"; \"xyz\" if not given"};
  return {
      {"velocity", "m/s", "velocity in world axes: one number an axis", {of, from, axes}, makeVelocity},
      {"speed", "m/s", "length of the velocity along the named axes", {of, from, axes}, makeSpeed, 0.0},
      {"spin", "rad/s", "angular velocity in world axes: one number an axis", {of, from, axes}, makeSpin}};
}

}  // namespace nudge
