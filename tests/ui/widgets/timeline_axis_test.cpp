// Steps ↔ pixels, and what is kept per episode so that long lessons draw fast.
#include "ui/widgets/timeline_axis.h"

#include <QtTest>
#include <limits>

#include "ui/widgets/timeline_runs.h"

using namespace nudge;

class TimelineAxisTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void oneAxisOverAllEpisodes() {
    TimelineAxis axis;
    QVERIFY(!axis.place(0.0));
    QCOMPARE(axis.visible(), (std::pair<std::size_t, std::size_t>{0, 0}));
    axis.setWidth(600);
    axis.setLengths(std::vector{100, 0, 50});
    QCOMPARE(axis.total(), 150);
    QCOMPARE(*axis.place(99.9), (TimelineAxis::Place{0, 99}));
    QCOMPARE(*axis.place(100.0), (TimelineAxis::Place{2, 0}));  // an episode without steps is never met
    QCOMPARE(*axis.place(-5.0), (TimelineAxis::Place{0, 0}));
    QCOMPARE(*axis.place(1e18), (TimelineAxis::Place{2, 49}));
    QCOMPARE(axis.position(axis.x(42.5)), 42.5);
    axis.setLengths(std::vector{-4, 3});  // nonsense lengths count as none
    QCOMPARE(axis.total(), 3);
  }

  void zoomKeepsTheStepUnderTheCursor() {
    TimelineAxis axis;
    axis.setWidth(600);
    axis.setLengths(std::vector<int>(100, 150));
    axis.showEnd();
    axis.scrollBy(-5000.0);
    const double held = axis.position(217.0);
    for (const double factor : {1.25, 3.0, 0.4, 1.1}) {
      axis.zoomAt(217.0, factor);
      QVERIFY(std::abs(axis.position(217.0) - held) < 1e-6);
    }
    for (int i = 0; i < 50; ++i) axis.zoomAt(217.0, 2.0);
    QVERIFY(axis.pixelsPerStep() <= 24.0);
    for (int i = 0; i < 100; ++i) axis.zoomAt(217.0, 0.5);
    QVERIFY(axis.x(static_cast<double>(axis.total())) <= 600.0);  // no further out than everything
    QCOMPARE(axis.left(), 0.0);
  }

  void scrollingStopsAtTheEnds() {
    TimelineAxis axis;
    axis.setWidth(500);
    axis.setLengths(std::vector{1000});
    axis.scrollBy(-100.0);
    QCOMPARE(axis.left(), 0.0);
    QVERIFY(!axis.atEnd());
    axis.scrollBy(1e9);
    QVERIFY(axis.atEnd());
    QVERIFY(axis.x(1000.0) <= 500.0);
    axis.reveal(10.0);
    QVERIFY(axis.x(10.0) >= 0.0);
    const double left = axis.left();
    axis.reveal(100.0);  // in sight already
    QCOMPARE(axis.left(), left);
  }

  void aSlowTasksStepsAreWide() {
    QCOMPARE(TimelineAxis(20.0).pixelsPerStep(), 2.0);
    QCOMPARE(TimelineAxis(1.0).pixelsPerStep(), 12.0);
    QCOMPARE(TimelineAxis(8.0).pixelsPerStep(), 5.0);
    QCOMPARE(TimelineAxis(500.0).pixelsPerStep(), 2.0);
  }

  void fitHoldsWhileTheLessonGrows() {
    TimelineAxis axis;
    axis.setWidth(500);
    axis.setLengths(std::vector{2000});
    axis.fit();
    axis.setLengths(std::vector{2000, 3000});
    QVERIFY(axis.x(5000.0) <= 500.0);
    QCOMPARE(axis.left(), 0.0);
    axis.zoomAt(0.0, 4.0);
    axis.setLengths(std::vector{2000, 3000, 10});
    QVERIFY(axis.x(5010.0) > 500.0);  // the person's zoom stays
  }

  void runsAndExtremes() {
    EpisodeView episode;
    for (int i = 0; i < 1000; ++i) {
      episode.drivers.push_back(i >= 200 && i < 230 ? Driver::Teacher : Driver::Robot);
      episode.features.push_back(0.0f);
      episode.features.push_back(static_cast<float>(i) / 1000.0f);
    }
    episode.features[2 * 500 + 1] = std::numeric_limits<float>::quiet_NaN();
    const EpisodeRuns runs(episode, 1, 2);
    QCOMPARE(runs.drivers().size(), std::size_t{3});
    QCOMPARE(runs.drivers()[1].begin, 200);
    QCOMPARE(runs.drivers()[1].end, 230);
    // Blocks and single steps give what looking at every step gives.
    for (const auto& [begin, end] :
         {std::pair{0, 1000}, {3, 70}, {63, 65}, {64, 128}, {10, 11}, {130, 999}}) {
      const Extremes found = runs.extremes(begin, end);
      QCOMPARE(found.low, runs.value(begin));
      QCOMPARE(found.high, runs.value(end - 1));
    }
    QVERIFY(runs.extremes(500, 501).empty());
    QVERIFY(runs.extremes(-5, 0).empty());
    QVERIFY(runs.extremes(1000, 2000).empty());
    QVERIFY(std::isnan(runs.value(1000)));
    QVERIFY(EpisodeRuns(episode, 7, 2).extremes(0, 10).empty());  // a feature that is not there
  }

  void narrowRunsDoNotVanish() {
    PixelColumns columns(20);
    columns.fill(0.0, 10.2, 1);
    columns.fill(10.2, 10.6, 4);
    columns.fill(10.6, 20.0, 1);
    columns.fill(-50.0, -3.0, 4);
    columns.fill(25.0, 30.0, 4);
    const auto runs = columns.runs();
    QCOMPARE(runs.size(), std::size_t{3});
    QCOMPARE(runs[1].begin, 10);
    QCOMPARE(runs[1].end, 11);
    QCOMPARE(int(runs[1].code), 4);
    QCOMPARE(runs[2].end, 20);
    QVERIFY(PixelColumns(-1).runs().empty());
  }
};

QTEST_GUILESS_MAIN(TimelineAxisTest)
#include "timeline_axis_test.moc"
