#include "core/sim/tasks/bottle/bottle_task.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/random.h"
#include "core/sim/tasks/arm/arm_task.h"

namespace nudge {
namespace {

using Eigen::Vector2d;
using Eigen::Vector3d;

// Lengths in m, angles in rad, speeds in m/s.
constexpr double kSpeed = 0.25;
constexpr double kTipRadius = 0.012;
constexpr double kFloor = 0.015, kTop = 0.30;  // lowest tool, clear of the table, and highest
constexpr double kToolTilt = 0.3;
constexpr double kGoalRadius = 0.05;           // success: the bottle's foot is so near, and it stands
constexpr double kUpright = 0.20, kLies = 1.0;
constexpr double kTipScale = 0.3, kGoalScale = 0.4, kHeightScale = 0.25;  // what 1 means in the features

// Reset ranges; heights cover all that the style feature can be (spike-learning.md, section 2).
constexpr double kBottleX = 0.03, kBottleY = 0.05;
constexpr double kGoalNear = 0.15, kGoalFar = 0.35, kGoalAngle = 0.75;
constexpr double kGapNear = 0.03, kGapFar = 0.17, kToolY = 0.04;
constexpr double kLow = 0.03, kHigh = 0.20;
// Training starts: a ceiling teaches the prior to push low, a floor keeps it from preferring that.
constexpr double kCeilingShare = 0.6, kFloorShare = 0.95;
constexpr double kFloorLow = 0.07, kFloorHigh = 0.115;

// The bottle's outline for distances: stacked cylinders (radius, bottom, top), the last one the neck.
struct Ring {
  double radius, bottom, top;
};
constexpr std::array<Ring, 3> kOutline{{{0.037, 0.0, 0.19}, {0.03, 0.19, 0.215}, {0.0145, 0.215, 0.301}}};
constexpr double kBodyRadius = 0.037;

// Joint angles near the middle of the workspace: where the search for a start posture begins.
constexpr std::array<double, ToolController::kJoints> kPosture{0.0, -1.0, 2.0, 0.27, 0.0, 0.0};

TaskSpec makeSpec() {
  TaskSpec spec;
  spec.id = "bottle";
  spec.title = "Bottle pushing";
  spec.description =
      "The arm pushes a wine bottle across the table onto the goal disc. "
      "Pushed low it glides, pushed high it wobbles and may topple.";
  spec.failure = "toppled";
  spec.observation = {
      {"bottle_from_tool_x", "m", "bottle's foot minus tool, world x", 0.2},
      {"bottle_from_tool_y", "m", "bottle's foot minus tool, world y", 0.2},
      {"tool_height", "m", "tool over the table", 0.2},
      {"goal_from_bottle_x", "m", "goal minus bottle's foot, world x", 0.3},
      {"goal_from_bottle_y", "m", "goal minus bottle's foot, world y", 0.3},
      {"bottle_axis_x", "1", "bottle's long axis, world x", 0.3},
      {"bottle_axis_y", "1", "bottle's long axis, world y", 0.3},
      {"bottle_axis_z", "1", "bottle's long axis, world z: 1 upright, 0 lying"},
      {"tool_velocity_x", "m/s", "tool, world x", kSpeed},
      {"tool_velocity_y", "m/s", "tool, world y", kSpeed},
      {"tool_velocity_z", "m/s", "tool, world z", kSpeed},
      {"bottle_velocity_x", "m/s", "bottle's foot, world x", kSpeed},
      {"bottle_velocity_y", "m/s", "bottle's foot, world y", kSpeed},
      {"bottle_velocity_z", "m/s", "bottle's foot, world z", kSpeed},
      {"bottle_spin_x", "rad/s", "bottle's angular velocity, world x", 2.0},
      {"bottle_spin_y", "rad/s", "bottle's angular velocity, world y", 2.0},
  };
  spec.action = {{"tool_velocity_x", "m/s", "away from the arm's base, 1 = 0.25 m/s"},
                 {"tool_velocity_y", "m/s", "to the left seen from the base, 1 = 0.25 m/s"},
                 {"tool_velocity_z", "m/s", "up, 1 = 0.25 m/s"}};
  spec.actionScale = {kSpeed, kSpeed, kSpeed};
  spec.features = {{"tip_to_bottle", "tool to bottle",
                    "gap between tool and bottle: 0 touching, 1 at 0.3 m or more", -1.0, -1.0},
                   {"bottle_to_goal", "bottle to goal",
                    "bottle's foot to the goal's middle: 0 there, 1 at 0.4 m or more", -1.0, -1.0},
                   {"control_effort", "effort",
                    "squared commanded speed: 0 still, 1 full speed along all axes", -0.2, -0.2},
                   {"tool_height", "tool height", "tool over the table: 0 at 0.015 m, 1 at 0.265 m or more",
                    0.0, -0.8, true}};
  spec.controlRate_hz = 20.0;
  spec.substeps = 10;
  spec.episodeSteps = 150;
  spec.discount = 0.97;
  spec.firstRoundRate = 0.24;
  spec.cameras = {"overview", "side", "top", "tool"};
  return spec;
}

}  // namespace

ToolControllerSettings bottleController() {
  ToolControllerSettings settings = armController(kSpeed);
  settings.limits.low_W.z() = kFloor;
  settings.limits.high_W.z() = kTop;
  // The rod's direction is the tool frame's x: down, its tip leaning away from the base.
  const Vector3d rod_W(std::sin(kToolTilt), 0.0, -std::cos(kToolTilt));
  settings.R_WT.col(0) = rod_W;
  settings.R_WT.col(1) = Vector3d::UnitY();
  settings.R_WT.col(2) = rod_W.cross(Vector3d::UnitY());
  return settings;
}

namespace {

/// The parts that the task names are there, and the arm comes first.
bool fits(const World& world) {
  const mjModel& m = world.model();
  const int bottle = mj_name2id(&m, mjOBJ_BODY, "bottle"), goal = mj_name2id(&m, mjOBJ_BODY, "goal");
  const int tip = mj_name2id(&m, mjOBJ_SITE, "tip");
  if (bottle < 0 || goal < 0 || tip < 0 || m.body_mocapid[goal] < 0) return false;
  constexpr int kFree = 6;
  return m.nu == ToolController::kJoints && m.nv == ToolController::kJoints + kFree &&
         m.body_dofnum[bottle] == kFree && m.body_dofadr[bottle] == ToolController::kJoints;
}

/// Distance from a point to the outline, both in the bottle's frame; 0 inside. m.
double distanceToBottle(const Vector3d& p_B) {
  const double radius = std::hypot(p_B.x(), p_B.y());
  double nearest = 1e9;
  for (const Ring& ring : kOutline) {
    const double out = std::max(radius - ring.radius, 0.0);
    const double above = std::max({ring.bottom - p_B.z(), p_B.z() - ring.top, 0.0});
    nearest = std::min(nearest, std::hypot(out, above));
  }
  return nearest;
}

class BottleTask final : public ArmTask {
 public:
  BottleTask(World world, std::string mjcf)
      : ArmTask(std::move(world), std::move(mjcf), bottleController(), kOwnState),
        bottle_(world_.id(mjOBJ_BODY, "bottle")),
        bottleDof_(world_.model().body_dofadr[bottle_]),
        bottlePos_(world_.model().jnt_qposadr[world_.model().body_jntadr[bottle_]]),
        goalMocap_(world_.model().body_mocapid[world_.id(mjOBJ_BODY, "goal")]) {
    reset(0);
  }

  const TaskSpec& spec() const override {
    static const TaskSpec spec = makeSpec();
    return spec;
  }

  void reset(std::uint64_t seed) override { start(seed, ToolController::kNoCeiling, 0.0); }
  void resetForTraining(std::uint64_t seed) override {
    Random random(deriveSeed(seed, 1));
    const bool capped = random.uniform() < kCeilingShare;
    const double ceiling_m = capped ? random.uniform(kLow, kHigh) : ToolController::kNoCeiling;
    const bool raised = random.uniform() < kFloorShare;
    start(seed, ceiling_m, raised ? random.uniform(kFloorLow, kFloorHigh) : 0.0);
  }

  void observe(std::span<float> observation) const override;
  void features(std::span<float> features) const override;
  std::string readout() const override { return reading("tilt", tilt_rad() * 180.0 / M_PI, "°"); }
  EpisodeStatus status() const override;

 private:
  static constexpr int kOwnState = 2;  // largest tilt, training floor

  void start(std::uint64_t seed, double ceiling_m, double floor_m);
  Vector3d allowed(const Vector3d& wanted) const override {
    return tool_W().z() <= floor_m_ ? Vector3d(wanted.x(), wanted.y(), std::max(wanted.z(), 0.0)) : wanted;
  }
  void afterPhysics() override { maxTilt_rad_ = std::max(maxTilt_rad_, tilt_rad()); }
  void saveOwn(std::span<double> own) const override {
    own[0] = maxTilt_rad_;
    own[1] = floor_m_;
  }
  void restoreOwn(std::span<const double> own) override {
    maxTilt_rad_ = own[0];
    floor_m_ = own[1];
  }

  Vector3d axis_W() const { return bodyRotation_W(bottle_).col(2); }
  double tilt_rad() const { return std::acos(std::clamp(axis_W().z(), -1.0, 1.0)); }
  Vector2d bottleToGoal_W() const {
    return Eigen::Map<const Vector2d>(world_.data().mocap_pos + 3 * goalMocap_) - body_W(bottle_).head<2>();
  }

  int bottle_, bottleDof_, bottlePos_, goalMocap_;
  double maxTilt_rad_ = 0.0;
  double floor_m_ = 0.0;  ///< training only: the tool does not descend under this height
};

void BottleTask::start(std::uint64_t seed, double ceiling_m, double floor_m) {
  Random random(deriveSeed(seed, 0));
  const double bottleY = random.uniform(-kBottleY, kBottleY);  // first: seeds mean what they always did
  const Vector2d bottle(random.uniform(-kBottleX, kBottleX), bottleY);
  const double distance = random.uniform(kGoalNear, kGoalFar);
  const double angle = random.uniform(-kGoalAngle, kGoalAngle);
  const double gap = random.uniform(kGapNear, kGapFar);
  const double aside = random.uniform(-kToolY, kToolY);
  const double height = random.uniform(kLow, kHigh);

  world_.reset();
  mjData& data = world_.data();
  data.qpos[bottlePos_] = bottle.x();
  data.qpos[bottlePos_ + 1] = bottle.y();
  double* goal = data.mocap_pos + 3 * goalMocap_;
  goal[0] = bottle.x() + distance * std::cos(angle);
  goal[1] = bottle.y() + distance * std::sin(angle);
  const Vector3d tool(bottle.x() - kBodyRadius - kTipRadius - gap, bottle.y() + aside,
                      std::min(height, ceiling_m));
  startArm(kPosture, tool, ceiling_m);
  floor_m_ = std::min(floor_m, tool.z());
  maxTilt_rad_ = 0.0;
}

void BottleTask::observe(std::span<float> observation) const {
  const Vector3d tool = tool_W(), bottle = body_W(bottle_);
  const Eigen::Map<const Vector3d> bottleSpeed(world_.data().qvel + bottleDof_);
  const Vector3d spin_W = bodyRotation_W(bottle_) * Eigen::Map<const Vector3d>(world_.data().qvel + bottleDof_ + 3);

  Eigen::Matrix<double, 16, 1> all;
  all << (bottle - tool).head<2>(), tool.z(), bottleToGoal_W(), axis_W(), toolVelocity_W(), bottleSpeed,
      spin_W.head<2>();
  scaleObservation(spec(), {all.data(), 16}, observation);
}

void BottleTask::features(std::span<float> features) const {
  const double gap =
      distanceToBottle(bodyRotation_W(bottle_).transpose() * (tool_W() - body_W(bottle_))) - kTipRadius;
  const std::array<double, 4> all{gap / kTipScale, bottleToGoal_W().norm() / kGoalScale,
                                  action().squaredNorm() / 3.0, (tool_W().z() - kFloor) / kHeightScale};
  cutFeatures(all, features);
}

EpisodeStatus BottleTask::status() const {
  const double tilt = tilt_rad();
  return {.success = tilt < kUpright && bottleToGoal_W().norm() < kGoalRadius,
          .failure = tilt > kLies,
          .maxTilt_rad = maxTilt_rad_};
}

}  // namespace

Result<std::unique_ptr<Task>> makeBottleTask(const std::string& mjcf) {
  auto world = World::fromMjcf(mjcf);
  if (!world) return world.error();
  if (!fits(*world))
    return Error{ErrorCode::Corrupt, "the model is not a bottle world: it lacks the arm, bottle or goal"};
  return std::unique_ptr<Task>(std::make_unique<BottleTask>(std::move(*world), mjcf));
}

}  // namespace nudge
