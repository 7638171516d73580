// The tool's controller on the bottle task's arm, and the limits that hold for every command.
#include <QTest>
#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "core/control/tool_controller.h"
#include "core/sim/model.h"
#include "core/sim/tasks/bottle/bottle_task.h"

using Eigen::Vector3d;
using namespace nudge;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kReachFromBottle = 0.049;  // tip and bottle touch, centre to centre

/// The arm alone: the bottle stands where nothing passes.
struct Arm {
  Arm()
      : world(World::fromMjcf(bottleMjcf()).value()), controller(world.model(), site(), bottleController()) {
    place({-0.1, 0.0, 0.1});
  }
  int site() const { return mj_name2id(&world.model(), mjOBJ_SITE, "tip"); }
  Vector3d tool() const { return Eigen::Map<const Vector3d>(world.data().site_xpos + 3 * site()); }
  double place(const Vector3d& p_W) {
    world.reset();
    const double start[] = {0.0, -1.0, 2.0, 0.27, 0.0, 0.0};
    std::copy(std::begin(start), std::end(start), world.data().qpos);
    world.data().qpos[6] = -0.75;
    world.data().qpos[7] = 0.45;
    const double error = controller.solve(world.data(), p_W);
    world.refresh();
    controller.reset(world.data());
    return error;
  }
  void step() {
    controller.update(world.data());
    world.step();
    controller.sense(world.data());
    for (int i = 0; i < ToolController::kJoints; ++i)
      fastest_rad_s = std::max(fastest_rad_s, std::abs(world.data().qvel[i]));
  }
  double tiltError() const {
    using Rotation = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;
    const Eigen::Map<const Rotation> R_WT(world.data().site_xmat + 9 * site());
    return (R_WT - controller.settings().R_WT).norm();
  }

  World world;
  ToolController controller;
  double fastest_rad_s = 0.0;
};

std::vector<Vector3d> bottleCorners() {
  std::vector<Vector3d> all;
  for (const double x : {-0.03, 0.03})
    for (const double y : {-0.05, 0.05}) all.emplace_back(x, y, 0.0);
  return all;
}

/// Where the tool can start, low and high.
std::vector<Vector3d> startCorners() {
  std::vector<Vector3d> all;
  for (const Vector3d& bottle : bottleCorners())
    for (const double gap : {0.03, 0.17})
      for (const double y : {-0.04, 0.04})
        for (const double z : {0.03, 0.20}) all.push_back(bottle + Vector3d(-kReachFromBottle - gap, y, z));
  return all;
}

/// Where the tool is when the bottle has reached a goal at the range's corner, lowest and highest.
std::vector<Vector3d> goalCorners() {
  std::vector<Vector3d> all;
  for (const Vector3d& bottle : bottleCorners())
    for (const double distance : {0.15, 0.35})
      for (const double angle : {-0.75, 0.0, 0.75})
        for (const double z : {0.015, 0.30})
          all.push_back(bottle + Vector3d((distance - kReachFromBottle) * std::cos(angle),
                                          (distance - kReachFromBottle) * std::sin(angle), z));
  return all;
}

}  // namespace

class TestControl : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void velocityIsCutAxisByAxis() {
    ToolLimits limits;
    limits.speed_m_s = 0.25;
    QCOMPARE(limitVelocity({0.1, -9.0, 0.3}, limits), Vector3d(0.1, -0.25, 0.25));
    QCOMPARE(limitVelocity({0.1, kNan, 0.1}, limits), Vector3d(0.0, 0.0, 0.0));
    QCOMPARE(limitVelocity({std::numeric_limits<double>::infinity(), 0.0, 0.0}, limits),
             Vector3d(0.0, 0.0, 0.0));
  }

  void positionStaysInBallBoxAndUnderTheCeiling() {
    ToolLimits limits;
    limits.low_W = {-1.0, -1.0, 0.1};
    limits.high_W = {1.0, 1.0, 1.0};
    limits.reach_m = 0.5;
    QCOMPARE(limitPosition({0.1, 0.2, 0.3}, limits, 1e3), Vector3d(0.1, 0.2, 0.3));
    QCOMPARE(limitPosition({5.0, 0.0, 0.0}, limits, 1e3), Vector3d(0.5, 0.0, 0.1));
    QCOMPARE(limitPosition({0.0, 0.0, 0.4}, limits, 0.2), Vector3d(0.0, 0.0, 0.2));
    QCOMPARE(limitPosition({0.0, 0.0, 0.4}, limits, 0.0), Vector3d(0.0, 0.0, 0.1));  // never below the floor
  }

  void everyCornerHasAPosture() {
    Arm arm;
    std::vector<Vector3d> corners = startCorners();
    for (const Vector3d& corner : goalCorners()) corners.push_back(corner);
    for (const Vector3d& corner : corners) {
      QVERIFY2(arm.place(corner) < 1e-4,
               qPrintable(QString("%1 %2 %3").arg(corner.x()).arg(corner.y()).arg(corner.z())));
      QVERIFY(arm.tiltError() < 0.01);
      QVERIFY((limitPosition(corner, arm.controller.settings().limits, 1e3) - corner).norm() < 1e-9);
    }
  }

  /// From every start corner to a goal corner in a straight line at full speed: the tool stays where an
  /// ideal tool would be, arrives, and stands.
  void tracksAcrossTheWholeRange() {
    Arm arm;
    const auto starts = startCorners(), goals = goalCorners();
    const double step_s = arm.world.model().opt.timestep;
    for (std::size_t i = 0; i < goals.size(); ++i) {
      const Vector3d start = starts[(7 * i) % starts.size()], goal = goals[i];
      arm.place(start);
      const Vector3d way = goal - start;
      const double duration_s = way.cwiseAbs().maxCoeff() / 0.25;
      double worst_m = 0.0, worstTilt = 0.0;
      const int steps = static_cast<int>(std::lround(duration_s / step_s));
      arm.controller.command(way / (steps * step_s));
      for (int step = 1; step <= steps; ++step) {
        arm.step();
        worst_m = std::max(worst_m, (arm.tool() - (start + way * step / steps)).norm());
        worstTilt = std::max(worstTilt, arm.tiltError());
      }
      arm.controller.command(Vector3d::Zero());
      for (int step = 0; step < 100; ++step) arm.step();
      const auto where = QString("corner %1: moving %2 m, at rest %3 m, tilt %4")
                             .arg(i).arg(worst_m).arg((arm.tool() - goal).norm()).arg(worstTilt);
      QVERIFY2(worst_m < 0.010, qPrintable(where));
      QVERIFY2((arm.tool() - goal).norm() < 0.004, qPrintable(where));
      QVERIFY2(worstTilt < 0.05, qPrintable(where));
    }
    QVERIFY(arm.fastest_rad_s < 3.0);
  }

  void commandsOutOfReachAreHarmless_data() {
    QTest::addColumn<double>("x");
    QTest::addColumn<double>("y");
    QTest::addColumn<double>("z");
    for (const double x : {-1.0, 0.0, 1.0})
      for (const double y : {-1.0, 0.0, 1.0})
        for (const double z : {-1.0, 0.0, 1.0})
          QTest::addRow("%g %g %g", x, y, z) << 100 * x << 100 * y << 100 * z;
  }
  void commandsOutOfReachAreHarmless() {
    QFETCH(double, x);
    QFETCH(double, y);
    QFETCH(double, z);
    Arm arm;
    arm.controller.command({x, y, z});
    for (int step = 0; step < 1000; ++step) arm.step();
    QVERIFY(!arm.world.diverged());
    QVERIFY2(arm.fastest_rad_s < 2.5, qPrintable(QString::number(arm.fastest_rad_s)));
    const ToolLimits& limits = arm.controller.settings().limits;
    QVERIFY((limitPosition(arm.tool(), limits, 1e3) - arm.tool()).norm() < 0.003);
    for (int i = 0; i < ToolController::kJoints; ++i) QVERIFY(std::abs(arm.world.data().qvel[i]) < 0.01);
  }

  /// Whoever drives, person or policy, in whatever mood: the last gate before the world holds.
  void aMadDriverPassesNoLimit() {
    Arm arm;
    Random random(3);
    const ToolLimits& limits = arm.controller.settings().limits;
    const double mad[] = {1e300, -1e300, kNan, std::numeric_limits<double>::infinity(), 0.25, -0.25, 100.0, -100.0};
    Vector3d before_W = arm.tool();
    double fastest_m_s = 0.0, farthest_m = 0.0;
    for (int step = 0; step < 5000; ++step) {
      if (step % 10 == 0) arm.controller.command({mad[random.index(8)], mad[random.index(8)], mad[random.index(8)]});
      arm.step();
      QVERIFY(!arm.world.diverged());
      fastest_m_s = std::max(fastest_m_s, (arm.tool() - before_W).norm() / arm.world.model().opt.timestep);
      before_W = arm.tool();
      farthest_m = std::max(farthest_m, (limitPosition(arm.tool(), limits, 1e3) - arm.tool()).norm());
      for (int i = 0; i < ToolController::kJoints; ++i) {
        const double* range = arm.world.model().jnt_range + 2 * i;
        QVERIFY(arm.world.data().ctrl[i] >= range[0] && arm.world.data().ctrl[i] <= range[1]);
        QVERIFY(arm.world.data().qpos[i] > range[0] - 0.01 && arm.world.data().qpos[i] < range[1] + 0.01);
      }
    }
    QVERIFY2(arm.fastest_rad_s < 2.5, qPrintable(QString::number(arm.fastest_rad_s)));
    QVERIFY2(fastest_m_s < 1.3 * std::sqrt(3.0) * limits.speed_m_s, qPrintable(QString::number(fastest_m_s)));
    QVERIFY2(farthest_m < 0.01, qPrintable(QString::number(farthest_m)));
  }

  /// No command changes the tool's wanted velocity faster than the filter lets it: 2 v / τ on each axis.
  void accelerationIsLimited() {
    Arm arm;
    const double step_s = arm.world.model().opt.timestep, limit_m_s = arm.controller.settings().limits.speed_m_s;
    double state[ToolController::kStateSize];
    Vector3d before_W = Vector3d::Zero();
    double most_m_s2 = 0.0;
    for (int step = 0; step < 400; ++step) {
      arm.controller.command(Vector3d::Constant(step % 40 < 20 ? 1e6 : -1e6));
      arm.step();
      arm.controller.save(state);
      const Vector3d velocity_W(state[3], state[4], state[5]);
      most_m_s2 = std::max(most_m_s2, (velocity_W - before_W).cwiseAbs().maxCoeff() / step_s);
      before_W = velocity_W;
    }
    QVERIFY2(most_m_s2 <= 2.0 * limit_m_s / arm.controller.settings().filter_s, qPrintable(QString::number(most_m_s2)));
  }

  void ceilingHoldsTheToolDown() {
    Arm arm;
    arm.place({-0.1, 0.0, 0.05});
    arm.controller.setCeiling(0.12);
    arm.controller.command({0.0, 0.0, 0.25});
    for (int step = 0; step < 400; ++step) arm.step();
    QVERIFY(std::abs(arm.tool().z() - 0.12) < 0.002);
  }

  /// The sensed force, not the model's contacts, makes it let go: torques as of a blocked tool are faked.
  void pushFadesWithTheSensedForce() {
    Arm free, blocked;
    for (Arm* arm : {&free, &blocked}) {
      arm->place({0.0, 0.0, 0.1});
      arm->controller.command({0.25, 0.0, 0.0});
    }
    for (int step = 0; step < 100; ++step) {
      free.step();
      blocked.controller.update(blocked.world.data());
      blocked.world.step();
      // 80 N against the motion, as J^T F.
      std::vector<double> jacobian(static_cast<std::size_t>(3 * blocked.world.model().nv));
      mj_jacSite(&blocked.world.model(), &blocked.world.data(), jacobian.data(), nullptr, blocked.site());
      for (std::size_t i = 0; i < 6; ++i) blocked.world.data().qfrc_constraint[i] = -80.0 * jacobian[i];
      blocked.controller.sense(blocked.world.data());
    }
    QVERIFY(free.tool().x() > 0.11);
    QVERIFY2(blocked.tool().x() < 0.04, qPrintable(QString::number(blocked.tool().x())));
  }
};

QTEST_GUILESS_MAIN(TestControl)
#include "test_control.moc"
