// Mouse, wheel, menu and marking of the timeline.
#include <QActionGroup>
#include <QApplication>
#include <QContextMenuEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "ui/widgets/timeline_impl.h"

namespace nudge {

namespace {

constexpr double kEdgeTolerance_px = 5.0;
constexpr double kWheelZoom = 1.25;       // a notch
constexpr double kWheelScroll_px = 80.0;  // a notch
constexpr double kLiveMark_s = 1.0;       // what a mark covers while the robot runs

QString markText(Verdict verdict) {
  switch (verdict) {
    case Verdict::Expert:
      return TimelineView::tr("mark as expert");
    case Verdict::Good:
      return TimelineView::tr("mark as good");
    case Verdict::Bad:
      return TimelineView::tr("mark as bad");
    case Verdict::Excluded:
      break;
  }
  return TimelineView::tr("leave out");
}

}  // namespace

// ---- where ----------------------------------------------------------------------------------------

std::optional<TimelineAxis::Place> TimelineView::Impl::placeAt(const QPoint& at) const {
  if (!document || at.x() < lanes.ruler.left() || !view->rect().contains(at)) return std::nullopt;
  return axis.place(axis.position(at.x() - lanes.ruler.left()));
}

std::optional<TimelineView::Impl::Edge> TimelineView::Impl::edgeAt(const QPoint& at) const {
  const bool overDriver = lanes.driver.contains(at);  // there, lead-ins alone have edges
  if (!document || document->readOnly() || !(overDriver || lanes.verdict.contains(at))) return std::nullopt;
  const double x = at.x() - lanes.verdict.left();
  const auto from = axis.place(axis.position(x - kEdgeTolerance_px)),
             to = axis.place(axis.position(x + kEdgeTolerance_px));
  if (!from || !to) return std::nullopt;
  std::optional<Edge> nearest;
  double distance = kEdgeTolerance_px;
  for (std::size_t i = from->index; i <= to->index; ++i) {
    const EpisodeView& shown = document->episodes()[i];
    for (std::size_t s = 0; s + 1 < shown.segments.size(); ++s) {
      const int step_ = shown.segments[s].end;
      const double off = std::abs(axis.x(static_cast<double>(axis.start(i) + step_)) - x);
      const Edge edge{shown.row.start.episode, s, step_};
      if (off > distance || (overDriver && !isLeadIn(edge))) continue;
      distance = off;
      nearest = edge;
    }
  }
  return nearest;
}

bool TimelineView::Impl::isLeadIn(const Edge& edge) const {
  const EpisodeView* shown = document->episode(edge.episode);
  if (!shown) return false;
  const std::vector<LeadIn> all = leadIns(shown->drivers, shown->segments);
  return std::any_of(all.begin(), all.end(), [&](const LeadIn& each) { return each.begin == edge.step; });
}

std::optional<TimelineView::Selection> TimelineView::Impl::segmentAt(const TimelineAxis::Place& place) const {
  const EpisodeView& shown = document->episodes()[place.index];
  for (const Segment& segment : shown.segments)
    if (place.step >= segment.begin && place.step < segment.end)
      return Selection{shown.row.start.episode, segment.begin, segment.end};
  return std::nullopt;
}

std::optional<TimelineView::Selection> TimelineView::Impl::target() const {
  if (selection) return selection;
  const auto index = indexOf(episode);
  if (!index || axis.length(*index) == 0) return std::nullopt;
  if (!live) return segmentAt({*index, step});
  const int covered = std::max(1, static_cast<int>(std::lround(kLiveMark_s * rate_hz())));
  return Selection{episode, std::max(0, step + 1 - covered), step + 1};
}

// ---- marking --------------------------------------------------------------------------------------

bool TimelineView::mark(Verdict verdict) {
  const auto range = impl_->document ? impl_->target() : std::nullopt;
  return range &&
         impl_->document->paint(range->episode, range->begin, range->end, verdict, markText(verdict));
}

bool TimelineView::restoreAutomatic() {
  const auto range = impl_->document ? impl_->target() : std::nullopt;
  return range && impl_->document->restoreAutomatic(range->episode, range->begin, range->end);
}

bool TimelineView::splitAtPlayhead() {
  return impl_->document && impl_->document->cut(impl_->episode, impl_->step);
}

std::optional<Mark> TimelineView::Impl::edgeMark() const {
  if (drag.kind != Drag::Kind::Edge || drag.now == drag.anchor) return std::nullopt;
  const EpisodeView* shown = document->episode(drag.episode);
  if (!shown) return std::nullopt;
  for (std::size_t i = 0; i + 1 < shown->segments.size(); ++i) {
    const Segment &left = shown->segments[i], &right = shown->segments[i + 1];
    if (left.end != drag.anchor) continue;
    if (left.verdict == right.verdict) {  // a split: nothing to paint, the border itself moves
      return Mark{0,
                  drag.episode,
                  MarkKind::Cut,
                  std::min(drag.anchor, drag.now),
                  std::max(drag.anchor, drag.now),
                  Verdict::Good,
                  TimelineView::tr("move the split").toStdString()};
    }
    // One step more than what changes hands, so that a split standing at the old border goes with it.
    const bool grows = drag.now > drag.anchor;
    const int begin = grows ? drag.anchor - 1 : drag.now, end = grows ? drag.now : drag.anchor + 1;
    return Mark{0,
                drag.episode,
                MarkKind::Paint,
                begin,
                end,
                grows ? left.verdict : right.verdict,
                (isLeadIn({drag.episode, i, drag.anchor}) ? TimelineView::tr("move the lead-in")
                                                          : TimelineView::tr("move the border"))
                    .toStdString()};
  }
  return std::nullopt;
}

// ---- mouse ----------------------------------------------------------------------------------------

void TimelineView::mousePressEvent(QMouseEvent* event) {
  using Kind = Impl::Drag::Kind;
  const QPoint at = event->position().toPoint();
  const auto place = impl_->placeAt(at);
  if (event->button() == Qt::MiddleButton) {
    impl_->drag = {Kind::Pan, 0, 0, 0, at, false};
    setCursor(Qt::ClosedHandCursor);
    return;
  }
  if (event->button() != Qt::LeftButton || !place) return;
  const std::int64_t number = impl_->document->episodes()[place->index].row.start.episode;
  if (const auto edge = impl_->edgeAt(at)) {
    impl_->drag = {Kind::Edge, edge->episode, edge->step, edge->step, at, false};
  } else if (impl_->lanes.verdict.contains(at)) {
    impl_->drag = {Kind::Select, number, place->step, place->step, at, false};
  } else {
    impl_->drag = {Kind::Playhead, number, 0, 0, at, false};
    impl_->dragTo(at);
  }
}

void TimelineView::mouseMoveEvent(QMouseEvent* event) {
  const QPoint at = event->position().toPoint();
  if (impl_->drag.kind != Impl::Drag::Kind::None) {
    impl_->dragTo(at);
    return;
  }
  const auto edge = impl_->edgeAt(at);
  if (edge.has_value() == impl_->hover.has_value() && (!edge || edge->step == impl_->hover->step)) return;
  impl_->hover = edge;
  if (edge) {
    setCursor(Qt::SplitHCursor);
  } else {
    unsetCursor();
  }
  update();
}

void TimelineView::Impl::dragTo(const QPoint& at) {
  using Kind = Drag::Kind;
  if (drag.kind == Kind::Pan) {
    axis.scrollBy(drag.pressed.x() - at.x());
    drag.pressed = at;
    following = live && axis.atEnd();
    view->update();
    return;
  }
  double x = at.x() - lanes.ruler.left();
  // Beyond the ends of the lanes a drag scrolls.
  if (x < 0.0) axis.scrollBy(std::max(x, -60.0));
  if (x > axis.width()) axis.scrollBy(std::min(x - axis.width(), 60.0));
  x = std::clamp(x, 0.0, axis.width());
  if (drag.kind == Kind::Playhead) {
    if (const auto place = axis.place(axis.position(x))) moveTo(*place, true);
    return;
  }
  const auto index = indexOf(drag.episode);
  if (!index) return;
  const double inEpisode = axis.position(x) - static_cast<double>(axis.start(*index));
  if (drag.kind == Kind::Edge) {
    const EpisodeView& shown = document->episodes()[*index];
    for (std::size_t i = 0; i + 1 < shown.segments.size(); ++i) {
      if (shown.segments[i].end != drag.anchor) continue;
      // Neither side vanishes: relabelling does that better.
      drag.now = std::clamp(static_cast<int>(std::lround(inEpisode)), shown.segments[i].begin + 1,
                            shown.segments[i + 1].end - 1);
      hover = Edge{drag.episode, i, drag.now};
    }
    updatePreview();
  } else {
    drag.moved |= (at - drag.pressed).manhattanLength() >= QApplication::startDragDistance();
    if (!drag.moved) return;
    const int steps = axis.length(*index);
    const int now = std::clamp(static_cast<int>(std::floor(inEpisode)), 0, steps - 1);
    changeSelection(Selection{drag.episode, std::min(drag.anchor, now), std::max(drag.anchor, now) + 1});
  }
  view->update();
}

void TimelineView::mouseReleaseEvent(QMouseEvent*) {
  impl_->drop();
}

void TimelineView::Impl::drop() {
  const Drag done = drag;
  const auto mark = edgeMark();
  drag = {};
  preview.clear();
  view->unsetCursor();
  hover.reset();
  view->update();
  if (!document) return;
  if (done.kind == Drag::Kind::Edge) {
    if (mark) document->add(*mark);
  } else if (done.kind == Drag::Kind::Select && !done.moved) {
    if (const auto index = indexOf(done.episode)) {
      const auto segment = segmentAt({*index, done.anchor});
      changeSelection(segment == selection ? std::nullopt : segment);
    }
  } else if (done.kind == Drag::Kind::Playhead) {
    changeSelection(std::nullopt);
  }
}

void TimelineView::mouseDoubleClickEvent(QMouseEvent* event) {
  const QPoint at = event->position().toPoint();
  const auto place = impl_->placeAt(at);
  if (event->button() != Qt::LeftButton || !place || !impl_->lanes.verdict.contains(at)) {
    mousePressEvent(event);
    return;
  }
  // To the beginning of what was clicked.
  if (const auto segment = impl_->segmentAt(*place)) {
    impl_->changeSelection(segment);
    impl_->moveTo({place->index, segment->begin}, true);
  }
}

void TimelineView::leaveEvent(QEvent*) {
  if (impl_->drag.kind != Impl::Drag::Kind::None) return;
  impl_->hover.reset();
  unsetCursor();
  update();
}

void TimelineView::wheelEvent(QWheelEvent* event) {
  const QPoint angle = event->angleDelta();
  const double notches = (angle.y() ? angle.y() : angle.x()) / 120.0;
  if (event->modifiers() & Qt::ControlModifier) {
    impl_->axis.zoomAt(event->position().x() - impl_->lanes.ruler.left(), std::pow(kWheelZoom, notches));
  } else {
    impl_->axis.scrollBy(-notches * kWheelScroll_px);
  }
  impl_->following = impl_->live && impl_->axis.atEnd();
  event->accept();
  update();
}

// ---- menu -------------------------------------------------------------------------------------------

void TimelineView::contextMenuEvent(QContextMenuEvent* event) {
  if (!impl_->document || impl_->axis.total() == 0) return;
  const auto place = impl_->placeAt(event->pos());
  if (event->reason() == QContextMenuEvent::Mouse && place && impl_->lanes.verdict.contains(event->pos())) {
    // A right click outside of the selection means what was clicked.
    const std::int64_t number = impl_->document->episodes()[place->index].row.start.episode;
    const auto& chosen = impl_->selection;
    if (!chosen || chosen->episode != number || place->step < chosen->begin || place->step >= chosen->end)
      impl_->changeSelection(impl_->segmentAt(*place));
  }
  QMenu menu(this);
  const bool editable = !impl_->document->readOnly();
  if (!editable) menu.addAction(tr("Read-only: marks cannot be changed"))->setEnabled(false);
  const auto add = [&](const QString& text, const QString& key, auto&& action) {
    QAction* entry = menu.addAction(text + u'\t' + key, this, action);
    entry->setEnabled(editable);
  };
  add(tr("✓  Good"), tr("G"), [this] { mark(Verdict::Good); });
  add(tr("✗  Bad"), tr("B"), [this] { mark(Verdict::Bad); });
  add(tr("T  Expert (where you drove)"), tr("T"), [this] { mark(Verdict::Expert); });
  add(tr("–  Leave out"), tr("X"), [this] { mark(Verdict::Excluded); });
  add(tr("Back to automatic"), tr("A"), [this] { restoreAutomatic(); });
  add(tr("Split at the playhead"), tr("S"), [this] { splitAtPlayhead(); });
  menu.addSeparator();
  menu.addAction(tr("Show all") + u'\t' + tr("0"), this, &TimelineView::zoomToFit);
  QMenu* curves = menu.addMenu(tr("Curve"));
  auto* group = new QActionGroup(curves);
  for (int i = 0; i < static_cast<int>(impl_->document->info().features.size()); ++i) {
    QAction* entry = curves->addAction(impl_->featureTitle(i), this, [this, i] { setCurve(i); });
    entry->setCheckable(true);
    entry->setChecked(i == impl_->curve);
    group->addAction(entry);
  }
  menu.exec(event->globalPos());
}

}  // namespace nudge
