// The scene in a real window with real OpenGL: what it draws, and grabbing the tool with the mouse.
#include "ui/scene/scene_view.h"

#include <QApplication>
#include <QSignalSpy>
#include <QVBoxLayout>
#include <QtTest>
#include <cmath>
#include <limits>
#include <numbers>

#include "tests/support/box_task.h"
#include "ui/scene/scene_frame.h"

using namespace nudge;
using Point = std::array<double, 3>;

namespace {

constexpr int kWidth = 600, kHeight = 400;

std::vector<double> stateAt(double x, double y, double z) {
  return {0, x, y, z, 0, 0, 0};
}

int changedPixels(const QImage& a, const QImage& b) {
  if (a.size() != b.size()) return a.width() * a.height();
  int count = 0;
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) count += a.pixel(x, y) != b.pixel(x, y);
  }
  return count;
}

/// Pixels whose colour differs so much that they show something else.
int farPixels(const QImage& a, const QImage& b) {
  int count = 0;
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) {
      count += std::abs(qGray(a.pixel(x, y)) - qGray(b.pixel(x, y))) > 40;
    }
  }
  return count;
}

/// Mean position in widget pixels of the green tool; nothing if it is not in the picture.
std::optional<QPointF> greenCentre(const QImage& image, double ratio) {
  QPointF sum;
  int count = 0;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      const QColor c = image.pixelColor(x, y);
      if (c.green() > 1.6 * c.red() && c.green() > 1.6 * c.blue() && c.green() > 40) {
        sum += QPointF(x + 0.5, y + 0.5);
        ++count;
      }
    }
  }
  if (count < 20) return std::nullopt;
  return sum / count / ratio;
}

double distance(const QPointF& a, const QPointF& b) {
  return std::hypot(a.x() - b.x(), a.y() - b.y());
}

}  // namespace

class SceneViewTest : public QObject {
  Q_OBJECT

  std::unique_ptr<SceneView> view_;
  std::vector<Point> targets_;
  int releases_ = 0;

  /// Pixels of one metre at the tool's depth in "front": 1 m away, fovy 45°.
  static double pixelsPerMetre() { return kHeight / (2 * std::tan(22.5 * std::numbers::pi / 180)); }
  void move(const QPointF& to) {
    QMouseEvent event(QEvent::MouseMove, to, view_->mapToGlobal(to), Qt::NoButton, Qt::LeftButton,
                      Qt::NoModifier);
    QApplication::sendEvent(view_.get(), &event);
  }
  QPoint handle() {
    view_->picture();
    return view_->handlePosition().value_or(QPointF()).toPoint();
  }
  void wheel(int angle) {
    const QPointF at = QPointF(handle());
    QWheelEvent event(at, view_->mapToGlobal(at), {}, {0, angle}, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(view_.get(), &event);
  }

 private Q_SLOTS:
  void init() {
    view_ = std::make_unique<SceneView>(test::makeBoxTask());
    targets_.clear();
    releases_ = 0;
    connect(view_.get(), &SceneView::grabbed, this, [this](const Point& p) { targets_.push_back(p); });
    connect(view_.get(), &SceneView::released, this, [this] { ++releases_; });
    view_->resize(kWidth, kHeight);
    view_->setGrabEnabled(true);
    view_->show();
    QVERIFY(QTest::qWaitForWindowExposed(view_.get()));
  }
  void cleanup() { view_.reset(); }

  void drawsAndNamesTheRenderer() {
    const QImage picture = view_->picture();
    QCOMPARE(picture.size(), QSize(kWidth, kHeight) * view_->devicePixelRatio());
    QVERIFY(!view_->rendererName().isEmpty());
    QCOMPARE(view_->frameCap(), view_->softwareRendering() ? 30 : 60);
    QCOMPARE(view_->shadows(), !view_->softwareRendering());
    QImage black(picture.size(), picture.format());
    black.fill(Qt::black);
    QVERIFY(changedPixels(picture, black) > picture.width() * picture.height() / 4);
    // Opaque everywhere, or the window would shine through.
    for (int y = 0; y < picture.height(); y += 7) {
      for (int x = 0; x < picture.width(); x += 7) QCOMPARE(picture.pixelColor(x, y).alpha(), 255);
    }
  }

  void followsTheStateAndTheCamera() {
    const QImage before = view_->picture();
    QCOMPARE(changedPixels(before, view_->picture()), 0);
    view_->showState(stateAt(-0.1, 0, 0.1));
    const QImage after = view_->picture();
    QVERIFY(changedPixels(before, after) > 300);
    view_->setCamera(2);
    QCOMPARE(view_->camera(), 2);
    QVERIFY(changedPixels(after, view_->picture()) > 10000);
    view_->setCamera(0);
    QCOMPARE(changedPixels(after, view_->picture()), 0);
  }

  void theHandleIsWhereTheToolIs() {
    view_->setGrabEnabled(false);  // a bare picture: no handle over the green tool
    for (const auto& [x, z] : {std::pair(0.1, 0.05), std::pair(-0.2, -0.1), std::pair(0.0, 0.2)}) {
      view_->setGrabEnabled(false);
      view_->showState(stateAt(x, 0, z));
      const auto centre = greenCentre(view_->picture(), view_->devicePixelRatioF());
      QVERIFY(!view_->handlePosition());
      view_->setGrabEnabled(true);
      const auto at = view_->handlePosition();
      QVERIFY(centre && at);
      QVERIFY2(distance(*centre, *at) < 1.5, qPrintable(QString::number(distance(*centre, *at))));
    }
    view_->showState(stateAt(3, 0, 0));
    view_->picture();
    QVERIFY(!view_->handlePosition());
  }

  void theHandleIsDrawnInFrontOfEverything() {
    view_->showState(stateAt(0.2, 0.2, -0.13));  // behind the red box
    const QImage with = view_->picture();
    view_->setGrabEnabled(false);
    QVERIFY(changedPixels(with, view_->picture()) > 100);
  }

  void aDragOnTheHandleMovesATargetInMetres() {
    view_->showState(stateAt(0.05, 0, 0.02));
    const QPoint start = handle() + QPoint(6, -5);  // anywhere on the handle
    QTest::mousePress(view_.get(), Qt::LeftButton, {}, start);
    QVERIFY(view_->isGrabbed());
    QCOMPARE(targets_.size(), std::size_t(1));
    QCOMPARE(targets_.front(), (Point{0.05, 0, 0.02}));  // at once, where the tool is
    QCOMPARE(view_->cursor().shape(), Qt::ClosedHandCursor);

    move(start + QPoint(30, 10));
    move(start + QPoint(80, -60));
    const Point& p = targets_.back();
    QVERIFY(std::abs(p[0] - (0.05 + 80 / pixelsPerMetre())) < 1e-4);
    QVERIFY(std::abs(p[1]) < 1e-4);
    QVERIFY(std::abs(p[2] - (0.02 + 60 / pixelsPerMetre())) < 1e-4);

    QTest::mouseRelease(view_.get(), Qt::LeftButton, {}, start + QPoint(80, -60));
    QVERIFY(!view_->isGrabbed());
    QCOMPARE(releases_, 1);
    const std::size_t sent = targets_.size();
    QTest::qWait(100);
    QCOMPARE(targets_.size(), sent);
  }

  void theHandleThatIsSeenCanBeGrabbed() {
    const QPoint seen = handle();
    view_->showState(stateAt(0.2, 0, 0.1));  // newer than the picture
    QTest::mousePress(view_.get(), Qt::LeftButton, {}, seen);
    QVERIFY(view_->isGrabbed());
    QCOMPARE(targets_.front(), (Point{0.2, 0, 0.1}));  // the tool does not jump back
    QTest::mouseRelease(view_.get(), Qt::LeftButton, {}, seen);
  }

  void theWheelMovesDepthWhileHeldAndZoomsOtherwise() {
    QTest::mousePress(view_.get(), Qt::LeftButton, {}, handle());
    wheel(240);
    QVERIFY(std::abs(targets_.back()[1] - 0.02) < 1e-3);  // away, along +y
    QCOMPARE(view_->camera(), 0);
    QTest::mouseRelease(view_.get(), Qt::LeftButton, {}, handle());
    wheel(240);
    QCOMPARE(view_->camera(), -1);
    QCOMPARE(releases_, 1);
  }

  void aHeldHandleKeepsTalking() {
    QTest::mousePress(view_.get(), Qt::LeftButton, {}, handle());
    QTRY_VERIFY_WITH_TIMEOUT(targets_.size() >= 6, 2000);
    for (const Point& p : targets_) QCOMPARE(p, (Point{0, 0, 0}));
  }

  void everyWayOutReleasesOnce_data() {
    QTest::addColumn<int>("way");
    QTest::newRow("focus") << 0;
    QTest::newRow("window") << 1;
    QTest::newRow("review") << 2;
    QTest::newRow("disabled") << 3;
    QTest::newRow("hidden") << 4;
    QTest::newRow("stopped") << 5;
  }
  void everyWayOutReleasesOnce() {
    QFETCH(int, way);
    QTest::mousePress(view_.get(), Qt::LeftButton, {}, handle());
    QVERIFY(view_->isGrabbed());
    QFocusEvent focusOut(QEvent::FocusOut, Qt::ActiveWindowFocusReason);
    QEvent deactivated(QEvent::WindowDeactivate);
    switch (way) {
      case 0:
        QApplication::sendEvent(view_.get(), &focusOut);
        break;
      case 1:
        QApplication::sendEvent(view_.get(), &deactivated);
        break;
      case 2:
        view_->setPosture(Posture::Review);
        break;
      case 3:
        view_->setGrabEnabled(false);
        break;
      case 4:
        view_->hide();
        break;
      default:
        view_->setPosture(Posture::Held);
        break;
    }
    QVERIFY(!view_->isGrabbed());
    QCOMPARE(releases_, 1);
    const std::size_t sent = targets_.size();
    move({10, 10});  // the button is still down
    QTest::mouseRelease(view_.get(), Qt::LeftButton, {}, {10, 10});
    QCOMPARE(releases_, 1);
    QCOMPARE(targets_.size(), sent);
  }

  void noGrabWhereItIsNotAllowed() {
    const QPoint at = handle();
    view_->setGrabEnabled(false);
    QTest::mousePress(view_.get(), Qt::LeftButton, {}, at);
    QTest::mouseRelease(view_.get(), Qt::LeftButton, {}, at);
    view_->setGrabEnabled(true);
    view_->setPosture(Posture::Review);
    QVERIFY(!view_->handlePosition());
    QTest::mousePress(view_.get(), Qt::LeftButton, {}, at);
    QTest::mouseRelease(view_.get(), Qt::LeftButton, {}, at);
    view_->setPosture(Posture::Watch);
    QTest::mousePress(view_.get(), Qt::RightButton, {}, at);
    QTest::mouseRelease(view_.get(), Qt::RightButton, {}, at);
    QVERIFY(targets_.empty());
    QCOMPARE(releases_, 0);
  }

  void aDragElsewhereTurnsTheCamera() {
    const QImage before = view_->picture();
    const QPoint start = handle() + QPoint(-150, 100);
    QTest::mousePress(view_.get(), Qt::LeftButton, {}, start);
    move(start + QPoint(1, 0));
    QVERIFY2(farPixels(before, view_->picture()) < kWidth * kHeight / 100, "letting go must not jump");
    move(start + QPoint(60, 20));
    QTest::mouseRelease(view_.get(), Qt::LeftButton, {}, start + QPoint(60, 20));
    QVERIFY(targets_.empty());
    QCOMPARE(releases_, 0);
    QCOMPARE(view_->camera(), -1);
    QVERIFY(changedPixels(before, view_->picture()) > 5000);
    view_->resetCamera();
    QCOMPARE(view_->camera(), 0);
    QCOMPARE(changedPixels(before, view_->picture()), 0);
  }

  void hoveringShowsThatItCanBeHeld() {
    const QImage idle = view_->picture();
    QTest::mouseMove(view_.get(), handle() + QPoint(3, 3));
    QTRY_COMPARE(view_->cursor().shape(), Qt::OpenHandCursor);
    QVERIFY(changedPixels(idle, view_->picture()) > 30);
    QTest::mouseMove(view_.get(), handle() + QPoint(120, 90));
    QTRY_COMPARE(view_->cursor().shape(), Qt::ArrowCursor);
  }

  void postureChangesTheHandle() {
    const QImage watch = view_->picture();
    view_->setPosture(Posture::Teach);
    const QImage teach = view_->picture();
    QVERIFY(changedPixels(watch, teach) > 50);
    view_->setPosture(Posture::Held);
    QVERIFY(changedPixels(teach, view_->picture()) > 50);
  }

  void badStatesAreIgnored() {
    const QImage before = view_->picture();
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression("state of 3 numbers"));
    view_->showState(std::vector<double>{1, 2, 3});
    view_->showState(std::vector<double>{});
    auto broken = stateAt(0.1, 0, 0);
    broken[2] = std::numeric_limits<double>::quiet_NaN();
    view_->showState(broken);
    QCOMPARE(changedPixels(before, view_->picture()), 0);
    view_->showState(stateAt(0.1, 0, 0));
    QVERIFY(changedPixels(before, view_->picture()) > 100);
    view_->setCamera(99);  // no such preset: the free camera
    QCOMPARE(view_->camera(), -1);
  }

  void framesAreCapped() {
    view_->setFrameCap(20);
    QElapsedTimer clock;
    clock.start();
    for (int i = 0; clock.elapsed() < 1200; ++i) {
      view_->showState(stateAt(0.0001 * i, 0, 0));
      QTest::qWait(2);
    }
    QVERIFY2(view_->framesPerSecond() <= 22, qPrintable(QString::number(view_->framesPerSecond())));
    QVERIFY2(view_->framesPerSecond() >= 5, qPrintable(QString::number(view_->framesPerSecond())));
    view_->setFrameCap(0);
    QCOMPARE(view_->frameCap(), view_->softwareRendering() ? 30 : 60);
  }

  void nothingNewIsNotDrawnAgain() {
    view_->showState(stateAt(0.1, 0, 0));
    QTest::qWait(1200);
    for (int i = 0; i < 20; ++i) {
      view_->showState(stateAt(0.1, 0, 0));
      QTest::qWait(5);
    }
    QCOMPARE(view_->framesPerSecond(), 0.0);
  }

  void resizing() {
    view_->resize(320, 500);
    QTRY_COMPARE(view_->size(), QSize(320, 500));
    QCOMPARE(view_->picture().size(), QSize(320, 500) * view_->devicePixelRatio());
    const auto at = view_->handlePosition();
    QVERIFY(at && distance(*at, {160, 250}) < 0.5);
  }

  void survivesAnotherWindow() {
    // Moving to another window makes a new OpenGL context under the view.
    view_->showState(stateAt(0.1, 0, 0.1));
    const QImage before = view_->picture();
    QWidget window;
    window.resize(kWidth, kHeight);
    auto* layout = new QVBoxLayout(&window);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(view_.get());
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    QTRY_COMPARE(view_->size(), QSize(kWidth, kHeight));
    QCOMPARE(changedPixels(before, view_->picture()), 0);
    view_.reset();
  }

  void theFrameHoldsAViewAndAnotherWorld() {
    SceneFrame frame(test::makeBoxTask());
    QVERIFY(frame.view());
    QVERIFY(frame.problem().isEmpty());
    QSignalSpy grabs(&frame, &SceneFrame::grabbed);
    frame.setGrabEnabled(true);
    frame.setPosture(Posture::Teach);
    frame.resize(kWidth, kHeight);
    frame.show();
    QVERIFY(QTest::qWaitForWindowExposed(&frame));
    frame.setTask(test::makeBoxTask());
    QTRY_VERIFY(frame.view()->isVisible() && frame.view()->width() > 300);
    frame.view()->picture();
    QTest::mousePress(frame.view(), Qt::LeftButton, {}, frame.view()->handlePosition().value().toPoint());
    QVERIFY(grabs.size() >= 1);
  }
};

int main(int argc, char** argv) {
  setSceneSurfaceFormat();
  QApplication app(argc, argv);
  SceneViewTest test;
  return QTest::qExec(&test, argc, argv);
}
#include "scene_view_test.moc"
