#include "core/sim/tasks/highway/traffic.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nudge::highway {
namespace {

/// Keeps a divisor away from 0.
double notZero(double value) {
  return std::abs(value) > 0.01 ? value : value >= 0.0 ? 0.01 : -0.01;
}

/// The gap that a driver wants, between the centres of the cars (IDM).
double wantedGap(const Car& car, const Car& front) {
  const double closing = car.speed - front.speed * (car.cosine * front.cosine + car.sine * front.sine);
  static const double comfort = 2.0 * std::sqrt(kComfortAcceleration * kComfortBraking);
  return kStandstillGap + car.speed * kTimeGap + car.speed * closing / comfort;
}

/// Spacing of cars that are put on the road.
double spacing(double speed, double factor) {
  return factor * (kSpawnGap + speed) * std::exp(-kSpawnCrowding * kLanes);
}

}  // namespace

// ---- the road ----------------------------------------------------------------------------------

Traffic::Traffic(std::vector<Car> cars) : cars_(std::move(cars)), order_(cars_.size()), place_(cars_.size()) {
  std::iota(order_.begin(), order_.end(), 0);
  setCars(std::vector<Car>(cars_));
}

void Traffic::setCars(const std::vector<Car>& cars) {
  std::copy(cars.begin(), cars.end(), cars_.begin());
  for (Car& car : cars_) derive(car);
  sort();
}

Traffic Traffic::spawn(Random& random) {
  std::vector<Car> cars(1 + kOthers);
  double farthest = 0.0;
  for (int i = 0; i <= kOthers; ++i) {
    Car& car = cars[static_cast<std::size_t>(i)];
    const bool ego = i == 0;
    car.targetLane = static_cast<int>(random.index(kLanes));
    car.speed = car.targetSpeed = ego ? kEgoSpeed : random.uniform(kSlowest, kFastest);
    const double gap = spacing(car.speed, ego ? kEgoSpacing : 1.0);
    car.x = farthest = (ego ? kEgoGaps * gap : farthest) + gap * random.uniform(kGapLow, kGapHigh);
    car.y = kLaneWidth * car.targetLane;
    if (ego) continue;
    car.exponent = random.uniform(kExponentLow, kExponentHigh);
    car.timer = std::fmod((car.x + car.y) * kThinkPhase, kThinkEvery_s);
  }
  return Traffic(std::move(cars));
}

void Traffic::derive(Car& car) {
  car.cosine = car.heading == 0.0 ? 1.0 : std::cos(car.heading);
  car.sine = car.heading == 0.0 ? 0.0 : std::sin(car.heading);
  car.lane = static_cast<int>(std::clamp(std::ceil(car.y / kLaneWidth - 0.5), 0.0, kLanes - 1.0));
  car.met = 0;
  for (int lane = 0; lane < kLanes; ++lane)
    if (std::abs(car.y - kLaneWidth * lane) <= kLaneWidth / 2.0 + kLaneMargin) car.met |= 1u << lane;
}

/// By insertion: from one step to the next hardly anybody overtakes.
void Traffic::sort() {
  const auto x = [this](int car) { return cars_[static_cast<std::size_t>(car)].x; };
  const auto before = [&x](int a, int b) { return x(a) < x(b) || (x(a) == x(b) && a < b); };
  for (std::size_t i = 1; i < order_.size(); ++i) {
    const int car = order_[i];
    std::size_t j = i;
    for (; j > 0 && before(car, order_[j - 1]); --j) order_[j] = order_[j - 1];
    order_[j] = car;
  }
  for (std::size_t i = 0; i < order_.size(); ++i)
    place_[static_cast<std::size_t>(order_[i])] = static_cast<int>(i);
}

const Car* Traffic::ahead(int car, int lane) const {
  for (auto i = static_cast<std::size_t>(place_[static_cast<std::size_t>(car)]) + 1; i < order_.size(); ++i) {
    const Car& other = cars_[static_cast<std::size_t>(order_[i])];
    if (other.met >> lane & 1u) return &other;
  }
  return nullptr;
}

const Car* Traffic::behind(int car, int lane) const {
  for (auto i = static_cast<std::size_t>(place_[static_cast<std::size_t>(car)]); i-- > 0;) {
    const Car& other = cars_[static_cast<std::size_t>(order_[i])];
    if (other.met >> lane & 1u) return &other;
  }
  return nullptr;
}

int Traffic::visible(std::array<int, kSeen>& nearest) const {
  // Two fingers walk away from the ego car, and the nearer one is taken.
  const int count = static_cast<int>(order_.size());
  int next = place_[0] + 1, previous = place_[0] - 1, found = 0;
  const auto index = [this](int place) { return order_[static_cast<std::size_t>(place)]; };
  const auto dx = [&](int place) { return cars_[static_cast<std::size_t>(index(place))].x - ego().x; };
  while (found < static_cast<int>(nearest.size())) {
    const double toNext = next < count ? dx(next) : kSight;
    const double toPrevious = previous >= 0 ? -dx(previous) : kSight;
    if (toNext >= kSight && toPrevious >= kSightBehind) break;
    const bool forward = toNext <= toPrevious || toPrevious >= kSightBehind;
    const int chosen = index(forward ? next++ : previous--);
    const Car& other = cars_[static_cast<std::size_t>(chosen)];
    if (std::hypot(other.x - ego().x, other.y - ego().y) < kSight)
      nearest[static_cast<std::size_t>(found++)] = chosen;
  }
  return found;
}

// ---- what drivers want -------------------------------------------------------------------------

void Traffic::command(Choice choice) {
  Car& car = cars_.front();
  const auto lane = [&car](int wanted) {
    wanted = std::clamp(wanted, 0, kLanes - 1);
    if (std::abs(car.y - kLaneWidth * wanted) <= kLaneReach) car.targetLane = wanted;
  };
  const auto speed = [&car](int steps) {
    // From the speed driven, not from the one wanted: two quick presses are not two steps.
    const double highest = static_cast<double>(kTargetSpeeds.size() - 1);
    const double place = (car.speed - kTargetSpeeds.front()) / (kTargetSpeeds.back() - kTargetSpeeds.front());
    const double now = std::clamp(std::nearbyint(place * highest), 0.0, highest);
    car.targetSpeed = kTargetSpeeds[static_cast<std::size_t>(std::clamp(now + steps, 0.0, highest))];
  };
  switch (choice) {
    case Choice::LaneLeft:
      return lane(car.targetLane - 1);
    case Choice::LaneRight:
      return lane(car.targetLane + 1);
    case Choice::Faster:
      return speed(+1);
    case Choice::Slower:
      return speed(-1);
    case Choice::Idle:
      return;
  }
}

double Traffic::idm(const Car& car, const Car* front, double exponent) {
  const double wanted = std::clamp(car.targetSpeed, 0.0, kSpeedLimit);
  double acceleration =
      kComfortAcceleration * (1.0 - std::pow(std::max(car.speed, 0.0) / notZero(wanted), exponent));
  if (front) {
    const double share = wantedGap(car, *front) / notZero(front->x - car.x);
    acceleration -= kComfortAcceleration * share * share;
  }
  return acceleration;
}

bool Traffic::mobil(int index, int lane) const {
  const Car& car = cars_[static_cast<std::size_t>(index)];
  const Car* follower = behind(index, lane);
  if (follower && idm(*follower, &car, car.exponent) < -kImposedBraking) return false;
  const double there = idm(car, ahead(index, lane), car.exponent);
  const double here = idm(car, ahead(index, car.lane), car.exponent);
  return there - here >= kLeastGain;
}

void Traffic::considerLanes(int index) {
  Car& car = cars_[static_cast<std::size_t>(index)];
  if (car.lane != car.targetLane) {
    // Under way: give up if somebody nearby ahead is changing to the same lane.
    for (const Car& other : cars_) {
      const double distance = other.x - car.x;
      if (&other == &car || other.lane == car.targetLane || other.targetLane != car.targetLane ||
          distance <= 0.0)
        continue;
      if (distance < wantedGap(car, other)) {
        car.targetLane = car.lane;
        return;
      }
    }
    return;
  }
  if (car.timer <= kThinkEvery_s) return;
  car.timer = 0.0;
  if (std::abs(car.speed) < kStandingSpeed) return;
  for (const int lane : {car.lane - 1, car.lane + 1}) {
    const bool exists = lane >= 0 && lane < kLanes;
    if (exists && std::abs(car.y - kLaneWidth * lane) <= kLaneReach && mobil(index, lane))
      car.targetLane = lane;
  }
}

void Traffic::decide(int index) {
  Car& car = cars_[static_cast<std::size_t>(index)];
  if (index == 0) {
    steer(car);
    car.acceleration = (car.targetSpeed - car.speed) / kTauSpeed;
    return;
  }
  if (car.crashed) return;
  considerLanes(index);
  steer(car);
  car.acceleration = idm(car, ahead(index, car.lane), car.exponent);
  if (car.lane != car.targetLane) {
    car.acceleration = std::min(car.acceleration, idm(car, ahead(index, car.targetLane), car.exponent));
  }
  car.acceleration = std::clamp(car.acceleration, -kHardest, kHardest);
}

/// Three loops, one in the other: place → sideways speed → heading → slip angle. The bicycle's steering angle
/// δ with tan β = tan δ / 2 is left out, since only β moves the car.
void Traffic::steer(Car& car) {
  const double aside = car.y - kLaneWidth * car.targetLane;
  double heading = 0.0;
  if (aside != 0.0) {
    const double sideways = std::clamp(-aside / kTauLateral / notZero(car.speed), -1.0, 1.0);
    heading = std::clamp(std::asin(sideways), -kSteepest, kSteepest);
  }
  const double turnRate = (heading - car.heading) / kTauHeading;
  car.slip = std::clamp(kLength / 2.0 / notZero(car.speed) * turnRate, -kSlipLock, kSlipLock);
}

// ---- what happens ------------------------------------------------------------------------------

void Traffic::move(Car& car) {
  if (car.crashed) {
    car.slip = 0.0;
    car.acceleration = -car.speed;
  }
  if (car.speed > kTopSpeed) car.acceleration = std::min(car.acceleration, kTopSpeed - car.speed);
  const double along = std::sqrt(1.0 - car.slip * car.slip);
  car.x += car.speed * (car.cosine * along - car.sine * car.slip) * kStep_s;
  car.y += car.speed * (car.sine * along + car.cosine * car.slip) * kStep_s;
  if (car.pushed) {
    car.x += car.pushX;
    car.y += car.pushY;
    car.crashed = true;
    car.pushed = false;
    car.pushX = car.pushY = 0.0;
  }
  car.heading += car.speed * car.slip / (kLength / 2.0) * kStep_s;
  car.speed += car.acceleration * kStep_s;
  derive(car);
}

Contact contactOf(const Car& a, const Car& b) {
  const double dx = b.x - a.x, dy = b.y - a.y;
  if (std::hypot(dx, dy) > kDiagonal + a.speed * kStep_s) return {};
  // How far a moves relative to b within a step.
  const double moveX = (a.speed * a.cosine - b.speed * b.cosine) * kStep_s;
  const double moveY = (a.speed * a.sine - b.speed * b.sine) * kStep_s;
  Contact contact{true, true};
  double least = 1e9;
  const std::array<std::array<double, 2>, 4> axes{
      {{a.cosine, a.sine}, {-a.sine, a.cosine}, {b.cosine, b.sine}, {-b.sine, b.cosine}}};
  for (const auto& [nx, ny] : axes) {
    const auto reach = [nx, ny](const Car& car) {
      return kLength / 2.0 * std::abs(nx * car.cosine + ny * car.sine) +
             kWidth / 2.0 * std::abs(ny * car.cosine - nx * car.sine);
    };
    const double ra = reach(a), rb = reach(b), gap = nx * dx + ny * dy, moved = nx * moveX + ny * moveY;
    if (std::abs(gap) > ra + rb) contact.now = false;
    // The shadow of a on this axis, drawn out by its motion, overlaps b's by so much.
    const double low = -ra + std::min(moved, 0.0), high = ra + std::max(moved, 0.0);
    const double overlap = std::min(high - (gap - rb), gap + rb - low);
    if (overlap < 0.0) contact.ahead = false;
    if (!contact.now && !contact.ahead) return {};
    if (overlap < least) {
      least = overlap;
      const double sign = gap < 0.0 ? 1.0 : -1.0;  // a is pushed away from b
      contact.pushX = sign * overlap * nx;
      contact.pushY = sign * overlap * ny;
    }
  }
  if (!contact.ahead) contact.pushX = contact.pushY = 0.0;
  return contact;
}

void Traffic::collide() {
  static const double kReach = kDiagonal + kOverTopSpeed * kTopSpeed * kStep_s;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    for (std::size_t j = i + 1; j < order_.size(); ++j) {
      const auto low = static_cast<std::size_t>(std::min(order_[i], order_[j]));
      const auto high = static_cast<std::size_t>(std::max(order_[i], order_[j]));
      Car &a = cars_[low], &b = cars_[high];
      if (std::abs(b.x - a.x) > kReach) break;
      const Contact contact = contactOf(a, b);
      if (contact.ahead) {
        a.pushed = b.pushed = true;
        a.pushX = contact.pushX / 2.0, a.pushY = contact.pushY / 2.0;
        b.pushX = -contact.pushX / 2.0, b.pushY = -contact.pushY / 2.0;
      }
      if (contact.now) a.crashed = b.crashed = true;
    }
  }
}

void Traffic::step() {
  for (int i = 0; i < static_cast<int>(cars_.size()); ++i) decide(i);
  for (std::size_t i = 0; i < cars_.size(); ++i) {
    if (i > 0) cars_[i].timer += kStep_s;
    move(cars_[i]);
  }
  sort();
  collide();
}

}  // namespace nudge::highway
