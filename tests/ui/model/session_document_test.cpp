// The session document over real files: what a second connection, a crash and an undo look like from it.
#include <QSignalSpy>
#include <QtTest>
#include <limits>

#include "tests/ui/lesson_file.h"

using namespace nudge;
using nudge::test::LessonFile;
using nudge::test::times;

namespace {
QString shown(const EpisodeView* view) {
  QStringList parts;
  for (const Segment& s : view->segments)
    parts << QStringLiteral("%1-%2 %3").arg(s.begin).arg(s.end).arg(QLatin1String(name(s.verdict)));
  return parts.join(QStringLiteral(", "));
}
}  // namespace

class SessionDocumentTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void showsWhatTheFileHolds() {
    LessonFile file;
    file.record(1, times(30, 'r') + times(20, 'T') + times(10, 'r'));
    file.record(2, times(40, 'r'), false);
    const auto document = file.open();
    QCOMPARE(document->episodes().size(), std::size_t{2});
    const EpisodeView* first = document->episode(1);
    QVERIFY(first);
    QCOMPARE(first->steps(), 60);
    QVERIFY(!first->live);
    QVERIFY(!first->loading());
    QCOMPARE(first->drivers[29], Driver::Robot);
    QCOMPARE(first->drivers[30], Driver::Teacher);
    QCOMPARE(first->features.size(), std::size_t{120});
    QCOMPARE(first->features[2 * 7], test::lessonStep(1, 7, Driver::Robot).features[0]);
    // Half a second before the take-over is the reaction window.
    QCOMPARE(shown(first), QStringLiteral("0-20 good, 20-30 bad, 30-50 expert, 50-60 good"));
    QCOMPARE(shown(first), file.segments(1));
    QVERIFY(document->episode(2) && !document->episode(2)->row.success);
    QVERIFY(!document->episode(3));
    QCOMPARE(document->rates().size(), std::size_t{1});
    QCOMPARE(document->rates()[0].steps, 100);
    QCOMPARE(document->rates()[0].rate(), 0.2);
  }

  void scrubbingGivesTheStoredState() {
    LessonFile file;
    file.record(1, times(50, 'r'));
    const auto document = file.open();
    const auto state = document->state(1, 33);
    QVERIFY(state.ok());
    QCOMPARE((*state)[1], 33.0);
    QCOMPARE((*document->state(1, 50))[1], 50.0);  // the final one
    QVERIFY(!document->state(1, 51));
    QVERIFY(!document->state(9, 0));
  }

  void refreshReadsOnlyWhatIsNew() {
    LessonFile file;
    file.record(1, times(20, 'r'));
    const auto document = file.open();
    QSignalSpy added(document.get(), &SessionDocument::episodesChanged);
    QSignalSpy changed(document.get(), &SessionDocument::episodeChanged);
    document->refresh();
    QCOMPARE(added.count() + changed.count(), 0);
    file.begin(2);
    file.append(2, times(15, 'r'));
    document->refresh();
    QCOMPARE(added.count(), 1);
    QVERIFY(document->episode(2)->live);
    QCOMPARE(document->episode(2)->steps(), 15);
    changed.clear();
    file.append(2, times(5, 'T'));
    document->refresh();
    for (const auto& signal : changed) QCOMPARE(signal[0].toLongLong(), 2);
    QVERIFY(changed.count() > 0);
    QCOMPARE(document->episode(2)->drivers[19], Driver::Teacher);
    file.end(2, true);
    document->refresh();
    QVERIFY(!document->episode(2)->live);
    QVERIFY(document->episode(2)->row.success);
  }

  void liveStepsAreShownBeforeTheyAreStored() {
    LessonFile file;
    const auto document = file.open();
    const EpisodeStart start{1, 42, 0, 1};
    const std::vector<float> features{0.5f, 0.25f};
    QSignalSpy added(document.get(), &SessionDocument::episodesChanged);
    document->noteLiveStep(start, 0, Driver::Robot, features);
    QCOMPARE(added.count(), 1);
    document->noteLiveStep(start, 4, Driver::Teacher, features);  // 1 to 3 were missed
    QCOMPARE(document->episode(1)->steps(), 5);
    QCOMPARE(document->episode(1)->drivers[2], Driver::Teacher);
    QCOMPARE(document->episode(1)->row.takeOvers, 1);
    document->noteLiveStep(start, 2, Driver::Robot, features);  // old news
    document->noteLiveStep(start, -1, Driver::Robot, features);
    QCOMPARE(document->episode(1)->steps(), 5);
    document->noteLiveStep(start, 5, Driver::Teacher, {});  // features of another size are not believed
    QVERIFY(std::isnan(document->episode(1)->features[10]));

    // The file comes after and is right about the missed steps; what it has not yet stays.
    file.begin(1);
    file.append(1, "rrrT");
    document->refresh();
    QCOMPARE(document->episode(1)->steps(), 6);
    QCOMPARE(document->episode(1)->drivers[2], Driver::Robot);
    QCOMPARE(document->episode(1)->drivers[5], Driver::Teacher);
    QCOMPARE(document->episode(1)->stored, 4);
    // An episode that ends with fewer steps than were shown has those of the file.
    file.end(1);
    document->refresh();
    QCOMPARE(document->episode(1)->steps(), 4);
    QCOMPARE(document->episode(1)->segments.back().end, 4);
    document->noteLiveStep(start, 9, Driver::Robot, features);  // too late
    QCOMPARE(document->episode(1)->steps(), 4);
  }

  void marksGoToTheFileAndBack() {
    LessonFile file;
    file.record(1, times(40, 'r'));
    const auto document = file.open();
    QSignalSpy undo(document.get(), &SessionDocument::undoChanged);
    QVERIFY(document->paint(1, 10, 20, Verdict::Bad, QStringLiteral("mark as bad")));
    QCOMPARE(file.segments(1), QStringLiteral("0-10 good, 10-20 bad, 20-40 good"));
    QCOMPARE(document->undoText(), QStringLiteral("mark as bad"));
    QCOMPARE(undo.count(), 1);
    QVERIFY(document->cut(1, 30));
    QCOMPARE(shown(document->episode(1)), QStringLiteral("0-10 good, 10-20 bad, 20-30 good, 30-40 good"));
    document->undo();
    document->undo();
    QCOMPARE(file.segments(1), QStringLiteral("0-40 good"));
    QVERIFY(document->undoText().isEmpty());
    QCOMPARE(document->redoText(), QStringLiteral("mark as bad"));
    document->undo();  // nothing left
    document->redo();
    QCOMPARE(file.segments(1), QStringLiteral("0-10 good, 10-20 bad, 20-40 good"));
    // The log outlives the window.
    const auto later = file.open();
    QCOMPARE(later->undoText(), QStringLiteral("mark as bad"));
    QCOMPARE(later->redoText(), QStringLiteral("split"));
    later->redo();
    document->refresh();
    QCOMPARE(shown(document->episode(1)), file.segments(1));
    QVERIFY(later->restoreAutomatic(1, 0, 40));
    QCOMPARE(file.segments(1), QStringLiteral("0-40 good"));
  }

  void marksInTheFirstHalfSecondWaitForTheirEpisode() {
    LessonFile file;
    const auto document = file.open();
    QSignalSpy failed(document.get(), &SessionDocument::failed);
    document->noteLiveStep({1, 42, 0, 1}, 9, Driver::Robot, {});  // the file has nothing of it yet
    QVERIFY(document->paint(1, 0, 10, Verdict::Bad, QStringLiteral("mark as bad")));
    QVERIFY(document->paint(1, 0, 4, Verdict::Excluded, QStringLiteral("leave out")));
    QVERIFY(document->cut(1, 6));
    QCOMPARE(shown(document->episode(1)), QStringLiteral("0-4 excluded, 4-6 bad, 6-10 bad"));
    QCOMPARE(document->undoText(), QStringLiteral("split"));
    document->undo();
    QCOMPARE(document->undoText(), QStringLiteral("leave out"));
    QCOMPARE(shown(document->episode(1)), QStringLiteral("0-4 excluded, 4-10 bad"));
    document->redo();  // what never was in the file is gone
    QCOMPARE(document->undoText(), QStringLiteral("leave out"));
    document->refresh();
    QCOMPARE(file.store().marks()->size(), std::size_t{0});

    file.begin(1);
    file.append(1, times(12, 'r'));
    document->refresh();
    QCOMPARE(file.segments(1), QStringLiteral("0-4 excluded, 4-10 bad, 10-12 good"));
    QCOMPARE(shown(document->episode(1)), file.segments(1));
    QCOMPARE(document->undoText(), QStringLiteral("leave out"));
    document->undo();
    document->undo();
    QCOMPARE(file.segments(1), QStringLiteral("0-12 good"));
    QCOMPARE(failed.count(), 0);
  }

  void marksThatChangeNothingAreNotKept() {
    LessonFile file;
    file.record(1, times(40, 'r'));
    const auto document = file.open();
    QVERIFY(!document->paint(1, 20, 20, Verdict::Bad, {}));
    QVERIFY(!document->paint(1, 50, 60, Verdict::Bad, {}));
    QVERIFY(!document->paint(7, 0, 10, Verdict::Bad, {}));
    QVERIFY(!document->cut(1, 0));
    QVERIFY(!document->cut(1, 40));
    QVERIFY(!document->restoreAutomatic(1, 0, 40));
    QVERIFY(document->undoText().isEmpty());
    QVERIFY(document->paint(1, -5, 900, Verdict::Bad, QStringLiteral("mark as bad")));
    QVERIFY(!document->paint(1, 5, 9, Verdict::Bad, QStringLiteral("mark as bad")));
    QCOMPARE(file.store().marks()->size(), std::size_t{1});
  }

  void readOnlyRefusesAndSaysSo() {
    LessonFile file;
    file.record(1, times(40, 'r'));
    const auto document = file.open(true);
    QVERIFY(document->readOnly());
    QSignalSpy failed(document.get(), &SessionDocument::failed);
    QVERIFY(!document->paint(1, 0, 10, Verdict::Bad, QStringLiteral("mark as bad")));
    QVERIFY(!document->setActiveVersion(0));
    document->undo();
    QCOMPARE(failed.count(), 3);
    QVERIFY(failed[0][0].toString().contains(QStringLiteral("read-only")));
    QCOMPARE(file.segments(1), QStringLiteral("0-40 good"));
  }

  void policiesOfTheLearnerAppear() {
    LessonFile file;
    file.record(1, times(20, 'r'));
    const auto document = file.open();
    QCOMPARE(document->policies().size(), std::size_t{1});
    QSignalSpy policies(document.get(), &SessionDocument::policiesChanged);
    QSignalSpy updates(document.get(), &SessionDocument::updatesChanged);
    QCOMPARE(file.learn(1, -0.78), 1);
    document->refresh();
    QCOMPARE(policies.count(), 1);
    QCOMPARE(updates.count(), 1);
    QCOMPARE(document->activeVersion(), 1);
    QVERIFY(document->setActiveVersion(0));
    QCOMPARE(*file.store().activeVersion(), 0);
    QSignalSpy failed(document.get(), &SessionDocument::failed);
    QVERIFY(!document->setActiveVersion(17));
    QCOMPARE(failed.count(), 1);
    QCOMPARE(document->activeVersion(), 0);
  }

  void badFilesAreRefused() {
    QTemporaryDir folder;
    QVERIFY(!SessionDocument::open(folder.filePath(QStringLiteral("absent.nudge")), false));
    const QString foreign = folder.filePath(QStringLiteral("foreign.nudge"));
    QFile text(foreign);
    QVERIFY(text.open(QIODevice::WriteOnly));
    text.write("not a lesson at all, but long enough to look like a file of some kind\n");
    text.close();
    QVERIFY(!SessionDocument::open(foreign, false));
    QVERIFY(!SessionDocument::open(foreign, true));
  }

  void manyEpisodesComeInOverSeveralRefreshes() {
    LessonFile file;
    for (int i = 1; i <= 60; ++i) file.record(i, times(100, 'r') + times(20, 'T'));
    const auto document = file.open();
    QCOMPARE(document->episodes().size(), std::size_t{60});
    QCOMPARE(document->episode(60)->steps(), 120);
    const auto loading = [&] {
      return std::any_of(document->episodes().begin(), document->episodes().end(),
                         [](const EpisodeView& view) { return view.loading(); });
    };
    for (int i = 0; i < 1000 && loading(); ++i) document->refresh();
    QVERIFY(!loading());
    for (const EpisodeView& view : document->episodes()) QCOMPARE(view.segments.back().end, 120);
  }
};

QTEST_MAIN(SessionDocumentTest)
#include "session_document_test.moc"
