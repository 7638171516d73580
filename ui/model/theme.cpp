#include "ui/model/theme.h"

#include <QGuiApplication>
#include <algorithm>
#include <cmath>

#include "core/base/resources.h"

namespace nudge {

namespace {

// Okabe and Ito, "Color Universal Design" (2008).
constexpr QRgb kOrange = 0xE69F00, kSky = 0x56B4E9, kGreen = 0x009E73, kBlue = 0x0072B2, kVermilion = 0xD55E00,
               kPurple = 0xCC79A7;

Theme& stored() {
  static Theme theme = Theme::light();
  return theme;
}

/// Relative luminance, WCAG 2.1.
double luminance(const QColor& colour) {
  const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
  return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

}  // namespace

QColor Theme::verdict(Verdict v) const {
  switch (v) {
    case Verdict::Expert: return expert;
    case Verdict::Good: return good;
    case Verdict::Bad: return bad;
    case Verdict::Excluded: break;
  }
  return excluded;
}

Qt::BrushStyle Theme::hatch(Verdict v) {
  switch (v) {
    case Verdict::Expert: return Qt::BDiagPattern;
    case Verdict::Good: return Qt::NoBrush;
    case Verdict::Bad: return Qt::DiagCrossPattern;
    case Verdict::Excluded: break;
  }
  return Qt::Dense6Pattern;
}

QString Theme::glyph(Verdict v) {
  switch (v) {
    case Verdict::Expert: return QStringLiteral("T");
    case Verdict::Good: return QStringLiteral("✓");
    case Verdict::Bad: return QStringLiteral("✗");
    case Verdict::Excluded: break;
  }
  return QStringLiteral("–");
}

QColor Theme::textOn(const QColor& fill) {
  const QColor ink(0x0b0d10), paper(Qt::white);
  return contrast(fill, ink) >= contrast(fill, paper) ? ink : paper;
}

double Theme::contrast(const QColor& a, const QColor& b) {
  const double la = luminance(a), lb = luminance(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

Theme Theme::light() {
  Theme t;
  t.name = QStringLiteral("light");
  t.window = 0xECEFF3;
  t.panel = 0xFFFFFF;
  t.raised = 0xF6F8FA;
  t.border = 0xCDD4DD;
  t.text = 0x18202B;
  t.mutedText = 0x525D6C;
  t.accent = kBlue;
  t.accentText = Qt::white;
  t.robot = 0x5D6877;
  t.teacher = kOrange;
  t.review = kSky;
  t.stop = kVermilion;
  t.expert = kBlue;
  t.good = kGreen;
  t.bad = kVermilion;
  t.excluded = 0x9AA3AF;
  t.policyMark = 0xA0457A;
  t.playhead = 0x18202B;
  t.chart = kBlue;
  return t;
}

Theme Theme::darkTheme() {
  Theme t;
  t.name = QStringLiteral("dark");
  t.dark = true;
  t.window = 0x14181E;
  t.panel = 0x1D232B;
  t.raised = 0x29313C;
  t.border = 0x3A4552;
  t.text = 0xE7EBF0;
  t.mutedText = 0xA5AFBC;
  t.accent = kSky;
  t.accentText = 0x0b0d10;
  t.robot = 0x8A95A3;
  t.teacher = kOrange;
  t.review = kSky;
  t.stop = 0xE8702A;
  t.expert = 0x3A93D0;
  t.good = 0x14AE84;
  t.bad = 0xE8702A;
  t.excluded = 0x6A7482;
  t.policyMark = kPurple;
  t.playhead = 0xFFFFFF;
  t.chart = kSky;
  return t;
}

Theme Theme::highContrast() {
  Theme t;
  t.name = QStringLiteral("contrast");
  t.dark = true;
  t.window = t.panel = Qt::black;
  t.raised = 0x1A1A1A;
  t.border = t.text = t.mutedText = Qt::white;
  t.accent = 0xFFE14D;
  t.accentText = Qt::black;
  t.robot = 0xD0D0D0;
  t.teacher = 0xFFB000;
  t.review = 0x6FC8FF;
  t.stop = 0xFF7A33;
  t.expert = 0x5AB4F5;
  t.good = 0x2FD6A5;
  t.bad = 0xFF7A33;
  t.excluded = 0x909090;
  t.policyMark = 0xFF9AD0;
  t.playhead = 0xFFE14D;
  t.chart = 0x6FC8FF;
  return t;
}

Theme Theme::system() {
  const QByteArray wanted = qgetenv("NUDGE_THEME").toLower();
  if (wanted == "light") return light();
  if (wanted == "dark") return darkTheme();
  if (wanted == "contrast") return highContrast();
  const QPalette palette = QGuiApplication::palette();
  const QColor ground = palette.color(QPalette::Window), ink = palette.color(QPalette::WindowText);
  // Accessibility themes are the only ones that put pure ink on a pure ground.
  if (ground == QColor(Qt::black) && ink == QColor(Qt::white)) return highContrast();
  return luminance(ground) < luminance(ink) ? darkTheme() : light();
}

const Theme& Theme::current() { return stored(); }
void Theme::set(const Theme& theme) { stored() = theme; }

QPalette Theme::palette() const {
  QPalette p(text, raised, raised.lighter(115), border.darker(120), border, text, textOn(text), panel, window);
  p.setColor(QPalette::Highlight, accent);
  p.setColor(QPalette::HighlightedText, accentText);
  p.setColor(QPalette::AlternateBase, raised);
  p.setColor(QPalette::ToolTipBase, raised);
  p.setColor(QPalette::ToolTipText, text);
  p.setColor(QPalette::PlaceholderText, mutedText);
  p.setColor(QPalette::Link, accent);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    p.setColor(QPalette::Disabled, role, dark ? mutedText.darker(140) : mutedText.lighter(150));
  }
  return p;
}

QString Theme::styleSheet() const {
  // Sizes in px are spacing and corners only; text follows the system font.
  QString sheet = QStringLiteral(R"(
QToolTip { background: %raised; color: %text; border: 1px solid %border; padding: 4px 6px; }
QMainWindow, QDialog { background: %window; }
QMenuBar { background: %window; padding: 2px 4px; }
QMenuBar::item { padding: 4px 9px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected { background: %raised; }
QMenu { background: %panel; border: 1px solid %border; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 22px; border-radius: 5px; }
QMenu::item:selected { background: %accent; color: %accentText; }
QMenu::item:disabled { color: %disabled; }
QMenu::separator { height: 1px; background: %border; margin: 5px 8px; }
QPushButton, QToolButton, QComboBox {
  background: %raised; border: 1px solid %border; border-radius: 6px; padding: 4px 10px; min-height: 18px; }
QToolButton { padding: 4px 7px; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QCheckBox::indicator { width: 14px; height: 14px; background: %panel; border: 1px solid %muted; border-radius: 3px; }
QCheckBox::indicator:checked { background: %accent; border-color: %accent; image: url("%tick"); }
QCheckBox::indicator:focus { border: 2px solid %accent; }
QTabWidget::pane { background: %panel; border: 1px solid %border; border-radius: 6px; }
QTabWidget > QStackedWidget > QWidget, QTabWidget QScrollArea > QWidget > QWidget { background: transparent; }
QTabBar::tab { background: transparent; border: none; border-bottom: 2px solid transparent; padding: 6px 12px; }
QTabBar::tab:selected { border-bottom: 2px solid %accent; font-weight: 600; }
QTabBar::tab:focus { color: %accent; }
QPushButton:hover, QToolButton:hover, QComboBox:hover { border-color: %accent; }
QPushButton:focus, QComboBox:focus { border: 2px solid %accent; padding: 3px 9px; }
QToolButton:focus { border: 2px solid %accent; padding: 3px 6px; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QListView:focus, QTreeView:focus { border: 2px solid %accent; }
QPushButton:pressed, QToolButton:pressed, QToolButton:checked { background: %pressed; }
QPushButton:disabled, QToolButton:disabled, QComboBox:disabled { color: %disabled; }
QPushButton[primary="true"], QToolButton[primary="true"] {
  background: %accent; color: %accentText; border-color: %accent; font-weight: 600; padding: 4px 14px; }
QPushButton[primary="true"]:hover, QToolButton[primary="true"]:hover { border-color: %text; }
QPushButton[primary="true"]:focus, QToolButton[primary="true"]:focus { border: 2px solid %text; padding: 3px 13px; }
QPushButton[primary="true"]:disabled, QToolButton[primary="true"]:disabled {
  background: %raised; color: %disabled; border-color: %border; }
QToolButton[flat="true"], QPushButton[flat="true"] { background: transparent; border-color: transparent; }
QToolButton[flat="true"]:hover, QPushButton[flat="true"]:hover { background: %raised; border-color: %border; }
QToolButton[flat="true"]:focus, QPushButton[flat="true"]:focus { border-color: %accent; }
QToolButton::menu-indicator { width: 0; image: none; }
QComboBox { padding-right: 22px; combobox-popup: 0; }
QComboBox:focus { padding-right: 21px; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url("%chevron"); width: 14px; height: 14px; }
QComboBox QAbstractItemView, QComboBox QAbstractItemView:focus { background: %panel; border: 1px solid %border;
  padding: 0; selection-background-color: %accent; selection-color: %accentText; }
QLineEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit, QTextBrowser {
  background: %panel; border: 1px solid %border; border-radius: 6px; padding: 4px 7px;
  selection-background-color: %accent; selection-color: %accentText; }
QListView, QTreeView { background: %panel; border: 1px solid %border; border-radius: 6px; outline: 0; }
QListView::item, QTreeView::item { padding: 4px 5px; border-radius: 4px; }
QListView::item:hover, QTreeView::item:hover { background: %raised; }
QListView::item:selected, QTreeView::item:selected { background: %accent; color: %accentText; }
QFrame[panel="true"], QWidget[panel="true"] { background: %panel; border: 1px solid %border; border-radius: 9px; }
QLabel[role="title"] { font-weight: 600; }
QLabel[role="muted"] { color: %muted; }
QLabel { background: transparent; border: none; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QProgressBar { background: %raised; border: 1px solid %border; border-radius: 5px; min-height: 8px; max-height: 8px;
  text-align: center; }
QProgressBar::chunk { background: %accent; border-radius: 4px; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: %border; }
QSplitter::handle:horizontal { width: 8px; }
QSplitter::handle:vertical { height: 8px; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: %border; border-radius: 4px; min-height: 24px; min-width: 24px; margin: 1px; }
QScrollBar::handle:hover { background: %muted; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
  background: none; border: none; width: 0; height: 0; }
QStatusBar { background: %window; color: %muted; }
QStatusBar::item { border: none; }
)");
  const auto icon = [](const char* file) {
    return QString::fromStdString((resourceFolder() / "icons" / file).generic_string());
  };
  sheet.replace(QLatin1String("%chevron"), icon(dark ? "chevron-light.svg" : "chevron-dark.svg"));
  sheet.replace(QLatin1String("%tick"), icon(luminance(accent) > 0.2 ? "check-dark.svg" : "check-light.svg"));
  const auto hex = [](const QColor& c) { return c.name(QColor::HexRgb); };
  const QColor disabled = dark ? mutedText.darker(140) : mutedText.lighter(150);
  QColor pressed = dark ? border : border.lighter(108);
  if (contrast(pressed, text) < 4.5) pressed = 0x4D4D4D;  // white borders: high contrast
  // Longer names first: "%accentText" contains "%accent".
  const std::pair<const char*, QColor> colours[] = {
      {"%accentText", accentText}, {"%accent", accent}, {"%disabled", disabled}, {"%pressed", pressed},
      {"%raised", raised},         {"%border", border}, {"%window", window},     {"%panel", panel},
      {"%muted", mutedText},       {"%text", text}};
  for (const auto& [key, colour] : colours) sheet.replace(QLatin1String(key), hex(colour));
  return sheet;
}

}  // namespace nudge
