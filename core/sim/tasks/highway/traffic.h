// Cars on a straight motorway, in the published semantics of highway-env's environment 'highway' with the
// settings of mereq.md, section 6: a kinematic bicycle model, IDM for distance, MOBIL for lane changes.
//
// Story: spawn() fills the road; command() tells the ego car's five choices; step() lets everyone decide at
// once, then moves everyone, then looks for collisions. A collision is also seen one step ahead: both cars
// are then pushed apart and count as crashed when the push is applied, in the step after.
//
// Road frame: x along the road, y to the *right* with 0 on the middle of the leftmost lane, headings
// positive to the right. Metres, seconds, radians. Lanes are numbered from the left.
#pragma once

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/base/random.h"

namespace nudge::highway {

// The road.
inline constexpr int kLanes = 3;
inline constexpr double kLaneWidth = 4.0;
inline constexpr double kSpeedLimit = 30.0;
inline constexpr double kLaneMargin = 1.0;  ///< a car this far beyond a lane's edge is still met there
inline constexpr double kLaneReach = 2.0 * kLaneWidth;  ///< a lane farther to the side cannot be changed to

// Every car.
inline constexpr double kLength = 5.0, kWidth = 2.0;
inline const double kDiagonal = std::hypot(kLength, kWidth);  ///< of a car's outline
inline constexpr double kTopSpeed = 40.0;
inline constexpr double kOverTopSpeed = 1.1;  ///< cars this much faster are still found when they collide
inline constexpr double kStep_s = 0.2;    ///< 5 Hz
inline constexpr double kTauSpeed = 0.6;  ///< time constants of the controllers
inline constexpr double kTauHeading = 0.2;
inline constexpr double kTauLateral = 0.6;
inline constexpr double kSteepest = std::numbers::pi / 4.0;  ///< largest heading that a lane change asks for
/// Sine of the slip angle at the steering lock of π/3: β = atan(tan(π/3)/2).
inline constexpr double kSlipLock = 0.6546536707079772;

// The ego car.
inline constexpr std::array<double, 3> kTargetSpeeds{20.0, 25.0, 30.0};
inline constexpr double kEgoSpeed = 25.0;   ///< at the start
inline constexpr double kEgoSpacing = 1.5;  ///< at the start, in units of the usual spacing
inline constexpr double kEgoGaps = 3.0;     ///< so many of them lie before it

// What the ego car sees; what its numbers are clipped to (published), and what 1.0 means of them.
inline constexpr int kSeen = 4;                        ///< other cars, at most
inline constexpr double kSight = 5.0 * kTopSpeed;      ///< how far it sees
inline constexpr double kSightBehind = 2.0 * kLength;  ///< how far behind it
inline constexpr double kClipX = kSight, kClipY = kLanes * kLaneWidth, kClipV = 2.0 * kTopSpeed;
inline constexpr double kScaleX = 40.0;       ///< about the distance of a near car
inline constexpr double kScaleY = kLaneWidth;
inline constexpr double kScaleV = 16.0;       ///< about a large difference of speeds

// Traffic: IDM (Treiber et al. 2000) and MOBIL (Kesting et al. 2007).
inline constexpr int kOthers = 30;
inline constexpr double kSlowest = 21.0, kFastest = 24.0;  ///< initial speeds, which are also the wanted ones
/// Cars are put on the road a gap of e^(−kSpawnCrowding · kLanes) · (kSpawnGap + the way of a second) apart …
inline constexpr double kSpawnGap = 12.0, kSpawnCrowding = 5.0 / 40.0;
inline constexpr double kGapLow = 0.9, kGapHigh = 1.1;  ///< … times a share that is drawn for each
inline constexpr double kComfortAcceleration = 3.0, kComfortBraking = 5.0;
inline constexpr double kHardest = 6.0;                  ///< bound of acceleration and braking
inline constexpr double kStandstillGap = 5.0 + kLength;  ///< between centres
inline constexpr double kTimeGap = 1.5;
inline constexpr double kExponentLow = 3.5, kExponentHigh = 4.5;  ///< IDM's δ, drawn for each car
inline constexpr double kLeastGain = 0.2;       ///< what a lane change must win, m/s²; politeness is 0
inline constexpr double kImposedBraking = 2.0;  ///< what it may cost the car behind, m/s²
inline constexpr double kThinkEvery_s = 1.0;    ///< time between two thoughts about changing lanes
inline constexpr double kThinkPhase = std::numbers::pi;  ///< s/m of the place at the start: not all think at the same moment
inline constexpr double kStandingSpeed = 1.0;   ///< slower cars do not think about it

/// The ego car's choices, in the order of TaskSpec::discreteActions.
enum class Choice { LaneLeft, Idle, LaneRight, Faster, Slower };

struct Car {
  double x = 0.0, y = 0.0, heading = 0.0, speed = 0.0;
  double targetSpeed = 0.0;
  int targetLane = 0;
  double exponent = 4.0;  ///< IDM's δ
  double timer = 0.0;     ///< since the last thought about changing lanes
  bool crashed = false;
  bool pushed = false;  ///< a collision is ahead: `push` is applied with the next step
  double pushX = 0.0, pushY = 0.0;

  // Follow from the above, see Traffic::derive().
  double cosine = 1.0, sine = 0.0;  ///< of the heading
  int lane = 0;                     ///< the nearest
  unsigned met = 0;                 ///< bit l: other cars meet it in lane l
  // What the car does in the step under way.
  double acceleration = 0.0;
  double slip = 0.0;  ///< sine of the slip angle β
};

/// How two cars stand to each other (separating axes on their outlines).
struct Contact {
  bool now = false;    ///< they overlap
  bool ahead = false;  ///< they overlap once each has moved on by one step at its present velocity
  double pushX = 0.0, pushY = 0.0;  ///< if ahead: what separates the first from the second
};
Contact contactOf(const Car& first, const Car& second);

/// The first car is the ego car. One thread at a time.
class Traffic {
 public:
  Traffic() = default;
  /// For cars placed by hand.
  explicit Traffic(std::vector<Car> cars);
  /// A full road: the ego car, then 30 others ahead of it, one after the other, each in a random lane.
  static Traffic spawn(Random& random);

  const std::vector<Car>& cars() const { return cars_; }
  /// Replaces what the future depends on; what follows from it is worked out. The count stays.
  void setCars(const std::vector<Car>& cars);
  const Car& ego() const { return cars_.front(); }

  /// The ego car's wish, for the steps to come.
  void command(Choice choice);
  /// 0.2 s.
  void step();

  /// The nearest cars that the ego car sees, nearest first: within 200 m, at most 10 m behind. Indices into
  /// cars(); returns how many of `nearest` were filled.
  int visible(std::array<int, kSeen>& nearest) const;

  /// IDM: acceleration of a car behind `front` (null: a free road), with `exponent` of whoever asks. m/s²
  static double idm(const Car& car, const Car* front, double exponent);
  /// MOBIL: is `lane` worth changing to for this car?
  bool mobil(int car, int lane) const;
  /// The next car in a lane, at the same x or ahead / behind; null for none.
  const Car* ahead(int car, int lane) const;
  const Car* behind(int car, int lane) const;

 private:
  static void derive(Car& car);
  void sort();
  void decide(int index);
  void considerLanes(int index);
  static void steer(Car& car);
  static void move(Car& car);
  void collide();

  std::vector<Car> cars_;
  std::vector<int> order_;  ///< cars by x
  std::vector<int> place_;  ///< of each car in order_
};

}  // namespace nudge::highway
