// A world without physics: a point that moves as told. For tests of what surrounds a task.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/sim/task.h"

namespace nudge::test {

/// What goes wrong, and when (control steps since reset; −1 never). Read while the task runs.
struct PointTrouble {
  int divergeAt = -1, throwAt = -1, nanAt = -1, terminateAt = -1, failAt = -1, throwOnReset = -1;
};

/// State: p (3), control steps since reset, largest |p|. Observation: p. Features: |p| and |a|², in [0,1].
/// Action 1 moves the point by 0.5 m/s. Starts at ±1 m by seed.
class PointTask : public Task {
 public:
  explicit PointTask(const PointTrouble* trouble = nullptr) : trouble_(trouble ? *trouble : kNoTrouble) {
    spec_.id = "point";
    for (const char* axis : {"x", "y", "z"}) {
      spec_.observation.push_back({std::string("p_") + axis, "m", ""});
      spec_.action.push_back({std::string("v_") + axis, "m/s", ""});
    }
    spec_.actionScale = {kSpeed, kSpeed, kSpeed};
    spec_.features = {{"distance", "distance", "", -1.0, -1.0, false}, {"effort", "effort", "", -0.1, -0.1, true}};
    spec_.substeps = 10;
    spec_.episodeSteps = 40;
  }

  const TaskSpec& spec() const override { return spec_; }
  void reset(std::uint64_t seed) override {
    if (trouble_.throwOnReset >= 0) throw std::runtime_error("reset");
    for (int i = 0; i < 3; ++i) p_[i] = static_cast<double>((seed >> (8 * i)) % 201) / 100.0 - 1.0;
    std::fill(action_, action_ + 3, 0.0f);
    steps_ = 0.0;
    advanced_ = 0;
    farthest_ = distance();
  }
  void begin(std::span<const float> action) override { std::copy(action.begin(), action.end(), action_); }
  void advance(int substeps) override {
    if (stepIndex() == trouble_.throwAt) throw std::runtime_error("advance");
    for (int step = 0; step < substeps; ++step)
      for (int i = 0; i < 3; ++i) p_[i] += kSpeed * static_cast<double>(action_[i]) / (20.0 * spec_.substeps);
    advanced_ += substeps;
  }
  StepOutcome end() override {
    if (advanced_ != spec_.substeps) throw std::logic_error("a step of the wrong length");
    advanced_ = 0;
    const int index = stepIndex();
    steps_ += 1.0;
    farthest_ = std::max(farthest_, distance());
    if (index == trouble_.nanAt) p_[1] = std::numeric_limits<double>::quiet_NaN();
    return {index == trouble_.terminateAt, index == trouble_.divergeAt};
  }
  void observe(std::span<float> observation) const override {
    for (int i = 0; i < 3; ++i) observation[i] = static_cast<float>(p_[i]);
  }
  void features(std::span<float> features) const override {
    features[0] = static_cast<float>(std::min(1.0, distance() / 2.0));
    features[1] = (action_[0] * action_[0] + action_[1] * action_[1] + action_[2] * action_[2]) / 3.0f;
  }
  EpisodeStatus status() const override {
    return {distance() < 0.1, trouble_.failAt >= 0 && stepIndex() > trouble_.failAt, farthest_};
  }
  int stepIndex() const override { return static_cast<int>(steps_); }
  int stateSize() const override { return 5; }
  void save(std::span<double> state) const override {
    std::copy(p_, p_ + 3, state.begin());
    state[3] = steps_;
    state[4] = farthest_;
  }
  Status restore(std::span<const double> state) override {
    if (state.size() != 5) return Error{ErrorCode::InvalidInput, "another size"};
    std::copy(state.begin(), state.begin() + 3, p_);
    steps_ = state[3];
    farthest_ = state[4];
    advanced_ = 0;
    return {};
  }
  const mjModel_& model() const override { checkFailed(__FILE__, __LINE__, "model", "a point has none"); }
  mjData_& data() override { checkFailed(__FILE__, __LINE__, "data", "a point has none"); }
  const std::string& mjcf() const override { return mjcf_; }
  void toolPosition(std::span<double, 3> p_WT) const override { std::copy(p_, p_ + 3, p_WT.begin()); }
  void toolVelocityToAction(std::span<const double, 3> v_W, std::span<float> action) const override {
    for (int i = 0; i < 3; ++i) action[i] = static_cast<float>(v_W[i] / kSpeed);
  }

 private:
  static constexpr double kSpeed = 0.5;
  static constexpr PointTrouble kNoTrouble{};
  double distance() const { return std::sqrt(p_[0] * p_[0] + p_[1] * p_[1] + p_[2] * p_[2]); }

  const PointTrouble& trouble_;
  TaskSpec spec_;
  std::string mjcf_ = "<mujoco/>";
  double p_[3] = {}, steps_ = 0.0, farthest_ = 0.0;
  float action_[3] = {};
  int advanced_ = 0;
};

}  // namespace nudge::test
