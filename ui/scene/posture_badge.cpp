#include "ui/scene/posture_badge.h"

#include <QCoreApplication>
#include <QPolygonF>
#include <QTransform>
#include <cmath>
#include <numbers>

#include "ui/model/theme.h"

namespace nudge {
namespace {

// The shapes live in a square of 24 × 24.

QPainterPath robotHead() {
  QPainterPath head;
  head.addRoundedRect(QRectF(3, 8, 18, 13), 3, 3);
  QPainterPath holes;
  holes.addEllipse(QPointF(8.5, 13.5), 2, 2);
  holes.addEllipse(QPointF(15.5, 13.5), 2, 2);
  holes.addRect(QRectF(8, 17.5, 8, 1.5));
  QPainterPath antenna;
  antenna.addRect(QRectF(11.2, 4, 1.6, 5));
  antenna.addEllipse(QPointF(12, 3.5), 2, 2);
  return head.subtracted(holes).united(antenna);
}

QPainterPath hand() {
  QPainterPath path;
  path.addRoundedRect(QRectF(6, 10, 13, 12), 4, 4);
  const QRectF fingers[] = {{6, 4, 2.7, 12}, {9.4, 1.5, 2.7, 14}, {12.8, 2.5, 2.7, 13}, {16.2, 5, 2.7, 11}};
  for (const QRectF& finger : fingers) {
    QPainterPath one;
    one.addRoundedRect(finger, 1.35, 1.35);
    path = path.united(one);
  }
  QPainterPath thumb;
  thumb.addRoundedRect(QRectF(-1.5, -5, 3, 9), 1.5, 1.5);
  return path.united(QTransform().translate(5, 15.5).rotate(-38).map(thumb));
}

QPainterPath arrowsBack() {
  QPainterPath path;
  path.addPolygon(QPolygonF({QPointF(12, 4), QPointF(2, 12), QPointF(12, 20), QPointF(12, 4)}));
  path.addPolygon(QPolygonF({QPointF(22, 4), QPointF(12, 12), QPointF(22, 20), QPointF(22, 4)}));
  return path;
}

QPainterPath bars() {
  QPainterPath path;
  path.addRect(QRectF(5, 3, 5, 18));
  path.addRect(QRectF(14, 3, 5, 18));
  return path;
}

QPainterPath stopSign() {
  QPolygonF octagon;
  for (int i = 0; i <= 8; ++i) {
    const double angle = (i + 0.5) * std::numbers::pi / 4;
    octagon << QPointF(12 + 11 * std::cos(angle), 12 + 11 * std::sin(angle));
  }
  QPainterPath path;
  path.addPolygon(octagon);
  QPainterPath bar;
  bar.addRect(QRectF(6, 10.2, 12, 3.6));
  return path.subtracted(bar);
}

QPainterPath shape(Posture posture) {
  switch (posture) {
    case Posture::Watch:
      return robotHead();
    case Posture::Teach:
      return hand();
    case Posture::Review:
      return arrowsBack();
    case Posture::Paused:
      return bars();
    case Posture::Held:
      return stopSign();
  }
  return {};
}

}  // namespace

QString postureWord(Posture posture) {
  switch (posture) {
    case Posture::Watch:
      return QCoreApplication::translate("Posture", "ROBOT DRIVES");
    case Posture::Teach:
      return QCoreApplication::translate("Posture", "YOU DRIVE");
    case Posture::Review:
      return QCoreApplication::translate("Posture", "REVIEW");
    case Posture::Paused:
      return QCoreApplication::translate("Posture", "PAUSED");
    case Posture::Held:
      return QCoreApplication::translate("Posture", "STOPPED");
  }
  return {};
}

QPainterPath postureIcon(Posture posture, const QRectF& box) {
  return QTransform()
      .translate(box.x(), box.y())
      .scale(box.width() / 24, box.height() / 24)
      .map(shape(posture));
}

QColor postureColour(Posture posture) {
  const Theme& theme = Theme::current();
  switch (posture) {
    case Posture::Watch:
      return theme.robot;
    case Posture::Teach:
      return theme.teacher;
    case Posture::Review:
      return theme.review;
    case Posture::Paused:
      return theme.excluded;
    case Posture::Held:
      return theme.stop;
  }
  return theme.robot;
}

}  // namespace nudge
