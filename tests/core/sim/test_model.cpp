// MuJoCo behind values: errors come back as results, states repeat bit for bit.
#include <QTest>
#include <limits>

#include "core/sim/model.h"

using namespace nudge;

namespace {
const std::string kBall =
    "<mujoco><worldbody><geom type='plane' size='1 1 1'/><body name='ball' pos='0 0 0.5'><freejoint/>"
    "<geom size='0.1'/></body></worldbody></mujoco>";

std::vector<double> stateOf(const World& world) {
  std::vector<double> state(static_cast<std::size_t>(world.stateSize()));
  world.save(state);
  return state;
}
}  // namespace

class TestModel : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void badTextIsAnErrorWithALine() {
    for (const std::string& text :
         {std::string(), std::string("not XML"), std::string("<mujoco><worldbody>"),
          std::string("<mujoco>\n<worldbody>\n<geom size='-1'/></worldbody></mujoco>"),
          std::string("<mujoco><worldbody><body><freejoint/></body></worldbody></mujoco>")}) {
      const auto world = World::fromMjcf(text);
      QVERIFY(!world.ok());
      QCOMPARE(world.error().code, ErrorCode::Corrupt);
      QVERIFY(world.error().message.size() > 30);
    }
    const auto unknown = World::fromMjcf("<mujoco>\n<worldbody>\n<nonsense/>\n</worldbody></mujoco>");
    QVERIFY(QString::fromStdString(unknown.error().message).contains("line"));
  }

  void restoredWorldHasTheSameFuture() {
    auto first = World::fromMjcf(kBall), second = World::fromMjcf(kBall);
    for (int i = 0; i < 300; ++i) first->step();  // in contact by now
    second->restore(stateOf(*first));
    for (int i = 0; i < 300; ++i) {
      first->step();
      mj_forward(&second->model(), &second->data());  // as a viewer would
      second->step();
    }
    QCOMPARE(stateOf(*first), stateOf(*second));
  }

  void runawayIsNoticedAndCured() {
    auto world = World::fromMjcf(kBall);
    const auto healthy = stateOf(*world);
    world->data().qvel[0] = std::numeric_limits<double>::quiet_NaN();
    world->step();
    QVERIFY(world->diverged());
    world->step();
    QVERIFY(world->diverged());
    world->restore(healthy);
    QVERIFY(!world->diverged());
    world->step();
    QVERIFY(!world->diverged());
  }

  void mujocosOwnErrorsDoNotEndTheProcess() {
    auto world = World::fromMjcf(kBall);
    try {
      mju_error("something");
      QFAIL("not thrown");
    } catch (const MujocoError& error) {
      QCOMPARE(std::string(error.what()), std::string("something"));
    }
  }
};

QTEST_GUILESS_MAIN(TestModel)
#include "test_model.moc"
