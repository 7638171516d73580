// What the parts of the timeline share. Private to ui/widgets/timeline_*.cpp.
#pragma once

#include <QPointer>
#include <QRect>
#include <optional>
#include <vector>

#include "core/teach/lead_in.h"
#include "ui/widgets/timeline_axis.h"
#include "ui/widgets/timeline_runs.h"
#include "ui/widgets/timeline_view.h"

namespace nudge {

/// Where the lanes lie. All share x and width; `labels` is the column left of them.
struct TimelineLanes {
  QRect labels, ruler, driver, verdict, curve, episodes, policies;
  QRect content() const { return ruler.united(policies); }
};

struct TimelineView::Impl {
  explicit Impl(TimelineView* owner) : view(owner) {}

  // What the mouse is doing.
  struct Drag {
    enum class Kind { None, Playhead, Select, Edge, Pan } kind = Kind::None;
    std::int64_t episode = 0;
    int anchor = 0;  // Select: step pressed on. Edge: step before which the edge stood.
    int now = 0;     // Edge: where it stands.
    QPoint pressed;  // Select: a click until it moved. Pan: last position.
    bool moved = false;
  };
  // A border between two verdicts of one episode that can be dragged.
  struct Edge {
    std::int64_t episode = 0;
    std::size_t segment = 0;  // the one left of it
    int step = 0;
  };

  TimelineView* view;
  QPointer<SessionDocument> document;
  TimelineLanes lanes;
  TimelineAxis axis;
  std::vector<std::optional<EpisodeRuns>> runs;  // by episode index
  std::int64_t episode = 0;                      // playhead
  int step = 0;
  bool live = true;
  bool following = true;
  int curve = 0;
  std::optional<Selection> selection;
  Drag drag;
  std::vector<Segment> preview;  // of the episode whose edge is dragged
  std::optional<Edge> hover;

  // timeline_view.cpp
  void layOut();
  void measure();  ///< takes the episodes' lengths over
  void documentChanged(qint64 number);
  void followLive();
  bool moveTo(const TimelineAxis::Place& place, bool byPerson);
  void changeSelection(const std::optional<Selection>& wanted);
  const EpisodeRuns& runsOf(std::size_t index);
  std::optional<std::size_t> indexOf(std::int64_t number) const;
  std::optional<double> position() const;  ///< of the playhead on the axis
  double rate_hz() const;
  QString featureTitle(int feature) const;
  QString clock(double position, int decimals) const;  ///< m:ss of the lesson
  QString describe(const TimelineAxis::Place& place) const;
  /// Segments of an episode as shown: with the edge where it is dragged to.
  const std::vector<Segment>& segments(const EpisodeView& episode) const;
  void updatePreview();
  std::optional<Mark> edgeMark() const;  ///< what the running drag will write, if anything

  // timeline_input.cpp
  std::optional<TimelineAxis::Place> placeAt(const QPoint& at) const;
  std::optional<Edge> edgeAt(const QPoint& at) const;
  bool isLeadIn(const Edge& edge) const;  ///< where a lead-in begins
  std::optional<Selection> segmentAt(const TimelineAxis::Place& place) const;
  std::optional<Selection> target() const;
  void dragTo(const QPoint& at);
  void drop();

  // timeline_keys.cpp
  bool moveBy(std::int64_t steps);
  bool moveToEdge(int direction);
  bool moveToEpisode(int direction);
  bool setRangeEnd(bool first);
  bool key(int key, Qt::KeyboardModifiers modifiers, bool perform);
};

/// Makes screen readers see every TimelineView; safe to call again.
void installTimelineAccessibility();

}  // namespace nudge
