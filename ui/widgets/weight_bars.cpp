#include "ui/widgets/weight_bars.h"

#include <QHelpEvent>
#include <QPainter>
#include <QRegularExpression>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/model/theme.h"

namespace nudge {

namespace {
constexpr int kBar = 10;  // px
constexpr int kGap = 4;

/// A weight moves the robot along its feature; these words say which way for features that have a direction.
struct Direction {
  const char* word;
  const char* less;
  const char* more;
};
constexpr Direction kDirections[] = {
    {"height", QT_TRANSLATE_NOOP("WeightBars", "keep it lower"), QT_TRANSLATE_NOOP("WeightBars", "keep it higher")},
    {"distance", QT_TRANSLATE_NOOP("WeightBars", "stay closer"), QT_TRANSLATE_NOOP("WeightBars", "stay farther away")},
    {"_to_", QT_TRANSLATE_NOOP("WeightBars", "stay closer"), QT_TRANSLATE_NOOP("WeightBars", "stay farther away")},
    {"effort", QT_TRANSLATE_NOOP("WeightBars", "move more gently"), QT_TRANSLATE_NOOP("WeightBars", "move more")},
    {"force", QT_TRANSLATE_NOOP("WeightBars", "press less"), QT_TRANSLATE_NOOP("WeightBars", "press harder")},
    {"speed", QT_TRANSLATE_NOOP("WeightBars", "go slower"), QT_TRANSLATE_NOOP("WeightBars", "go faster")},
    {"", QT_TRANSLATE_NOOP("WeightBars", "less of it"), QT_TRANSLATE_NOOP("WeightBars", "more of it")}};
}  // namespace

QString weightInWords(const WeightRow& row) {
  if (std::abs(row.theta) <= row.halfWidth || std::abs(row.theta) < 0.005) return WeightBars::tr("no clear wish");
  // Some features say how far the robot is from what somebody may want: "force off band", "not gripped".
  static const QRegularExpression offSomething(QStringLiteral("\\boff (.+)$")), notSomething(QStringLiteral("^not (.+)$"));
  if (const auto off = offSomething.match(row.title); off.hasMatch()) {
    return (row.theta < 0 ? WeightBars::tr("keep to the %1") : WeightBars::tr("keep off the %1")).arg(off.captured(1));
  }
  if (const auto missing = notSomething.match(row.title); missing.hasMatch()) {
    return (row.theta < 0 ? WeightBars::tr("%1 more often") : WeightBars::tr("%1 less often")).arg(missing.captured(1));
  }
  const QString words = row.title + QLatin1Char(' ') + row.name;
  for (const Direction& direction : kDirections) {
    if (!words.contains(QLatin1String(direction.word))) continue;
    return WeightBars::tr(row.theta < 0 ? direction.less : direction.more);
  }
  return {};
}

QString weightAsNumber(const WeightRow& row) {
  const QString sign = row.theta < 0 ? QStringLiteral("−") : QStringLiteral("+");
  const QString number = sign + QString::number(std::abs(row.theta), 'f', 2);
  return row.halfWidth > 0 ? number + QStringLiteral(" ± ") + QString::number(row.halfWidth, 'f', 2) : number;
}

WeightBars::WeightBars(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setAccessibleName(tr("What it learned, a bar for each feature"));
}

void WeightBars::setRows(std::vector<WeightRow> rows) {
  rows_ = std::move(rows);
  scale_ = 1.0;
  QStringList sentences;
  for (const WeightRow& row : rows_) {
    scale_ = std::max(scale_, std::abs(row.theta) + row.halfWidth);
    sentences << QStringLiteral("%1 %2: %3").arg(row.title, weightAsNumber(row), weightInWords(row));
  }
  setAccessibleDescription(sentences.join(QStringLiteral(". ")));
  updateGeometry();
  update();
}

int WeightBars::headHeight() const { return fontMetrics().height() + kGap; }
int WeightBars::rowHeight() const { return 2 * fontMetrics().height() + kBar + 3 * kGap; }

QSize WeightBars::sizeHint() const { return {230, headHeight() + int(rows_.size()) * rowHeight()}; }
QSize WeightBars::minimumSizeHint() const { return {150, sizeHint().height()}; }

void WeightBars::paintEvent(QPaintEvent*) {
  if (rows_.empty()) return;
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Theme::current().mutedText);
  const QRect head(0, 0, width(), fontMetrics().height());
  painter.drawText(head, Qt::AlignLeft, tr("◂ less"));
  painter.drawText(head, Qt::AlignRight, tr("more ▸"));
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    paintRow(painter, rows_[i], QRect(0, headHeight() + int(i) * rowHeight(), width(), rowHeight()));
  }
}

void WeightBars::paintRow(QPainter& painter, const WeightRow& row, const QRect& area) const {
  const Theme& theme = Theme::current();
  const QFontMetrics metrics = fontMetrics();
  const QString number = weightAsNumber(row);
  const int numberWidth = metrics.horizontalAdvance(number);

  QRect line(area.left(), area.top(), area.width(), metrics.height());
  painter.setPen(theme.text);
  painter.drawText(line, Qt::AlignRight, number);
  line.setWidth(area.width() - numberWidth - 2 * kGap);
  painter.drawText(line, Qt::AlignLeft, metrics.elidedText(row.title, Qt::ElideRight, line.width()));

  const QRectF track(area.left(), line.bottom() + kGap, area.width(), kBar);
  const double middle = track.center().x(), unit = 0.5 * track.width() / scale_;
  painter.setPen(Qt::NoPen);
  painter.setBrush(theme.raised);
  painter.drawRoundedRect(track, kBar / 2.0, kBar / 2.0);

  // Unclear weights stay pale, so that the eye finds what was learned.
  QColor fill = theme.chart;
  if (std::abs(row.theta) <= row.halfWidth) fill.setAlphaF(0.4F);
  const double end = middle + row.theta * unit;
  painter.setBrush(fill);
  painter.drawRoundedRect(QRectF(std::min(middle, end), track.top() + 1, std::abs(end - middle), kBar - 2), 3, 3);
  painter.setPen(QPen(theme.mutedText, 1));
  painter.drawLine(QPointF(middle, track.top() - 2), QPointF(middle, track.bottom() + 2));

  if (row.halfWidth > 0) {
    painter.setPen(QPen(theme.text, 1.5));
    const double y = track.center().y(), low = end - row.halfWidth * unit, high = end + row.halfWidth * unit;
    painter.drawLine(QPointF(low, y), QPointF(high, y));
    for (const double x : {low, high}) painter.drawLine(QPointF(x, y - 4), QPointF(x, y + 4));
  }
  painter.setPen(theme.mutedText);
  painter.drawText(QRectF(area.left(), track.bottom() + kGap, area.width(), metrics.height()), Qt::AlignLeft,
                   weightInWords(row));
}

bool WeightBars::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const int index = (help->pos().y() - headHeight()) / std::max(1, rowHeight());
    if (help->pos().y() < headHeight() || index >= int(rows_.size())) {
      QToolTip::hideText();
      return true;
    }
    const WeightRow& row = rows_[std::size_t(index)];
    QToolTip::showText(help->globalPos(),
                       tr("%1: weight %2, interval from %3 to %4").arg(row.title)
                           .arg(row.theta, 0, 'f', 4)
                           .arg(row.theta - row.halfWidth, 0, 'f', 4)
                           .arg(row.theta + row.halfWidth, 0, 'f', 4),
                       this);
    return true;
  }
  return QWidget::event(event);
}

}  // namespace nudge
