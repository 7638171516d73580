#include "tests/support/box_task.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/sim/model.h"

namespace nudge::test {
namespace {

constexpr char kMjcf[] = R"(
<mujoco model="box">
  <statistic center="0 0 0" extent="1"/>
  <visual><headlight ambient=".4 .4 .4"/><map znear="0.02"/></visual>
  <worldbody>
    <light pos="0.5 -1 2" dir="-0.2 0.4 -1"/>
    <geom name="table" type="box" size=".5 .5 .02" pos="0 0 -.2" rgba=".75 .7 .6 1"/>
    <geom name="box" type="box" size=".05 .05 .05" pos=".2 0 -.13" rgba=".8 .1 .1 1"/>
    <camera name="front" pos="0 -1 0" xyaxes="1 0 0 0 0 1" fovy="45"/>
    <camera name="tilted" pos="0 -1 .5" xyaxes="0.93969 0 0.34202 -0.30 .43 .83" fovy="30"/>
    <camera name="top" pos="0 0 1.2" xyaxes="0 1 0 -1 0 0" fovy="50"/>
    <body name="tool">
      <joint name="x" type="slide" axis="1 0 0"/>
      <joint name="y" type="slide" axis="0 1 0"/>
      <joint name="z" type="slide" axis="0 0 1"/>
      <geom type="sphere" size=".02" rgba=".1 .6 .2 1" mass="1"/>
    </body>
  </worldbody>
</mujoco>)";

class BoxTask : public Task {
 public:
  BoxTask() {
    auto compiled = compileModel(mjcf_);
    NUDGE_CHECK(compiled.ok(), "the box world compiles");
    model_ = std::move(*compiled);
    data_.reset(mj_makeData(model_.get()));
    spec_.id = "box";
    spec_.title = "Box";
    spec_.cameras = {"front", "tilted", "top"};
    reset(0);
  }

  const TaskSpec& spec() const override { return spec_; }
  void reset(std::uint64_t) override {
    mj_resetData(model_.get(), data_.get());
    mj_forward(model_.get(), data_.get());
  }
  void begin(std::span<const float>) override {}
  void advance(int) override {}
  StepOutcome end() override { return {}; }
  void observe(std::span<float>) const override {}
  void features(std::span<float>) const override {}
  EpisodeStatus status() const override { return {}; }
  int stepIndex() const override { return 0; }
  int stateSize() const override { return 7; }
  void save(std::span<double> state) const override {
    state[0] = data_->time;
    std::copy_n(data_->qpos, 3, state.begin() + 1);
    std::copy_n(data_->qvel, 3, state.begin() + 4);
  }
  Status restore(std::span<const double> state) override {
    if (state.size() != 7 ||
        !std::all_of(state.begin(), state.end(), [](double x) { return std::isfinite(x); })) {
      return Error{ErrorCode::InvalidInput, "not a state of the box world"};
    }
    data_->time = state[0];
    std::copy_n(state.begin() + 1, 3, data_->qpos);
    std::copy_n(state.begin() + 4, 3, data_->qvel);
    mj_forward(model_.get(), data_.get());
    return {};
  }
  const mjModel_& model() const override { return *model_; }
  mjData_& data() override { return *data_; }
  const std::string& mjcf() const override { return mjcf_; }
  void toolPosition(std::span<double, 3> p_WT) const override { std::copy_n(data_->qpos, 3, p_WT.begin()); }
  void toolVelocityToAction(std::span<const double, 3>, std::span<float>) const override {}

 private:
  TaskSpec spec_;
  std::string mjcf_ = kMjcf;
  ModelPtr model_;
  DataPtr data_;
};

}  // namespace

std::unique_ptr<Task> makeBoxTask() {
  return std::make_unique<BoxTask>();
}

}  // namespace nudge::test
