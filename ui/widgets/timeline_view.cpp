#include "ui/widgets/timeline_view.h"

#include <QAccessible>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/widgets/timeline_impl.h"
#include "ui/widgets/timeline_painter.h"

namespace nudge {

// ---- what the parts share -------------------------------------------------------------------------

void TimelineView::Impl::layOut() {
  const QFontMetrics metrics = view->fontMetrics();
  const int h = metrics.height();
  int labelWidth = 0;
  for (const QString& text : {TimelineView::tr("Episodes"), TimelineView::tr("Verdict"), featureTitle(curve)})
    labelWidth = std::max(labelWidth, metrics.horizontalAdvance(text));
  labelWidth = std::clamp(labelWidth + 20, 40, std::max(view->width() / 5, 84));

  const QRect all = view->rect().adjusted(2, 2, -2, -2);
  lanes.labels = QRect(all.left(), all.top(), labelWidth, all.height());
  const int x = all.left() + labelWidth, width = std::max(all.width() - labelWidth, 1);
  const int ruler = h + 6, driver = std::max(18, h + 3), verdict = std::max(24, h + 9), row = h + 3, gap = 4;
  const int curveHeight = std::max(2 * h, all.height() - (ruler + driver + verdict + 2 * row + 4 * gap));
  int y = all.top();
  const auto lane = [&](int height) {
    const QRect rect(x, y, width, height);
    y += height + gap;
    return rect;
  };
  lanes.ruler = lane(ruler);
  y -= gap;
  lanes.driver = lane(driver);
  lanes.verdict = lane(verdict);
  lanes.curve = lane(curveHeight);
  lanes.episodes = lane(row);
  lanes.policies = lane(row);
  axis.setWidth(width);
  if (live && following) axis.showEnd();
}

void TimelineView::Impl::measure() {
  std::vector<int> lengths;
  if (document)
    for (const EpisodeView& each : document->episodes()) lengths.push_back(each.steps());
  axis.setLengths(lengths);
  runs.resize(lengths.size());
}

void TimelineView::Impl::documentChanged(qint64 number) {
  measure();
  if (const auto index = indexOf(number)) runs[*index].reset();
  if (live) followLive();
  if (selection) {
    const EpisodeView* shown = document->episode(selection->episode);
    if (!shown || selection->end > shown->steps()) changeSelection(std::nullopt);
  }
  hover.reset();
  updatePreview();
  view->update();
}

void TimelineView::Impl::followLive() {
  if (axis.total() > 0) moveTo(*axis.place(static_cast<double>(axis.total())), false);
  if (following) axis.showEnd();
}

bool TimelineView::Impl::moveTo(const TimelineAxis::Place& place, bool byPerson) {
  const std::int64_t number = document->episodes()[place.index].row.start.episode;
  const bool changed = number != episode || place.step != step || (byPerson && live);
  episode = number;
  step = place.step;
  if (byPerson) {
    live = following = false;
    axis.reveal(static_cast<double>(axis.start(place.index) + place.step) + 0.5);
  }
  if (!changed) return false;
  view->update();
  // Twenty announcements a second would drown a screen reader: live ones wait until they are asked for.
  if (byPerson) {
    Q_EMIT view->scrubbed(episode, step);
    QAccessibleValueChangeEvent event(view, view->momentText());
    QAccessible::updateAccessibility(&event);
  }
  return true;
}

void TimelineView::Impl::changeSelection(const std::optional<Selection>& wanted) {
  if (wanted == selection) return;
  selection = wanted;
  view->update();
  Q_EMIT view->selectionChanged();
}

const EpisodeRuns& TimelineView::Impl::runsOf(std::size_t index) {
  auto& entry = runs[index];
  if (!entry) {
    const int features = static_cast<int>(document->info().features.size());
    entry.emplace(document->episodes()[index], curve, features);
  }
  return *entry;
}

std::optional<std::size_t> TimelineView::Impl::indexOf(std::int64_t number) const {
  const EpisodeView* found = document ? document->episode(number) : nullptr;
  if (!found) return std::nullopt;
  const auto index = static_cast<std::size_t>(found - document->episodes().data());
  return index < axis.count() ? std::optional(index) : std::nullopt;
}

std::optional<double> TimelineView::Impl::position() const {
  const auto index = indexOf(episode);
  if (!index || axis.length(*index) == 0) return std::nullopt;
  return static_cast<double>(axis.start(*index) + step);
}

double TimelineView::Impl::rate_hz() const {
  const double rate = document ? document->info().controlRate_hz : 20.0;
  return std::isfinite(rate) && rate > 0.0 ? rate : 20.0;
}

QString TimelineView::Impl::featureTitle(int feature) const {
  return document ? document->featureTitles().value(feature) : QString();
}

QString TimelineView::Impl::clock(double position, int decimals) const {
  const double unit = std::pow(10.0, decimals);
  const double seconds = std::round(std::max(position, 0.0) / rate_hz() * unit) / unit;
  const auto whole = static_cast<qint64>(seconds);
  const qint64 hours = whole / 3600, minutes = whole / 60 % 60;
  const QString rest = QStringLiteral("%1").arg(seconds - static_cast<double>(whole - whole % 60),
                                                decimals ? decimals + 3 : 2, 'f', decimals, u'0');
  return hours ? QStringLiteral("%1:%2:%3").arg(hours).arg(minutes, 2, 10, QChar(u'0')).arg(rest)
               : QStringLiteral("%1:%2").arg(minutes).arg(rest);
}

QString TimelineView::Impl::describe(const TimelineAxis::Place& place) const {
  const EpisodeView& shown = document->episodes()[place.index];
  const auto step_ = static_cast<std::size_t>(place.step);
  QString text = TimelineView::tr("Episode %1, step %2 of %3, %4 s")
                     .arg(shown.row.start.episode)
                     .arg(place.step + 1)
                     .arg(shown.steps())
                     .arg(place.step / rate_hz(), 0, 'f', 2);
  if (shown.row.practice) text += u'\n' + TimelineView::tr("practice: never counted, never learned from");
  if (step_ >= shown.drivers.size()) return text + u'\n' + TimelineView::tr("still loading");
  text += u'\n' + (shown.drivers[step_] == Driver::Teacher
                       ? TimelineView::tr("teacher drives")
                       : TimelineView::tr("robot drives (policy v%1)").arg(shown.row.start.policyVersion));
  for (const Segment& segment : shown.segments) {
    if (place.step < segment.begin || place.step >= segment.end) continue;
    text += u'\n' +
            TimelineView::tr("%1, %2 s from step %3 (%4)")
                .arg(QString::fromLatin1(name(segment.verdict)))
                .arg((segment.end - segment.begin) / rate_hz(), 0, 'f', 2)
                .arg(segment.begin + 1)
                .arg(segment.byPerson ? TimelineView::tr("marked by you") : TimelineView::tr("automatic"));
  }
  for (const LeadIn& leadIn : leadIns(shown.drivers, shown.segments)) {
    if (place.step < leadIn.begin || place.step >= leadIn.end) continue;
    text += u'\n' + TimelineView::tr("lead-in: %1 s before the take-over, your reaction; drag its edge to change it")
                        .arg((leadIn.end - leadIn.begin) / rate_hz(), 0, 'f', 2);
  }
  return text;
}

const std::vector<Segment>& TimelineView::Impl::segments(const EpisodeView& shown) const {
  const bool dragged =
      drag.kind == Drag::Kind::Edge && drag.episode == shown.row.start.episode && !preview.empty();
  return dragged ? preview : shown.segments;
}

void TimelineView::Impl::updatePreview() {
  const auto mark = edgeMark();
  preview = mark ? document->preview(*mark) : std::vector<Segment>();
}

// ---- the widget -------------------------------------------------------------------------------------

TimelineView::TimelineView(QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>(this)) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  setAccessibleName(tr("Timeline"));
  installTimelineAccessibility();
}

TimelineView::~TimelineView() = default;

void TimelineView::setDocument(SessionDocument* document) {
  if (impl_->document) impl_->document->disconnect(this);
  impl_->document = document;
  impl_->runs.clear();
  impl_->axis = TimelineAxis(impl_->rate_hz());
  impl_->episode = 0;
  impl_->step = 0;
  impl_->curve = 0;
  impl_->drag = {};
  impl_->hover.reset();
  impl_->following = impl_->live;
  impl_->changeSelection(std::nullopt);
  if (document) {
    connect(document, &SessionDocument::episodesChanged, this, [this] {
      impl_->runs.clear();  // an episode may have come in between
      impl_->documentChanged(0);
    });
    connect(document, &SessionDocument::episodeChanged, this,
            [this](qint64 number) { impl_->documentChanged(number); });
    connect(document, &QObject::destroyed, this, [this] { setDocument(nullptr); });
  }
  impl_->measure();
  impl_->layOut();
  if (document && impl_->axis.total() > 0) impl_->followLive();
  update();
}

void TimelineView::setLive(bool live) {
  impl_->live = impl_->following = live;
  if (live && impl_->document) impl_->followLive();
  update();
}

bool TimelineView::isLive() const {
  return impl_->live;
}

void TimelineView::setPlayhead(qint64 episode, int step) {
  const auto index = impl_->indexOf(episode);
  if (!index || impl_->axis.length(*index) == 0) return;
  step = std::clamp(step, 0, impl_->axis.length(*index) - 1);
  impl_->moveTo({*index, step}, false);
  if (!impl_->live) impl_->axis.reveal(static_cast<double>(impl_->axis.start(*index) + step) + 0.5);
  update();
}

std::pair<qint64, int> TimelineView::playhead() const {
  return {impl_->episode, impl_->step};
}
int TimelineView::lastStep() const {
  const auto index = impl_->indexOf(impl_->episode);
  return index ? std::max(0, impl_->axis.length(*index) - 1) : 0;
}

std::optional<TimelineView::Selection> TimelineView::selection() const {
  return impl_->selection;
}
void TimelineView::clearSelection() {
  impl_->changeSelection(std::nullopt);
}

void TimelineView::select(const Selection& selection) {
  const auto index = impl_->indexOf(selection.episode);
  if (!index) return;
  const Selection clipped{selection.episode, std::max(selection.begin, 0),
                          std::min(selection.end, impl_->axis.length(*index))};
  if (clipped.begin < clipped.end) impl_->changeSelection(clipped);
}

void TimelineView::zoomToFit() {
  impl_->axis.fit();
  update();
}

void TimelineView::zoomBy(double factor) {
  const auto at = impl_->position();
  const double x = at ? impl_->axis.x(*at) : -1.0;
  impl_->axis.zoomAt(x >= 0.0 && x <= impl_->axis.width() ? x : impl_->axis.width() / 2.0, factor);
  if (impl_->live && impl_->following) impl_->axis.showEnd();
  update();
}

void TimelineView::setCurve(int feature) {
  if (!impl_->document || feature == impl_->curve) return;
  if (feature < 0 || feature >= static_cast<int>(impl_->document->info().features.size())) return;
  impl_->curve = feature;
  impl_->runs.assign(impl_->axis.count(), std::nullopt);
  impl_->layOut();
  update();
}

int TimelineView::curve() const {
  return impl_->curve;
}

QPoint TimelineView::pointOf(Lane lane, qint64 episode, int step) const {
  const TimelineLanes& lanes = impl_->lanes;
  const QRect* rects[] = {&lanes.ruler, &lanes.driver,   &lanes.verdict,
                          &lanes.curve, &lanes.episodes, &lanes.policies};
  const QRect& rect = *rects[static_cast<int>(lane)];
  const auto index = impl_->indexOf(episode);
  const double position = index ? static_cast<double>(impl_->axis.start(*index) + step) : 0.0;
  return {rect.left() + static_cast<int>(std::lround(impl_->axis.x(position))), rect.center().y()};
}

QString TimelineView::momentText() const {
  const auto position = impl_->position();
  if (!position) return tr("No steps yet");
  QString text = impl_->describe(*impl_->axis.place(*position)).replace(u'\n', QStringLiteral(", "));
  if (impl_->document->readOnly()) text += tr(", read-only");
  return text;
}

void TimelineView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  TimelinePainter(painter, *impl_).paint();
}

void TimelineView::resizeEvent(QResizeEvent*) {
  impl_->layOut();
  const auto at = impl_->position();
  if (!impl_->live && at) impl_->axis.reveal(*at + 0.5);
}

void TimelineView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
    impl_->layOut();
    updateGeometry();
  }
  QWidget::changeEvent(event);
}

bool TimelineView::event(QEvent* event) {
  if (event->type() == QEvent::ShortcutOverride) {
    // While the timeline has the focus its keys come before the window's.
    const auto* key = static_cast<QKeyEvent*>(event);
    if (impl_->key(key->key(), key->modifiers(), false)) {
      event->accept();
      return true;
    }
  } else if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto place = impl_->placeAt(help->pos());
    QToolTip::showText(help->globalPos(), place ? impl_->describe(*place) : QString(), this);
    return true;
  } else if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) {
    update();
  }
  return QWidget::event(event);
}

QSize TimelineView::sizeHint() const {
  return {900, minimumSizeHint().height() + fontMetrics().height()};
}

QSize TimelineView::minimumSizeHint() const {
  const int h = fontMetrics().height();
  return {320, (h + 6) + std::max(18, h + 3) + std::max(24, h + 9) + 2 * h + 2 * (h + 3) + 20};
}

}  // namespace nudge
