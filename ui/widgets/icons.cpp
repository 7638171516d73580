#include "ui/widgets/icons.h"

#include <QPainter>
#include <QSvgRenderer>

#include "ui/model/theme.h"

namespace nudge {

namespace {

/// Shapes on a 24 × 24 grid; %c becomes the colour.
const char* shape(Icon which) {
  switch (which) {
    case Icon::Pause: return "<path d='M6 4h4v16H6zM14 4h4v16h-4z' fill='%c'/>";
    case Icon::Play: return "<path d='M7 4l13 8-13 8z' fill='%c'/>";
    case Icon::Step: return "<path d='M5 4l9 8-9 8zM16 4h3v16h-3z' fill='%c'/>";
    case Icon::Reset:
      return "<path d='M6.3 8.2A7 7 0 1 1 5 13' fill='none' stroke='%c' stroke-width='2.4'/>"
             "<path d='M3 3.5l1.2 7.4 6.2-4.4z' fill='%c'/>";
    case Icon::Next: return "<path d='M3 5l8 7-8 7zM11 5l8 7-8 7zM19 5h2.5v14H19z' fill='%c'/>";
    case Icon::Learn:
      return "<path d='M12 2l2.2 6.3L20.5 10.500l-6.300 2.200L12 19l-2.200-6.300L3.500 10.500l6.300-2.200z' fill='%c'/>"
             "<path d='M18.500 15l1 2.500 2.500 1-2.500 1-1 2.500-1-2.500-2.500-1 2.500-1z' fill='%c'/>";
    case Icon::Robot:
      return "<path d='M11 2h2v4h-2z' fill='%c'/><rect x='4' y='6' width='16' height='13' rx='3' fill='none' stroke='%c' "
             "stroke-width='2.2'/><circle cx='9' cy='12.500' r='1.800' fill='%c'/><circle cx='15' cy='12.500' r='1.800' "
             "fill='%c'/>";
    case Icon::Hand:
      return "<path d='M8 12V5.500a1.400 1.400 0 0 1 2.800 0V10h.7V3.800a1.400 1.400 0 0 1 2.800 0V10h.7V5.200a1.400 1.400 0 "
             "0 1 2.800 0V15c0 4-2.400 6.500-6 6.500-3 0-4.600-1.300-6-4l-2.500-4.800c-.7-1.400 1-2.500 2-1.300z' fill='%c'/>";
    case Icon::Close: return "<path d='M6 6l12 12M18 6L6 18' stroke='%c' stroke-width='2.400'/>";
  }
  return "";
}

}  // namespace

QPixmap iconPixmap(Icon which, int size, const QColor& colour, qreal devicePixelRatio) {
  QByteArray svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'>";
  svg += QByteArray(shape(which)).replace("%c", colour.name().toLatin1());
  svg += "</svg>";
  QPixmap pixmap(QSize(size, size) * devicePixelRatio);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  QSvgRenderer(svg).render(&painter);
  painter.end();
  pixmap.setDevicePixelRatio(devicePixelRatio);
  return pixmap;
}

QIcon icon(Icon which, const QColor& colour) {
  const Theme& theme = Theme::current();
  QIcon result;
  for (const qreal scale : {1.0, 2.0, 3.0}) {
    result.addPixmap(iconPixmap(which, 18, colour.isValid() ? colour : theme.text, scale));
    result.addPixmap(iconPixmap(which, 18, theme.border, scale), QIcon::Disabled);
  }
  return result;
}

}  // namespace nudge
