#include "core/sim/tasks/pillow/pillow_task.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "core/sim/tasks/arm/arm_task.h"
#include "core/sim/tasks/pillow/pillow_skin.h"

namespace nudge {

const std::string& pillowFrame();

namespace {

using Eigen::Vector2d;
using Eigen::Vector3d;

// Lengths in m, angles in rad, speeds in m/s, forces in N.
constexpr double kSpeed = 0.25;
constexpr double kFloor = 0.042, kTop = 0.30;      // of the tip: the fingers reach .034 further down
constexpr double kOpen = 0.085, kClosed = 0.0;     // travel of a finger from the middle
constexpr double kFingerSpeed = 0.12;
constexpr double kForceFilter_s = 0.05;
constexpr double kHeld_N = 4.0;                    // each finger presses at least this: gripped
constexpr double kRest = 0.045, kLifted = 0.08;    // height of the pillow's axis on the table; success is so far up
constexpr int kHoldSteps = 40;                     // 2 s
constexpr double kHalfLength = 0.11;               // of the axis along which it can be grasped
constexpr double kNearScale = 0.3, kLiftScale = 0.12, kCentreScale = 0.12;

// Reset ranges.
constexpr double kPillowX = 0.06, kPillowY = 0.08, kPillowTurn = 0.25;
constexpr double kToolX = 0.13, kToolY = 0.08, kToolLow = 0.11, kToolHigh = 0.22;
// Training starts: in many the gripper already straddles the pillow somewhere along it.
constexpr double kStraddleShare = 0.4, kStraddleX = 0.11;

constexpr std::array<double, ToolController::kJoints> kPosture{0.0, -1.0, 2.0, 0.57, 0.0, 0.0};
constexpr int kFingers = ToolController::kJoints;  // the fingers' first joint, degree of freedom and actuator

TaskSpec makeSpec() {
  TaskSpec spec;
  spec.id = "pillow";
  spec.title = "Pillow grasping";
  spec.description =
      "The arm grasps a soft pillow with two fingers, lifts it and holds it. Grasped at an end it sags and slips.";
  spec.observation = {
      {"pillow_from_tool_x", "m", "pillow's middle minus tip, world x", 0.2},
      {"pillow_from_tool_y", "m", "pillow's middle minus tip, world y", 0.2},
      {"pillow_from_tool_z", "m", "pillow's middle minus tip, world z", 0.2},
      {"pillow_axis_y", "1", "pillow's long axis, world y", 0.3},
      {"pillow_axis_z", "1", "pillow's long axis, world z: 0 level", 0.3},
      {"tool_height", "m", "tip over the table", 0.2},
      {"tool_velocity_x", "m/s", "tool, world x", kSpeed},
      {"tool_velocity_y", "m/s", "tool, world y", kSpeed},
      {"tool_velocity_z", "m/s", "tool, world z", kSpeed},
      {"pillow_velocity_x", "m/s", "pillow's middle, world x", kSpeed},
      {"pillow_velocity_y", "m/s", "pillow's middle, world y", kSpeed},
      {"pillow_velocity_z", "m/s", "pillow's middle, world z", kSpeed},
      {"finger_left", "m", "left finger from the middle", 0.05},
      {"finger_right", "m", "right finger from the middle", 0.05},
      {"finger_target", "m", "where both fingers are told to be", 0.05},
      {"force_left", "N", "on the left finger, smoothed over 0.05 s", 10.0},
      {"force_right", "N", "on the right finger, smoothed over 0.05 s", 10.0},
      {"held", "1", "share of the 2 s that it has been held up", 1.0},
  };
  spec.action = {{"tool_velocity_x", "m/s", "away from the arm's base, 1 = 0.25 m/s"},
                 {"tool_velocity_y", "m/s", "to the left seen from the base, 1 = 0.25 m/s"},
                 {"tool_velocity_z", "m/s", "up, 1 = 0.25 m/s"},
                 {"grip", "m/s", "the fingers close, each 1 = 0.12 m/s; negative: they open"}};
  spec.actionScale = {kSpeed, kSpeed, kSpeed, kFingerSpeed};
  spec.gripAction = 3;
  spec.failure = "dropped";
  spec.features = {{"tool_to_pillow", "fingers to pillow",
                    "gap between the tip and the pillow's long axis: 0 there, 1 at 0.3 m or more", -1.0, -1.0},
                   {"not_gripped", "not gripped",
                    "0 when both fingers press with 4 N or more, 1 when one of them does not touch", -0.4, -0.4},
                   {"below_lift", "not lifted", "height of the part between the fingers: 1 on the table, 0 at 0.12 m above it or more", -1.0, -1.0},
                   {"control_effort", "effort", "squared commanded speed: 0 still, 1 full speed along all axes",
                    -0.2, -0.2},
                   {"off_centre", "off centre",
                    "grasp point from the pillow's middle, along it: 0 there, 1 at 0.12 m or more", 0.0, -0.8, true}};
  spec.controlRate_hz = 20.0;
  spec.substeps = 10;
  spec.episodeSteps = 150;
  spec.discount = 0.97;
  spec.firstRoundRate = 0.38;
  spec.cameras = {"overview", "side", "top", "tool"};
  return spec;
}

}  // namespace

const std::string& pillowMjcf() {
  static const std::string text = [] {
    std::string frame = pillowFrame();
    const std::string mark = "<!-- skin -->";
    return frame.replace(frame.find(mark), mark.size(), pillowSkin());
  }();
  return text;
}

ToolControllerSettings pillowController() {
  ToolControllerSettings settings = armController(kSpeed);
  settings.limits.low_W.z() = kFloor;
  settings.limits.high_W.z() = kTop;
  // The fingers point along the tool frame's x, down; they close along its y.
  settings.R_WT.col(0) = -Vector3d::UnitZ();
  settings.R_WT.col(1) = Vector3d::UnitY();
  settings.R_WT.col(2) = Vector3d::UnitX();
  return settings;
}

namespace {

/// The parts that the task names are there; the arm comes first, then the fingers, then the pillow.
bool fits(const World& world) {
  const mjModel& m = world.model();
  const int left = mj_name2id(&m, mjOBJ_JOINT, "finger_left"), right = mj_name2id(&m, mjOBJ_JOINT, "finger_right");
  const int pillow = mj_name2id(&m, mjOBJ_JOINT, "pillow");
  return mj_name2id(&m, mjOBJ_SITE, "tip") >= 0 && left == kFingers && right == kFingers + 1 &&
         pillow == kFingers + 2 && m.jnt_type[pillow] == mjJNT_FREE && m.nu == kFingers + 2 &&
         mj_name2id(&m, mjOBJ_BODY, "pillow") >= 0 && mj_name2id(&m, mjOBJ_SENSOR, "force_left") == 0 &&
         mj_name2id(&m, mjOBJ_SENSOR, "force_right") == 1;
}

class PillowTask final : public ArmTask {
 public:
  PillowTask(World world, std::string mjcf)
      : ArmTask(std::move(world), std::move(mjcf), pillowController(), kOwnState),
        pillow_(world_.id(mjOBJ_BODY, "pillow")) {
    reset(0);
  }

  const TaskSpec& spec() const override {
    static const TaskSpec spec = makeSpec();
    return spec;
  }

  void reset(std::uint64_t seed) override { start(seed, false); }
  void resetForTraining(std::uint64_t seed) override {
    Random random(deriveSeed(seed, 1));
    start(seed, random.uniform() < kStraddleShare);
  }

  void observe(std::span<float> observation) const override;
  void features(std::span<float> features) const override;
  std::string readout() const override { return reading("grip", std::min(force_N_[0], force_N_[1]), "N"); }
  EpisodeStatus status() const override { return {.success = held_ >= kHoldSteps}; }

 private:
  static constexpr int kOwnState = 4;  // finger target, two forces, steps held
  static constexpr int kPillowQpos = kFingers + 2, kPillowDof = kFingers + 2;

  void start(std::uint64_t seed, bool straddling);
  void beforePhysics() override;
  void afterPhysics() override;
  void stepDone() override { held_ = height_m() > kLifted && gripped() > 0.5 ? std::min(held_ + 1, kHoldSteps) : 0; }
  void saveOwn(std::span<double> own) const override {
    own[0] = target_m_;
    std::copy(force_N_.begin(), force_N_.end(), own.begin() + 1);
    own[3] = held_;
  }
  void restoreOwn(std::span<const double> own) override {
    target_m_ = own[0];
    std::copy_n(own.begin() + 1, 2, force_N_.begin());
    held_ = static_cast<int>(own[3]);
  }

  /// Of the tip along the pillow's long axis, from its middle.
  double along_m() const { return (tool_W() - body_W(pillow_)).dot(axis_W()); }
  /// The point of that axis next to the tip.
  Vector3d grasped_W() const {
    return body_W(pillow_) + std::clamp(along_m(), -kHalfLength, kHalfLength) * axis_W();
  }
  /// Of that point over where it lies on the table: what sags beside it does not count.
  double height_m() const { return grasped_W().z() - kRest; }
  /// 0 … 1: how far the weaker finger presses with what holding takes.
  double gripped() const { return std::clamp(std::min(force_N_[0], force_N_[1]) / kHeld_N, 0.0, 1.0); }
  Vector3d axis_W() const { return bodyRotation_W(pillow_).col(0); }

  int pillow_;
  double target_m_ = kOpen;
  std::array<double, 2> force_N_{};  ///< smoothed: left, right
  int held_ = 0;
};

void PillowTask::start(std::uint64_t seed, bool straddling) {
  Random random(deriveSeed(seed, 0));
  // y before x and z before both: seeds mean what they always did.
  const double pillowY = random.uniform(-kPillowY, kPillowY);
  const Vector2d pillow(random.uniform(-kPillowX, kPillowX), pillowY);
  const double turn = random.uniform(-kPillowTurn, kPillowTurn);
  const double asideZ = random.uniform(kToolLow, kToolHigh), asideY = random.uniform(-kToolY, kToolY);
  const Vector3d aside(random.uniform(-kToolX, kToolX), asideY, asideZ);
  const double along = random.uniform(-kStraddleX, kStraddleX);

  world_.reset();
  mjData& data = world_.data();
  double* pose = data.qpos + kPillowQpos;
  pose[0] = pillow.x();
  pose[1] = pillow.y();
  pose[2] = kRest;
  pose[3] = std::cos(turn / 2.0);
  pose[6] = std::sin(turn / 2.0);
  data.qpos[kFingers] = kOpen;
  data.qpos[kFingers + 1] = -kOpen;
  target_m_ = kOpen;
  force_N_.fill(0.0);
  held_ = 0;
  Vector3d tool(pillow.x() + aside.x(), pillow.y() + aside.y(), aside.z());
  if (straddling) tool = {pillow.x() + along * std::cos(turn), pillow.y() + along * std::sin(turn), kRest};
  startArm(kPosture, tool, ToolController::kNoCeiling);
}

void PillowTask::beforePhysics() {
  mjData& data = world_.data();
  target_m_ = std::clamp(target_m_ - action()[3] * kFingerSpeed * world_.model().opt.timestep, kClosed, kOpen);
  data.ctrl[kFingers] = target_m_;
  data.ctrl[kFingers + 1] = -target_m_;
}

void PillowTask::afterPhysics() {
  const double share = 1.0 - std::exp(-world_.model().opt.timestep / kForceFilter_s);
  for (std::size_t i = 0; i < 2; ++i) force_N_[i] += share * (world_.data().sensordata[i] - force_N_[i]);
}

void PillowTask::observe(std::span<float> observation) const {
  const mjData& data = world_.data();
  const Vector3d axis = axis_W();
  Eigen::Matrix<double, 18, 1> all;
  all << body_W(pillow_) - tool_W(), axis.tail<2>(), tool_W().z(), toolVelocity_W(),
      Eigen::Map<const Vector3d>(data.qvel + kPillowDof), data.qpos[kFingers], -data.qpos[kFingers + 1], target_m_,
      force_N_[0], force_N_[1], static_cast<double>(held_) / kHoldSteps;
  scaleObservation(spec(), {all.data(), 18}, observation);
}

void PillowTask::features(std::span<float> features) const {
  const std::array<double, 5> all{(tool_W() - grasped_W()).norm() / kNearScale, 1.0 - gripped(),
                                  1.0 - height_m() / kLiftScale, action().squaredNorm() / 4.0,
                                  std::abs(along_m()) / kCentreScale};
  cutFeatures(all, features);
}

}  // namespace

Result<std::unique_ptr<Task>> makePillowTask(const std::string& mjcf) {
  auto world = World::fromMjcf(mjcf);
  if (!world) return world.error();
  if (!fits(*world))
    return Error{ErrorCode::Corrupt, "the model is not a pillow world: it lacks the arm, the gripper or the pillow"};
  return std::unique_ptr<Task>(std::make_unique<PillowTask>(std::move(*world), mjcf));
}

}  // namespace nudge
