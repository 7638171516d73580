#include "ui/model/theme.h"

#include <QTest>

using namespace nudge;

class ThemeTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void readable_data() {
    QTest::addColumn<int>("which");
    QTest::newRow("light") << 0;
    QTest::newRow("dark") << 1;
    QTest::newRow("contrast") << 2;
  }

  void readable() {
    QFETCH(int, which);
    const Theme t = which == 0 ? Theme::light() : which == 1 ? Theme::darkTheme() : Theme::highContrast();
    const double wanted = which == 2 ? 7.0 : 4.5;
    for (const QColor& ground : {t.window, t.panel, t.raised}) {
      QVERIFY2(Theme::contrast(t.text, ground) >= wanted, qPrintable(t.name));
      QVERIFY2(Theme::contrast(t.mutedText, ground) >= 4.5, qPrintable(t.name));
    }
    QVERIFY(Theme::contrast(t.accent, t.accentText) >= 4.5);
    for (const QColor& fill : {t.robot, t.teacher, t.review, t.stop, t.expert, t.good, t.bad, t.excluded}) {
      QVERIFY2(Theme::contrast(fill, Theme::textOn(fill)) >= 4.5, qPrintable(t.name + fill.name()));
    }
    // Lines without text: WCAG asks 3:1.
    for (const QColor& line : {t.policyMark, t.playhead, t.chart, t.accent}) {
      QVERIFY2(Theme::contrast(line, t.panel) >= 3.0, qPrintable(t.name + line.name()));
    }
  }

  void verdictsDifferWithoutColour() {
    const Verdict all[] = {Verdict::Expert, Verdict::Good, Verdict::Bad, Verdict::Excluded};
    for (const Verdict a : all) {
      for (const Verdict b : all) {
        if (a == b) continue;
        QVERIFY(Theme::hatch(a) != Theme::hatch(b));
        QVERIFY(Theme::glyph(a) != Theme::glyph(b));
      }
    }
  }

  void environmentChooses() {
    qputenv("NUDGE_THEME", "dark");
    QCOMPARE(Theme::system().name, QStringLiteral("dark"));
    qputenv("NUDGE_THEME", "Contrast");
    QCOMPARE(Theme::system().name, QStringLiteral("contrast"));
    qunsetenv("NUDGE_THEME");
  }

  void everyPlaceholderIsFilled() {
    QVERIFY(!Theme::light().styleSheet().contains(QLatin1Char('%')));
  }
};

QTEST_MAIN(ThemeTest)
#include "theme_test.moc"
