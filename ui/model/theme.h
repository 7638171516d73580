// Colours by role, from one place. Okabe–Ito hues, contrast of text ≥ 4.5:1, never colour alone.
#pragma once

#include <QColor>
#include <QPalette>
#include <QString>

#include "core/teach/segments.h"

namespace nudge {

/// Value type; GUI thread only for current() and set().
struct Theme {
  QString name;  ///< "light", "dark", "contrast"
  bool dark = false;
  QColor window, panel, raised, border, text, mutedText, accent, accentText;
  QColor robot, teacher, review, stop;  ///< postures: Watch, Teach, Review, held
  QColor expert, good, bad, excluded;   ///< verdicts
  QColor policyMark, playhead, chart;

  /// Fill of a verdict's segments; its hatch is Qt::BrushStyle so that it is not told by colour alone.
  QColor verdict(Verdict v) const;
  static Qt::BrushStyle hatch(Verdict v);  ///< expert diagonal, good none, bad cross, excluded dense dots
  static QString glyph(Verdict v);         ///< "T", "✓", "✗", "–"

  /// Near-black or white, whichever reads better on `fill`; at least 4.5:1 on every opaque colour.
  static QColor textOn(const QColor& fill);
  /// WCAG 2.1 contrast ratio of two opaque colours, 1 … 21.
  static double contrast(const QColor& a, const QColor& b);

  QPalette palette() const;
  /// Rounded, spacious controls in these colours; set once on the application.
  QString styleSheet() const;

  static const Theme& current();
  static void set(const Theme& theme);
  static Theme light();
  static Theme darkTheme();
  static Theme highContrast();
  /// What the system asks for (window colour's lightness; NUDGE_THEME=light|dark|contrast overrides).
  /// Ask before the first set palette, or the answer is our own.
  static Theme system();
};

}  // namespace nudge
