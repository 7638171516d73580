// Erasing: ink comes off under felt that is pressed and nowhere else, and the force is what MuJoCo's contact says.
#include <mujoco/mujoco.h>

#include <QTest>
#include <cmath>

#include "core/sim/tasks/erasing/erasing_task.h"
#include "core/sim/tasks/erasing/ink.h"
#include "tests/support/task_values.h"

using namespace nudge;
using Eigen::Vector2d;

namespace {

enum Observed { kDepth = 2, kForce = 6, kNearestY = 7, kNearestZ = 8, kMiddleY = 9, kMiddleZ = 10, kLeft = 13 };

/// Presses the sponge in so far and rubs over what is left.
std::array<float, 3> rubAt(const Task& task, double depth_m) {
  const auto seen = observationOf(task);
  const double phase = 0.5 * task.stepIndex();
  const std::array<double, 3> v_W{10.0 * (depth_m - 0.03 * seen[kDepth]),
                                  5.0 * (0.1 * seen[kNearestY]) + 0.12 * std::sin(phase),
                                  5.0 * (0.1 * seen[kNearestZ]) + 0.04 * std::cos(phase)};
  std::array<float, 3> action{};
  task.toolVelocityToAction(v_W, action);
  return action;
}

double force_N(const Task& task) { return 10.0 * observationOf(task)[kForce]; }
double left(const Task& task) { return observationOf(task)[kLeft]; }

}  // namespace

class TestErasing : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void foreignModelIsRefused() {
    QCOMPARE(makeErasingTask("<mujoco>").error().code, ErrorCode::Corrupt);
    std::string other = erasingMjcf();
    other.replace(other.find("name=\"ink7\""), 11, "name=\"ind7\"");
    QCOMPARE(makeErasingTask(other).error().code, ErrorCode::Corrupt);
  }

  void inkWearsOffUnderTheFeltAlone() {
    Random random(3);
    Ink ink;
    ink.draw(random);
    QCOMPARE(ink.left(), 1.0);
    const Vector2d middle = ink.remains({0.0, 0.0}).middle;
    ink.rub(middle + Vector2d(1.0, 0.0), {0.05, 0.025}, 10.0, 1.0);
    QCOMPARE(ink.left(), 1.0);
    const Vector2d first = ink.dot(0);
    ink.rub(first, {0.001, 0.001}, 0.075, 1.0);  // half of what takes a dot off
    QVERIFY(std::abs(ink.left(0) - 0.5) < 1e-9);
    QCOMPARE(ink.left(Ink::kDots - 1), 1.0);
    ink.rub(middle, {1.0, 1.0}, 10.0, 1.0);
    QCOMPARE(ink.left(), 0.0);
    const auto nothing = ink.remains(middle);
    QCOMPARE(nothing.nearest, middle);
    QCOMPARE(nothing.spread.norm(), 0.0);
  }

  void strokesLieWhereTheArmCanRub() {
    Random random(1);
    const auto limits = erasingController().limits;
    for (int i = 0; i < 500; ++i) {
      Ink ink;
      ink.draw(random);
      for (int dot = 0; dot < Ink::kDots; ++dot) {
        QVERIFY(std::abs(ink.dot(dot).x()) < limits.high_W.y());
        QVERIFY(ink.dot(dot).y() > limits.low_W.z() && ink.dot(dot).y() < limits.high_W.z());
      }
    }
  }

  void rubbedInTheBandItComesOff() {
    const auto task = makeTask("erasing").value();
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      task->reset(seed);
      int inBand = 0;
      for (int step = 0; step < 180; ++step) {
        task->step(rubAt(*task, 0.019));
        inBand += featuresOf(*task)[4] == 0.0F;
      }
      QVERIFY2(task->status().success, qPrintable(QString::number(left(*task))));
      QCOMPARE(featuresOf(*task)[0], static_cast<float>(left(*task)));
      QVERIFY(inBand > 70);
    }
  }

  void hoveringTakesNothingOff() {
    const auto task = makeTask("erasing").value();
    task->reset(1);
    for (int step = 0; step < 100; ++step) task->step(rubAt(*task, -0.01));
    QCOMPARE(left(*task), 1.0);
    QCOMPARE(force_N(*task), 0.0);
    QCOMPARE(featuresOf(*task)[3], 0.0F);
    QCOMPARE(featuresOf(*task)[4], 1.0F);
  }

  // At rest the sponge's spring must carry what the board is said to press.
  void forceIsThatOfTheSponge() {
    const auto task = makeTask("erasing").value();
    const int sponge = task->model().jnt_qposadr[mj_name2id(&task->model(), mjOBJ_JOINT, "sponge")];
    for (const double depth_m : {0.003, 0.008, 0.014, 0.02}) {
      task->reset(2);
      std::array<float, 3> action{};
      for (int step = 0; step < 60; ++step) {
        const double v = 6.0 * (depth_m - 0.03 * observationOf(*task)[kDepth]);
        task->toolVelocityToAction(std::array{v, 0.0, 0.0}, action);
        task->step(action);
      }
      const double spring_N = -800.0 * task->data().qpos[sponge];
      QVERIFY2(std::abs(force_N(*task) - spring_N) < 0.05 * spring_N + 0.1,
               qPrintable(QString("%1 %2").arg(force_N(*task)).arg(spring_N)));
      QVERIFY(std::abs(featuresOf(*task)[3] - force_N(*task) / 20.0) < 1e-5);
      QCOMPARE(QString::fromStdString(task->readout()), QString("contact %1 N").arg(force_N(*task), 0, 'f', 1));
    }
  }

  void pressingOnIsHarmless() {
    const auto task = makeTask("erasing").value();
    task->reset(4);
    for (int step = 0; step < 100; ++step) QVERIFY(!task->step(std::array{1.0F, 0.0F, 0.0F}).diverged);
    QVERIFY2(force_N(*task) < 40.0, qPrintable(QString::number(force_N(*task))));
  }

  void inkIsDrawnAsFaintAsItIs() {
    const auto task = makeTask("erasing").value(), viewer = makeTask("erasing").value();
    task->reset(5);
    for (int step = 0; step < 40; ++step) task->step(rubAt(*task, 0.012));
    QVERIFY(viewer->restore(stateOf(*task)).ok());
    const int first = mj_name2id(&viewer->model(), mjOBJ_GEOM, "ink0");
    double alpha = 0.0;
    for (int i = 0; i < Ink::kDots; ++i) {
      alpha += viewer->model().geom_rgba[4 * (first + i) + 3] / Ink::kDots;
      for (int axis = 1; axis < 3; ++axis)
        QCOMPARE(viewer->data().geom_xpos[3 * (first + i) + axis], task->data().geom_xpos[3 * (first + i) + axis]);
    }
    QVERIFY(std::abs(alpha - left(*task)) < 1e-5);
    QVERIFY(left(*task) < 0.95);
  }

  void someTrainingStartsStayPressed() {
    const auto task = makeTask("erasing").value();
    int pressed = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      task->resetForTraining(seed);
      for (int step = 0; step < 10; ++step) task->step(std::array{-1.0F, 0.0F, 0.0F});
      pressed += force_N(*task) > 0.5;
    }
    QVERIFY2(pressed > 35 && pressed < 65, qPrintable(QString::number(pressed)));
  }
};

QTEST_GUILESS_MAIN(TestErasing)
#include "test_erasing.moc"
