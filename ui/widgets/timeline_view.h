// The timeline: lanes over one axis of steps — who drove, verdict, a feature, episodes, policy versions.
// GUI thread. Shows a SessionDocument, edits it through its marking calls.
//
// Parts: timeline_axis (steps ↔ pixels), timeline_runs (steps → drawable runs, so that a paint costs
// pixels and not steps), timeline_painter (looks), timeline_input and timeline_keys (editing).
#pragma once

#include <QWidget>
#include <memory>
#include <optional>
#include <utility>

#include "ui/model/session_document.h"

namespace nudge {

class TimelineView : public QWidget {
  Q_OBJECT
 public:
  explicit TimelineView(QWidget* parent = nullptr);
  ~TimelineView() override;

  void setDocument(SessionDocument* document);  ///< borrowed; nullptr shows the empty state
  /// Follow the running episode (live) or stand at a moment (review). Scrubbing ends live by itself.
  void setLive(bool live);
  bool isLive() const;
  /// The moment under the playhead; scrolled into view. A number that is not there is ignored.
  void setPlayhead(qint64 episode, int step);
  std::pair<qint64, int> playhead() const;
  int lastStep() const;  ///< of the episode under the playhead
  /// The selected steps of one episode, if any.
  struct Selection {
    qint64 episode = 0;
    int begin = 0;
    int end = 0;
    friend bool operator==(const Selection&, const Selection&) = default;
  };
  std::optional<Selection> selection() const;
  void select(const Selection& selection);
  void clearSelection();
  void zoomToFit();
  void zoomBy(double factor);
  /// Which feature the curve lane shows, an index into the lesson's features.
  void setCurve(int feature);
  int curve() const;

  /// Marking: the selection; without one the segment under the playhead or, live, the last second.
  /// False when nothing was changed.
  bool mark(Verdict verdict);
  bool restoreAutomatic();
  bool splitAtPlayhead();

  /// The moment under the playhead in words, for tips and screen readers.
  QString momentText() const;

  enum class Lane { Ruler, Driver, Verdict, Curve, Episodes, Policies };
  /// Where the beginning of a step lies in the widget, in the middle of a lane: for help that points at it.
  QPoint pointOf(Lane lane, qint64 episode, int step) const;

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

  struct Impl;  ///< shared by the timeline's parts only

 Q_SIGNALS:
  void scrubbed(qint64 episode, int step);  ///< the person moved the playhead
  void selectionChanged();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void changeEvent(QEvent* event) override;
  bool event(QEvent* event) override;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace nudge
