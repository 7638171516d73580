// Six axes as bars about a middle: thin what the device says, thick what is made of it.
#pragma once

#include <QWidget>

#include "core/input/raw_input.h"

namespace nudge {

/// GUI thread.
class AxisBars : public QWidget {
  Q_OBJECT
 public:
  explicit AxisBars(QWidget* parent = nullptr);
  void setAxes(const Axes& raw, const Axes& wish);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  Axes raw_{}, wish_{};
};

}  // namespace nudge
