#include <QTest>
#include <cmath>

#include "ui/model/keyboard_drive.h"
#include "ui/model/live_marks.h"

using namespace nudge;

class LiveInputTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void keysMoveAlongTheWorld() {
    KeyboardDrive drive(0.2);
    QVERIFY(!drive.engaged());
    QVERIFY(drive.press(Qt::Key_W));
    QVERIFY(drive.engaged());
    QCOMPARE(drive.velocity()[0], 0.2);
    QVERIFY(drive.press(Qt::Key_Up));  // the same direction twice is no faster
    QCOMPARE(drive.velocity()[0], 0.2);
    drive.press(Qt::Key_PageUp);
    QCOMPARE(std::hypot(drive.velocity()[0], drive.velocity()[2]), 0.2);
    drive.releaseAll();
    QVERIFY(!drive.engaged());
  }

  void aKeyHasADirection() {
    QCOMPARE(KeyboardDrive::direction(Qt::Key_Left), (std::array<double, 3>{0.0, 1.0, 0.0}));
    QCOMPARE(KeyboardDrive::direction(Qt::Key_S), (std::array<double, 3>{-1.0, 0.0, 0.0}));
    QCOMPARE(KeyboardDrive::direction(Qt::Key_Space), (std::array<double, 3>{}));
  }

  void oppositeKeysHoldStill() {
    KeyboardDrive drive(0.2);
    drive.press(Qt::Key_A);
    drive.press(Qt::Key_D);
    QVERIFY(drive.engaged());  // holding still is driving too
    QCOMPARE(drive.velocity()[1], 0.0);
    QVERIFY(drive.release(Qt::Key_D));
    QCOMPARE(drive.velocity()[1], 0.2);
  }

  void fineIsAQuarter() {
    KeyboardDrive drive(0.2);
    drive.press(Qt::Key_E);
    drive.setFine(true);
    QCOMPARE(drive.velocity()[2], -0.05);
  }

  void otherKeysDoNotDrive() {
    KeyboardDrive drive(0.2);
    for (const int key : {int(Qt::Key_Space), int(Qt::Key_G), int(Qt::Key_B), int(Qt::Key_H), int(Qt::Key_Home)}) {
      QVERIFY(!drive.press(key));
    }
    QVERIFY(!drive.release(Qt::Key_W));
  }

  void tapIsTheLastSecond() {
    LiveMarks marks(20);
    marks.moved(3, 50);
    marks.press(Verdict::Bad, 10.0);
    marks.moved(3, 52);
    QCOMPARE(marks.release(10.1), (std::vector<MarkedStretch>{{3, 32, 52, Verdict::Bad}}));
  }

  void tapAtTheStartIsShort() {
    LiveMarks marks(20);
    marks.moved(1, 4);
    marks.press(Verdict::Good, 0.0);
    QCOMPARE(marks.release(0.1), (std::vector<MarkedStretch>{{1, 0, 4, Verdict::Good}}));
  }

  void tapOnNothingMarksNothing() {
    LiveMarks marks(20);
    marks.moved(1, 0);
    marks.press(Verdict::Good, 0.0);
    QVERIFY(marks.release(0.1).empty());
    QVERIFY(marks.release(0.2).empty());
  }

  void holdIsTheHeldStretch() {
    LiveMarks marks(20);
    marks.moved(2, 10);
    marks.press(Verdict::Good, 1.0);
    marks.moved(2, 55);
    QCOMPARE(marks.release(3.2), (std::vector<MarkedStretch>{{2, 10, 55, Verdict::Good}}));
  }

  void marksAreMovedBackByTheReaction() {
    LiveMarks marks(20, 0.4);
    marks.moved(2, 60);
    marks.press(Verdict::Bad, 1.0);
    QCOMPARE(marks.release(1.1), (std::vector<MarkedStretch>{{2, 32, 52, Verdict::Bad}}));
    marks.press(Verdict::Good, 2.0);
    marks.moved(2, 90);
    QCOMPARE(marks.release(3.5), (std::vector<MarkedStretch>{{2, 52, 82, Verdict::Good}}));
  }

  void inASlowWorldAReactionIsFewerSteps() {
    LiveMarks marks(20, 0.4);
    marks.moved(2, 60, 0.25);
    marks.press(Verdict::Bad, 1.0);
    QCOMPARE(marks.release(1.1), (std::vector<MarkedStretch>{{2, 38, 58, Verdict::Bad}}));
  }

  void aReactionMayBelongToTheEpisodeBefore() {
    LiveMarks marks(20, 0.5);
    marks.moved(2, 149);
    marks.moved(3, 0);
    marks.moved(3, 4);
    marks.press(Verdict::Bad, 1.0);  // what was meant was six steps before the end of episode 2
    QCOMPARE(marks.release(1.1), (std::vector<MarkedStretch>{{2, 123, 143, Verdict::Bad}}));
    marks.press(Verdict::Bad, 2.0);
    marks.moved(3, 30);
    QCOMPARE(marks.release(3.0), (std::vector<MarkedStretch>{{2, 143, 149, Verdict::Bad}, {3, 0, 20, Verdict::Bad}}));
    marks.moved(4, 3);
    marks.moved(5, 2);
    marks.press(Verdict::Good, 4.0);  // two episodes that were reset at once
    QCOMPARE(marks.release(4.1), (std::vector<MarkedStretch>{{3, 5, 25, Verdict::Good}}));
  }

  void aReactionDoesNotReachBeforeTheLesson() {
    LiveMarks marks(20, 0.5);
    marks.moved(1, 0);
    marks.press(Verdict::Bad, 1.0);
    QVERIFY(marks.release(1.1).empty());
    marks.moved(1, 7);
    marks.press(Verdict::Bad, 2.0);
    QCOMPARE(marks.release(2.1), (std::vector<MarkedStretch>{{1, 0, 7, Verdict::Bad}}));
    marks.moved(1, 40);
    marks.press(Verdict::Bad, 3.0);
    QVERIFY(marks.release(4.0).empty());  // held while the world stood still
  }

  void holdOverAnEpisodeBorder() {
    LiveMarks marks(20);
    marks.moved(2, 140);
    marks.press(Verdict::Bad, 1.0);
    marks.moved(2, 149);
    marks.moved(3, 0);
    marks.moved(3, 12);
    QCOMPARE(marks.release(1.2),
             (std::vector<MarkedStretch>{{2, 140, 149, Verdict::Bad}, {3, 0, 12, Verdict::Bad}}));
  }
};

QTEST_MAIN(LiveInputTest)
#include "live_input_test.moc"
