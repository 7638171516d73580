// How the timeline does with ten hours of steps: opening, painting at several zooms, a live step, scrubbing.
#include <QElapsedTimer>
#include <QtTest>

#include "tests/ui/lesson_file.h"
#include "ui/widgets/timeline_view.h"

using namespace nudge;
using nudge::test::LessonFile;
using nudge::test::times;

class TimelineBench : public QObject {
  Q_OBJECT

 private:
  static constexpr int kEpisodes = 4800, kSteps = 150;  // 720,000 steps are ten hours at 20 Hz

  std::unique_ptr<LessonFile> file_;
  std::unique_ptr<SessionDocument> document_;
  TimelineView view_;

  double paint_ms() {
    QImage image(view_.size(), QImage::Format_RGB32);
    view_.render(&image);
    QElapsedTimer clock;
    clock.start();
    for (int i = 0; i < 20; ++i) view_.render(&image);
    return static_cast<double>(clock.nsecsElapsed()) / 20e6;
  }

 private Q_SLOTS:
  void initTestCase() {
    file_ = std::make_unique<LessonFile>();
    for (int i = 1; i <= kEpisodes; ++i)
      file_->record(i, times(40 + i % 30, 'r') + times(20, 'T') + times(90 - i % 30, 'r'), i % 5 != 0);
    QElapsedTimer clock;
    clock.start();
    document_ = file_->open();
    qInfo("open %lld ms", clock.elapsed());
    const auto loading = [this] {
      return std::any_of(document_->episodes().begin(), document_->episodes().end(),
                         [](const EpisodeView& view) { return view.loading(); });
    };
    qint64 longest = 0;
    while (loading()) {
      QElapsedTimer one;
      one.start();
      document_->refresh();
      longest = std::max(longest, one.elapsed());
    }
    qInfo("all read after %lld ms, longest refresh %lld ms", clock.elapsed(), longest);
    view_.setDocument(document_.get());
    view_.resize(1600, view_.sizeHint().height());
  }

  void painting() {
    view_.zoomToFit();
    const double all = paint_ms();
    view_.zoomBy(30.0);
    const double hours = paint_ms();
    view_.zoomBy(160.0);
    const double seconds = paint_ms();
    qInfo("paint: all %.2f ms, 20 minutes %.2f ms, seconds %.2f ms", all, hours, seconds);
    QVERIFY2(all < 50.0 && hours < 30.0 && seconds < 30.0, "a paint takes longer than a frame");
  }

  void liveStep() {
    const std::vector<float> features{0.5f, 0.5f};
    QElapsedTimer clock;
    clock.start();
    for (int i = 0; i < 150; ++i)
      document_->noteLiveStep({kEpisodes + 1, 1, 0, 1}, i, Driver::Robot, features);
    const double each = static_cast<double>(clock.nsecsElapsed()) / 150e6;
    qInfo("live step %.3f ms", each);
    QVERIFY(each < 5.0);
  }

  void idleRefreshAndScrubbing() {
    QElapsedTimer clock;
    clock.start();
    for (int i = 0; i < 100; ++i) document_->refresh();
    qInfo("refresh without news %.3f ms", static_cast<double>(clock.nsecsElapsed()) / 100e6);
    clock.restart();
    for (int i = 0; i < 200; ++i) QVERIFY(document_->state(1 + i * 17, i % kSteps).ok());
    qInfo("state for scrubbing %.3f ms", static_cast<double>(clock.nsecsElapsed()) / 200e6);
    clock.restart();
    file_->record(kEpisodes + 1, times(20, 'r'));
    document_->refresh();
    qInfo("one more episode, record and refresh %lld ms", clock.elapsed());
  }
};

QTEST_MAIN(TimelineBench)
#include "timeline_bench.moc"
