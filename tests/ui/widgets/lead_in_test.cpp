// What came before a take-over and is taken for reaction: shown shaded on the timeline, with an edge to drag.
#include <QtTest>

#include "tests/ui/widgets/shown_timeline.h"
#include "ui/model/theme.h"

using namespace nudge;
using nudge::test::LessonFile;
using nudge::test::Shown;
using nudge::test::times;
using Lane = TimelineView::Lane;

class LeadInTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { Theme::set(Theme::light()); }

  void theLeadInIsDraggedWhereItIsShown() {
    LessonFile file;
    file.record(1, times(50, 'r') + times(40, 'T') + times(60, 'r'));
    Shown shown(file);
    const QPoint edge = shown.at(Lane::Driver, 1, 40);
    const QImage picture = shown.view.grab().toImage();
    const double ratio = picture.devicePixelRatio();
    const auto colour = [&](int step) {
      return picture.pixelColor((shown.at(Lane::Driver, 1, step) * ratio) + QPoint(1, -6));
    };
    QVERIFY(colour(45) != colour(20));  // shaded, and not as where the teacher drives
    QVERIFY(colour(45) != colour(70));
    QTest::mouseMove(&shown.view, edge + QPoint(2, 0));
    QCOMPARE(shown.view.cursor().shape(), Qt::SplitHCursor);
    QTest::mouseMove(&shown.view, shown.at(Lane::Driver, 1, 90));  // where the robot has it back: nothing to drag
    QCOMPARE(shown.view.cursor().shape(), Qt::ArrowCursor);
    shown.drag(edge, shown.at(Lane::Driver, 1, 34));
    QCOMPARE(file.segments(1), QStringLiteral("0-34 good, 34-50 bad, 50-90 expert, 90-150 good"));
    QCOMPARE(shown.document->undoText(), QStringLiteral("move the lead-in"));
    shown.drag(shown.at(Lane::Driver, 1, 34), shown.at(Lane::Driver, 1, 46));
    QCOMPARE(file.segments(1), QStringLiteral("0-46 good, 46-50 bad, 50-90 expert, 90-150 good"));
    shown.document->undo();
    shown.document->undo();
    QCOMPARE(file.segments(1), QStringLiteral("0-40 good, 40-50 bad, 50-90 expert, 90-150 good"));
    shown.document->redo();
    QCOMPARE(file.segments(1), QStringLiteral("0-34 good, 34-50 bad, 50-90 expert, 90-150 good"));
    shown.view.setPlayhead(1, 42);
    QVERIFY(shown.view.momentText().contains(QStringLiteral("lead-in: 0.80 s before the take-over")));
  }
};

QTEST_MAIN(LeadInTest)
#include "lead_in_test.moc"
