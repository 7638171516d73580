#include <QAbstractItemModelTester>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>

#include "tests/ui/lesson_file.h"
#include "ui/widgets/lesson_browser.h"

using namespace nudge;

/// Lessons are found in a folder and among the recent ones; tags and notes are kept in their files.
class LessonBrowserTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_, elsewhere_;

  static QPushButton* button(LessonBrowser& browser, const QString& text) {
    for (auto* each : browser.findChildren<QPushButton*>())
      if (each->text() == text) return each;
    return nullptr;
  }
  static QStringList names(LessonBrowser& browser) {
    QStringList names;
    for (int row = 0; row < browser.shown().rowCount(); ++row) names << browser.shown().index(row, 0).data().toString();
    names.sort();
    return names;
  }

 private Q_SLOTS:
  void initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(QStringLiteral("nudge-tests"));
    for (const QString& path : {folder_.filePath(QStringLiteral("first.nudge")), folder_.filePath(QStringLiteral("second.nudge")),
                                elsewhere_.filePath(QStringLiteral("third.nudge"))})
      QVERIFY(Store::create(path.toStdString(), test::smallLesson(), std::vector<std::uint8_t>(64, 1)).ok());
    QFile broken(folder_.filePath(QStringLiteral("broken.nudge")));
    QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("nothing") > 0);
    Settings settings;
    settings.noteLesson(elsewhere_.filePath(QStringLiteral("third.nudge")));
    settings.noteLesson(folder_.filePath(QStringLiteral("first.nudge")));
    settings.noteLesson(folder_.filePath(QStringLiteral("gone.nudge")));
  }

  void findsEachOnce() {
    LessonBrowser browser(folder_.filePath(QStringLiteral("first.nudge")), nullptr);
    const QAbstractItemModelTester tester(&browser.shown());
    QTRY_COMPARE(names(browser), (QStringList{"broken", "first", "second", "third"}));
    browser.findChild<QLineEdit*>(QStringLiteral("search"))->setText(QStringLiteral("SECOND"));
    QCOMPARE(names(browser), QStringList{"second"});
    browser.findChild<QLineEdit*>(QStringLiteral("search"))->setText(QStringLiteral("zebra"));
    QCOMPARE(names(browser), QStringList{});
    QVERIFY(!button(browser, QStringLiteral("Open"))->isEnabled());
  }

  void tagsAndNotesAreStored() {
    const QString path = folder_.filePath(QStringLiteral("second.nudge"));
    {
      LessonBrowser browser(folder_.filePath(QStringLiteral("first.nudge")), nullptr);
      browser.show();
      QTRY_COMPARE(names(browser).size(), 4);
      browser.findChild<QLineEdit*>(QStringLiteral("search"))->setText(QStringLiteral("second"));
      auto* table = browser.findChild<QTreeView*>(QStringLiteral("lessons"));
      table->setCurrentIndex(browser.shown().index(0, 0));
      auto* tags = browser.findChild<QLineEdit*>(QStringLiteral("tags"));
      tags->setFocus();
      tags->setText(QStringLiteral("steep, for the paper"));
      QTest::keyClick(tags, Qt::Key_Return);
      QCOMPARE(summarizeLesson(path.toStdString()).tags, (std::vector<std::string>{"for the paper", "steep"}));
      QCOMPARE(browser.shown().index(0, LessonList::Tags).data().toString(), QStringLiteral("for the paper, steep"));
      tags->setText(QString(80, QLatin1Char('x')));
      QTest::keyClick(tags, Qt::Key_Return);
      QVERIFY(browser.findChild<QLabel*>(QStringLiteral("about"))->text().contains(QLatin1String("cannot be a tag")));
      tags->setText(QStringLiteral("steep"));
      browser.findChild<QPlainTextEdit*>(QStringLiteral("notes"))->setPlainText(QStringLiteral("two lines\nof notes"));
      browser.close();
    }
    const LessonSummary lesson = summarizeLesson(path.toStdString());
    QCOMPARE(lesson.tags, std::vector<std::string>{"steep"});
    QCOMPARE(lesson.notes, std::string("two lines\nof notes"));
  }

  void opensWhatIsChosen() {
    LessonBrowser browser(folder_.filePath(QStringLiteral("first.nudge")), nullptr);
    QSignalSpy chosen(&browser, &LessonBrowser::chosen);
    QTRY_COMPARE(names(browser).size(), 4);
    auto* search = browser.findChild<QLineEdit*>(QStringLiteral("search"));
    auto* table = browser.findChild<QTreeView*>(QStringLiteral("lessons"));
    const auto select = [&](const char* name) {
      search->setText(QLatin1String(name));
      table->setCurrentIndex(browser.shown().index(0, 0));
    };
    for (const char* refused : {"first", "broken"}) {  // the open one, and one that cannot be read
      select(refused);
      QVERIFY(!button(browser, QStringLiteral("Open"))->isEnabled());
    }
    select("third");
    button(browser, QStringLiteral("Open for looking only"))->click();
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen[0][0].toString(), elsewhere_.filePath(QStringLiteral("third.nudge")));
    QVERIFY(chosen[0][1].toBool());
    search->setText(QStringLiteral("zebra"));
    search->setText(QStringLiteral("second"));  // the first one found is the one chosen
    QTest::keyClick(search, Qt::Key_Return);
    QCOMPARE(chosen.size(), 2);
    QCOMPARE(chosen[1][0].toString(), folder_.filePath(QStringLiteral("second.nudge")));
    QVERIFY(!chosen[1][1].toBool());
  }
};

QTEST_MAIN(LessonBrowserTest)
#include "lesson_browser_test.moc"
