// How long a picture of the bottle task takes, with and without shadows, and pictures to look at: every
// camera and every look of the handle go to the folder in NUDGE_PICTURES, if it is set.
#include <QApplication>
#include <QDir>
#include <QPainter>
#include <QtTest>
#include <ctime>

#include "core/sim/task.h"
#include "ui/model/theme.h"
#include "ui/scene/scene_frame.h"

using namespace nudge;

class SceneBench : public QObject {
  Q_OBJECT

  std::unique_ptr<SceneFrame> frame_;

  void save(const QString& name) {
    const QString folder = qEnvironmentVariable("NUDGE_PICTURES");
    if (folder.isEmpty()) return;
    // A widget's grab() lacks the handle's last frame of OpenGL: put the picture in its place.
    QImage picture = frame_->grab().toImage();
    QPainter painter(&picture);
    painter.drawImage(frame_->view()->geometry(), frame_->view()->picture());
    painter.end();
    QVERIFY(picture.save(QDir(folder).filePath(name + ".png")));
  }

 private Q_SLOTS:
  void init() {
    auto task = makeTask("bottle");
    QVERIFY(task.ok());
    task.value()->reset(3);
    frame_ = std::make_unique<SceneFrame>(std::move(*task));
    QVERIFY(frame_->view());
    frame_->resize(970, 680);
    frame_->setGrabEnabled(true);
    frame_->show();
    QVERIFY(QTest::qWaitForWindowExposed(frame_.get()));
  }
  void cleanup() { frame_.reset(); }

  void pictureTime_data() {
    QTest::addColumn<bool>("shadows");
    QTest::newRow("plain") << false;
    QTest::newRow("shadows and reflection") << true;
  }
  void pictureTime() {
    QFETCH(bool, shadows);
    SceneView* view = frame_->view();
    view->setShadows(shadows);
    view->picture();
    constexpr int kFrames = 60;
    QElapsedTimer clock;
    clock.start();
    const std::clock_t cpu = std::clock();  // all threads: comparable on a busy machine
    for (int i = 0; i < kFrames; ++i) view->picture();
    const double cpu_ms = 1000.0 * static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC / kFrames;
    qInfo("%s, %d x %d: %.1f ms a picture, %.1f ms of processor time", qPrintable(view->rendererName()),
          view->width(), view->height(), static_cast<double>(clock.elapsed()) / kFrames, cpu_ms);
  }

  void liveRate() {
    auto live = makeTask("bottle");
    QVERIFY(live.ok());
    Task& task = **live;
    task.reset(3);
    std::vector<double> state(static_cast<std::size_t>(task.stateSize()));
    const std::vector<float> forward(static_cast<std::size_t>(task.actionSize()), 0.3f);
    QElapsedTimer clock;
    clock.start();
    const std::clock_t cpu = std::clock();
    while (clock.elapsed() < 3000) {
      task.step(forward);
      task.save(state);
      frame_->showState(state);
      QTest::qWait(10);
    }
    qInfo("live, cap %d: %.0f frames a second, %.0f %% of one processor", frame_->view()->frameCap(),
          frame_->view()->framesPerSecond(),
          100.0 * static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC / 3.0);
  }

  void cameras() {
    for (const bool shadows : {false, true}) {
      frame_->view()->setShadows(shadows);
      for (int i = 0; i < 4; ++i) {
        frame_->view()->setCamera(i);
        save(QString("camera%1%2").arg(i).arg(shadows ? "_shadows" : ""));
      }
    }
  }

  void postures() {
    SceneView* view = frame_->view();
    save("idle");
    const QPoint handle = view->handlePosition().value_or(QPointF()).toPoint();
    QTest::mouseMove(view, handle);
    QTRY_COMPARE(view->cursor().shape(), Qt::OpenHandCursor);
    save("hover");
    QTest::mousePress(view, Qt::LeftButton, {}, handle);
    frame_->setPosture(Posture::Teach);
    QMouseEvent move(QEvent::MouseMove, handle + QPoint(110, -40), view->mapToGlobal(handle), Qt::NoButton,
                     Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(view, &move);
    save("held");
    QTest::mouseRelease(view, Qt::LeftButton, {}, handle);
    frame_->setPosture(Posture::Review);
    save("review");
    Theme::set(Theme::darkTheme());
    frame_->setPosture(Posture::Held);
    save("stopped_dark");
    frame_->setPosture(Posture::Watch);
    save("idle_dark");
    Theme::set(Theme::light());
  }
};

int main(int argc, char** argv) {
  setSceneSurfaceFormat();
  QApplication app(argc, argv);
  SceneBench bench;
  return QTest::qExec(&bench, argc, argv);
}
#include "scene_bench.moc"
