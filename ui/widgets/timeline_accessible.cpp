// What a screen reader hears of the timeline: a slider whose value is the moment under the playhead.
#include <QAccessibleWidget>

#include "ui/widgets/timeline_impl.h"

namespace nudge {

namespace {

class TimelineAccessible : public QAccessibleWidget, public QAccessibleValueInterface {
 public:
  explicit TimelineAccessible(TimelineView* view) : QAccessibleWidget(view, QAccessible::Slider) {}

  void* interface_cast(QAccessible::InterfaceType type) override {
    if (type == QAccessible::ValueInterface) return static_cast<QAccessibleValueInterface*>(this);
    return QAccessibleWidget::interface_cast(type);
  }

  QString text(QAccessible::Text kind) const override {
    if (kind == QAccessible::Value) return view()->momentText();
    if (kind == QAccessible::Help)
      return TimelineView::tr(
          "Arrows move by a step, with Shift by a second, with Control to the next border. "
          "G good, B bad, X leave out, A automatic, S split, I and O set a range.");
    return QAccessibleWidget::text(kind);
  }

  // The step in its episode; assistive programs may set it.
  QVariant currentValue() const override { return view()->playhead().second; }
  void setCurrentValue(const QVariant& value) override {
    view()->setLive(false);
    view()->setPlayhead(view()->playhead().first, value.toInt());
    Q_EMIT view()->scrubbed(view()->playhead().first, view()->playhead().second);
  }
  QVariant minimumValue() const override { return 0; }
  QVariant maximumValue() const override { return view()->lastStep(); }
  QVariant minimumStepSize() const override { return 1; }

 private:
  TimelineView* view() const { return static_cast<TimelineView*>(widget()); }
};

QAccessibleInterface* make(const QString&, QObject* object) {
  auto* view = qobject_cast<TimelineView*>(object);
  return view ? new TimelineAccessible(view) : nullptr;
}

}  // namespace

void installTimelineAccessibility() {
  static const bool installed = [] {
    QAccessible::installFactory(make);
    return true;
  }();
  static_cast<void>(installed);
}

}  // namespace nudge
