#include "core/sim/tasks/erasing/erasing_task.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "core/sim/tasks/arm/arm_task.h"
#include "core/sim/tasks/erasing/ink.h"

namespace nudge {
namespace {

using Eigen::Vector2d;
using Eigen::Vector3d;

// Lengths in m, forces in N.
constexpr double kSpeed = 0.25;
constexpr double kFace = 0.20;                       // x of the board's face
constexpr double kSponge_N_m = 800.0, kDeepest = 0.026;
const Vector2d kFelt(0.05, 0.025);                   // half sizes
constexpr double kBandLow_N = 11.0, kBandHigh_N = 16.0;  // what the teacher wants
constexpr double kForceFilter_s = 0.05;
constexpr double kRubs_N = 0.5, kRubsFully_N = 3.0;  // ink comes off from the first, at full rate from the second
constexpr double kTouch_m_s = 0.1;                   // also under felt that rests, as if it moved so fast
constexpr double kClean = 0.05;                      // success: less than this is left of the mark
constexpr double kNearScale = 0.3, kPressScale_N = 20.0, kBandScale_N = 8.0;

// Reset ranges.
constexpr double kGapNear = 0.02, kGapFar = 0.08, kToolY = 0.15, kToolLow = 0.26, kToolHigh = 0.46;
// Training starts: many episodes are pressed from the start and cannot let go, which teaches the prior to rub under
// any force.
constexpr double kPressedShare = 0.5, kPressedLow_N = 2.0, kPressedHigh_N = 16.0;

constexpr std::array<double, ToolController::kJoints> kPosture{0.0, -1.0, 2.0, -1.0, 0.0, 0.0};

TaskSpec makeSpec() {
  TaskSpec spec;
  spec.id = "erasing";
  spec.title = "Whiteboard erasing";
  spec.description = "The arm rubs a mark off a whiteboard. Pressed softly it gets there too, but leaves a haze.";
  spec.observation = {
      {"tool_y", "m", "eraser from the board's middle, to the left seen from the arm", 0.2},
      {"tool_z", "m", "eraser from the board's middle, up", 0.2},
      {"press_depth", "m", "how far the sponge is pressed in; negative: gap to the board", 0.03},
      {"tool_velocity_x", "m/s", "tool, world x, towards the board", kSpeed},
      {"tool_velocity_y", "m/s", "tool, world y", kSpeed},
      {"tool_velocity_z", "m/s", "tool, world z", kSpeed},
      {"contact_force", "N", "of the board on the eraser, along its normal, smoothed over 0.05 s", 10.0},
      {"nearest_ink_y", "m", "nearest ink minus eraser, world y", 0.1},
      {"nearest_ink_z", "m", "nearest ink minus eraser, world z", 0.1},
      {"ink_middle_y", "m", "middle of the ink that is left minus eraser, world y", 0.2},
      {"ink_middle_z", "m", "middle of the ink that is left minus eraser, world z", 0.2},
      {"ink_spread_y", "m", "standard deviation of the ink that is left, world y", 0.1},
      {"ink_spread_z", "m", "standard deviation of the ink that is left, world z", 0.1},
      {"ink_left", "1", "share of the mark that is left"},
  };
  spec.action = {{"tool_velocity_x", "m/s", "towards the board, 1 = 0.25 m/s"},
                 {"tool_velocity_y", "m/s", "to the left seen from the base, 1 = 0.25 m/s"},
                 {"tool_velocity_z", "m/s", "up, 1 = 0.25 m/s"}};
  spec.actionScale = {kSpeed, kSpeed, kSpeed};
  spec.features = {{"ink_left", "ink left", "share of the mark that is left: 0 clean, 1 untouched", -1.0, -1.0},
                   {"eraser_to_ink", "eraser to ink",
                    "gap between the eraser and the nearest ink: 0 on it, 1 at 0.3 m or more", -1.0, -1.0},
                   {"control_effort", "effort",
                    "squared commanded speed: 0 still, 1 full speed along all axes", -0.2, -0.2},
                   {"contact_force", "contact force", "0 free, 1 at 20 N or more", -0.02, -0.02},
                   {"force_off_band", "force off band",
                    "contact force outside 11 to 16 N while ink is left: 0 inside, 1 at 8 N or more off", 0.0, -0.8, true}};
  spec.controlRate_hz = 20.0;
  spec.substeps = 10;
  spec.episodeSteps = 120;
  spec.discount = 0.97;
  spec.firstRoundRate = 0.42;
  spec.cameras = {"overview", "side", "board", "tool"};
  return spec;
}

}  // namespace

ToolControllerSettings erasingController() {
  ToolControllerSettings settings = armController(kSpeed);
  settings.limits.low_W.z() = 0.15;
  settings.limits.high_W = {kFace + kDeepest, 0.30, 0.56};
  settings.R_WT.setIdentity();  // the eraser's normal is the tool frame's x
  return settings;
}

namespace {

/// The parts that the task names are there, and the arm comes first.
bool fits(const World& world) {
  const mjModel& m = world.model();
  const int sponge = mj_name2id(&m, mjOBJ_JOINT, "sponge");
  if (mj_name2id(&m, mjOBJ_GEOM, "board") < 0) return false;
  for (int i = 0; i < Ink::kDots; ++i)
    if (mj_name2id(&m, mjOBJ_GEOM, ("ink" + std::to_string(i)).c_str()) < 0) return false;
  return mj_name2id(&m, mjOBJ_SITE, "tip") >= 0 && mj_name2id(&m, mjOBJ_SENSOR, "force") >= 0 && sponge >= 0 && m.nu == ToolController::kJoints &&
         m.nv == ToolController::kJoints + 1 && m.jnt_dofadr[sponge] == ToolController::kJoints;
}

class ErasingTask final : public ArmTask {
 public:
  ErasingTask(World world, std::string mjcf)
      : ArmTask(std::move(world), std::move(mjcf), erasingController(), kOwnState),
        board_(world_.id(mjOBJ_GEOM, "board")),
        firstDot_(world_.id(mjOBJ_GEOM, "ink0")),
        force_(world_.model().sensor_adr[world_.id(mjOBJ_SENSOR, "force")]),
        sponge_(world_.model().jnt_qposadr[world_.id(mjOBJ_JOINT, "sponge")]),
        middle_(world_.model().geom_pos[3 * board_ + 1], world_.model().geom_pos[3 * board_ + 2]) {
    reset(0);
  }

  const TaskSpec& spec() const override {
    static const TaskSpec spec = makeSpec();
    return spec;
  }

  void reset(std::uint64_t seed) override { start(seed, 0.0); }
  void resetForTraining(std::uint64_t seed) override {
    Random random(deriveSeed(seed, 1));
    start(seed, random.uniform() < kPressedShare ? random.uniform(kPressedLow_N, kPressedHigh_N) : 0.0);
  }

  void observe(std::span<float> observation) const override;
  void features(std::span<float> features) const override;
  std::string readout() const override { return reading("contact", force_N_, "N"); }
  EpisodeStatus status() const override { return {.success = ink_.left() < kClean}; }

 private:
  static constexpr int kOwnState = 2 + Ink::kStateSize;  // force, training depth, ink

  void start(std::uint64_t seed, double least_N);
  Vector3d allowed(const Vector3d& wanted) const override {
    const bool held = least_m_ > 0.0 && depth_m() <= least_m_;
    return held ? Vector3d(std::max(wanted.x(), 0.0), wanted.y(), wanted.z()) : wanted;
  }
  void afterPhysics() override;
  void stepDone() override { show(); }
  void saveOwn(std::span<double> own) const override {
    own[0] = force_N_;
    own[1] = least_m_;
    ink_.save(own.subspan(2));
  }
  void restoreOwn(std::span<const double> own) override {
    force_N_ = own[0];
    least_m_ = own[1];
    ink_.restore(own.subspan(2));
    show();
  }

  double depth_m() const { return tool_W().x() - kFace; }
  Vector2d onBoard() const { return tool_W().tail<2>(); }
  void show();

  int board_, firstDot_, force_, sponge_;
  Vector2d middle_;  ///< of the board: y, z
  Ink ink_;
  double force_N_ = 0.0;  ///< smoothed
  double least_m_ = 0.0;  ///< training only: the sponge stays pressed at least so deep; 0: it need not
};

void ErasingTask::start(std::uint64_t seed, double least_N) {
  Random random(deriveSeed(seed, 0));
  ink_.draw(random);
  const double gap = random.uniform(kGapNear, kGapFar);
  const double height = random.uniform(kToolLow, kToolHigh);  // first: seeds mean what they always did
  const Vector2d place(random.uniform(-kToolY, kToolY), height);

  world_.reset();
  least_m_ = least_N / kSponge_N_m;
  force_N_ = least_N;
  world_.data().qpos[sponge_] = -least_m_;
  startArm(kPosture, {kFace + (least_N > 0.0 ? least_m_ : -gap), place.x(), place.y()}, ToolController::kNoCeiling);
  show();
}

void ErasingTask::afterPhysics() {
  const double step_s = world_.model().opt.timestep;
  force_N_ += (1.0 - std::exp(-step_s / kForceFilter_s)) * (world_.data().sensordata[force_] - force_N_);
  const double share = std::clamp((force_N_ - kRubs_N) / (kRubsFully_N - kRubs_N), 0.0, 1.0);
  if (share > 0.0) ink_.rub(onBoard(), kFelt, step_s * (toolVelocity_W().tail<2>().norm() + kTouch_m_s), share);
}

/// The dots where the ink is, as faint as it is.
void ErasingTask::show() {
  mjModel& model = world_.looks();
  for (int i = 0; i < Ink::kDots; ++i) {
    const int geom = firstDot_ + i;
    for (double* place : {model.geom_pos + 3 * geom, world_.data().geom_xpos + 3 * geom}) {
      place[1] = ink_.dot(i).x();
      place[2] = ink_.dot(i).y();
    }
    model.geom_rgba[4 * geom + 3] = static_cast<float>(ink_.left(i));
  }
}

void ErasingTask::observe(std::span<float> observation) const {
  const Ink::Remains ink = ink_.remains(onBoard());
  Eigen::Matrix<double, 14, 1> all;
  all << onBoard() - middle_, depth_m(), toolVelocity_W(), force_N_, ink.nearest - onBoard(), ink.middle - onBoard(),
      ink.spread, ink_.left();
  scaleObservation(spec(), {all.data(), 14}, observation);
}

void ErasingTask::features(std::span<float> features) const {
  const Vector2d aside = ((ink_.remains(onBoard()).nearest - onBoard()).cwiseAbs() - 0.8 * kFelt).cwiseMax(0.0);
  const double gap = ink_.left() > 0.0 ? std::hypot(aside.norm(), std::max(-depth_m(), 0.0)) : 0.0;
  const double off_N =
      status().success ? 0.0 : std::max({kBandLow_N - force_N_, force_N_ - kBandHigh_N, 0.0});
  const std::array<double, 5> all{ink_.left(), gap / kNearScale, action().squaredNorm() / 3.0,
                                  force_N_ / kPressScale_N, off_N / kBandScale_N};
  cutFeatures(all, features);
}

}  // namespace

Result<std::unique_ptr<Task>> makeErasingTask(const std::string& mjcf) {
  auto world = World::fromMjcf(mjcf);
  if (!world) return world.error();
  if (!fits(*world))
    return Error{ErrorCode::Corrupt, "the model is not an erasing world: it lacks the arm, the eraser or the board"};
  return std::unique_ptr<Task>(std::make_unique<ErasingTask>(std::move(*world), mjcf));
}

}  // namespace nudge
