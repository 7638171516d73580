// Draws the timeline's lanes. A paint costs the visible pixels and episodes, not the steps.
#pragma once

#include <QColor>
#include <QPainter>
#include <QString>

#include "ui/model/theme.h"
#include "ui/widgets/timeline_impl.h"

namespace nudge {

class TimelinePainter {
 public:
  TimelinePainter(QPainter& painter, TimelineView::Impl& timeline);
  void paint();

 private:
  struct Span {
    double begin, end;  // pixels in the widget
    double width() const { return end - begin; }
  };

  static QColor faded(QColor colour, int alpha);
  Span span(std::size_t index, int begin, int end) const;
  Span visible(Span span) const;  // cut to the lanes
  void label(const QRect& lane, const QString& text, const QString& value = {});
  void labels();
  void ruler();
  void drivers();
  void leadIns();
  void practice();
  void verdicts();
  void verdictGlyphs(std::size_t index);
  void curve();
  void curveLine(std::size_t index);
  void curveColumns();
  void episodes();
  void policies();
  void borders();
  void loading();
  void selectionBox();
  void playhead();
  void empty();
  void hand(const QPointF& centre, double size, const QColor& colour);

  QPainter& p_;
  TimelineView::Impl& t_;
  const Theme& theme_;
  std::size_t first_ = 0, last_ = 0;  // visible episodes [first, last)
};

}  // namespace nudge
