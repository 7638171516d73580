// Intervention rate per round against the target, as a small chart.
#pragma once

#include <QChartView>
#include <vector>

class QLineSeries;
class QScatterSeries;
class QValueAxis;

namespace nudge {

/// One round: how much of it the teacher drove.
struct RatePoint {
  int round = 1;
  double rate = 0.0;  ///< 0 … 1
};

class RateChart : public QChartView {
  Q_OBJECT
 public:
  explicit RateChart(QWidget* parent = nullptr);
  void setRates(const std::vector<RatePoint>& rates, double target);
  void applyTheme();
  QSize sizeHint() const override { return {230, 150}; }

 private:
  QLineSeries* line_;
  QScatterSeries* dots_;
  QLineSeries* target_;
  QValueAxis* rounds_;
  QValueAxis* percent_;
};

}  // namespace nudge
