// A timeline on a (virtual) screen, with a person's mouse.
#pragma once

#include <QtTest>
#include <memory>

#include "tests/ui/lesson_file.h"
#include "ui/widgets/timeline_view.h"

namespace nudge::test {

/// A timeline over a file, in review, as wide as asked.
struct Shown {
  explicit Shown(const LessonFile& file, bool readOnly = false, int width = 900)
      : document(file.open(readOnly)) {
    view.setDocument(document.get());
    view.setLive(false);
    view.resize(width, view.sizeHint().height());
    view.show();
    view.setFocus();
  }
  void drag(const QPoint& from, const QPoint& to) {
    QTest::mouseMove(&view, from);
    QTest::mousePress(&view, Qt::LeftButton, {}, from);
    move((from + to) / 2);
    move(to);
    QTest::mouseRelease(&view, Qt::LeftButton, {}, to);
  }
  // QTest::mouseMove presses no buttons; a drag needs them.
  void move(const QPoint& to) {
    QMouseEvent event(QEvent::MouseMove, to, view.mapToGlobal(to), Qt::NoButton, Qt::LeftButton,
                      Qt::NoModifier);
    QCoreApplication::sendEvent(&view, &event);
  }
  void click(const QPoint& at) { QTest::mouseClick(&view, Qt::LeftButton, {}, at); }
  QPoint at(TimelineView::Lane lane, qint64 episode, int step) const {
    return view.pointOf(lane, episode, step);
  }
  void wheel(int notches, Qt::KeyboardModifiers modifiers, const QPoint& at) {
    QWheelEvent event(at, view.mapToGlobal(at), {}, {0, 120 * notches}, Qt::NoButton, modifiers,
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&view, &event);
  }

  std::unique_ptr<SessionDocument> document;
  TimelineView view;
};

}  // namespace nudge::test
