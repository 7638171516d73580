#include "ui/widgets/rate_chart.h"

#include <QChart>
#include <QGraphicsLayout>
#include <QLegend>
#include <QLineSeries>
#include <QScatterSeries>
#include <QValueAxis>
#include <algorithm>
#include <cmath>

#include "ui/model/theme.h"

namespace nudge {

RateChart::RateChart(QWidget* parent)
    : QChartView(parent),
      line_(new QLineSeries(this)),
      dots_(new QScatterSeries(this)),
      target_(new QLineSeries(this)),
      rounds_(new QValueAxis(this)),
      percent_(new QValueAxis(this)) {
  setRenderHint(QPainter::Antialiasing);
  setFrameShape(QFrame::NoFrame);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  setMinimumHeight(120);
  setFocusPolicy(Qt::NoFocus);
  setAccessibleName(tr("How much of each round you drove"));
  QChart* c = chart();
  c->legend()->hide();
  c->setMargins({0, 0, 6, 0});
  c->layout()->setContentsMargins(0, 0, 0, 0);
  c->setBackgroundRoundness(0);
  c->addAxis(rounds_, Qt::AlignBottom);
  c->addAxis(percent_, Qt::AlignLeft);
  for (QXYSeries* series : {static_cast<QXYSeries*>(target_), static_cast<QXYSeries*>(line_), static_cast<QXYSeries*>(dots_)}) {
    c->addSeries(series);
    series->attachAxis(rounds_);
    series->attachAxis(percent_);
  }
  rounds_->setLabelFormat(QStringLiteral("%d"));
  percent_->setLabelFormat(QStringLiteral("%d %%"));
  rounds_->setTickType(QValueAxis::TicksDynamic);
  percent_->setTickType(QValueAxis::TicksDynamic);
  dots_->setMarkerSize(7);
  connect(dots_, &QScatterSeries::hovered, this, [this](const QPointF& point, bool over) {
    setToolTip(over ? tr("Round %1: you drove %2 % of it").arg(point.x()).arg(point.y(), 0, 'f', 1) : QString());
  });
  applyTheme();
}

void RateChart::setRates(const std::vector<RatePoint>& rates, double target) {
  line_->clear();
  dots_->clear();
  target_->clear();
  double top = std::max(10.0, 200.0 * target);
  int last = 4;
  for (const RatePoint& point : rates) {
    line_->append(point.round, 100.0 * point.rate);
    dots_->append(point.round, 100.0 * point.rate);
    top = std::max(top, 110.0 * point.rate);
    last = std::max(last, point.round);
  }
  const double step = top <= 20 ? 5 : top <= 50 ? 10 : 25;
  target_->append(0.5, 100.0 * target);
  target_->append(last + 0.5, 100.0 * target);
  rounds_->setRange(0.5, last + 0.5);
  rounds_->setTickAnchor(1);
  rounds_->setTickInterval(std::max(1.0, std::ceil(last / 6.0)));
  percent_->setRange(0, std::min(100.0, std::ceil(top / step) * step));
  percent_->setTickInterval(step);
  if (!rates.empty()) {
    setAccessibleDescription(tr("Latest round %1: %2 %, target %3 %")
                                 .arg(rates.back().round)
                                 .arg(100.0 * rates.back().rate, 0, 'f', 0)
                                 .arg(100.0 * target, 0, 'f', 0));
  }
}

void RateChart::applyTheme() {
  const Theme& theme = Theme::current();
  chart()->setBackgroundBrush(theme.panel);
  setBackgroundBrush(theme.panel);
  line_->setPen(QPen(theme.chart, 2));
  dots_->setColor(theme.chart);
  dots_->setBorderColor(theme.panel);
  target_->setPen(QPen(theme.good, 1.5, Qt::DashLine));
  for (QValueAxis* axis : {rounds_, percent_}) {
    axis->setLabelsColor(theme.mutedText);
    axis->setLinePenColor(theme.border);
    axis->setGridLineColor(theme.dark ? theme.raised : theme.window);
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    axis->setLabelsFont(small);
  }
}

}  // namespace nudge
