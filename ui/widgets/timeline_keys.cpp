// The timeline by keys alone. Keys here and in the action table (ui/model/actions.cpp) are the same.
#include <QKeyEvent>
#include <algorithm>
#include <cmath>

#include "ui/widgets/timeline_impl.h"

namespace nudge {

bool TimelineView::Impl::moveBy(std::int64_t steps) {
  const auto at = position();
  if (!at) return false;
  moveTo(*axis.place(*at + static_cast<double>(steps)), true);
  return true;
}

// To the next border of segments or episodes.
bool TimelineView::Impl::moveToEdge(int direction) {
  const auto at = position();
  if (!at) return false;
  const auto here = axis.place(*at);
  std::vector<std::int64_t> borders{0, axis.total() - 1};
  const std::size_t first = here->index > 0 ? here->index - 1 : 0;
  for (std::size_t i = first; i < std::min(here->index + 2, axis.count()); ++i) {
    for (const Segment& segment : document->episodes()[i].segments)
      borders.push_back(axis.start(i) + segment.begin);
  }
  std::sort(borders.begin(), borders.end());
  const auto now = static_cast<std::int64_t>(*at);
  const auto after = std::upper_bound(borders.begin(), borders.end(), now);
  const auto before = std::lower_bound(borders.begin(), borders.end(), now);
  if (direction > 0 && after != borders.end()) return moveBy(*after - now);
  if (direction < 0 && before != borders.begin()) return moveBy(*(before - 1) - now);
  return true;
}

bool TimelineView::Impl::moveToEpisode(int direction) {
  const auto index = indexOf(episode);
  if (!index) return false;
  for (std::size_t i = *index + static_cast<std::size_t>(direction); i < axis.count();
       i += static_cast<std::size_t>(direction)) {
    if (axis.length(i) == 0) continue;
    moveTo({i, 0}, true);
    break;
  }
  return true;
}

// The playhead becomes the first or the last step of the selection.
bool TimelineView::Impl::setRangeEnd(bool first) {
  const auto index = indexOf(episode);
  if (!index || axis.length(*index) == 0) return false;
  const bool here = selection && selection->episode == episode;
  if (first) {
    const int end = here && selection->end > step ? selection->end : axis.length(*index);
    changeSelection(Selection{episode, step, end});
  } else {
    const int begin = here && selection->begin <= step ? selection->begin : 0;
    changeSelection(Selection{episode, begin, step + 1});
  }
  return true;
}

// Does what a key says. With perform = false only tells whether the key is the timeline's at present.
bool TimelineView::Impl::key(int key, Qt::KeyboardModifiers modifiers, bool perform) {
  if (!document || axis.total() == 0) return false;
  modifiers &= ~Qt::KeypadModifier;
  const bool control = modifiers == Qt::ControlModifier, shift = modifiers == Qt::ShiftModifier;
  const bool plain = modifiers == Qt::NoModifier;
  const auto does = [perform](bool mine, auto&& action) {
    if (mine && perform) action();
    return mine;
  };
  // While the robot runs, the window tells short from long presses of G and B.
  const bool marks = plain && (!live || selection || perform);
  const auto index = indexOf(episode);
  const int second = std::max(1, static_cast<int>(std::lround(rate_hz())));
  const int sign = key == Qt::Key_Left ? -1 : 1;
  switch (key) {
    case Qt::Key_Left:
    case Qt::Key_Right:
      if (control) return does(true, [&] { moveToEdge(sign); });
      return does(plain || shift, [&] { moveBy(sign * (shift ? second : 1)); });
    case Qt::Key_Home:
      return does(index && (plain || control), [&] {
        moveTo(control ? *axis.place(0) : TimelineAxis::Place{*index, 0}, true);
      });
    case Qt::Key_End:
      return does(index && (plain || control) && axis.length(*index) > 0, [&] {
        const TimelineAxis::Place last{*index, axis.length(*index) - 1};
        moveTo(control ? *axis.place(static_cast<double>(axis.total())) : last, true);
      });
    case Qt::Key_PageUp:
      return does(plain, [&] { moveToEpisode(-1); });
    case Qt::Key_PageDown:
      return does(plain, [&] { moveToEpisode(1); });
    case Qt::Key_G:
      return does(marks, [&] { view->mark(Verdict::Good); });
    case Qt::Key_B:
      return does(marks, [&] { view->mark(Verdict::Bad); });
    case Qt::Key_T:
      return does(plain, [&] { view->mark(Verdict::Expert); });
    case Qt::Key_X:
    case Qt::Key_Delete:
      return does(plain, [&] { view->mark(Verdict::Excluded); });
    case Qt::Key_S:
      return does(plain, [&] { view->splitAtPlayhead(); });
    case Qt::Key_A:
      if (control) return does(index.has_value(), [&] { view->select({episode, 0, axis.length(*index)}); });
      return does(plain, [&] { view->restoreAutomatic(); });
    case Qt::Key_I:
      return does(plain, [&] { setRangeEnd(true); });
    case Qt::Key_O:
      return does(plain, [&] { setRangeEnd(false); });
    case Qt::Key_Plus:
      return does(plain || shift, [&] { view->zoomBy(1.5); });
    case Qt::Key_Minus:
      return does(plain, [&] { view->zoomBy(1.0 / 1.5); });
    case Qt::Key_0:
      return does(plain, [&] { view->zoomToFit(); });
    default:
      return false;
  }
}

void TimelineView::keyPressEvent(QKeyEvent* event) {
  if (!impl_->key(event->key(), event->modifiers(), true)) QWidget::keyPressEvent(event);
}

}  // namespace nudge
