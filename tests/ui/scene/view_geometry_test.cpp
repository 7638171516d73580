// The camera's and the handle's mathematics, without OpenGL.
#include <QtTest>
#include <cmath>
#include <limits>

#include "tests/support/box_task.h"
#include "ui/scene/frame_meter.h"
#include "ui/scene/scene_camera.h"
#include "ui/scene/tool_handle.h"

using namespace nudge;
using Eigen::Vector3d;

namespace {

constexpr QSizeF kSize(960, 640);

/// A model with MuJoCo's abstract scene, no OpenGL.
struct World {
  std::unique_ptr<Task> task = test::makeBoxTask();
  SceneCamera camera{task->model()};
  mjvScene scene;
  mjvOption option;

  World() {
    mjv_defaultScene(&scene);
    mjv_defaultOption(&option);
    mjv_makeScene(&task->model(), &scene, 100);
  }
  ~World() { mjv_freeScene(&scene); }
  ViewGeometry view() {
    mjv_updateScene(&task->model(), &task->data(), &option, nullptr, &camera.camera(), mjCAT_ALL, &scene);
    camera.apply(scene);
    return SceneCamera::view(scene, kSize);
  }
  void fix(const char* name) { camera.setFixed(mj_name2id(&task->model(), mjOBJ_CAMERA, name)); }
};

double distance(const QPointF& a, const QPointF& b) {
  return std::hypot(a.x() - b.x(), a.y() - b.y());
}

}  // namespace

class ViewGeometryTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void projectsLikeTheMjcfCamera() {
    // "front": at (0, −1, 0), looks along +y, up z, fovy 45°.
    World world;
    world.fix("front");
    const ViewGeometry view = world.view();
    const double pixelsPerMetre = 640 / (2 * std::tan(22.5 * M_PI / 180));
    const auto p = view.project({0.2, 0, -0.1});
    QVERIFY(p);
    QVERIFY(distance(*p, QPointF(480 + 0.2 * pixelsPerMetre, 320 + 0.1 * pixelsPerMetre)) < 0.05);
    QVERIFY(!view.project({0, -1.5, 0}));  // behind
    QVERIFY(!view.project({0, std::numeric_limits<double>::quiet_NaN(), 0}));
  }

  void roundTrip_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"front", "tilted", "top"}) QTest::newRow(name) << QString(name);
  }
  void roundTrip() {
    QFETCH(QString, name);
    World world;
    world.fix(name.toUtf8().constData());
    const ViewGeometry view = world.view();
    for (const Vector3d& p : {Vector3d(0.1, 0.05, -0.1), Vector3d(-0.2, 0.3, 0.1), Vector3d(0, 0, 0)}) {
      const auto pixel = view.project(p);
      QVERIFY(pixel);
      QVERIFY((view.unproject(*pixel, view.depth(p)) - p).norm() < 1e-9);
    }
  }

  void lettingGoOfAFixedCameraDoesNotJump_data() { roundTrip_data(); }
  void lettingGoOfAFixedCameraDoesNotJump() {
    QFETCH(QString, name);
    World world;
    world.fix(name.toUtf8().constData());
    const ViewGeometry fixed = world.view();
    world.camera.setFree(world.task->model(), world.scene);
    QVERIFY(world.camera.isFree());
    const ViewGeometry free = world.view();
    for (const Vector3d& p : {Vector3d(0.1, 0.05, -0.1), Vector3d(-0.2, 0.3, 0.1), Vector3d(0, 0, 0)}) {
      QVERIFY2(distance(*fixed.project(p), *free.project(p)) < 0.5, qPrintable(name));
    }
  }

  void rotatingLevelsARolledCamera() {
    World world;
    world.fix("tilted");
    world.view();
    for (int i = 0; i < 60; ++i) {
      world.camera.move(world.task->model(), world.scene, SceneCamera::Motion::Rotate, 0.02, 0);
      world.view();
    }
    QVERIFY(std::abs(world.view().right_W().z()) < 1e-3);
  }

  void lookAtCentresThePoint() {
    World world;
    world.fix("front");
    world.view();
    const Vector3d point(0.2, 0, -0.13);
    world.camera.lookAt(world.task->model(), world.scene, point);
    QVERIFY(distance(*world.view().project(point), QPointF(480, 320)) < 0.1);
  }

  void zoomStaysWithinReason() {
    World world;
    world.view();
    for (int i = 0; i < 500; ++i) {
      world.camera.move(world.task->model(), world.scene, SceneCamera::Motion::Zoom, 0, 0.2);
      world.view();
    }
    QVERIFY(world.camera.camera().distance >= 0.02);
    for (int i = 0; i < 500; ++i) {
      world.camera.move(world.task->model(), world.scene, SceneCamera::Motion::Zoom, 0, -0.2);
      world.view();
    }
    QVERIFY(world.camera.camera().distance <= 20.001);
  }

  void dragKeepsTheTargetUnderThePointer() {
    World world;
    world.fix("tilted");
    const ViewGeometry view = world.view();
    const Vector3d tool(0.05, 0.1, 0.02);
    const QPointF handle = *view.project(tool);
    const QPointF press = handle + QPointF(10, -8);  // not in the middle: no jump
    ToolDrag drag;
    QVERIFY(ToolDrag::reaches(view, tool, press));
    QVERIFY(!ToolDrag::reaches(view, tool, handle + QPointF(25, 0)));
    drag.begin(tool, press);
    QCOMPARE(drag.target(), tool);
    drag.moveTo(view, press + QPointF(-40, 3));
    drag.moveTo(view, press + QPointF(120, -60));
    QVERIFY(distance(*view.project(drag.target()), handle + QPointF(120, -60)) < 0.01);
    QVERIFY(std::abs(view.depth(drag.target()) - view.depth(tool)) < 1e-9);

    drag.deepen(view, 0.1);
    QVERIFY(std::abs(view.depth(drag.target()) - view.depth(tool) - 0.1) < 1e-9);
    QVERIFY(distance(*view.project(drag.target()), handle + QPointF(120, -60)) < 0.01);
    drag.deepen(view, -100);  // never behind the camera
    QVERIFY(view.depth(drag.target()) > 0);
  }

  void aHandleThatIsNotInFrontCannotBeReached() {
    World world;
    world.fix("front");
    const ViewGeometry view = world.view();
    QVERIFY(!ToolDrag::reaches(view, {0, -2, 0}, {480, 320}));
  }

  void framesAreCountedOverASecond() {
    FrameMeter meter;
    QCOMPARE(meter.perSecond(0), 0.0);
    for (int i = 0; i < 100; ++i) meter.frame(i / 30.0);
    QCOMPARE(meter.perSecond(99 / 30.0), 30.0);
    QCOMPARE(meter.perSecond(10.0), 0.0);
  }
};

QTEST_GUILESS_MAIN(ViewGeometryTest)
#include "view_geometry_test.moc"
