// What lies over the lanes: borders, what does not count or is not read yet, the selection, the playhead.
#include <algorithm>
#include <cmath>

#include "ui/widgets/timeline_painter.h"

namespace nudge {

void TimelinePainter::borders() {
  const TimelineLanes& lanes = t_.lanes;
  p_.setPen(theme_.border);
  for (std::size_t i = first_; i < last_; ++i) {
    if (i == 0 || t_.axis.length(i) * t_.axis.pixelsPerStep() < 24.0) continue;
    const double x = std::round(span(i, 0, 0).begin);
    p_.drawLine(QPointF(x, lanes.driver.top()), QPointF(x, lanes.episodes.bottom()));
  }
}

/// Greyed, with a pattern: nothing there counts.
void TimelinePainter::practice() {
  for (std::size_t i = first_; i < last_; ++i) {
    const EpisodeView& shown = t_.document->episodes()[i];
    if (!shown.row.practice) continue;
    const Span all = visible(span(i, 0, shown.steps()));
    const QRectF area(all.begin, t_.lanes.driver.top(), all.width(), t_.lanes.curve.bottom() - t_.lanes.driver.top());
    p_.fillRect(area, faded(theme_.panel, 150));
    p_.fillRect(area, QBrush(theme_.border, Qt::DiagCrossPattern));
  }
}

void TimelinePainter::loading() {
  for (std::size_t i = first_; i < last_; ++i) {
    const EpisodeView& shown = t_.document->episodes()[i];
    const int known = static_cast<int>(shown.drivers.size());
    if (known >= shown.steps()) continue;
    const Span gap = visible(span(i, known, shown.steps()));
    const QRectF area(gap.begin, t_.lanes.driver.top(), gap.width(),
                      t_.lanes.curve.bottom() - t_.lanes.driver.top());
    p_.fillRect(area, QBrush(theme_.border, Qt::Dense7Pattern));
    const QString text = shown.loading() ? TimelineView::tr("loading…") : TimelineView::tr("damaged");
    p_.setPen(theme_.mutedText);
    if (p_.fontMetrics().horizontalAdvance(text) < gap.width()) p_.drawText(area, Qt::AlignCenter, text);
  }
}

void TimelinePainter::selectionBox() {
  if (!t_.selection) return;
  const auto index = t_.indexOf(t_.selection->episode);
  if (!index) return;
  const Span box = span(*index, t_.selection->begin, t_.selection->end);
  const QRectF area(box.begin, t_.lanes.driver.top() - 2, std::max(box.width(), 1.0),
                    t_.lanes.curve.bottom() - t_.lanes.driver.top() + 4);
  p_.fillRect(area, faded(theme_.accent, 36));
  p_.setBrush(Qt::NoBrush);
  p_.setPen(QPen(theme_.accent, 2));
  p_.drawRect(area);
}

void TimelinePainter::playhead() {
  if (t_.hover) {
    if (const auto index = t_.indexOf(t_.hover->episode)) {
      const double x = span(*index, t_.hover->step, t_.hover->step).begin;
      const int top = t_.isLeadIn(*t_.hover) ? t_.lanes.driver.top() : t_.lanes.verdict.top();
      p_.fillRect(QRectF(x - 2, top - 2, 4, t_.lanes.verdict.bottom() + 4 - top), theme_.text);
    }
  }
  const auto position = t_.position();
  if (!position) return;
  const double x = t_.lanes.ruler.left() + t_.axis.x(*position + 0.5);
  p_.setPen(Qt::NoPen);
  p_.setBrush(theme_.playhead);
  p_.fillRect(
      QRectF(x - 0.75, t_.lanes.ruler.bottom(), 1.5, t_.lanes.policies.bottom() - t_.lanes.ruler.bottom()),
      theme_.playhead);
  p_.setRenderHint(QPainter::Antialiasing);
  const double y = t_.lanes.ruler.bottom();
  p_.drawPolygon(QPolygonF({{x - 6, y - 8}, {x + 6, y - 8}, {x, y + 1}}));
  p_.setRenderHint(QPainter::Antialiasing, false);
}

void TimelinePainter::empty() {
  const QRect room = t_.view->rect().adjusted(16, 8, -16, -8);
  // Faint lanes show what will be here.
  for (const QRect& lane : {t_.lanes.driver, t_.lanes.verdict, t_.lanes.curve, t_.lanes.episodes})
    p_.fillRect(QRect(room.left(), lane.top(), room.width(), lane.height()), faded(theme_.border, 60));
  const QString text = TimelineView::tr("No steps yet — the timeline fills while the robot runs");
  const QRect plate =
      p_.boundingRect(room, Qt::AlignCenter | Qt::TextWordWrap, text).adjusted(-12, -6, 12, 6);
  p_.fillRect(plate, theme_.panel);
  p_.setPen(theme_.text);
  p_.drawText(room, Qt::AlignCenter | Qt::TextWordWrap, text);
}

}  // namespace nudge
