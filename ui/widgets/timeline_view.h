// The timeline: lanes over one axis of steps — who drove, verdict, a feature, policy updates.
// GUI thread. Shows a SessionDocument, edits it through its marking calls.
#pragma once

#include <QWidget>
#include <memory>
#include <optional>

#include "ui/model/session_document.h"

namespace nudge {

class TimelineView : public QWidget {
  Q_OBJECT
 public:
  explicit TimelineView(QWidget* parent = nullptr);
  ~TimelineView() override;

  void setDocument(SessionDocument* document);  ///< borrowed; nullptr shows the empty state
  /// Follow the running episode (live) or stand at a moment (review).
  void setLive(bool live);
  bool isLive() const;
  /// The moment under the playhead.
  void setPlayhead(qint64 episode, int step);
  std::pair<qint64, int> playhead() const;
  /// The selected steps of one episode, if any.
  struct Selection { qint64 episode = 0; int begin = 0; int end = 0; };
  std::optional<Selection> selection() const;
  void clearSelection();
  void zoomToFit();
  void zoomBy(double factor);

 Q_SIGNALS:
  void scrubbed(qint64 episode, int step);  ///< the person moved the playhead
  void selectionChanged();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  friend struct Impl;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void leaveEvent(QEvent* event) override;
  bool event(QEvent* event) override;
  QSize sizeHint() const override;
};

}  // namespace nudge
