#include "core/sim/folder/resets.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/sim/model.h"

namespace nudge {
namespace {

using Eigen::Vector3d;

double draw(const TomlRange& range, Random& random) {
  return range.first == range.last ? range.first : random.uniform(range.first, range.last);
}

/// What the rule moves; false with a problem.
bool readTarget(TomlSection& section, const SceneNames& names, const Drive* drive, ResetRule& rule) {
  const mjModel& m = names.model();
  if (section.has("joint")) {
    rule.moves = ResetRule::Moves::Joint;
    rule.index = names.find(mjOBJ_JOINT, section.text("joint"), section, "joint");
    if (rule.index < 0) return false;
    if (m.jnt_type[rule.index] == mjJNT_HINGE || m.jnt_type[rule.index] == mjJNT_SLIDE) return true;
    section.fail("joint", "only hinges and slides have one value; a free joint is placed by its body");
    return false;
  }
  if (section.has("body")) {
    const int body = names.find(mjOBJ_BODY, section.text("body"), section, "body");
    if (body < 0) return false;
    rule.what = {mjOBJ_XBODY, body};
    if (m.body_mocapid[body] >= 0) {
      rule.moves = ResetRule::Moves::MocapBody;
      rule.index = m.body_mocapid[body];
      return true;
    }
    rule.moves = ResetRule::Moves::FreeBody;
    rule.index = m.body_jntadr[body];
    if (rule.index >= 0 && m.jnt_type[rule.index] == mjJNT_FREE) return true;
    section.fail("body",
                 "body '" + section.text("body") + "' can be placed only if it has a free joint or is mocap");
    return false;
  }
  if (!section.flagOr("tool", false)) {
    section.fail("tool", section.name() + " needs 'body', 'joint' or tool = true: what it places");
    return false;
  }
  rule.moves = ResetRule::Moves::Tool;
  if (!drive) return false;
  rule.what = drive->tool();
  if (drive->canPlaceTool()) return true;
  section.fail("tool",
               "the tool can be placed only with [control] kind = \"tool\"; place its joints instead");
  return false;
}

void checkJoint(TomlSection& section, const SceneNames& names, const ResetRule& rule) {
  for (const double end : {rule.value->first, rule.value->last})
    if (const std::string outside = outsideRange(names.model(), rule.index, end); !outside.empty())
      return section.doubt("value", "'value' in " + section.name() + " reaches " + outside);
}

void readRanges(TomlSection& section, const SceneNames& names, ResetRule& rule) {
  if (rule.moves == ResetRule::Moves::Joint) {
    rule.value = section.range("value");
    if (!rule.value)
      section.fail("value", section.name() + " of a joint needs 'value', a range");
    else
      checkJoint(section, names, rule);
    return;
  }
  if (section.has("from")) rule.from = names.place(section.text("from"), section, "from");
  for (std::size_t i = 0; i < 3; ++i) rule.xyz[i] = section.range(std::string(1, static_cast<char>('x' + i)));
  if (section.has("offset")) rule.offset = Eigen::Map<const Vector3d>(section.numbers("offset", 3).data());
  rule.distance = section.range("distance");
  rule.direction = section.range("direction");
  if (rule.moves != ResetRule::Moves::Tool) rule.turn = section.range("turn");
  if (rule.distance.has_value() != rule.direction.has_value())
    section.fail("distance", "'distance' and 'direction' belong together");
  if (rule.distance && !rule.from)
    section.fail("distance", "'distance' needs 'from': what it is measured from");
  if (rule.distance && (rule.xyz[0] || rule.xyz[1]))
    section.fail("distance", "give 'x' and 'y', or 'distance', not both");
}

/// Where the rule wants its thing; drawn in the order x, y, z, or distance, direction, z.
Vector3d drawPlace(const ResetRule& rule, const mjData& data, Random& random) {
  Vector3d p_W = rule.what.position_W(data);
  const Vector3d from_W = rule.from ? rule.from->position_W(data).eval() : Vector3d::Zero();
  if (rule.distance) {
    const double distance = draw(*rule.distance, random), direction = draw(*rule.direction, random);
    p_W.x() = from_W.x() + distance * std::cos(direction);
    p_W.y() = from_W.y() + distance * std::sin(direction);
  }
  for (int i = 0; i < 3; ++i)
    if (const auto& range = rule.xyz[static_cast<std::size_t>(i)])
      p_W[i] = from_W[i] + rule.offset[i] + draw(*range, random);
  return p_W;
}

/// Turns a quaternion about world z.
void turn(double* quaternion, double angle_rad) {
  const double about_W[4] = {std::cos(0.5 * angle_rad), 0.0, 0.0, std::sin(0.5 * angle_rad)};
  double turned[4];
  mju_mulQuat(turned, about_W, quaternion);
  std::copy(turned, turned + 4, quaternion);
}

}  // namespace

std::vector<ResetRule> readResets(std::vector<TomlSection> sections, const SceneNames& names,
                                  const Drive* drive) {
  std::vector<ResetRule> rules;
  for (TomlSection& section : sections) {
    ResetRule rule;
    rule.line = section.line();
    const bool known = readTarget(section, names, drive, rule);
    if (!known && !drive && section.has("tool")) continue;  // its drive's problems are said
    readRanges(section, names, rule);
    section.finish();
    if (known) rules.push_back(rule);
  }
  return rules;
}

namespace {

/// How far the tool stays from where the rule wants it, m; 0 of anything else.
double apply(const ResetRule& rule, const mjModel& model, mjData& data, Drive& drive, Random& random,
             double ceiling_m) {
  if (rule.moves == ResetRule::Moves::Joint) {
    data.qpos[model.jnt_qposadr[rule.index]] = draw(*rule.value, random);
    return 0.0;
  }
  Vector3d p_W = drawPlace(rule, data, random);
  if (rule.moves == ResetRule::Moves::Tool) {
    p_W.z() = std::min(p_W.z(), ceiling_m);
    return drive.placeTool(data, p_W);
  }
  const bool mocap = rule.moves == ResetRule::Moves::MocapBody;
  double* place = mocap ? data.mocap_pos + 3 * rule.index : data.qpos + model.jnt_qposadr[rule.index];
  std::copy_n(p_W.data(), 3, place);
  double* quaternion = mocap ? data.mocap_quat + 4 * rule.index : place + 3;
  if (rule.turn) turn(quaternion, draw(*rule.turn, random));
  return 0.0;
}

}  // namespace

void applyResets(const std::vector<ResetRule>& rules, const mjModel& model, mjData& data, Drive& drive,
                 Random& random, double ceiling_m) {
  drive.place(data);
  mj_kinematics(&model, &data);
  for (const ResetRule& rule : rules) {
    apply(rule, model, data, drive, random, ceiling_m);
    mj_kinematics(&model, &data);
  }
}

void tryStarts(const std::vector<ResetRule>& rules, const mjModel& model, int keyframe, Drive& drive,
               int line, Problems& problems) {
  constexpr int kStarts = 32;
  constexpr double kSlack_m = 0.01, kNoCeiling = 1e3;
  const DataPtr data(mj_makeData(&model));
  if (!data || !drive.canPlaceTool()) return;
  Random random(1);
  for (int i = 0; i < kStarts; ++i) {
    keyframe < 0 ? mj_resetData(&model, data.get()) : mj_resetDataKeyframe(&model, data.get(), keyframe);
    applyResets({}, model, *data, drive, random, kNoCeiling);
    double missed_m = 0.0;
    for (const ResetRule& rule : rules) {
      missed_m = apply(rule, model, *data, drive, random, kNoCeiling);
      mj_kinematics(&model, data.get());
      if (rule.moves == ResetRule::Moves::Tool) line = rule.line;
      if (missed_m > kSlack_m) break;
    }
    const Vector3d p_WT = drive.tool().position_W(*data);
    const double outside_m = drive.outside_m(p_WT);
    if (std::max(missed_m, outside_m) <= kSlack_m) continue;
    char text[160];
    std::snprintf(text, sizeof text, "an episode may start with the tool at %.3g, %.3g, %.3g: %.2g m %s",
                  p_WT.x(), p_WT.y(), p_WT.z(), missed_m > kSlack_m ? missed_m : outside_m,
                  missed_m > kSlack_m ? "from where it is to be, which the arm cannot reach"
                                      : "outside of its workspace");
    problems.push_back({"task.toml", line, text, true});
    return;
  }
}

}  // namespace nudge
