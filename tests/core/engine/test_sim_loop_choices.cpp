// The loop with named choices: highway, where a decision lasts a second and the teacher may think about it.
#include <QtTest>
#include <set>

#include "core/input/turn_device.h"
#include "tests/core/engine/loop_fixture.h"

using namespace nudge;

namespace {

enum : int { kLeft, kIdle, kRight, kFaster, kSlower };
constexpr std::array<double, 3> kPushRight{0.0, -1.0, 0.0}, kNoPush{};

/// The robot always slows down, which keeps it out of trouble.
struct Road {
  explicit Road(int slices = 1)
      : loop(makeTask("highway").value(), std::make_shared<Policy>(test::choosingPolicy(25, 5, kSlower)), 0,
             {&keys, &hand}, test::oneSlice(slices)) {}

  bool tick() {
    now_s += loop.slicePeriod_s();
    if (turn.state.engaged && !hangs) post();  // the window's heartbeat
    const bool moved = loop.tick(now_s);
    while (const Record* record = loop.records().readable()) {
      if (record->kind == Record::Kind::Step) steps.push_back(record->step);
      loop.records().release();
    }
    loop.frames().refresh();
    return moved;
  }
  void run(int ticks) {
    for (int i = 0; i < ticks; ++i) tick();
  }
  void wish(const std::array<double, 3>& v_W) {
    turn.state.engaged = true;
    turn.state.value = v_W;
    ++turn.wish;
    post();
  }
  void handBack() {
    turn.state.engaged = false;
    post();
  }
  void post() {
    turn.state.time_s = now_s;
    keys.post(turn);
  }
  const Frame& frame() { return loop.frames().front(); }
  int lastChoice() const { return static_cast<int>(steps.back().action[0]); }
  bool lastByTeacher() const { return steps.back().driver == Driver::Teacher; }

  TurnDevice keys{"keys"};
  test::HandDevice hand;
  Turn turn;
  SimLoop loop;
  bool hangs = false;
  double now_s = 100.0;
  std::vector<Step> steps;
};

}  // namespace

class TestSimLoopChoices : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theRobotsChoiceIsNotClampedLikeAPush() {
    Road road;
    road.run(3);
    QCOMPARE(road.steps.size(), std::size_t(3));
    QCOMPARE(road.steps[0].proposal[0], 4.0f);
    QCOMPARE(road.lastChoice(), int(kSlower));
  }

  void aWishCountsOnceAndThenTheWorldWaits() {
    Road road;
    road.run(2);
    road.wish(kPushRight);
    road.tick();
    QCOMPARE(road.steps.size(), std::size_t(3));
    QCOMPARE(road.lastChoice(), int(kRight));
    QVERIFY(road.lastByTeacher());
    QCOMPARE(road.steps.back().proposal[0], 4.0f);

    const std::vector<double> before = road.frame().state;
    for (int i = 0; i < 20; ++i) QVERIFY(!road.tick());
    QCOMPARE(road.steps.size(), std::size_t(3));
    QVERIFY(road.frame().waits && road.frame().driver == Driver::Teacher && !road.frame().paused);
    QCOMPARE(road.frame().hold, HoldReason::None);
    QCOMPARE(road.frame().state, before);

    road.wish(kNoPush);
    QVERIFY(road.tick());
    QCOMPARE(road.lastChoice(), int(kIdle));
    QVERIFY(road.lastByTeacher());
    road.tick();
    QVERIFY(road.frame().waits);
  }

  void aSlowWindowKeepsTheWheelOnlyWhileTheWorldWaits() {
    Road road;
    road.tick();
    road.wish(kPushRight);
    road.hangs = true;
    QVERIFY(road.tick());  // the wish is older than a silent device is believed
    QVERIFY(road.lastByTeacher());
    for (int i = 0; i < 5; ++i) QVERIFY(!road.tick());
    QVERIFY(road.frame().waits);
    road.turn.waits = false;
    road.post();
    QVERIFY(!road.tick());  // nobody says that the car should go on so
    QCOMPARE(road.loop.frames().front().hold, HoldReason::DeviceLost);
  }

  void handBackIsAtOnce() {
    Road road;
    road.tick();
    road.wish(kPushRight);
    road.run(3);
    road.handBack();
    QVERIFY(road.tick());
    QCOMPARE(road.lastChoice(), int(kSlower));  // no blend of 2 and 4
    QVERIFY(!road.lastByTeacher() && !road.frame().waits);
  }

  void withoutTurnsNoWishIsIdle() {
    Road road;
    road.turn.waits = false;
    road.tick();
    road.wish(kPushRight);
    road.run(2);
    QCOMPARE(road.steps.size(), std::size_t(3));
    QCOMPARE(int(road.steps[1].action[0]), int(kRight));
    QCOMPARE(int(road.steps[2].action[0]), int(kIdle));
    QVERIFY(road.lastByTeacher());
  }

  void theNewestWishBeforeADecisionCounts() {
    Road road(10);
    road.run(10);
    road.wish(kPushRight);
    road.run(4);  // in the middle of the second
    road.wish({1.0, 0.0, 0.0});
    road.wish({0.0, 1.0, 0.0});
    road.run(6);
    QCOMPARE(int(road.steps.back().action[0]), int(kRight));
    road.run(10);
    QCOMPARE(int(road.steps.back().action[0]), int(kLeft));
    road.run(5);
    QVERIFY(road.frame().waits);
  }

  void theEndOfTheEpisodeHandsBack() {
    Road road;
    road.tick();
    road.wish(kPushRight);
    road.tick();
    QVERIFY(road.lastByTeacher());
    road.loop.commands().tryPush(Command{NextEpisode{}});
    road.run(2);
    QVERIFY(!road.frame().waits);
    QVERIFY(!road.lastByTeacher());
    road.wish(kNoPush);
    road.tick();
    QVERIFY(road.lastByTeacher());
  }

  void aPausedWorldKeepsTheWish() {
    Road road;
    road.run(1);
    road.loop.commands().tryPush(Command{Pause{}});
    road.run(2);
    QCOMPARE(road.steps.size(), std::size_t(1));
    road.wish(kPushRight);  // taking the wheel sets the world going
    road.run(1);
    QCOMPARE(road.steps.size(), std::size_t(2));
    QCOMPARE(road.lastChoice(), int(kRight));
  }

  void waitingTakesNoSampleFromThePolicy() {
    // Two roads with a policy that throws dice; one teacher hesitates.
    const auto dice = std::make_shared<Policy>(test::choosingPolicy(25, 5, kSlower));
    CategoricalPolicy::Term term = dice->actor.categorical()->terms().front();
    term.weight = 0.0f;
    auto even = std::make_shared<Policy>();
    even->actor = CategoricalPolicy::create({term}).value();
    std::vector<std::vector<float>> proposals;
    for (const int hesitation : {0, 7}) {
      Road road;
      road.loop.commands().tryPush(Command{SetPolicy{even, 1}});
      proposals.emplace_back();
      for (int i = 0; i < 12; ++i) {
        road.wish(kNoPush);
        road.tick();
        road.run(hesitation);
      }
      for (const Step& step : road.steps) {
        if (step.index != static_cast<int>(proposals.back().size())) break;  // the first episode
        proposals.back().push_back(step.proposal[0]);
      }
    }
    const auto shortest = std::min(proposals[0].size(), proposals[1].size());
    QVERIFY(shortest > 3);
    for (auto& one : proposals) one.resize(shortest);
    QCOMPARE(proposals[0], proposals[1]);
    QVERIFY(std::set<float>(proposals[0].begin(), proposals[0].end()).size() > 1);
  }

  void otherDevicesMakeChoicesToo() {
    Road road;
    road.hand.state = {true, DeviceMode::Choice, {3.0, 0.0, 0.0}};
    road.tick();
    QCOMPARE(road.lastChoice(), int(kFaster));
    road.hand.state.value[0] = 17.0;  // there is no such choice
    road.tick();
    QCOMPARE(road.lastChoice(), int(kSlower));
    road.hand.grab(0.0, 0.3);
    road.tick();
    QCOMPARE(road.lastChoice(), int(kLeft));
    QVERIFY(road.lastByTeacher());
  }
};

QTEST_GUILESS_MAIN(TestSimLoopChoices)
#include "test_sim_loop_choices.moc"
