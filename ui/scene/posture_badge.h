// How a posture is told: a word, an icon with a shape of its own, a colour.
#pragma once

#include <QColor>
#include <QPainterPath>
#include <QString>

#include "ui/scene/scene_view.h"

namespace nudge {

/// "ROBOT DRIVES", "YOU DRIVE", "REVIEW", "PAUSED", "STOPPED", translated.
QString postureWord(Posture posture);
/// A robot's head, a hand, two arrows back, two bars, an octagon: to be filled, inside `box`.
QPainterPath postureIcon(Posture posture, const QRectF& box);
/// From the current theme.
QColor postureColour(Posture posture);

}  // namespace nudge
