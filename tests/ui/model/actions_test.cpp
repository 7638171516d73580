#include "ui/model/actions.h"

#include <QFile>
#include <QKeySequence>
#include <QSet>
#include <QTest>

using namespace nudge;

class ActionsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void idsAndNamesAreUnique() {
    QSet<int> ids;
    QSet<QString> names;
    for (const ActionSpec& spec : actionTable()) {
      QVERIFY2(!ids.contains(int(spec.id)), spec.name);
      QVERIFY2(!names.contains(QLatin1String(spec.name)), spec.name);
      ids.insert(int(spec.id));
      names.insert(QLatin1String(spec.name));
      QVERIFY2(*spec.text && *spec.tip, spec.name);
    }
  }

  void everyKeyIsAKey() {
    for (const ActionSpec& spec : actionTable()) {
      for (const QString& key : actionKeys(spec.id) + actionKeys(spec.id, HandSide::Left) + actionKeys(spec.id, HandSide::Right)) {
        if (key == QLatin1String("Shift")) continue;  // a modifier, held with another key
        const QKeySequence sequence(key, QKeySequence::PortableText);
        QVERIFY2(sequence.count() == 1 && sequence[0].key() != Qt::Key_unknown, qPrintable(key));
        QCOMPARE(sequence.toString(QKeySequence::PortableText), key);
      }
    }
  }

  void noKeyMeansTwoThings_data() {
    QTest::addColumn<int>("hand");
    for (const HandSide hand : {HandSide::Both, HandSide::Left, HandSide::Right})
      QTest::addRow("%s", handSideName(hand)) << int(hand);
  }
  void noKeyMeansTwoThings() {
    QFETCH(int, hand);
    for (const ActionSpec& a : actionTable()) {
      for (const ActionSpec& b : actionTable()) {
        if (a.id >= b.id || !contextsOverlap(a.context, b.context)) continue;
        for (const QString& key : actionKeys(a.id, HandSide(hand))) {
          QVERIFY2(!actionKeys(b.id, HandSide(hand)).contains(key), qPrintable(QString(a.name) + " / " + b.name + ": " + key));
        }
      }
    }
  }

  void keysMustNotCollideIsNotVacuous() {
    QVERIFY(contextsOverlap(ActionContext::SceneWatch, ActionContext::SceneDrive));
    QVERIFY(contextsOverlap(ActionContext::Global, ActionContext::Timeline));
    QVERIFY(!contextsOverlap(ActionContext::SceneDrive, ActionContext::Timeline));
  }

  void manualPageIsTheTable() {
    QFile page(QStringLiteral(NUDGE_SOURCE_DIR "/resources/docs/manual/keys.md"));
    QVERIFY(page.open(QIODevice::ReadOnly));
    QVERIFY2(QString::fromUtf8(page.readAll()) == keysMarkdown(),
             "out of date: nudge --print-keys > resources/docs/manual/keys.md");
  }

  void setHasEveryMenuEntry() {
    ActionSet set;
    for (const ActionSpec& spec : actionTable()) {
      QCOMPARE(set.action(spec.id) != nullptr, *spec.menu != '\0');
      if (!*spec.menu) continue;
      if (spec.context == ActionContext::Global && *spec.keys) {
        QVERIFY(set.action(spec.id)->toolTip().contains(
            QKeySequence(actionKeys(spec.id).front()).toString(QKeySequence::NativeText)));
      }
    }
  }
};

QTEST_MAIN(ActionsTest)
#include "actions_test.moc"
