// Joints and the actuators that move them.
#include "core/sim/folder/term.h"

namespace nudge {
namespace {

enum class Measure { Position, Velocity, Force };

/// The same number of each of some joints or actuators, by their places in mjData.
class Numbers final : public Term {
 public:
  Numbers(Measure measure, std::vector<int> at, std::vector<TermPart> parts)
      : Term(std::move(parts)), measure_(measure), at_(std::move(at)) {}
  void read(const Moment& moment, std::span<double> values) const override {
    const mjData& data = moment.data;
    const double* all = measure_ == Measure::Position   ? data.qpos
                        : measure_ == Measure::Velocity ? data.qvel
                                                        : data.actuator_force;
    for (std::size_t i = 0; i < at_.size(); ++i) values[i] = all[at_[i]];
  }

 private:
  Measure measure_;
  std::vector<int> at_;
};

std::unique_ptr<Term> makeOfJoints(TermReader& r, Measure measure) {
  const auto joints = r.section.texts("joints");
  std::vector<int> at;
  std::vector<TermPart> parts;
  for (const std::string& name : joints) {
    const int joint = r.names.find(mjOBJ_JOINT, name, r.section, "joints");
    if (joint < 0) continue;
    const int type = r.model().jnt_type[joint];
    if (type != mjJNT_HINGE && type != mjJNT_SLIDE) {
      r.section.fail("joints",
                     "joint '" + name + "' is neither a hinge nor a slide; 'position' and 'axis' measure it");
      continue;
    }
    const bool position = measure == Measure::Position;
    at.push_back(position ? r.model().jnt_qposadr[joint] : r.model().jnt_dofadr[joint]);
    const std::string unit = std::string(type == mjJNT_HINGE ? "rad" : "m") + (position ? "" : "/s");
    parts.push_back(
        {joints.size() > 1 ? name : "", unit, (position ? "joint " : "velocity of joint ") + name});
  }
  return std::make_unique<Numbers>(measure, std::move(at), std::move(parts));
}

std::unique_ptr<Term> makeJointPosition(TermReader& r) {
  return makeOfJoints(r, Measure::Position);
}
std::unique_ptr<Term> makeJointVelocity(TermReader& r) {
  return makeOfJoints(r, Measure::Velocity);
}

std::unique_ptr<Term> makeActuatorForce(TermReader& r) {
  const auto actuators = r.section.texts("actuators");
  std::vector<int> at;
  std::vector<TermPart> parts;
  for (const std::string& name : actuators) {
    const int actuator = r.names.actuator(name, r.section, "actuators");
    if (actuator < 0) continue;
    const bool slide = r.model().actuator_trntype[actuator] == mjTRN_JOINT &&
                       r.model().jnt_type[r.model().actuator_trnid[2 * actuator]] == mjJNT_SLIDE;
    at.push_back(actuator);
    parts.push_back({actuators.size() > 1 ? name : "", slide ? "N" : "N·m", "force of actuator " + name});
  }
  return std::make_unique<Numbers>(Measure::Force, std::move(at), std::move(parts));
}

}  // namespace

std::vector<TermKind> jointTerms() {
  const TermParameter joints{"joints", "hinges or slides, one or a list: one number each", true};
  return {{"joint_position", "rad or m", "angles of hinges, ways of slides", {joints}, makeJointPosition},
          {"joint_velocity", "rad/s or m/s", "their velocities", {joints}, makeJointVelocity},
          {"actuator_force",
           "N or N·m",
           "what actuators put on their joints",
           {{"actuators", "one or a list: one number each", true}},
           makeActuatorForce}};
}

}  // namespace nudge
