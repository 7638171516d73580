#include "core/sim/tasks/arm/arm_task.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace nudge {

using Eigen::Vector3d;

ArmTask::ArmTask(World world, std::string mjcf, const ToolControllerSettings& settings, int ownState)
    : world_(std::move(world)),
      controller_(world_.model(), world_.id(mjOBJ_SITE, "tip"), settings),
      mjcf_(std::move(mjcf)),
      tip_(world_.id(mjOBJ_SITE, "tip")),
      ownState_(ownState) {}

void ArmTask::startArm(const Posture& posture, const Vector3d& p_WT, double ceiling_m) {
  mjData& data = world_.data();
  std::copy(posture.begin(), posture.end(), data.qpos);
  controller_.solve(data, p_WT);
  world_.refresh();
  controller_.reset(data);
  controller_.setCeiling(ceiling_m);
  stepIndex_ = 0;
  action_.fill(0.0);
}

void ArmTask::begin(std::span<const float> action) {
  NUDGE_CHECK(action.size() == static_cast<std::size_t>(actionSize()) && action.size() <= kMostActions,
              "an action of another size");
  const bool finite = std::all_of(action.begin(), action.end(), [](float value) { return std::isfinite(value); });
  const Vector3d wanted =
      finite ? Eigen::Map<const Eigen::Vector3f>(action.data()).cast<double>() : Vector3d(Vector3d::Zero());
  controller_.command(controller_.settings().limits.speed_m_s * allowed(wanted));
  for (std::size_t i = 0; i < action.size(); ++i)
    action_[i] = finite ? std::clamp(static_cast<double>(action[i]), -1.0, 1.0) : 0.0;
}

void ArmTask::advance(int substeps) {
  for (int i = 0; i < substeps; ++i) {
    controller_.update(world_.data());
    beforePhysics();
    world_.step();
    controller_.sense(world_.data());
    afterPhysics();
  }
}

StepOutcome ArmTask::end() {
  ++stepIndex_;
  stepDone();
  // The next step sets these anew before anything looks at them, and zeros cost a lesson's file nothing.
  controller_.command(Vector3d::Zero());
  std::fill_n(world_.data().ctrl, world_.model().nu, 0.0);
  std::fill_n(world_.data().qfrc_applied, world_.model().nv, 0.0);
  world_.forgetSolver();
  return {.terminated = false, .diverged = world_.diverged()};
}

Vector3d ArmTask::toolVelocity_W() const {
  double spinAndSpeed[6];
  mj_objectVelocity(&world_.model(), &world_.data(), mjOBJ_SITE, tip_, spinAndSpeed, 0);
  return Eigen::Map<const Vector3d>(spinAndSpeed + 3);
}

int ArmTask::stateSize() const {
  return world_.stateSize() + ToolController::kStateSize + 1 + ownState_ + actionSize();
}

// Physics, controller, step, the task's own, action.
void ArmTask::save(std::span<double> state) const {
  NUDGE_CHECK(state.size() == static_cast<std::size_t>(stateSize()), "state of another size");
  const auto physics = static_cast<std::size_t>(world_.stateSize());
  world_.save(state.first(physics));
  controller_.save(state.subspan(physics).first<ToolController::kStateSize>());
  const auto rest = state.subspan(physics + ToolController::kStateSize);
  rest[0] = stepIndex_;
  saveOwn(rest.subspan(1, static_cast<std::size_t>(ownState_)));
  std::copy_n(action_.begin(), actionSize(), rest.last(static_cast<std::size_t>(actionSize())).begin());
}

Status ArmTask::restore(std::span<const double> state) {
  if (state.size() != static_cast<std::size_t>(stateSize()))
    return Error{ErrorCode::InvalidInput, "the stored state has " + std::to_string(state.size()) +
                                              " numbers, this world needs " + std::to_string(stateSize())};
  if (!World::plausible(state))
    return Error{ErrorCode::InvalidInput, "the stored state holds numbers that no world can have"};
  const auto physics = static_cast<std::size_t>(world_.stateSize());
  world_.restore(state.first(physics));
  controller_.restore(state.subspan(physics).first<ToolController::kStateSize>());
  const auto rest = state.subspan(physics + ToolController::kStateSize);
  stepIndex_ = static_cast<int>(rest[0]);
  restoreOwn(rest.subspan(1, static_cast<std::size_t>(ownState_)));
  std::copy_n(rest.last(static_cast<std::size_t>(actionSize())).begin(), actionSize(), action_.begin());
  return {};
}

void ArmTask::toolVelocityToAction(std::span<const double, 3> v_W, std::span<float> action) const {
  NUDGE_CHECK(action.size() == static_cast<std::size_t>(actionSize()), "an action of another size");
  const Vector3d wanted = Eigen::Map<const Vector3d>(v_W.data()) / controller_.settings().limits.speed_m_s;
  const double excess = std::max(1.0, wanted.cwiseAbs().maxCoeff());
  std::fill(action.begin(), action.end(), 0.0f);
  Eigen::Map<Eigen::Vector3f>(action.data()) = (wanted / excess).cast<float>();
}

void scaleObservation(const TaskSpec& spec, std::span<const double> all, std::span<float> observation) {
  NUDGE_CHECK(all.size() == spec.observation.size() && observation.size() == all.size(),
              "an observation of another size");
  for (std::size_t i = 0; i < all.size(); ++i)
    observation[i] = static_cast<float>(all[i] / spec.observation[i].scale);
}

void cutFeatures(std::span<const double> all, std::span<float> features) {
  NUDGE_CHECK(features.size() == all.size(), "features of another size");
  std::transform(all.begin(), all.end(), features.begin(),
                 [](double value) { return static_cast<float>(std::clamp(value, 0.0, 1.0)); });
}

std::string reading(const char* what, double value, const char* unit) {
  char text[64];
  std::snprintf(text, sizeof text, "%s %.1f %s", what, value, unit);
  return text;
}

ToolControllerSettings armController(double speed_m_s) {
  ToolControllerSettings settings;
  settings.limits.low_W = {-0.32, -0.40, 0.015};
  settings.limits.high_W = {0.45, 0.40, 0.30};
  settings.limits.reachCentre_W = {-0.54, 0.0, 0.16};
  settings.limits.reach_m = 0.97;
  settings.limits.speed_m_s = speed_m_s;
  return settings;
}

}  // namespace nudge
