#include "app/options.h"

#include <QTest>

using namespace nudge;

class OptionsTest : public QObject {
  Q_OBJECT

  static Result<Options> parse(QStringList arguments) { return parseOptions(QStringList{QStringLiteral("nudge")} + arguments); }

 private Q_SLOTS:
  void nothingMeansANewLesson() {
    const auto options = parse({});
    QVERIFY(options.ok());
    QVERIFY(options.value().file.isEmpty());
    QCOMPARE(options.value().task, QStringLiteral("bottle"));
    QVERIFY(!options.value().demo);
  }

  void fileAndFlags() {
    const auto options = parse({QStringLiteral("--read-only"), QStringLiteral("a b.nudge")});
    QVERIFY(options.ok());
    QCOMPARE(options.value().file, QStringLiteral("a b.nudge"));
    QVERIFY(options.value().readOnly);
    const auto fresh = parse({QStringLiteral("--new"), QStringLiteral("x.nudge"), QStringLiteral("--task=highway")});
    QVERIFY(fresh.value().createFile);
    QCOMPARE(fresh.value().file, QStringLiteral("x.nudge"));
    QCOMPARE(fresh.value().task, QStringLiteral("highway"));
  }

  void demo() {
    const auto options = parse({QStringLiteral("--demo"), QStringLiteral("--demo-dir"), QStringLiteral("out")});
    QVERIFY(options.value().demo);
    QCOMPARE(options.value().demoFolder, QStringLiteral("out"));
  }

  void wrongUse_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("unknown") << QStringList{QStringLiteral("--teach-me")};
    QTest::newRow("two files") << QStringList{QStringLiteral("a"), QStringLiteral("b")};
    QTest::newRow("new and file") << QStringList{QStringLiteral("--new"), QStringLiteral("a"), QStringLiteral("b")};
    QTest::newRow("read-only nothing") << QStringList{QStringLiteral("--read-only")};
    QTest::newRow("demo with file") << QStringList{QStringLiteral("--demo"), QStringLiteral("a")};
    QTest::newRow("missing value") << QStringList{QStringLiteral("--task")};
  }
  void wrongUse() {
    QFETCH(QStringList, arguments);
    const auto options = parse(arguments);
    QVERIFY(!options.ok());
    QCOMPARE(options.error().code, ErrorCode::InvalidInput);
  }

  void printing() {
    QVERIFY(parse({QStringLiteral("--version")}).value().only == Options::Only::PrintVersion);
    QVERIFY(parse({QStringLiteral("--help")}).value().only == Options::Only::PrintHelp);
    QVERIFY(parse({QStringLiteral("--print-keys")}).value().only == Options::Only::PrintKeys);
  }
};

QTEST_GUILESS_MAIN(OptionsTest)
#include "options_test.moc"
