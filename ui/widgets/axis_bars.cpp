#include "ui/widgets/axis_bars.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "ui/model/theme.h"

namespace nudge {

AxisBars::AxisBars(QWidget* parent) : QWidget(parent) {
  setAccessibleName(tr("Axes of the device"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void AxisBars::setAxes(const Axes& raw, const Axes& wish) {
  if (raw == raw_ && wish == wish_) return;
  raw_ = raw;
  wish_ = wish;
  update();
}

QSize AxisBars::sizeHint() const { return {320, static_cast<int>(kAxes) * (fontMetrics().height() + 6)}; }

void AxisBars::paintEvent(QPaintEvent*) {
  const QString names[kAxes] = {tr("right"), tr("forward"), tr("up"), tr("tilt forward"), tr("tilt sideways"), tr("turn")};
  const Theme& theme = Theme::current();
  QPainter painter(this);
  const int label = fontMetrics().horizontalAdvance(tr("tilt sideways")) + 12;
  const int number = fontMetrics().horizontalAdvance(QStringLiteral("−100 %")) + 8;
  const double row = static_cast<double>(height()) / static_cast<double>(kAxes);
  const double half = (width() - label - number) / 2.0, middle = label + half;
  for (std::size_t i = 0; i < kAxes; ++i) {
    const double top = row * static_cast<double>(i);
    const auto bar = [&](double value, double from, double to, const QColor& colour) {
      const double end = middle + half * value;
      painter.fillRect(QRectF(std::min(middle, end), top + row * from, std::abs(end - middle), row * (to - from)), colour);
    };
    painter.fillRect(QRectF(label, top + 2, 2 * half, row - 4), theme.raised);
    bar(wish_[i], 0.15, 0.6, theme.teacher);
    bar(raw_[i], 0.68, 0.85, theme.mutedText);
    painter.setPen(theme.border);
    painter.drawLine(QPointF(middle, top + 1), QPointF(middle, top + row - 1));
    painter.setPen(theme.text);
    painter.drawText(QRectF(0, top, label - 8, row), Qt::AlignLeft | Qt::AlignVCenter, names[i]);
    painter.drawText(QRectF(width() - number, top, number, row), Qt::AlignRight | Qt::AlignVCenter,
                     QStringLiteral("%1 %").arg(std::lround(100 * wish_[i])));
  }
}

}  // namespace nudge

#include "moc_axis_bars.cpp"
