#include <QtTest>

#include "core/engine/sim_thread.h"
#include "tests/core/engine/loop_fixture.h"

using namespace nudge;

namespace {
std::unique_ptr<SimLoop> pointLoop(const test::PointTrouble* trouble = nullptr) {
  return std::make_unique<SimLoop>(std::make_unique<test::PointTask>(trouble), test::drifting(), 0,
                                   std::vector<InputDevice*>{}, SimLoopSettings{});
}
}  // namespace

class TestSimThread : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void runsStopsAndGoesOn() {
    SimThread thread(pointLoop());
    LatestValue<Frame>& frames = thread.loop().frames();
    const auto steps = [&frames] {
      frames.refresh();
      return frames.front().robotSteps;
    };
    thread.start();
    thread.start();  // running already: nothing happens
    QTRY_VERIFY_WITH_TIMEOUT(steps() >= 3, 20000);
    thread.loop().commands().tryPush(StopRobot{});
    QTRY_COMPARE_WITH_TIMEOUT((steps(), frames.front().hold), HoldReason::Stopped, 20000);
    thread.stop();
    const auto stopped = steps();
    thread.loop().commands().tryPush(Resume{});
    thread.start();
    QTRY_VERIFY_WITH_TIMEOUT(steps() > stopped, 20000);
    // Destroyed while it runs.
  }

  void anExceptionInTheWorldHoldsTheRobot() {
    test::PointTrouble trouble;
    trouble.throwAt = 2;
    SimThread thread(pointLoop(&trouble));
    thread.start();
    LatestValue<Frame>& frames = thread.loop().frames();
    QTRY_COMPARE_WITH_TIMEOUT((frames.refresh(), frames.front().hold), HoldReason::Diverged, 20000);
  }
};

QTEST_GUILESS_MAIN(TestSimThread)
#include "test_sim_thread.moc"
