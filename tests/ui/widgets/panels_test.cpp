// The window's small parts, each by itself.
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBrowser>

#include "tests/ui/lesson_file.h"
#include "ui/model/actions.h"
#include "ui/widgets/banners.h"
#include "ui/widgets/command_palette.h"
#include "ui/widgets/export_dialog.h"
#include "ui/widgets/help_overlay.h"
#include "ui/widgets/import_dialog.h"
#include "ui/widgets/learned_panel.h"
#include "ui/widgets/learning_card.h"
#include "ui/widgets/manual_dialog.h"
#include "ui/widgets/rate_chart.h"
#include "ui/widgets/weight_bars.h"

using namespace nudge;

class PanelsTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  QString script(const QString& name, const QByteArray& body) {
    QFile file(folder_.filePath(name));
    if (!file.open(QIODevice::WriteOnly)) return {};
    file.write("#!/bin/sh\n" + body);
    file.close();
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    return file.fileName();
  }

 private Q_SLOTS:
  void weightsInWords_data() {
    QTest::addColumn<QString>("title");
    QTest::addColumn<double>("theta");
    QTest::addColumn<double>("half");
    QTest::addColumn<QString>("words");
    QTest::newRow("low") << "tool height" << -0.78 << 0.09 << "keep it lower";
    QTest::newRow("high") << "tool height" << 0.5 << 0.1 << "keep it higher";
    QTest::newRow("unclear") << "tool height" << -0.05 << 0.09 << "no clear wish";
    QTest::newRow("nothing") << "effort" << 0.0 << 0.0 << "no clear wish";
    QTest::newRow("gentle") << "control effort" << -0.3 << 0.1 << "move more gently";
    QTest::newRow("hard") << "contact force" << 0.3 << 0.1 << "press harder";
    QTest::newRow("in the band") << "force off band" << -0.2 << 0.1 << "keep to the band";
    QTest::newRow("out of the centre") << "off centre" << 0.2 << 0.1 << "keep off the centre";
    QTest::newRow("gripped") << "not gripped" << -0.2 << 0.1 << "gripped more often";
    QTest::newRow("let go") << "not gripped" << 0.2 << 0.1 << "gripped less often";
    QTest::newRow("a switch") << "switched off" << 0.2 << 0.1 << "more of it";
    QTest::newRow("unknown") << "zest" << 0.3 << 0.1 << "more of it";
  }
  void weightsInWords() {
    QFETCH(QString, title);
    QFETCH(double, theta);
    QFETCH(double, half);
    QFETCH(QString, words);
    QCOMPARE(weightInWords({QStringLiteral("f"), title, theta, half}), words);
    QCOMPARE(weightInWords({QStringLiteral("hand_to_cup"), QStringLiteral("hand and cup"), -0.2, 0.1}), QStringLiteral("stay closer"));
  }

  void weightsAsNumbers() {
    QCOMPARE(weightAsNumber({{}, {}, -0.784, 0.09}), QStringLiteral("−0.78 ± 0.09"));
    QCOMPARE(weightAsNumber({{}, {}, 0.2, 0.0}), QStringLiteral("+0.20"));
  }

  void barsTellScreenReaders() {
    WeightBars bars;
    bars.setRows({{QStringLiteral("tool_height"), QStringLiteral("tool height"), -0.78, 0.09}});
    QVERIFY(bars.accessibleDescription().contains(QLatin1String("keep it lower")));
    bars.resize(240, 200);
    QVERIFY(!bars.grab().isNull());
  }

  void stagesAndTimes() {
    QVERIFY(stageInWords(QStringLiteral("imagining")).contains(QLatin1String("Imagining")));
    QCOMPARE(stageInWords(QStringLiteral("something new")), QStringLiteral("something new"));
    QCOMPARE(timeLeftInWords(-1), QString());
    QCOMPARE(timeLeftInWords(12.4), QStringLiteral("about 12 s left"));
    QCOMPARE(timeLeftInWords(150), QStringLiteral("about 3 min left"));
  }

  void bannerReplacesItsLike() {
    Banners banners;
    banners.show({QStringLiteral("a"), BannerKind::Info, QStringLiteral("one"), {}});
    banners.show({QStringLiteral("b"), BannerKind::Warning, QStringLiteral("two"), {}});
    banners.show({QStringLiteral("a"), BannerKind::Trouble, QStringLiteral("three"), {}});
    QCOMPARE(banners.texts(), (QStringList{QStringLiteral("three"), QStringLiteral("two")}));
    banners.close(QStringLiteral("b"));
    banners.close(QStringLiteral("never shown"));
    QCOMPARE(banners.texts(), QStringList{QStringLiteral("three")});
  }

  void bannerButtonActsAndCloses() {
    Banners banners;
    int clicked = 0;
    banners.show({QStringLiteral("a"), BannerKind::Good, QStringLiteral("ready"), {{QStringLiteral("Do it"), [&] { ++clicked; }}}});
    auto* button = banners.findChild<QPushButton*>();
    QVERIFY(button);
    button->click();
    QCOMPARE(clicked, 1);
    QVERIFY(banners.texts().isEmpty());
  }

  void paletteFindsByTyping() {
    ActionSet actions;
    QWidget window;
    window.resize(900, 600);
    CommandPalette palette(actions, &window);
    palette.popUp();
    QVERIFY(palette.shown().size() > 20);
    palette.findChild<QLineEdit*>()->setText(QStringLiteral("seed"));
    palette.findChild<QLineEdit*>()->setText(QStringLiteral("export onnx"));
    QCOMPARE(palette.shown(), QStringList{actions.action(ActionId::ExportPolicy)->text()});
    QSignalSpy triggered(actions.action(ActionId::ExportPolicy), &QAction::triggered);
    QTest::keyClick(palette.findChild<QLineEdit*>(), Qt::Key_Return);
    QCOMPARE(triggered.size(), 1);
  }

  void paletteHidesWhatCannotBeDone() {
    ActionSet actions;
    QWidget window;
    actions.action(ActionId::Learn)->setEnabled(false);
    CommandPalette palette(actions, &window);
    palette.popUp();
    QVERIFY(!palette.shown().contains(actions.action(ActionId::Learn)->text()));
  }

  void missingPageSaysSo() {
    QWidget parent;
    ManualDialog manual(folder_.filePath(QStringLiteral("no-manual")), &parent);
    manual.open(QStringLiteral("learning"));
    QVERIFY(manual.findChild<QTextBrowser*>()->toPlainText().contains(QLatin1String("missing")));
  }

  void everyHelpPageExists() {
    for (const char* page : {"index", "learning", "first-lesson", "keys", "marks"}) {
      QVERIFY2(QFile::exists(QStringLiteral(NUDGE_SOURCE_DIR "/resources/docs/manual/%1.md").arg(QLatin1String(page))), page);
    }
  }

  void helpOverlayStaysInside() {
    QWidget window, scene(&window);
    window.resize(800, 520);
    scene.setGeometry(210, 80, 310, 220);
    const auto task = makeTask("bottle");
    QVERIFY(task.ok());
    HelpOverlay help((*task)->spec(), &scene);
    window.show();
    QVERIFY(window.rect().contains(help.geometry()));
    QVERIFY(help.height() >= help.heightForWidth(help.width()));
    scene.setGeometry(210, 130, 310, 150);
    QApplication::processEvents();
    QVERIFY(window.rect().contains(help.geometry()));
    QVERIFY(help.y() >= 130);
  }

  void learnedPanelIsEmptyAtFirst() {
    LearnedPanel panel;
    panel.resize(panel.sizeHint());
    bool said = false;
    for (const QLabel* label : panel.findChildren<QLabel*>()) said |= label->text().contains(QLatin1String("Nothing learned yet"));
    QVERIFY(said);
    panel.setTeacherSteps(0, 0);
    panel.setTeacherSteps(20, 100);
    said = false;
    for (const QLabel* label : panel.findChildren<QLabel*>()) said |= label->text().contains(QStringLiteral("20\u00a0%"));
    QVERIFY(said);
  }

  void learnedPanelSaysWhichStepsDidNotCount() {
    const auto saidWith = [](const std::string& report) {
      test::LessonFile file;
      file.record(1, "TTRR");
      file.learn(1, -0.4, report);
      const auto document = file.open(true);
      LearnedPanel panel;
      panel.setDocument(document.get());
      QString said;
      for (const QLabel* label : panel.findChildren<QLabel*>()) said += label->text() + QLatin1Char('\n');
      return said;
    };
    QVERIFY(saidWith(R"({"slips": 3})").contains(QLatin1String("3 of yours looked like slips and did not count.")));
    for (const char* other : {R"({"slips": 0})", "{}", R"({"slips": "many"})"}) QVERIFY(!saidWith(other).contains(QLatin1String("slips")));
  }

  void chartTakesOddRates() {
    RateChart chart;
    chart.setRates({}, 0.05);
    chart.setRates({{1, 0.0}}, 0.05);
    chart.setRates({{1, 1.0}, {2, 0.5}, {30, 0.0}}, 0.0);
    QVERIFY(chart.accessibleDescription().contains(QLatin1String("round 30")));
  }

  void exportNeedsTheProgram() {
    test::LessonFile file;
    auto document = SessionDocument::open(file.path(), true).value();
    ExportDialog dialog(*document, folder_.filePath(QStringLiteral("no-program")), nullptr);
    QSignalSpy failed(&dialog, &ExportDialog::exportFailed);
    dialog.setFolder(folder_.filePath(QStringLiteral("new-folder")));
    dialog.startExport();
    QTRY_COMPARE(failed.size(), 1);
    QVERIFY(dialog.resultText().contains(QLatin1String("nudge-cli")));
  }

  void exportRefusesAFullFolder() {
    test::LessonFile file;
    auto document = SessionDocument::open(file.path(), true).value();
    ExportDialog dialog(*document, script(QStringLiteral("never"), "exit 0\n"), nullptr);
    QSignalSpy failed(&dialog, &ExportDialog::exportFailed);
    dialog.setFolder(folder_.path());
    dialog.startExport();
    QCOMPARE(failed.size(), 1);
    dialog.setFolder(QString());
    dialog.startExport();
    QVERIFY(dialog.resultText().contains(QLatin1String("empty")));
  }

  void exportPassesVersionAndFolder() {
    test::LessonFile file;
    auto document = SessionDocument::open(file.path(), true).value();
    const QString out = folder_.filePath(QStringLiteral("out")), log = folder_.filePath(QStringLiteral("log"));
    ExportDialog dialog(*document, script(QStringLiteral("exporter"), "echo \"$@\" > '" + log.toUtf8() + "'\n"), nullptr);
    QSignalSpy exported(&dialog, &ExportDialog::exported);
    dialog.setFolder(out);
    dialog.startExport();
    QVERIFY(exported.wait(5000));
    QFile said(log);
    QVERIFY(said.open(QIODevice::ReadOnly));
    QCOMPARE(QString::fromUtf8(said.readAll()).trimmed(),
             QStringLiteral("export-policy %1 --version 0 --out %2").arg(file.path(), out));
  }

  void importSaysWhatCameOfIt() {
    const QString log = folder_.filePath(QStringLiteral("import-log"));
    const QByteArray answer = "{\"file\":\"/there/actor-prior.safetensors\",\"has_density\":false,\"notes\":[\"A note.\"],"
                              "\"trial\":{\"episodes\":5,\"success_rate\":0.8}}";
    ImportDialog dialog(QStringLiteral("bottle"), QStringLiteral("Bottle"), QStringLiteral("/there"),
                        script(QStringLiteral("importer"), "echo \"$@\" > '" + log.toUtf8() + "'\necho '" + answer + "'\n"), nullptr);
    QSignalSpy imported(&dialog, &ImportDialog::imported), wanted(&dialog, &ImportDialog::lessonWanted);
    dialog.startImport();
    QVERIFY(dialog.resultText().contains(QLatin1String("Choose a model")));
    dialog.setModel(QStringLiteral("/here/actor.onnx"));
    dialog.setBounds(2);
    dialog.startImport();
    QVERIFY(imported.wait(5000));
    QFile said(log);
    QVERIFY(said.open(QIODevice::ReadOnly));
    QCOMPARE(QString::fromUtf8(said.readAll()).trimmed(),
             QStringLiteral("import-prior /here/actor.onnx --task bottle --json --out /there/actor-prior.safetensors --squash clip"));
    for (const char* part : {"80 %", "A note.", "MEReQ cannot learn"}) QVERIFY2(dialog.resultText().contains(QLatin1String(part)), part);
    for (QPushButton* button : dialog.findChildren<QPushButton*>())
      if (button->text() == QLatin1String("New lesson with it")) button->click();
    QCOMPARE(wanted.size(), 1);
    QCOMPARE(wanted[0], QVariantList({QStringLiteral("bottle"), QStringLiteral("/there/actor-prior.safetensors")}));
  }

  void importReplacesNothingUnasked() {
    const QString log = folder_.filePath(QStringLiteral("replace-log")), there = folder_.filePath(QStringLiteral("actor-prior.safetensors"));
    QVERIFY(QFile(there).open(QIODevice::WriteOnly));
    ImportDialog dialog(QStringLiteral("bottle"), QStringLiteral("Bottle"), folder_.path(),
                        script(QStringLiteral("replacer"), "echo \"$@\" > '" + log.toUtf8() + "'\necho '{}'\n"), nullptr);
    QSignalSpy imported(&dialog, &ImportDialog::imported);
    auto* replace = dialog.findChild<QCheckBox*>();
    QVERIFY(replace->isHidden());
    dialog.setModel(QStringLiteral("/here/actor.onnx"));
    dialog.show();
    dialog.startImport();
    QVERIFY(dialog.height() >= dialog.layout()->totalHeightForWidth(dialog.width()));  // nothing is cut off
    QVERIFY2(dialog.resultText().contains(QLatin1String("exists already")), qPrintable(dialog.resultText()));
    QVERIFY(!replace->isHidden() && !QFile::exists(log));
    replace->setChecked(true);
    dialog.startImport();
    QVERIFY(imported.wait(5000));
    QFile said(log);
    QVERIFY(said.open(QIODevice::ReadOnly));
    QVERIFY(said.readAll().contains("--replace"));
    QVERIFY(!replace->isChecked());  // for this once
  }

  void importSaysErrorsInWords() {
    ImportDialog dialog(QStringLiteral("bottle"), QStringLiteral("Bottle"), QStringLiteral("/there"),
                        script(QStringLiteral("refuser"), "echo \"nudge-cli: the operator 'Conv' is not supported\" >&2\nexit 2\n"), nullptr);
    QSignalSpy failed(&dialog, &ImportDialog::importFailed);
    dialog.setModel(QStringLiteral("/here/actor.onnx"));
    dialog.startImport();
    QVERIFY(failed.wait(5000));
    QVERIFY(dialog.resultText().contains(QLatin1String("the operator 'Conv' is not supported. Nothing was changed.")));
    ImportDialog without(QStringLiteral("bottle"), QStringLiteral("Bottle"), QStringLiteral("/there"), folder_.filePath(QStringLiteral("none")), nullptr);
    without.setModel(QStringLiteral("/here/actor.onnx"));
    without.startImport();
    QTRY_VERIFY(without.resultText().contains(QLatin1String("nudge-cli")));
  }
};

QTEST_MAIN(PanelsTest)
#include "panels_test.moc"
