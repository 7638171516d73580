#include "ui/widgets/timeline_painter.h"

#include <QPainterPath>
#include <algorithm>
#include <cmath>

namespace nudge {

namespace {

// Codes of pixel columns; where runs share a pixel the larger one shows.
constexpr std::uint8_t kRobot = 1, kTeacher = 2;

std::uint8_t code(Verdict verdict) {
  switch (verdict) {
    case Verdict::Good:
      return 1;
    case Verdict::Excluded:
      return 2;
    case Verdict::Expert:
      return 3;
    case Verdict::Bad:
      break;
  }
  return 4;
}

Verdict verdictOf(std::uint8_t code) {
  constexpr Verdict kVerdicts[] = {Verdict::Good, Verdict::Excluded, Verdict::Expert, Verdict::Bad};
  return kVerdicts[code - 1];
}

// Times between two marks of the ruler, s.
double tickDistance(double least_s) {
  constexpr double kNice[] = {0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600};
  const auto* at = std::lower_bound(std::begin(kNice), std::end(kNice), least_s);
  return at == std::end(kNice) ? 3600.0 * std::ceil(least_s / 3600.0) : *at;
}

// Every how many episodes a number is written when `least` of them share its room.
int numberDistance(double least) {
  int decade = 1;
  while (decade * 5 < least && decade < 100'000'000) decade *= 10;
  for (const int step : {1, 2, 5})
    if (step * decade >= least) return step * decade;
  return 10 * decade;
}

}  // namespace

QColor TimelinePainter::faded(QColor colour, int alpha) {
  colour.setAlpha(alpha);
  return colour;
}

TimelinePainter::TimelinePainter(QPainter& painter, TimelineView::Impl& timeline)
    : p_(painter), t_(timeline), theme_(Theme::current()) {
  std::tie(first_, last_) = t_.axis.visible();
}

void TimelinePainter::paint() {
  p_.fillRect(t_.view->rect(), theme_.panel);
  const bool shown = t_.document && t_.axis.total() > 0;
  if (shown) {
    labels();
    p_.save();
    p_.setClipRect(t_.lanes.content());
    // Patterns move with what they lie on.
    p_.setBrushOrigin(t_.lanes.ruler.left() + std::fmod(t_.axis.x(0.0), 8.0), 0.0);
    ruler();
    episodes();
    drivers();
    leadIns();
    verdicts();
    curve();
    practice();
    loading();
    policies();
    borders();
    selectionBox();
    playhead();
    p_.restore();
  } else {
    empty();
  }
  if (t_.view->hasFocus()) {
    p_.setBrush(Qt::NoBrush);
    p_.setPen(QPen(theme_.accent, 2));
    p_.drawRect(t_.view->rect().adjusted(1, 1, -1, -1));
  }
}

TimelinePainter::Span TimelinePainter::span(std::size_t index, int begin, int end) const {
  const double left = t_.lanes.ruler.left(), start = static_cast<double>(t_.axis.start(index));
  return {left + t_.axis.x(start + begin), left + t_.axis.x(start + end)};
}

TimelinePainter::Span TimelinePainter::visible(Span s) const {
  const double left = t_.lanes.ruler.left(), right = left + t_.lanes.ruler.width();
  return {std::max(s.begin, left), std::min(s.end, right)};
}

// ---- labels ---------------------------------------------------------------------------------------

void TimelinePainter::label(const QRect& lane, const QString& text, const QString& value) {
  const QRect room(t_.lanes.labels.left() + 8, lane.top(), t_.lanes.labels.width() - 14, lane.height());
  const QFontMetrics metrics = p_.fontMetrics();
  p_.setPen(theme_.mutedText);
  if (value.isEmpty()) {
    p_.drawText(room, Qt::AlignLeft | Qt::AlignVCenter,
                metrics.elidedText(text, Qt::ElideRight, room.width()));
    return;
  }
  const int top = room.center().y() - metrics.height();
  p_.drawText(QRect(room.left(), top, room.width(), metrics.height()), Qt::AlignLeft | Qt::AlignVCenter,
              metrics.elidedText(text, Qt::ElideRight, room.width()));
  p_.setPen(theme_.text);
  p_.drawText(QRect(room.left(), top + metrics.height(), room.width(), metrics.height()),
              Qt::AlignLeft | Qt::AlignVCenter, value);
}

void TimelinePainter::labels() {
  label(t_.lanes.driver, TimelineView::tr("Driver"));
  label(t_.lanes.verdict, TimelineView::tr("Verdict"));
  label(t_.lanes.episodes, TimelineView::tr("Episodes"));
  label(t_.lanes.policies, TimelineView::tr("Policy"));
  const auto position = t_.position();
  if (t_.document->readOnly()) {
    label(t_.lanes.ruler, TimelineView::tr("Read-only"));
  } else if (position) {
    label(t_.lanes.ruler, t_.clock(*position, 2));
  }
  QString value = QStringLiteral("–");
  if (const auto index = t_.indexOf(t_.episode)) {
    const float at = t_.runsOf(*index).value(t_.step);
    if (std::isfinite(at)) value = QString::number(at, 'f', 2);
  }
  label(t_.lanes.curve, t_.featureTitle(t_.curve), value);
}

// ---- lanes ------------------------------------------------------------------------------------------

void TimelinePainter::ruler() {
  const QRect& lane = t_.lanes.ruler;
  const double rate = t_.rate_hz(), perSecond = t_.axis.pixelsPerStep() * rate;
  const double distance =
      tickDistance(p_.fontMetrics().horizontalAdvance(QStringLiteral("00:00:00")) * 1.4 / perSecond);
  p_.setPen(theme_.mutedText);
  for (double tick = std::floor(t_.axis.left() / rate / distance);; tick += 1.0) {
    const double position = tick * distance * rate, x = lane.left() + t_.axis.x(position);
    if (x > lane.right() || position > static_cast<double>(t_.axis.total())) break;
    if (x < lane.left()) continue;
    p_.drawLine(QPointF(x, lane.bottom() - 4), QPointF(x, lane.bottom()));
    p_.drawText(QPointF(x + 4, lane.top() + p_.fontMetrics().ascent() + 1),
                t_.clock(position, distance < 1.0 ? 1 : 0));
  }
  p_.setPen(theme_.border);
  p_.drawLine(lane.bottomLeft(), lane.bottomRight());
}

void TimelinePainter::drivers() {
  const QRect& lane = t_.lanes.driver;
  PixelColumns columns(lane.width());
  for (std::size_t i = first_; i < last_; ++i) {
    const double start = static_cast<double>(t_.axis.start(i));
    for (const EpisodeRuns::Run& run : t_.runsOf(i).drivers())
      columns.fill(t_.axis.x(start + run.begin), t_.axis.x(start + run.end),
                   run.driver == Driver::Teacher ? kTeacher : kRobot);
  }
  const int bar = std::max(4, lane.height() / 4);
  for (const PixelColumns::Run& run : columns.runs()) {
    const QRect all(lane.left() + run.begin, lane.top(), run.end - run.begin, lane.height());
    if (run.code == kRobot) {
      p_.fillRect(QRect(all.left(), all.center().y() - bar / 2, all.width(), bar), theme_.robot);
      continue;
    }
    p_.fillRect(all, theme_.teacher);
    const QColor ink = Theme::textOn(theme_.teacher);
    const double size = lane.height() - 6;
    if (all.width() < size + 4) continue;
    const QString word = TimelineView::tr("teacher");
    const int wordWidth = p_.fontMetrics().horizontalAdvance(word);
    const bool wide = all.width() > size + wordWidth + 16;
    const double x = wide ? all.left() + 6 + size / 2 : all.center().x();
    hand(QPointF(x, all.center().y() + 0.5), size, ink);
    if (!wide) continue;
    p_.setPen(ink);
    p_.drawText(all.adjusted(static_cast<int>(size) + 11, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, word);
  }
}

/// What came before a take-over and is taken for reaction: the teacher's colour, shaded, with its edge to drag.
void TimelinePainter::leadIns() {
  const QRect& lane = t_.lanes.driver;
  for (std::size_t i = first_; i < last_; ++i) {
    const EpisodeView& shown = t_.document->episodes()[i];
    for (const LeadIn& leadIn : nudge::leadIns(shown.drivers, t_.segments(shown))) {
      const Span all = span(i, leadIn.begin, leadIn.end);
      if (all.width() < 2.0 || all.end < lane.left() || all.begin > lane.right()) continue;
      const QRectF box(all.begin, lane.top(), all.width(), lane.height());
      p_.fillRect(box, faded(theme_.teacher, 70));
      p_.fillRect(box, QBrush(theme_.teacher, Qt::BDiagPattern));
      p_.fillRect(QRectF(all.begin, lane.top(), 2, lane.height()), theme_.teacher);
    }
  }
}

void TimelinePainter::hand(const QPointF& centre, double size, const QColor& colour) {
  // Four fingers, a thumb and a palm, drawn on a square of 16 units.
  QPainterPath path;
  path.setFillRule(Qt::WindingFill);
  constexpr double kFingers[][2] = {{3.6, 3.2}, {6.2, 1.2}, {8.8, 1.6}, {11.4, 3.6}};
  for (const auto& [x, y] : kFingers) path.addRoundedRect(QRectF(x, y, 2.0, 9.0), 1.0, 1.0);
  path.addRoundedRect(QRectF(3.6, 7.4, 9.8, 7.4), 3.2, 3.2);
  QPainterPath thumb;
  thumb.addRoundedRect(QRectF(-1.1, -6.0, 2.2, 7.0), 1.1, 1.1);
  path.addPath(QTransform().translate(4.6, 12.4).rotate(-42).map(thumb));
  p_.save();
  p_.setRenderHint(QPainter::Antialiasing);
  p_.translate(centre);
  p_.scale(size / 16.0, size / 16.0);
  p_.translate(-8.0, -8.0);
  p_.fillPath(path, colour);
  p_.restore();
}

void TimelinePainter::verdicts() {
  const QRect& lane = t_.lanes.verdict;
  PixelColumns columns(lane.width());
  for (std::size_t i = first_; i < last_; ++i) {
    const double start = static_cast<double>(t_.axis.start(i));
    for (const Segment& segment : t_.segments(t_.document->episodes()[i]))
      columns.fill(t_.axis.x(start + segment.begin), t_.axis.x(start + segment.end), code(segment.verdict));
  }
  for (const PixelColumns::Run& run : columns.runs()) {
    const QRect rect(lane.left() + run.begin, lane.top(), run.end - run.begin, lane.height());
    const Verdict verdict = verdictOf(run.code);
    const QColor fill = theme_.verdict(verdict);
    p_.fillRect(rect, fill);
    p_.fillRect(rect, QBrush(faded(Theme::textOn(fill), 70), Theme::hatch(verdict)));
  }
  for (std::size_t i = first_; i < last_; ++i) verdictGlyphs(i);
}

void TimelinePainter::verdictGlyphs(std::size_t index) {
  const QRect& lane = t_.lanes.verdict;
  if (t_.axis.length(index) * t_.axis.pixelsPerStep() < 12.0) return;
  const int plate = p_.fontMetrics().height() + 1;
  const std::vector<Segment>& segments = t_.segments(t_.document->episodes()[index]);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    const Span all = span(index, segment.begin, segment.end), seen = visible(all);
    if (i > 0 && all.width() >= 3.0) {
      p_.setPen(QPen(theme_.panel, 1));
      p_.drawLine(QPointF(std::round(all.begin), lane.top()), QPointF(std::round(all.begin), lane.bottom()));
    }
    if (seen.width() < plate + 4) continue;
    // The glyph stands on a plain plate: text over a hatch is hard to read.
    const QColor fill = theme_.verdict(segment.verdict);
    const QRectF box((seen.begin + seen.end - plate) / 2.0, lane.center().y() - plate / 2.0 + 0.5, plate,
                     plate);
    p_.setRenderHint(QPainter::Antialiasing);
    p_.setPen(Qt::NoPen);
    p_.setBrush(fill);
    p_.drawRoundedRect(box, 4, 4);
    p_.setRenderHint(QPainter::Antialiasing, false);
    p_.setPen(Theme::textOn(fill));
    QFont font = p_.font();
    font.setBold(true);
    const QFont plain = p_.font();
    p_.setFont(font);
    p_.drawText(box, Qt::AlignCenter, Theme::glyph(segment.verdict));
    p_.setFont(plain);
    if (segment.byPerson && box.width() + 10 < seen.width()) {
      // A person's own mark is underlined.
      p_.fillRect(QRectF(box.left(), lane.bottom() - 2, box.width(), 2), Theme::textOn(fill));
    }
  }
}

void TimelinePainter::episodes() {
  const QRect& lane = t_.lanes.episodes;
  const QFontMetrics metrics = p_.fontMetrics();
  // Where bands are narrower than their numbers, only round numbers are written, across the bands.
  const double average = (t_.axis.width() / t_.axis.pixelsPerStep() < static_cast<double>(t_.axis.total())
                              ? t_.axis.width()
                              : t_.axis.x(static_cast<double>(t_.axis.total())) - t_.axis.x(0.0)) /
                         static_cast<double>(std::max<std::size_t>(last_ - first_, 1));
  const QString widest =
      last_ > first_ ? QString::number(t_.document->episodes()[last_ - 1].row.start.episode) : QString();
  const int stride = numberDistance((metrics.horizontalAdvance(widest) + 6) / std::max(average, 1e-6));
  const bool banded = average >= 3.0;  // bands of a pixel or two would be noise
  if (!banded) p_.fillRect(lane, theme_.raised);
  for (std::size_t i = first_; banded && i < last_; ++i) {
    const Span all = span(i, 0, t_.axis.length(i));
    p_.fillRect(QRectF(all.begin, lane.top(), all.width(), lane.height()),
                i % 2 ? theme_.raised : faded(theme_.border, 100));
  }
  double free = lane.left();  // texts do not overlap
  for (std::size_t i = first_; i < last_; ++i) {
    const EpisodeView& shown = t_.document->episodes()[i];
    const Span seen = visible(span(i, 0, t_.axis.length(i)));
    if (seen.begin + 4 < free || (stride > 1 && shown.row.start.episode % stride != 0)) continue;
    const QString number = QString::number(shown.row.start.episode);
    const int numberWidth = metrics.horizontalAdvance(number);
    if (stride == 1 && seen.width() < numberWidth + 6) continue;
    const int baseline = lane.top() + (lane.height() + metrics.ascent() - metrics.descent()) / 2;
    p_.setPen(theme_.text);
    p_.drawText(QPointF(seen.begin + 4, baseline), number);
    free = seen.begin + 4 + numberWidth;
    const QString result = shown.row.practice ? TimelineView::tr("◇ practice")
                           : shown.live        ? TimelineView::tr("● now")
                           : shown.row.success ? QStringLiteral("✓")
                                               : QStringLiteral("✗");
    const int resultWidth = metrics.horizontalAdvance(result);
    if (stride > 1 || seen.width() < numberWidth + resultWidth + 14) continue;
    p_.drawText(QPointF(free + 6, baseline), result);
    free += 6 + resultWidth;
  }
}

void TimelinePainter::policies() {
  const QRect& lane = t_.lanes.policies;
  const QFontMetrics metrics = p_.fontMetrics();
  const int baseline = lane.top() + (lane.height() + metrics.ascent() - metrics.descent()) / 2;
  double free = lane.left();
  const auto& shown = t_.document->episodes();
  // The version that drives at the left edge is told there, wherever it came in.
  for (std::size_t i = first_; i < last_; ++i) {
    const int version = shown[i].row.start.policyVersion;
    if (i != first_ && shown[i - 1].row.start.policyVersion == version) continue;
    const bool starts = i == 0 || shown[i - 1].row.start.policyVersion != version;
    const double x = std::max(span(i, 0, 0).begin, static_cast<double>(lane.left()));
    const QString text = QStringLiteral("%1 %2").arg(
        starts ? QStringLiteral("▲") : QStringLiteral("…"),
        version == 0 ? TimelineView::tr("prior") : QStringLiteral("v%1").arg(version));
    p_.setPen(starts ? theme_.policyMark : theme_.mutedText);
    if (x < free) {
      p_.drawLine(QPointF(x, lane.top()), QPointF(x, lane.top() + 4));
      continue;
    }
    p_.drawText(QPointF(x + 1, baseline), text);
    free = x + metrics.horizontalAdvance(text) + 8;
  }
}

}  // namespace nudge
