// Traffic against the published semantics of highway-env: hand-worked cases of each rule.
#include <QTest>
#include <array>
#include <cmath>

#include "core/base/random.h"
#include "core/sim/tasks/highway/traffic.h"
#include "tests/core/sim/placed_cars.h"

using namespace nudge;
using namespace nudge::highway;

class TestTraffic : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // ---- the ego car ------------------------------------------------------------------------------
  void speedsAreThreeSteps() {
    Traffic traffic = trafficOf({carAt(0, 1, 25)});
    traffic.command(Choice::Faster);
    QCOMPARE(traffic.ego().targetSpeed, 30.0);
    traffic.command(Choice::Faster);  // from the speed driven: still one step up from 25
    QCOMPARE(traffic.ego().targetSpeed, 30.0);
    // First-order lag, τ = .6 s: after a step of .2 s a third of the way is gone.
    traffic.step();
    QVERIFY(near(traffic.ego().speed, 25.0 + 5.0 / 3.0));
    for (int i = 1; i < 5; ++i) traffic.step();
    QVERIFY(near(traffic.ego().speed, 30.0 - 5.0 * std::pow(2.0 / 3.0, 5)));  // .66 m/s short after a second
    for (int i = 0; i < 40; ++i) traffic.step();
    QVERIFY(near(traffic.ego().speed, 30.0, 1e-5));
    traffic.command(Choice::Faster);
    QCOMPARE(traffic.ego().targetSpeed, 30.0);
    for (const double wanted : {25.0, 20.0, 20.0}) {
      traffic.command(Choice::Slower);
      QCOMPARE(traffic.ego().targetSpeed, wanted);
      for (int i = 0; i < 40; ++i) traffic.step();
    }
    traffic.command(Choice::Idle);
    QCOMPARE(traffic.ego().targetSpeed, 20.0);
  }

  void speedStepsCountFromTheNearestStepDriven() {
    // 27.4 m/s is nearest to 25, and 27.5 lies between 25 (odd place 1) and 30 (even place 2): ties go to
    // even.
    for (const auto& [driven, faster, slower] :
         {std::array{27.4, 30.0, 20.0}, std::array{27.5, 30.0, 25.0}, std::array{22.5, 25.0, 20.0},
          std::array{36.0, 30.0, 25.0}}) {
      Traffic traffic = trafficOf({carAt(0, 1, driven)});
      traffic.command(Choice::Faster);
      QCOMPARE(traffic.ego().targetSpeed, faster);
      traffic.command(Choice::Slower);
      QCOMPARE(traffic.ego().targetSpeed, slower);
    }
  }

  void aLaneChangeTakesAboutTwoSeconds() {
    Traffic traffic = trafficOf({carAt(0, 0, 25)});
    traffic.command(Choice::LaneRight);
    QCOMPARE(traffic.ego().targetLane, 1);
    // First steps by hand: sideways speed 4/.6 asks for a heading of asin(6.67/25) = .2699 rad, which turns
    // it by .2699/.2 · .2 at once; with β = asin(2.5/25 · 1.3496) the car moves 25·sin β·.2 sideways.
    traffic.step();
    const double heading = std::asin(4.0 / 0.6 / 25.0);
    QVERIFY(near(traffic.ego().heading, heading));
    QVERIFY(near(traffic.ego().y, 25.0 * (2.5 / 25.0 * heading / 0.2) * 0.2));
    double crossed_s = 0.0, arrived_s = 0.0, farthest = 0.0, elapsed_s = kStep_s;
    for (int i = 1; i < 40; ++i) {
      traffic.step();
      elapsed_s += kStep_s;
      if (crossed_s == 0.0 && traffic.ego().lane == 1) crossed_s = elapsed_s;
      if (arrived_s == 0.0 && std::abs(traffic.ego().y - 4.0) < 0.4) arrived_s = elapsed_s;
      farthest = std::max(farthest, traffic.ego().y);
    }
    QVERIFY2(crossed_s >= 0.4 && crossed_s <= 0.8, qPrintable(QString::number(crossed_s)));
    QVERIFY2(arrived_s >= 1.0 && arrived_s <= 2.2, qPrintable(QString::number(arrived_s)));
    QVERIFY2(farthest < 4.3, qPrintable(QString::number(farthest)));  // hardly any overshoot
    QVERIFY(near(traffic.ego().y, 4.0, 0.01) && near(traffic.ego().heading, 0.0, 0.01));
    QVERIFY(near(traffic.ego().speed, 25.0, 1e-9));
  }

  void theOutermostLanesAreTheEnd() {
    Traffic traffic = trafficOf({carAt(0, 0, 25)});
    traffic.command(Choice::LaneLeft);
    QCOMPARE(traffic.ego().targetLane, 0);
    traffic.command(Choice::LaneRight);
    traffic.command(Choice::LaneRight);
    QCOMPARE(traffic.ego().targetLane, 2);
    traffic.command(Choice::LaneRight);
    QCOMPARE(traffic.ego().targetLane, 2);
    // Out of reach: more than two lanes away.
    Car far = carAt(0, 0, 25);
    far.y = -0.1;
    far.targetLane = 1;
    traffic = trafficOf({far});
    traffic.command(Choice::LaneRight);
    QCOMPARE(traffic.ego().targetLane, 1);
  }

  // ---- other drivers ----------------------------------------------------------------------------
  void idmFollowsItsFormula() {
    const Car car = carAt(0, 0, 24);
    QVERIFY(near(Traffic::idm(car, nullptr, 4.0), 0.0));  // at the wanted speed on a free road
    Car slow = car;
    slow.speed = 12.0;
    QVERIFY(near(Traffic::idm(slow, nullptr, 4.0), 3.0 * (1.0 - 1.0 / 16.0)));
    QVERIFY(near(Traffic::idm(slow, nullptr, 3.5), 3.0 * (1.0 - std::pow(0.5, 3.5))));
    // 60 m behind a car of the same speed: wanted gap 10 + 24·1.5 = 46, so −3·(46/60)².
    const Car same = carAt(60, 0, 24);
    QVERIFY(near(Traffic::idm(car, &same, 4.0), -3.0 * 46.0 * 46.0 / 3600.0));
    // Closing at 4 m/s: 46 + 24·4/(2·√15).
    const Car slower = carAt(60, 0, 20);
    const double gap = 46.0 + 24.0 * 4.0 / (2.0 * std::sqrt(15.0));
    QVERIFY(near(Traffic::idm(car, &slower, 4.0), -3.0 * gap * gap / 3600.0));
    // The speed limit caps the wish.
    Car keen = carAt(0, 0, 30);
    keen.targetSpeed = 50;
    QVERIFY(near(Traffic::idm(keen, nullptr, 4.0), 0.0));
  }

  void accelerationIsBounded() {
    Traffic traffic = trafficOf({carAt(500, 2, 25), carAt(0, 0, 24), carAt(16, 0, 20)});
    traffic.step();
    QVERIFY(near(traffic.cars()[1].speed, 24.0 - 6.0 * kStep_s));
  }

  void mobilWeighsGainAndTheCarBehind() {
    // Car 1 is stuck 30 m behind a slower one; the next lane is free.
    const Car ego = carAt(900, 2, 25), stuck = carAt(0, 0, 24), slow = carAt(30, 0, 21);
    QVERIFY(trafficOf({ego, stuck, slow}).mobil(1, 1));
    // No gain in changing from a free lane.
    QVERIFY(!trafficOf({ego, stuck}).mobil(1, 1));
    // A gain of exactly less than .2 is not enough: the same car ahead in both lanes, a little farther there.
    const double here = 60.0, gap = 46.0;
    const auto gain = [&](double there) {
      return 3.0 * gap * gap * (1.0 / (here * here) - 1.0 / (there * there));
    };
    QVERIFY(gain(63.0) < 0.2 && gain(64.0) > 0.2);
    QVERIFY(!trafficOf({ego, stuck, carAt(here, 0, 24), carAt(63.0, 1, 24)}).mobil(1, 1));
    QVERIFY(trafficOf({ego, stuck, carAt(here, 0, 24), carAt(64.0, 1, 24)}).mobil(1, 1));
    // A fast car close behind over there would have to brake harder than 2 m/s²: −3·(46/50)² = −2.54.
    QVERIFY(!trafficOf({ego, stuck, slow, carAt(-50, 1, 24)}).mobil(1, 1));
    // At 60 m it would brake with 1.76.
    QVERIFY(trafficOf({ego, stuck, slow, carAt(-60, 1, 24)}).mobil(1, 1));
  }

  void lanesAreThoughtOfOnceASecond() {
    Car stuck = carAt(0, 0, 24);
    stuck.timer = 0.3;
    Traffic traffic = trafficOf({carAt(900, 2, 25), stuck, carAt(40, 0, 21)});
    int steps = 0;
    while (traffic.cars()[1].targetLane == 0 && steps < 20) traffic.step(), ++steps;
    QCOMPARE(steps, 5);  // .3 + 4·.2 is the first time over 1 s that is looked at
    QCOMPARE(traffic.cars()[1].targetLane, 1);
    QVERIFY(traffic.cars()[1].timer < 0.21);
  }

  void aChangeIsGivenUpForSomebodyAhead() {
    // Both are changing into lane 1; the one ahead is nearer than the wanted gap.
    Car follower = carAt(0, 0, 24), leader = carAt(20, 2, 22);
    follower.targetLane = leader.targetLane = 1;
    Traffic traffic = trafficOf({carAt(900, 0, 25), follower, leader});
    traffic.step();
    QCOMPARE(traffic.cars()[1].targetLane, 0);
    QCOMPARE(traffic.cars()[2].targetLane, 1);
    // Far enough ahead, both go on.
    leader.x = 80;
    traffic = trafficOf({carAt(900, 0, 25), follower, leader});
    traffic.step();
    QCOMPARE(traffic.cars()[1].targetLane, 1);
  }

  void carsBetweenLanesAreMetInBoth() {
    Car between = carAt(40, 0, 20);
    between.y = 2.5;
    const Traffic traffic = trafficOf({carAt(0, 0, 25), between, carAt(80, 0, 20), carAt(-30, 1, 20)});
    QCOMPARE(traffic.ahead(0, 0), &traffic.cars()[1]);
    QCOMPARE(traffic.ahead(0, 1), &traffic.cars()[1]);
    QVERIFY(!traffic.ahead(0, 2));
    QCOMPARE(traffic.behind(0, 1), &traffic.cars()[3]);
    QCOMPARE(traffic.cars()[1].lane, 1);  // 2.5 is nearer to 4 than to 0
  }

  // ---- collisions -------------------------------------------------------------------------------
  void outlinesTouchWhereTheyShould() {
    const Car car = carAt(0, 1, 0);
    const auto at = [](double x, double y, double heading) {
      Car other = carAt(x, 1, 0);
      other.y += y;
      other.heading = heading;
      return Traffic({other}).ego();  // with what follows from the heading
    };
    QVERIFY(contactOf(car, at(4.99, 0, 0)).now);
    QVERIFY(!contactOf(car, at(5.01, 0, 0)).now);
    QVERIFY(contactOf(car, at(0, 1.99, 0)).now);
    QVERIFY(!contactOf(car, at(0, 2.01, 0)).now);
    // A car across the road: half a length and half a width apart.
    QVERIFY(contactOf(car, at(3.49, 0, M_PI / 2)).now);
    QVERIFY(!contactOf(car, at(3.51, 0, M_PI / 2)).now);
    // At 45° a corner meets the corner, which no axis-aligned box would tell.
    const double reach = (2.5 + 1.0) * std::sqrt(0.5);
    QVERIFY(!contactOf(car, at(2.5 + reach + 0.01, 0, M_PI / 4)).now);
    QVERIFY(contactOf(car, at(2.5 + reach - 0.01, 0.75, M_PI / 4)).now ==
            contactOf(car, at(2.5 + reach - 0.01, -0.75, -M_PI / 4)).now);
    QVERIFY(!contactOf(car, at(4.3, 3.2, M_PI / 4)).now);
  }

  void aCollisionIsSeenOneStepAhead() {
    Car fast = carAt(0, 1, 30);
    const Car slow = carAt(6.0, 1, 20);
    const Contact contact = contactOf(fast, slow);  // 1 m apart, closing by 2 m a step
    QVERIFY(!contact.now && contact.ahead);
    // The shadow [−2.5, 2.5 + 2] meets [3.5, 8.5] by 1 m: pushed back by that.
    QVERIFY(near(contact.pushX, -1.0) && near(contact.pushY, 0.0));
    fast.x = -1.1;  // 2.1 m apart: not yet
    QVERIFY(!contactOf(fast, slow).ahead);
    // From the other side the push is the opposite one.
    QVERIFY(near(contactOf(slow, carAt(0, 1, 30)).pushX, 1.0));
  }

  void aSeenCollisionCountsWithTheNextStep() {
    Car fast = carAt(0, 1, 30);
    fast.targetSpeed = 30;
    Traffic traffic = trafficOf({fast, carAt(8.5, 1, 20)});
    traffic.step();  // gap 3.5 → 1.5 m: the next step closes it
    QVERIFY(!traffic.ego().crashed && traffic.ego().pushed);
    const double x = traffic.ego().x, push = traffic.ego().pushX;
    QVERIFY(push < 0.0);
    traffic.step();
    QVERIFY(traffic.ego().crashed && traffic.cars()[1].crashed);
    QVERIFY(near(traffic.ego().x, x + 30.0 * kStep_s + push, 1e-6));
    // Wrecks brake with their own speed.
    const double speed = traffic.ego().speed;
    traffic.step();
    QVERIFY(near(traffic.ego().speed, speed * (1.0 - kStep_s)));
  }

  void sideBySideIsNoCollision() {
    Traffic traffic = trafficOf({carAt(0, 0, 25), carAt(0.5, 1, 25), carAt(1, 2, 25)});
    for (int i = 0; i < 5; ++i) traffic.step();
    for (const Car& car : traffic.cars()) QVERIFY(!car.crashed);
    traffic.command(Choice::LaneRight);
    int steps = 0;
    while (!traffic.ego().crashed && steps < 10) traffic.step(), ++steps;
    QVERIFY(steps >= 1 && steps <= 4);
    QVERIFY(traffic.cars()[1].crashed);
  }

  // ---- the road at the start --------------------------------------------------------------------
  void spacingAndCounts() {
    const double factor = std::exp(-5.0 * 3 / 40);
    std::array<int, 3> lanes{};
    double mean = 0.0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      Random random(seed);
      const Traffic traffic = Traffic::spawn(random);
      QCOMPARE(traffic.cars().size(), std::size_t(31));
      const Car& ego = traffic.ego();
      QCOMPARE(ego.speed, 25.0);
      QCOMPARE(ego.targetSpeed, 25.0);
      const double egoGap = 1.5 * 37.0 * factor;
      QVERIFY(ego.x >= 3.9 * egoGap && ego.x <= 4.1 * egoGap);
      for (std::size_t i = 1; i < traffic.cars().size(); ++i) {
        const Car& car = traffic.cars()[i];
        const double share = (car.x - traffic.cars()[i - 1].x) / ((12.0 + car.speed) * factor);
        QVERIFY(share >= 0.9 - 1e-9 && share <= 1.1 + 1e-9);
        QVERIFY(car.speed >= 21.0 && car.speed <= 24.0 && car.targetSpeed == car.speed);
        QVERIFY(car.exponent >= 3.5 && car.exponent <= 4.5);
        QVERIFY(car.timer >= 0.0 && car.timer < 1.0);
        QVERIFY(car.y == 4.0 * car.targetLane && car.heading == 0.0 && !car.crashed);
        ++lanes[static_cast<std::size_t>(car.targetLane)];
        mean += share / 3000.0;
      }
    }
    for (const int count : lanes) QVERIFY(count > 900 && count < 1100);
    QVERIFY(near(mean, 1.0, 0.01));
  }
};

QTEST_GUILESS_MAIN(TestTraffic)
#include "test_traffic.moc"
