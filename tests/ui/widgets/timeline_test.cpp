// The timeline under a person's hands: real mouse and key events, and what the session file holds after.
#include <QAccessible>
#include <QSignalSpy>
#include <QtTest>
#include <random>

#include "tests/ui/widgets/shown_timeline.h"
#include "ui/model/theme.h"

using namespace nudge;
using nudge::test::LessonFile;
using nudge::test::Shown;
using nudge::test::times;
using Lane = TimelineView::Lane;

namespace {

// 0–50 robot, 50–90 teacher, 90–150 robot; the ten steps before 50 are the reaction window.
const std::string kOneTake = times(50, 'r') + times(40, 'T') + times(60, 'r');
const QString kAutomatic = QStringLiteral("0-40 good, 40-50 bad, 50-90 expert, 90-150 good");

}  // namespace

class TimelineTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { Theme::set(Theme::light()); }

  void relabelsASelectionByMouseAndKeys() {
    LessonFile file;
    file.record(1, kOneTake);
    Shown shown(file);
    QSignalSpy selected(&shown.view, &TimelineView::selectionChanged);
    shown.drag(shown.at(Lane::Verdict, 1, 100) + QPoint(1, 0),
               shown.at(Lane::Verdict, 1, 119) + QPoint(1, 0));
    QCOMPARE(*shown.view.selection(), (TimelineView::Selection{1, 100, 120}));
    QVERIFY(selected.count() > 0);
    QTest::keyClick(&shown.view, Qt::Key_B);
    QCOMPARE(file.segments(1),
             QStringLiteral("0-40 good, 40-50 bad, 50-90 expert, 90-100 good, 100-120 bad, 120-150 good"));
    QTest::keyClick(&shown.view, Qt::Key_X);
    QVERIFY(file.segments(1).contains(QStringLiteral("100-120 excluded")));
    QTest::keyClick(&shown.view, Qt::Key_T);  // the robot drove there: good, never expert
    QVERIFY(!file.segments(1).contains(QStringLiteral("100-120 expert")));
    QTest::keyClick(&shown.view, Qt::Key_A);
    QCOMPARE(file.segments(1), kAutomatic);
    shown.document->undo();
    shown.document->undo();
    QVERIFY(file.segments(1).contains(QStringLiteral("100-120 excluded")));
    shown.document->redo();
    shown.document->redo();
    QCOMPARE(file.segments(1), kAutomatic);
  }

  void selectionStaysInItsEpisode() {
    LessonFile file;
    file.record(1, kOneTake);
    file.record(2, kOneTake);
    Shown shown(file);
    shown.drag(shown.at(Lane::Verdict, 1, 120) + QPoint(1, 0), shown.at(Lane::Verdict, 2, 60));
    QCOMPARE(*shown.view.selection(), (TimelineView::Selection{1, 120, 150}));
    QTest::keyClick(&shown.view, Qt::Key_Delete);
    QVERIFY(file.segments(1).endsWith(QStringLiteral("120-150 excluded")));
    QCOMPARE(file.segments(2), kAutomatic);
  }

  void clickSelectsTheSegment() {
    LessonFile file;
    file.record(1, kOneTake);
    Shown shown(file);
    shown.click(shown.at(Lane::Verdict, 1, 70));
    QCOMPARE(*shown.view.selection(), (TimelineView::Selection{1, 50, 90}));
    shown.click(shown.at(Lane::Verdict, 1, 70));  // once more: none
    QVERIFY(!shown.view.selection());
    QTest::keyClick(&shown.view, Qt::Key_A, Qt::ControlModifier);
    QCOMPARE(*shown.view.selection(), (TimelineView::Selection{1, 0, 150}));
    shown.view.clearSelection();
    QVERIFY(!shown.view.selection());
  }

  void draggingABorderIsOneMark() {
    LessonFile file;
    file.record(1, kOneTake);
    Shown shown(file);
    const QPoint border = shown.at(Lane::Verdict, 1, 40);
    QTest::mouseMove(&shown.view, border + QPoint(4, 0));
    QCOMPARE(shown.view.cursor().shape(), Qt::SplitHCursor);
    QTest::mouseMove(&shown.view, border + QPoint(9, 0));
    QCOMPARE(shown.view.cursor().shape(), Qt::ArrowCursor);
    shown.drag(border + QPoint(2, 0), shown.at(Lane::Verdict, 1, 30));
    QCOMPARE(file.segments(1), QStringLiteral("0-30 good, 30-50 bad, 50-90 expert, 90-150 good"));
    QCOMPARE(file.store().marks()->size(), std::size_t{1});
    shown.drag(shown.at(Lane::Verdict, 1, 30), shown.at(Lane::Verdict, 1, 45));
    QCOMPARE(file.segments(1), QStringLiteral("0-45 good, 45-50 bad, 50-90 expert, 90-150 good"));
    shown.document->undo();
    shown.document->undo();
    QCOMPARE(file.segments(1), kAutomatic);
    // A drag that comes back, or goes beyond its neighbours, leaves no mess.
    QTest::mousePress(&shown.view, Qt::LeftButton, {}, border);
    shown.move(border + QPoint(60, 0));
    shown.move(border);
    QTest::mouseRelease(&shown.view, Qt::LeftButton, {}, border);
    QCOMPARE(file.segments(1), kAutomatic);
    QVERIFY(shown.document->undoText().isEmpty());
    shown.drag(border, shown.at(Lane::Verdict, 1, 140));
    QCOMPARE(file.segments(1), QStringLiteral("0-49 good, 49-50 bad, 50-90 expert, 90-150 good"));
  }

  void aSplitBorderMovesWithoutAScar() {
    LessonFile file;
    file.record(1, times(100, 'r'));
    Shown shown(file);
    shown.view.setPlayhead(1, 50);
    QTest::keyClick(&shown.view, Qt::Key_S);
    QCOMPARE(file.segments(1), QStringLiteral("0-50 good, 50-100 good"));
    shown.click(shown.at(Lane::Verdict, 1, 80));
    QTest::keyClick(&shown.view, Qt::Key_B);
    QCOMPARE(file.segments(1), QStringLiteral("0-50 good, 50-100 bad"));
    shown.drag(shown.at(Lane::Verdict, 1, 50), shown.at(Lane::Verdict, 1, 60));
    QCOMPARE(file.segments(1), QStringLiteral("0-60 good, 60-100 bad"));
    shown.drag(shown.at(Lane::Verdict, 1, 60), shown.at(Lane::Verdict, 1, 20));
    QCOMPARE(file.segments(1), QStringLiteral("0-20 good, 20-100 bad"));
  }

  void aSplitBetweenEqualVerdictsMoves() {
    LessonFile file;
    file.record(1, times(100, 'r'));
    Shown shown(file);
    shown.view.setPlayhead(1, 50);
    QTest::keyClick(&shown.view, Qt::Key_S);
    shown.drag(shown.at(Lane::Verdict, 1, 50), shown.at(Lane::Verdict, 1, 70));
    QCOMPARE(file.segments(1), QStringLiteral("0-70 good, 70-100 good"));
    shown.drag(shown.at(Lane::Verdict, 1, 70), shown.at(Lane::Verdict, 1, 20));
    QCOMPARE(file.segments(1), QStringLiteral("0-20 good, 20-100 good"));
    for (const Segment& segment : shown.document->episode(1)->segments) QVERIFY(!segment.byPerson);
    shown.document->undo();
    QCOMPARE(file.segments(1), QStringLiteral("0-70 good, 70-100 good"));
    shown.document->undo();
    shown.document->undo();
    QCOMPARE(file.segments(1), QStringLiteral("0-100 good"));
  }

  void scrubbingTellsTheStep() {
    LessonFile file;
    file.record(1, kOneTake);
    file.record(2, kOneTake);
    Shown shown(file);
    shown.view.setLive(true);
    QSignalSpy scrubbed(&shown.view, &TimelineView::scrubbed);
    shown.drag(shown.at(Lane::Ruler, 2, 10) + QPoint(1, 0), shown.at(Lane::Ruler, 1, 25) + QPoint(1, 0));
    QVERIFY(!shown.view.isLive());
    QVERIFY(scrubbed.count() >= 2);
    QCOMPARE(scrubbed.first()[0].toLongLong(), 2);
    QCOMPARE(scrubbed.first()[1].toInt(), 10);
    QCOMPARE(scrubbed.last()[0].toLongLong(), 1);
    QCOMPARE(scrubbed.last()[1].toInt(), 25);
    QCOMPARE(shown.view.playhead(), (std::pair<qint64, int>{1, 25}));
    QCOMPARE((*shown.document->state(1, 25))[1], 25.0);
    scrubbed.clear();
    shown.view.setPlayhead(2, 3);  // the window's own moves are not told back
    shown.view.setPlayhead(77, 3);
    QCOMPARE(scrubbed.count(), 0);
    QCOMPARE(shown.view.playhead(), (std::pair<qint64, int>{2, 3}));
  }

  void keysMoveThePlayhead() {
    LessonFile file;
    file.record(1, kOneTake);
    file.record(2, kOneTake);
    Shown shown(file);
    shown.view.setPlayhead(1, 148);
    const auto press = [&](Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
      QTest::keyClick(&shown.view, key, modifiers);
      return shown.view.playhead();
    };
    using Moment = std::pair<qint64, int>;
    QCOMPARE(press(Qt::Key_Right), (Moment{1, 149}));
    QCOMPARE(press(Qt::Key_Right), (Moment{2, 0}));
    QCOMPARE(press(Qt::Key_Left), (Moment{1, 149}));
    QCOMPARE(press(Qt::Key_Left, Qt::ShiftModifier), (Moment{1, 129}));
    QCOMPARE(press(Qt::Key_Left, Qt::ControlModifier), (Moment{1, 90}));
    QCOMPARE(press(Qt::Key_Left, Qt::ControlModifier), (Moment{1, 50}));
    QCOMPARE(press(Qt::Key_Right, Qt::ControlModifier), (Moment{1, 90}));
    QCOMPARE(press(Qt::Key_Home), (Moment{1, 0}));
    QCOMPARE(press(Qt::Key_Left), (Moment{1, 0}));
    QCOMPARE(press(Qt::Key_End), (Moment{1, 149}));
    QCOMPARE(press(Qt::Key_PageDown), (Moment{2, 0}));
    QCOMPARE(press(Qt::Key_PageUp), (Moment{1, 0}));
    QCOMPARE(press(Qt::Key_End, Qt::ControlModifier), (Moment{2, 149}));
    QCOMPARE(press(Qt::Key_Home, Qt::ControlModifier), (Moment{1, 0}));
    // A range by keys alone.
    shown.view.setPlayhead(1, 10);
    press(Qt::Key_I);
    shown.view.setPlayhead(1, 19);
    press(Qt::Key_O);
    QCOMPARE(*shown.view.selection(), (TimelineView::Selection{1, 10, 20}));
    press(Qt::Key_B);
    QVERIFY(file.segments(1).startsWith(QStringLiteral("0-10 good, 10-20 bad, 20-40 good")));
  }

  void marksTheSegmentUnderThePlayheadOrTheLastSecond() {
    LessonFile file;
    file.record(1, kOneTake);
    file.begin(2);
    file.append(2, times(60, 'r'));
    Shown shown(file);
    shown.view.setPlayhead(1, 45);
    QTest::keyClick(&shown.view, Qt::Key_G);
    QVERIFY(file.segments(1).startsWith(QStringLiteral("0-50 good, 50-90 expert")));
    shown.view.setLive(true);
    QVERIFY(shown.view.mark(Verdict::Bad));
    QCOMPARE(file.segments(2), QStringLiteral("0-40 good, 40-60 bad"));
  }

  void zoomAndScrollWithTheWheel() {
    LessonFile file;
    for (int i = 1; i <= 12; ++i) file.record(i, kOneTake);
    Shown shown(file);
    shown.view.zoomToFit();
    const QPoint cursor = shown.at(Lane::Curve, 6, 75);
    const int before = shown.at(Lane::Curve, 7, 75).x() - cursor.x();
    shown.wheel(3, Qt::ControlModifier, cursor);
    QVERIFY(std::abs(shown.at(Lane::Curve, 6, 75).x() - cursor.x()) <= 1);
    QVERIFY(shown.at(Lane::Curve, 7, 75).x() - shown.at(Lane::Curve, 6, 75).x() > before * 3 / 2);
    const int x = shown.at(Lane::Curve, 6, 75).x();
    shown.wheel(-1, {}, cursor);
    QVERIFY(shown.at(Lane::Curve, 6, 75).x() < x);
    shown.wheel(1, Qt::ShiftModifier, cursor);
    QCOMPARE(shown.at(Lane::Curve, 6, 75).x(), x);
    shown.view.zoomToFit();
    QVERIFY(shown.at(Lane::Curve, 12, 149).x() <= shown.view.width());
  }

  void followsTheLiveEndUntilThePersonLooksElsewhere() {
    LessonFile file;
    for (int i = 1; i <= 8; ++i) file.record(i, kOneTake);
    file.begin(9);
    file.append(9, times(5, 'r'));
    Shown shown(file);
    shown.view.setLive(true);
    const std::vector<float> features{0.5f, 0.5f};
    const auto live = [&](int step) {
      shown.document->noteLiveStep({9, 42, 0, 1}, step, Driver::Teacher, features);
    };
    live(5);
    QCOMPARE(shown.view.playhead(), (std::pair<qint64, int>{9, 5}));
    const int x = shown.at(Lane::Ruler, 9, 5).x();
    live(30);
    QCOMPARE(shown.view.playhead().second, 30);
    QVERIFY(std::abs(shown.at(Lane::Ruler, 9, 30).x() - x) <= 1);  // the end stays where it is
    shown.wheel(3, {}, shown.at(Lane::Curve, 9, 0));
    const int away = shown.at(Lane::Ruler, 5, 0).x();
    live(40);
    QCOMPARE(shown.at(Lane::Ruler, 5, 0).x(), away);
    shown.wheel(-30, {}, shown.at(Lane::Curve, 9, 0));
    live(60);
    QVERIFY(std::abs(shown.at(Lane::Ruler, 9, 60).x() - x) <= 1);
  }

  void readOnlyShowsButDoesNotMark() {
    LessonFile file;
    file.record(1, kOneTake);
    Shown shown(file, true);
    QSignalSpy failed(shown.document.get(), &SessionDocument::failed);
    QTest::mouseMove(&shown.view, shown.at(Lane::Verdict, 1, 50));
    QCOMPARE(shown.view.cursor().shape(), Qt::ArrowCursor);
    shown.drag(shown.at(Lane::Verdict, 1, 50), shown.at(Lane::Verdict, 1, 60));
    QTest::keyClick(&shown.view, Qt::Key_B);
    QTest::keyClick(&shown.view, Qt::Key_S);
    QVERIFY(failed.count() >= 1);
    QVERIFY(file.store().marks()->empty());
    QVERIFY(shown.view.momentText().contains(QStringLiteral("read-only")));
    QTest::keyClick(&shown.view, Qt::Key_Right);  // looking is allowed
    QVERIFY(shown.view.playhead().second > 0);
  }

  void speaksToScreenReaders() {
    LessonFile file;
    file.record(1, kOneTake);
    Shown shown(file);
    shown.view.setPlayhead(1, 70);
    QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(&shown.view);
    QVERIFY(spoken);
    QCOMPARE(spoken->role(), QAccessible::Slider);
    QCOMPARE(spoken->text(QAccessible::Name), QStringLiteral("Timeline"));
    const QString value = spoken->text(QAccessible::Value);
    for (const char* part : {"Episode 1", "step 71 of 150", "3.50 s", "teacher drives", "expert"})
      QVERIFY2(value.contains(QLatin1String(part)), qPrintable(value));
    QVERIFY(spoken->valueInterface());
    QCOMPARE(spoken->valueInterface()->currentValue().toInt(), 70);
    QCOMPARE(spoken->valueInterface()->maximumValue().toInt(), 149);
    QSignalSpy scrubbed(&shown.view, &TimelineView::scrubbed);
    spoken->valueInterface()->setCurrentValue(10);
    QCOMPARE(scrubbed.count(), 1);
    QVERIFY(spoken->text(QAccessible::Value).contains(QStringLiteral("robot drives")));
  }

  void emptyAndGoneDocuments() {
    TimelineView view;
    view.resize(600, 200);
    view.show();
    QTest::keyClick(&view, Qt::Key_G);
    QTest::mouseClick(&view, Qt::LeftButton, {}, view.rect().center());
    QCOMPARE(view.momentText(), QStringLiteral("No steps yet"));
    QVERIFY(!view.mark(Verdict::Good));
    {
      LessonFile file;
      const auto document = file.open();
      view.setDocument(document.get());
      view.grab();
      QTest::mouseClick(&view, Qt::LeftButton, {}, view.rect().center());
      file.record(1, kOneTake);
      document->refresh();
      QCOMPARE(view.playhead().first, 1);
    }
    view.grab();  // the document went away first
    QTest::keyClick(&view, Qt::Key_Right);
    QTest::mouseMove(&view, view.rect().center());
  }

  void keysBeforeTheWindowsShortcuts() {
    LessonFile file;
    file.record(1, kOneTake);
    Shown shown(file);
    const auto taken = [&](int key, Qt::KeyboardModifiers modifiers = {}) {
      QKeyEvent event(QEvent::ShortcutOverride, key, modifiers);
      event.ignore();
      QCoreApplication::sendEvent(&shown.view, &event);
      return event.isAccepted();
    };
    QVERIFY(taken(Qt::Key_G));
    QVERIFY(taken(Qt::Key_Left));
    QVERIFY(taken(Qt::Key_A, Qt::ControlModifier));
    // Stop, pause, undo and the speed keys always belong to the window.
    for (const int key :
         {Qt::Key_Escape, Qt::Key_Space, Qt::Key_Tab, Qt::Key_BracketLeft, Qt::Key_Period, Qt::Key_L})
      QVERIFY(!taken(key));
    QVERIFY(!taken(Qt::Key_Z, Qt::ControlModifier));
    shown.view.setLive(true);
    QVERIFY(!taken(Qt::Key_G));  // the window tells taps from holds while the robot runs
  }

  // Writes what it draws to the folder in NUDGE_PICTURES; a person looks at them.
  void pictures() {
    LessonFile file;
    std::mt19937 random(3);
    int version = 0;
    for (int i = 1; i <= 90; ++i) {
      if (i % 30 == 1 && i > 1) version = file.learn(version + 1, -0.4 - 0.1 * version);
      const int at = 20 + static_cast<int>(random() % 60), takes = 10 + static_cast<int>(random() % 30);
      std::string who = times(150, 'r');
      if (random() % 3 != 0 || i > 84)
        who.replace(static_cast<std::size_t>(at), static_cast<std::size_t>(takes), times(takes, 'T'));
      file.record(i, who, random() % 5 != 0, version, version + 1);
    }
    file.begin(91, version, version + 1);
    file.append(91, times(40, 'r') + times(12, 'T'));
    const auto save = [](QWidget& widget, const QString& name) {
      const QImage image = widget.grab().toImage();
      if (const QString folder = qEnvironmentVariable("NUDGE_PICTURES"); !folder.isEmpty())
        QVERIFY(image.save(folder + u'/' + name + QStringLiteral(".png")));
    };
    for (const Theme& theme : {Theme::light(), Theme::darkTheme(), Theme::highContrast()}) {
      Theme::set(theme);
      Shown shown(file, false, 1200);
      for (int i = 0; i < 500; ++i) shown.document->refresh();
      shown.view.setPlayhead(90, 97);
      save(shown.view, QStringLiteral("wide-") + theme.name);
      shown.view.select({90, 70, 100});
      shown.view.zoomBy(2.5);
      save(shown.view, QStringLiteral("selection-") + theme.name);
      shown.view.zoomToFit();
      shown.view.clearSelection();
      save(shown.view, QStringLiteral("many-") + theme.name);
      shown.view.resize(600, shown.view.minimumSizeHint().height());
      save(shown.view, QStringLiteral("many-narrow-") + theme.name);
      shown.view.zoomBy(12.0);
      save(shown.view, QStringLiteral("narrow-") + theme.name);
      shown.view.setLive(true);
      save(shown.view, QStringLiteral("live-") + theme.name);
      shown.view.setDocument(nullptr);
      save(shown.view, QStringLiteral("empty-") + theme.name);
      Shown readOnly(file, true, 800);
      save(readOnly.view, QStringLiteral("readonly-") + theme.name);
      QApplication::setFont(QFont(QApplication::font().family(), 18));
      Shown large(file, true, 1200);
      save(large.view, QStringLiteral("large-") + theme.name);
      QApplication::setFont(QFont(QApplication::font().family(), 9));
    }
  }
};

QTEST_MAIN(TimelineTest)
#include "timeline_test.moc"
