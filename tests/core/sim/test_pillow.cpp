// Pillow grasping: gripped in the middle it hangs level and does not creep, gripped at an end it sags; and the cover
// follows the filling.
#include <mujoco/mujoco.h>

#include <QRegularExpression>
#include <QTest>
#include <cmath>
#include <map>

#include "core/sim/tasks/pillow/pillow_task.h"
#include "tests/support/task_values.h"

using namespace nudge;

namespace {

enum Observed { kFromToolX = 0, kAxisZ = 4, kForceLeft = 15, kForceRight = 16, kHeld = 17 };

std::array<double, 3> pillowOf(Task& task) {
  const double* p = task.data().xpos + 3 * mj_name2id(&task.model(), mjOBJ_BODY, "pillow");
  return {p[0], p[1], p[2]};
}

/// Opens over a point of the pillow, goes down, closes, lifts.
class Hand {
 public:
  explicit Hand(double along_m) : along_m_(along_m) {}

  std::array<float, 4> act(Task& task) {
    const auto tool = toolOf(task), pillow = pillowOf(task);
    const double* axis = task.data().xmat + 9 * mj_name2id(&task.model(), mjOBJ_BODY, "pillow");
    const std::array<double, 3> to{pillow[0] + along_m_ * axis[0] - tool[0], pillow[1] + along_m_ * axis[3] - tool[1],
                                   pillow[2] - tool[2]};
    const bool over = std::hypot(to[0], to[1]) < 0.01;
    const auto seen = observationOf(task);
    if (stage_ == 0 && over && std::abs(to[2]) < 0.008) stage_ = 1;
    if (stage_ == 1 && std::min(seen[kForceLeft], seen[kForceRight]) > 0.6F) stage_ = 2;
    std::array<double, 3> v_W{};
    if (stage_ == 0) v_W = {6.0 * to[0], 6.0 * to[1], 6.0 * (to[2] + (over ? 0.0 : 0.1))};
    if (stage_ == 2) v_W[2] = tool[2] < 0.18 ? 0.2 : 0.0;
    std::array<float, 4> action{};
    task.toolVelocityToAction(v_W, action);
    action[3] = stage_ > 0 ? 1.0F : 0.0F;
    return action;
  }

 private:
  double along_m_;
  int stage_ = 0;
};

}  // namespace

class TestPillow : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void foreignModelIsRefused() {
    QCOMPARE(makePillowTask("<mujoco>").error().code, ErrorCode::Corrupt);
    std::string other = pillowMjcf();
    other.replace(other.find("name=\"force_left\""), 17, "name=\"farce_left\"");
    QCOMPARE(makePillowTask(other).error().code, ErrorCode::Corrupt);
  }

  void liesStill() {
    const auto task = makeTask("pillow").value();
    task->reset(3);
    const auto before = pillowOf(*task);
    for (int step = 0; step < 100; ++step) QVERIFY(!task->step(std::array<float, 4>{}).diverged);
    const auto after = pillowOf(*task);
    QVERIFY2(std::hypot(after[0] - before[0], after[1] - before[1]) < 1e-3, "it crept over the table");
    QVERIFY2(std::abs(after[2] - before[2]) < 5e-3, qPrintable(QString::number(after[2] - before[2])));
    QCOMPARE(featuresOf(*task)[1], 1.0F);
    QVERIFY(featuresOf(*task)[2] > 0.95F);
  }

  void graspedInTheMiddleItHangsLevelAndStays() {
    const auto task = makeTask("pillow").value();
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      task->reset(seed);
      Hand hand(0.0);
      for (int step = 0; step < 110; ++step) QVERIFY(!task->step(hand.act(*task)).diverged);
      QVERIFY(task->status().success);
      const auto features = featuresOf(*task);
      QVERIFY(features[0] < 0.05F && features[1] == 0.0F && features[2] < 0.05F && features[4] < 0.15F);
      QVERIFY2(std::abs(0.3 * observationOf(*task)[kAxisZ]) < 0.06, "it hangs level");
      QVERIFY2(QRegularExpression("^grip [1-9][0-9]*\\.[0-9] N$").match(QString::fromStdString(task->readout())).hasMatch(),
               task->readout().c_str());
      const double before = pillowOf(*task)[2] - toolOf(*task)[2];
      for (int step = 0; step < 200; ++step) task->step(std::array{0.0F, 0.0F, 0.0F, 1.0F});
      const double crept = std::abs(pillowOf(*task)[2] - toolOf(*task)[2] - before);
      QVERIFY2(crept < 1e-3, qPrintable(QString::number(crept)));  // in 10 s
    }
  }

  void graspedAtAnEndItSags() {
    const auto task = makeTask("pillow").value();
    for (const double along_m : {-0.09, 0.09}) {
      task->reset(1);
      Hand hand(along_m);
      for (int step = 0; step < 150; ++step) QVERIFY(!task->step(hand.act(*task)).diverged);
      QVERIFY(featuresOf(*task)[4] > 0.6F);
      QVERIFY2(0.3 * std::abs(observationOf(*task)[kAxisZ]) > 0.2, "it should hang askew");
    }
  }

  void droppedItIsNoSuccess() {
    const auto task = makeTask("pillow").value();
    task->reset(0);
    Hand hand(0.0);
    for (int step = 0; step < 110; ++step) task->step(hand.act(*task));
    QVERIFY(task->status().success);
    for (int step = 0; step < 30; ++step) task->step(std::array{0.0F, 0.0F, 0.0F, -1.0F});
    QVERIFY(!task->status().success);
    QVERIFY(pillowOf(*task)[2] < 0.06);
    QCOMPARE(observationOf(*task)[kHeld], 0.0F);
  }

  void fingersCloseOnNothingAndStop() {
    const auto task = makeTask("pillow").value();
    task->reset(0);
    for (int step = 0; step < 60; ++step) QVERIFY(!task->step(std::array{0.0F, 0.0F, 1.0F, 1.0F}).diverged);
    QVERIFY(std::abs(task->data().qpos[6]) < 2e-3 && std::abs(task->data().qpos[7]) < 2e-3);
    for (int step = 0; step < 60; ++step) task->step(std::array{0.0F, 0.0F, 0.0F, -1.0F});
    QVERIFY(task->data().qpos[6] > 0.083 && task->data().qpos[7] < -0.083);
  }

  void coverIsClosedAndFollows() {
    const auto task = makeTask("pillow").value();
    const mjModel& m = task->model();
    QCOMPARE(m.nskin, 1);
    QCOMPARE(m.skin_bonenum[0], 10);
    std::map<std::pair<int, int>, int> edges;  // every inner edge lies between two faces, the other way round in each
    for (int face = 0; face < m.nskinface; ++face)
      for (int i = 0; i < 3; ++i)
        ++edges[{m.skin_face[3 * face + i], m.skin_face[3 * face + (i + 1) % 3]}];
    int open = 0;
    for (const auto& [edge, count] : edges) {
      QCOMPARE(count, 1);
      open += edges.count({edge.second, edge.first}) == 0;
    }
    QCOMPARE(open, 2 * 32);  // the two seams, pinched shut
    for (int vertex = 0; vertex < m.nskinvert; ++vertex) {
      double weight = 0.0;
      for (int i = 0; i < m.nskinbonevert; ++i)
        if (m.skin_bonevertid[i] == vertex) weight += m.skin_bonevertweight[i];
      QVERIFY2(weight > 0.0, "a point of the cloth that nothing moves");
    }
  }
};

QTEST_GUILESS_MAIN(TestPillow)
#include "test_pillow.moc"
