#include "core/sim/tasks/highway/highway_task.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/check.h"
#include "core/sim/tasks/highway/highway_scene.h"

namespace nudge {
namespace highway {
namespace {

constexpr int kRows = 1 + kSeen, kColumns = 5;

float scaled(double value, double clip, double scale) {
  return static_cast<float>(std::clamp(value, -clip, clip) / scale);
}

}  // namespace

void observe(const Traffic& traffic, std::span<float> observation) {
  NUDGE_CHECK(observation.size() == kRows * kColumns, "an observation of another size");
  std::fill(observation.begin(), observation.end(), 0.0F);
  const Car& ego = traffic.ego();
  const double vx = ego.speed * ego.cosine, vy = ego.speed * ego.sine;
  const auto row = [&observation](int index, double x, double scaleX, double y, double speedX,
                                  double speedY) {
    const auto out = observation.subspan(static_cast<std::size_t>(index) * kColumns, kColumns);
    out[0] = 1.0F;
    out[1] = scaled(x, kClipX, scaleX);
    out[2] = scaled(y, kClipY, kScaleY);
    out[3] = scaled(speedX, kClipV, kScaleV);
    out[4] = scaled(speedY, kClipV, kScaleV);
  };
  row(0, ego.x, kClipX, ego.y, vx, vy);
  std::array<int, kSeen> nearest{};
  const int count = traffic.visible(nearest);
  for (int i = 0; i < count; ++i) {
    const Car& car = traffic.cars()[static_cast<std::size_t>(nearest[static_cast<std::size_t>(i)])];
    row(i + 1, car.x - ego.x, kScaleX, car.y - ego.y, car.speed * car.cosine - vx, car.speed * car.sine - vy);
  }
}

namespace {

std::vector<Quantity> observationQuantities() {
  std::vector<Quantity> all;
  for (int i = 0; i < kRows; ++i) {
    const std::string name = i == 0 ? "ego" : "car" + std::to_string(i);
    const std::string of = i == 0 ? "ego car" : "nearest car " + std::to_string(i) + " minus ego car";
    all.push_back(
        {name + "_presence", "1", i == 0 ? "always 1" : "1 if there is such a car, else the row is 0"});
    all.push_back({name + "_x", "m", of + ", along the road, clipped at 200 m", i == 0 ? kClipX : kScaleX});
    all.push_back(
        {name + "_y", "m", of + ", to the right, 0 in the leftmost lane, clipped at 12 m", kScaleY});
    all.push_back({name + "_vx", "m/s", of + ", along the road, clipped at 80 m/s", kScaleV});
    all.push_back({name + "_vy", "m/s", of + ", to the right, clipped at 80 m/s", kScaleV});
  }
  return all;
}

TaskSpec makeSpec() {
  TaskSpec spec;
  spec.id = "highway";
  spec.title = "Highway driving";
  spec.description =
      "The car drives in dense motorway traffic, as fast as it can without a crash. "
      "The teacher also wants it to keep to the right.";
  spec.observation = observationQuantities();
  spec.action = {{"choice", "1", "0 lane left, 1 idle, 2 lane right, 3 faster, 4 slower"}};
  spec.actionScale = {1.0};
  spec.discreteActions = {"LANE_LEFT", "IDLE", "LANE_RIGHT", "FASTER", "SLOWER"};
  spec.failure = "crashed";
  spec.arrowKeys = "← → lane, ↑ ↓ speed";
  spec.features = {
      {"crashed", "crash", "1 when the car has crashed, else 0", -0.5, -0.5, false},
      {"lane", "lane to the right", "lane that the car is in or changes to: 0 leftmost, 1 rightmost", 0.0,
       0.5, true},
      {"speed", "speed", "speed along the road: 0 at 20 m/s and less, 1 at 30 m/s and more", 0.4, 0.4, false},
  };
  spec.stepReward = 1.0;
  spec.controlRate_hz = 1.0;
  spec.substeps = kStepsPerChoice * kDrawnParts;
  spec.episodeSteps = 40;
  spec.discount = 0.8;
  spec.firstRoundRate = 0.38;
  spec.cameras = {"chase", "top"};
  return spec;
}

class HighwayTask final : public Task {
 public:
  HighwayTask(Scene scene, std::string mjcf) : mjcf_(std::move(mjcf)), scene_(std::move(scene)) { reset(0); }

  const TaskSpec& spec() const override {
    static const TaskSpec spec = makeSpec();
    return spec;
  }

  void reset(std::uint64_t seed) override {
    Random random(deriveSeed(seed, 0));
    traffic_ = Traffic::spawn(random);
    keepPoses();
    stepIndex_ = 0;
    part_ = kDrawnParts;
    drawn_ = false;
  }

  void begin(std::span<const float> action) override;
  void advance(int substeps) override;
  StepOutcome end() override {
    ++stepIndex_;
    return {.terminated = traffic_.ego().crashed, .diverged = false};
  }

  void observe(std::span<float> observation) const override { highway::observe(traffic_, observation); }
  void features(std::span<float> features) const override;
  EpisodeStatus status() const override {
    return {.success = !traffic_.ego().crashed, .failure = traffic_.ego().crashed, .maxTilt_rad = 0.0};
  }
  int stepIndex() const override { return stepIndex_; }

  int stateSize() const override { return kNumbersPerCar * (1 + kOthers) + kOwnState; }
  void save(std::span<double> state) const override;
  Status restore(std::span<const double> state) override;

  const mjModel& model() const override { return scene_.model(); }
  mjData& data() override;
  const std::string& mjcf() const override { return mjcf_; }
  void toolPosition(std::span<double, 3> p_WT) const override {
    Scene::egoPosition(drawnPose(0), p_WT.data());
  }
  void toolVelocityToAction(std::span<const double, 3> v_W, std::span<float> action) const override;

 private:
  static constexpr int kOwnState = 2;  // step, part

  void keepPoses();
  Pose drawnPose(std::size_t car) const;

  std::string mjcf_;
  Scene scene_;
  bool drawn_ = false;  ///< the scene shows the present state
  Traffic traffic_;
  std::vector<Pose> before_;  ///< [cars] one 5 Hz step ago: drawing goes from there to the present
  int part_ = kDrawnParts;    ///< how much of the way, in parts
  int stepIndex_ = 0;
};

void HighwayTask::begin(std::span<const float> action) {
  NUDGE_CHECK(action.size() == 1, "an action of another size");
  const float choice = std::round(action[0]);
  // What names no choice is no wish.
  const bool named = choice >= 0.0F && choice < static_cast<float>(spec().discreteActions.size());
  traffic_.command(named ? static_cast<Choice>(static_cast<int>(choice)) : Choice::Idle);
}

void HighwayTask::advance(int substeps) {
  drawn_ = false;
  while (substeps > 0) {
    if (part_ == kDrawnParts) {
      keepPoses();
      traffic_.step();
      part_ = 0;
    }
    const int parts = std::min(substeps, kDrawnParts - part_);
    part_ += parts;
    substeps -= parts;
  }
}

void HighwayTask::keepPoses() {
  const auto& cars = traffic_.cars();
  before_.resize(cars.size());
  std::transform(cars.begin(), cars.end(), before_.begin(), [](const Car& car) {
    return Pose{car.x, car.y, car.heading};
  });
}

Pose HighwayTask::drawnPose(std::size_t index) const {
  const Pose& from = before_[index];
  const Car& to = traffic_.cars()[index];
  const double share = static_cast<double>(part_) / kDrawnParts;
  return {std::lerp(from.x, to.x, share), std::lerp(from.y, to.y, share),
          std::lerp(from.heading, to.heading, share)};
}

mjData& HighwayTask::data() {
  if (!drawn_) {
    std::vector<Pose> poses(before_.size());
    for (std::size_t i = 0; i < poses.size(); ++i) poses[i] = drawnPose(i);
    scene_.show(poses);
    drawn_ = true;
  }
  return scene_.data();
}

void HighwayTask::features(std::span<float> features) const {
  NUDGE_CHECK(features.size() == 3, "features of another size");
  const Car& ego = traffic_.ego();
  const double slow = kTargetSpeeds.front(), fast = kTargetSpeeds.back();
  features[0] = ego.crashed ? 1.0F : 0.0F;
  features[1] = static_cast<float>(ego.targetLane) / static_cast<float>(kLanes - 1);
  features[2] = static_cast<float>(std::clamp((ego.speed * ego.cosine - slow) / (fast - slow), 0.0, 1.0));
}

void HighwayTask::save(std::span<double> state) const {
  NUDGE_CHECK(state.size() == static_cast<std::size_t>(stateSize()), "state of another size");
  double* out = state.data();
  for (std::size_t i = 0; i < before_.size(); ++i) {
    const Car& car = traffic_.cars()[i];
    const std::array<double, kNumbersPerCar> numbers{car.x,
                                                     car.y,
                                                     car.heading,
                                                     car.speed,
                                                     car.targetSpeed,
                                                     static_cast<double>(car.targetLane),
                                                     car.exponent,
                                                     car.timer,
                                                     car.crashed ? 1.0 : 0.0,
                                                     car.pushed ? 1.0 : 0.0,
                                                     car.pushX,
                                                     car.pushY,
                                                     before_[i].x,
                                                     before_[i].y,
                                                     before_[i].heading};
    out = std::copy(numbers.begin(), numbers.end(), out);
  }
  out[0] = stepIndex_;
  out[1] = part_;
}

/// Whole, and within [low, high].
bool isCount(double value, double low, double high) {
  return value >= low && value <= high && value == std::floor(value);
}

Status HighwayTask::restore(std::span<const double> state) {
  if (state.size() != static_cast<std::size_t>(stateSize()))
    return Error{ErrorCode::InvalidInput, "the stored state has " + std::to_string(state.size()) +
                                              " numbers, this world needs " + std::to_string(stateSize())};
  std::vector<Car> cars(1 + kOthers);
  std::vector<Pose> before(cars.size());
  const auto own = state.last<kOwnState>();
  bool plausible = World::plausible(state) && isCount(own[0], 0.0, 1e9) && isCount(own[1], 0.0, kDrawnParts);
  for (std::size_t i = 0; i < cars.size(); ++i) {
    const auto in = state.subspan(i * kNumbersPerCar).first<kNumbersPerCar>();
    plausible =
        plausible && isCount(in[5], 0.0, kLanes - 1) && isCount(in[8], 0.0, 1.0) && isCount(in[9], 0.0, 1.0);
    if (!plausible)
      return Error{ErrorCode::InvalidInput, "the stored state holds numbers that no world can have"};
    Car& car = cars[i];
    car.x = in[0], car.y = in[1], car.heading = in[2], car.speed = in[3];
    car.targetSpeed = in[4], car.targetLane = static_cast<int>(in[5]);
    car.exponent = in[6], car.timer = in[7];
    car.crashed = in[8] != 0.0, car.pushed = in[9] != 0.0;
    car.pushX = in[10], car.pushY = in[11];
    before[i] = {in[12], in[13], in[14]};
  }
  traffic_.setCars(cars);
  before_ = std::move(before);
  stepIndex_ = static_cast<int>(own[0]);
  part_ = static_cast<int>(own[1]);
  drawn_ = false;
  return {};
}

/// A push ahead is faster, to a side that lane; the stronger of the two counts.
void HighwayTask::toolVelocityToAction(std::span<const double, 3> v_W, std::span<float> action) const {
  NUDGE_CHECK(action.size() == 1, "an action of another size");
  constexpr double kStill = 1e-6;
  Choice choice = Choice::Idle;
  if (std::abs(v_W[1]) > std::max(std::abs(v_W[0]), kStill))
    choice = v_W[1] > 0.0 ? Choice::LaneLeft : Choice::LaneRight;
  else if (std::abs(v_W[0]) > kStill)
    choice = v_W[0] > 0.0 ? Choice::Faster : Choice::Slower;
  action[0] = static_cast<float>(choice);
}

}  // namespace
}  // namespace highway

Result<std::unique_ptr<Task>> makeHighwayTask(const std::string& mjcf) {
  auto scene = highway::Scene::fromMjcf(mjcf);
  if (!scene) return scene.error();
  return std::unique_ptr<Task>(std::make_unique<highway::HighwayTask>(std::move(*scene), mjcf));
}

}  // namespace nudge
