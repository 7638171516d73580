// The frame round the scene where there is no OpenGL, and how it tells the posture.
#include "ui/scene/scene_frame.h"

#include <QLabel>
#include <QPainter>
#include <QSet>
#include <QSignalSpy>
#include <QtTest>

#include "tests/support/box_task.h"
#include "ui/model/theme.h"
#include "ui/scene/gl_support.h"
#include "ui/scene/posture_badge.h"

using namespace nudge;

namespace {

constexpr Posture kPostures[] = {Posture::Watch, Posture::Teach, Posture::Review, Posture::Paused,
                                   Posture::Held};

}  // namespace

class SceneFrameTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void cleanup() { Theme::set(Theme::light()); }

  void withoutOpenGlItSaysSoAndStaysUsable() {
    QVERIFY(!openGlProblem().isEmpty());
    SceneFrame frame(test::makeBoxTask());
    QSignalSpy failed(&frame, &SceneFrame::drawingFailed);
    QCOMPARE(frame.view(), nullptr);
    QVERIFY(frame.problem().contains("3-D"));
    frame.resize(500, 300);
    frame.show();
    QTRY_COMPARE(failed.size(), 1);
    QCOMPARE(failed.first().first().toString(), frame.problem());
    auto* label = frame.findChild<QLabel*>();
    QVERIFY(label && label->isVisible());
    QCOMPARE(label->text(), frame.problem());
    // Everything still answers.
    frame.showState(std::vector<double>(7, 0.0));
    frame.setGrabEnabled(true);
    frame.setPosture(Posture::Teach);
    QCOMPARE(frame.posture(), Posture::Teach);
    frame.setTask(test::makeBoxTask());
    QCOMPARE(failed.size(), 1);
    QCOMPARE(frame.findChildren<QLabel*>().size(), 1);
  }

  void softwareRenderersAreKnown() {
    QCOMPARE(shortRendererName("llvmpipe (LLVM 15.0.6, 256 bits)"), QString("llvmpipe"));
    QVERIFY(isSoftwareRenderer("llvmpipe (LLVM 15.0.6, 256 bits)"));
    QVERIFY(isSoftwareRenderer("Software Rasterizer"));
    QVERIFY(!isSoftwareRenderer("Mesa Intel(R) UHD Graphics 620 (KBL GT2)"));
    QVERIFY(!isSoftwareRenderer(""));
  }

  void postureIsToldByColourPatternShapeAndWord() {
    QSet<QString> words;
    std::vector<QImage> pictures;
    std::vector<QImage> icons;
    for (const Posture posture : kPostures) {
      SceneFrame frame(test::makeBoxTask());
      frame.resize(500, 300);
      frame.setPosture(posture);
      words << postureWord(posture);
      QCOMPARE(frame.accessibleName(), postureWord(posture));
      pictures.push_back(frame.grab().toImage());

      QImage icon(48, 48, QImage::Format_Grayscale8);
      icon.fill(Qt::white);
      QPainter painter(&icon);
      painter.fillPath(postureIcon(posture, icon.rect()), Qt::black);
      painter.end();
      icons.push_back(icon);
      QVERIFY(QRectF(-1, -1, 50, 50).contains(postureIcon(posture, QRectF(0, 0, 48, 48)).boundingRect()));
    }
    QCOMPARE(words.size(), 5);
    for (std::size_t a = 0; a < 5; ++a) {
      for (std::size_t b = a + 1; b < 5; ++b) {
        QVERIFY(pictures[a] != pictures[b]);
        int different = 0;
        for (int i = 0; i < 48 * 48; ++i) {
          different += std::abs(icons[a].pixelColor(i % 48, i / 48).red() -
                                icons[b].pixelColor(i % 48, i / 48).red()) > 128;
        }
        QVERIFY2(different > 250, "icons differ in shape, not only in colour");
      }
    }
  }

  void theWordIsReadableInEveryTheme() {
    for (const Theme& theme : {Theme::light(), Theme::darkTheme(), Theme::highContrast()}) {
      Theme::set(theme);
      for (const Posture posture : kPostures) {
        const QColor colour = postureColour(posture);
        QVERIFY(Theme::contrast(colour, Theme::textOn(colour)) >= 4.5);
      }
    }
  }

  void narrow() {
    SceneFrame frame(test::makeBoxTask());
    frame.resize(frame.minimumSizeHint());
    QVERIFY(!frame.grab().isNull());
  }
};

QTEST_MAIN(SceneFrameTest)
#include "scene_frame_test.moc"
