// The feature lane of the timeline: a line when steps are wide enough, extremes of each column when not.
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "ui/widgets/timeline_painter.h"

namespace nudge {

namespace {

// Features live in [0, 1]; a value outside sticks to the border.
double height(float value, const QRect& lane) {
  return lane.bottom() - 2.0 - std::clamp(static_cast<double>(value), 0.0, 1.0) * (lane.height() - 4.0);
}

}  // namespace

void TimelinePainter::curve() {
  const QRect& lane = t_.lanes.curve;
  p_.fillRect(lane, theme_.raised);
  if (t_.axis.pixelsPerStep() < 1.0) {
    curveColumns();
    return;
  }
  p_.setRenderHint(QPainter::Antialiasing);
  for (std::size_t i = first_; i < last_; ++i) curveLine(i);
  p_.setRenderHint(QPainter::Antialiasing, false);
}

void TimelinePainter::curveLine(std::size_t index) {
  const QRect& lane = t_.lanes.curve;
  const EpisodeRuns& runs = t_.runsOf(index);
  const double start = static_cast<double>(t_.axis.start(index));
  const int first = std::max(0, static_cast<int>(std::floor(t_.axis.left() - start)) - 1);
  const int last = std::min(t_.axis.length(index),
                            static_cast<int>(std::ceil(t_.axis.position(t_.axis.width()) - start)) + 1);
  QPolygonF line;
  const auto flush = [&] {
    if (line.size() > 1) {
      QPolygonF area = line;
      area << QPointF(line.last().x(), lane.bottom()) << QPointF(line.first().x(), lane.bottom());
      QColor fill = theme_.chart;
      fill.setAlpha(44);
      p_.setPen(Qt::NoPen);
      p_.setBrush(fill);
      p_.drawPolygon(area);
      p_.setPen(QPen(theme_.chart, 1.5));
      p_.setBrush(Qt::NoBrush);
      p_.drawPolyline(line);
    }
    line.clear();
  };
  for (int i = first; i < last; ++i) {
    const float value = runs.value(i);
    if (std::isfinite(value)) {
      line << QPointF(lane.left() + t_.axis.x(start + i + 0.5), height(value, lane));
    } else {
      flush();
    }
  }
  flush();
}

void TimelinePainter::curveColumns() {
  const QRect& lane = t_.lanes.curve;
  std::vector<Extremes> columns(static_cast<std::size_t>(lane.width()));
  for (std::size_t i = first_; i < last_; ++i) {
    const double start = static_cast<double>(t_.axis.start(i));
    const double end = start + t_.axis.length(i);
    const int from = std::max(0, static_cast<int>(std::floor(t_.axis.x(start))));
    const int to = std::min(lane.width() - 1, static_cast<int>(std::floor(t_.axis.x(end))));
    const EpisodeRuns& runs = t_.runsOf(i);
    for (int x = from; x <= to; ++x) {
      const int a = static_cast<int>(std::ceil(std::max(t_.axis.position(x), start) - start));
      const int b = static_cast<int>(std::ceil(std::min(t_.axis.position(x + 1), end) - start));
      columns[static_cast<std::size_t>(x)].add(runs.extremes(a, b));
    }
  }
  QColor fill = theme_.chart;
  fill.setAlpha(44);
  std::vector<QRectF> lines, areas;
  for (int x = 0; x < lane.width(); ++x) {
    const Extremes& value = columns[static_cast<std::size_t>(x)];
    if (value.empty()) continue;
    const double top = height(value.high, lane), bottom = height(value.low, lane);
    lines.emplace_back(lane.left() + x, top, 1.0, std::max(bottom - top, 1.5));
    areas.emplace_back(lane.left() + x, bottom, 1.0, std::max(lane.bottom() - bottom, 0.0));
  }
  p_.setPen(Qt::NoPen);
  p_.setBrush(fill);
  p_.drawRects(areas.data(), static_cast<int>(areas.size()));
  p_.setBrush(theme_.chart);
  p_.drawRects(lines.data(), static_cast<int>(lines.size()));
}

}  // namespace nudge
