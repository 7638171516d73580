// Residual weights as bars for people: name, direction in words, uncertainty as a whisker.
#pragma once

#include <QWidget>
#include <vector>

namespace nudge {

/// One residual weight θ_i of a feature in [0, 1].
struct WeightRow {
  QString name;            ///< the feature's machine name
  QString title;           ///< for people: "tool height"
  double theta = 0.0;
  double halfWidth = 0.0;  ///< of the interval that a weight has to leave to move; 0 unknown
};

/// What a weight asks for: "keep it lower", "no clear wish" when the interval holds 0.
QString weightInWords(const WeightRow& row);
/// "−0.78 ± 0.09"
QString weightAsNumber(const WeightRow& row);

class WeightBars : public QWidget {
  Q_OBJECT
 public:
  explicit WeightBars(QWidget* parent = nullptr);
  void setRows(std::vector<WeightRow> rows);
  const std::vector<WeightRow>& rows() const { return rows_; }
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool event(QEvent* event) override;

 private:
  int rowHeight() const;
  int headHeight() const;
  void paintRow(QPainter& painter, const WeightRow& row, const QRect& area) const;

  std::vector<WeightRow> rows_;
  double scale_ = 1.0;
};

}  // namespace nudge
