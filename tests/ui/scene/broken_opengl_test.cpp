// OpenGL that starts but lacks what MuJoCo's renderer needs: a message takes the picture's place.
#include <QApplication>
#include <QLabel>
#include <QSignalSpy>
#include <QtTest>

#include "tests/support/box_task.h"
#include "ui/scene/scene_frame.h"

using namespace nudge;

class BrokenOpenGlTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aMessageTakesThePicturesPlace() {
    SceneFrame frame(test::makeBoxTask());
    QSignalSpy failed(&frame, &SceneFrame::drawingFailed);
    frame.resize(500, 300);
    frame.show();
    QVERIFY(QTest::qWaitForWindowExposed(&frame));
    if (frame.view() && !frame.view()->softwareRendering()) QSKIP("only Mesa can be told to lack something");
    QTRY_COMPARE(failed.size(), 1);
    QCOMPARE(frame.view(), nullptr);
    QCOMPARE(failed.first().first().toString(), frame.problem());
    auto* label = frame.findChild<QLabel*>();
    QVERIFY(label && label->isVisible() && label->text() == frame.problem());
    frame.showState(std::vector<double>(7, 0.0));
    frame.setPosture(Posture::Held);
    QVERIFY(!frame.grab().isNull());
  }
};

int main(int argc, char** argv) {
  qputenv("MESA_EXTENSION_OVERRIDE", "-GL_ARB_framebuffer_object");
  setSceneSurfaceFormat();
  QApplication app(argc, argv);
  BrokenOpenGlTest test;
  return QTest::qExec(&test, argc, argv);
}
#include "broken_opengl_test.moc"
