// The window's few icons, drawn from paths in the theme's colours so that they fit any theme and scale.
#pragma once

#include <QIcon>

namespace nudge {

enum class Icon { Pause, Play, Step, Reset, Next, Learn, Robot, Hand, Close };

/// In the text colour, or in `colour`.
QIcon icon(Icon which, const QColor& colour = {});
/// One picture of `size` logical pixels.
QPixmap iconPixmap(Icon which, int size, const QColor& colour, qreal devicePixelRatio);

}  // namespace nudge
