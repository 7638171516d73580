// Colours by role, from one place. Okabe–Ito hues, contrast of text ≥ 4.5:1, never colour alone.
#pragma once

#include <QColor>
#include <QString>

#include "core/teach/segments.h"

class QGuiApplication;

namespace nudge {

struct Theme {
  QString name;  ///< "light", "dark", "high contrast"
  bool dark = false;
  QColor window, panel, raised, border, text, mutedText, accent, accentText;
  QColor robot, teacher, review, stop;     ///< postures: Watch, Teach, Review, held
  QColor expert, good, bad, excluded;      ///< verdicts
  QColor policyMark, playhead, chart;

  /// Fill of a verdict's segments; its hatch is Qt::BrushStyle so that it is not told by colour alone.
  QColor verdict(Verdict v) const;
  static Qt::BrushStyle hatch(Verdict v);  ///< expert diagonal, good none, bad cross, excluded dense dots
  static QString glyph(Verdict v);         ///< "T", "✓", "✗", "–"

  static const Theme& current();
  static void set(const Theme& theme);
  static Theme light();
  static Theme darkTheme();
  static Theme highContrast();
  /// What the system asks for (window colour's lightness; NUDGE_THEME=light|dark|contrast overrides).
  static Theme system();
};

}  // namespace nudge
