// The lists of the lesson and the transport buttons, over real session files.
#include "ui/widgets/lesson_panel.h"

#include <QAbstractItemModelTester>
#include <QListView>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>
#include <QTreeView>
#include <QtTest>

#include "tests/ui/lesson_file.h"
#include "ui/model/theme.h"
#include "ui/widgets/transport.h"

using namespace nudge;
using nudge::test::LessonFile;
using nudge::test::times;

namespace {
using Moment = std::pair<qint64, int>;

Moment last(const QSignalSpy& spy) {
  return {spy.last()[0].toLongLong(), spy.last()[1].toInt()};
}

void save(QWidget& widget, const char* name) {
  const QString folder = qEnvironmentVariable("NUDGE_PICTURES");
  const QImage image = widget.grab().toImage();
  if (!folder.isEmpty()) QVERIFY(image.save(folder + u'/' + QLatin1String(name) + QStringLiteral(".png")));
}
}  // namespace

class LessonPanelTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void episodesNewestFirst() {
    LessonFile file;
    file.record(1, times(30, 'r') + times(10, 'T'), false);
    file.record(2, times(20, 'r'));
    const auto document = file.open();
    EpisodeModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setDocument(document.get());
    QCOMPARE(model.rowCount(), 2);
    const auto text = [&](int row, int column) { return model.index(row, column).data().toString(); };
    QCOMPARE(text(0, EpisodeModel::Number), QStringLiteral("#2"));
    QCOMPARE(text(0, EpisodeModel::Success), QStringLiteral("✓"));
    QCOMPARE(text(1, EpisodeModel::Success), QStringLiteral("✗"));
    QCOMPARE(text(1, EpisodeModel::TakeOvers), QStringLiteral("1"));
    QCOMPARE(text(1, EpisodeModel::Length), QStringLiteral("2.0 s"));
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    file.begin(3);
    file.append(3, "rr");
    document->refresh();
    QCOMPARE(inserted.count(), 1);
    QCOMPARE(text(0, EpisodeModel::Success), QStringLiteral("●"));
    QCOMPARE(model.rowOf(1), 2);
    QCOMPARE(model.episodeAt(2), 1);
    QCOMPARE(model.episodeAt(3), 0);
    QCOMPARE(model.rowOf(9), -1);
    model.setDocument(nullptr);
    QCOMPARE(model.rowCount(), 0);
  }

  void policiesTellTheirLineage() {
    LessonFile file;
    for (int i = 1; i <= 5; ++i) file.learn(i, -0.1 * i);
    const auto document = file.open();
    const auto& policies = document->policies();
    QCOMPARE(PolicyModel::lineage(policies, 0), QStringLiteral("prior"));
    QCOMPARE(PolicyModel::lineage(policies, 2), QStringLiteral("v2 ← v1 ← prior"));
    QCOMPARE(PolicyModel::lineage(policies, 5), QStringLiteral("v5 ← v4 ← … ← prior"));
    QCOMPARE(PolicyModel::lineage({PolicyVersion{3, 3, {}, {}, {}, {}}}, 3),
             QStringLiteral("v3"));  // its own parent
    QCOMPARE(PolicyModel::learned(policies[5], document->featureTitles()), QStringLiteral("tool height −0.50, effort −0.02"));
    document->setFeatureTitles({QStringLiteral("height of the tool"), QStringLiteral("effort")});
    QCOMPARE(PolicyModel::learned(policies[5], document->featureTitles()), QStringLiteral("height of the tool −0.50, effort −0.02"));
    document->setFeatureTitles({QStringLiteral("of another task")});
    QCOMPARE(document->featureTitles(), (QStringList{QStringLiteral("tool height"), QStringLiteral("effort")}));
    PolicyModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setDocument(document.get());
    QCOMPARE(model.rowCount(), 6);
    QCOMPARE(model.versionAt(0), 5);
    QVERIFY(model.index(0).data().toString().contains(QStringLiteral("next episode")));
    QVERIFY(document->setActiveVersion(2));
    QVERIFY(model.index(3).data().toString().contains(QStringLiteral("next episode")));
    QVERIFY(!model.index(0).data().toString().contains(QStringLiteral("next episode")));
  }

  void choosingAndSwitching() {
    LessonFile file;
    for (int i = 1; i <= 3; ++i) file.record(i, times(30, 'r') + times(10, 'T'));
    file.learn(1, -0.78);
    const auto document = file.open();
    LessonPanel panel;
    panel.setDocument(document.get());
    panel.resize(240, 500);
    panel.show();
    QSignalSpy chosen(&panel, &LessonPanel::episodeChosen);
    auto* episodes = panel.findChild<QTreeView*>(QStringLiteral("episodes"));
    const QModelIndex second = episodes->model()->index(1, 0);
    QTest::mouseClick(episodes->viewport(), Qt::LeftButton, {}, episodes->visualRect(second).center());
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(chosen[0][0].toLongLong(), 2);
    QTest::keyClick(episodes, Qt::Key_Down);
    QCOMPARE(chosen.last()[0].toLongLong(), 1);
    chosen.clear();
    panel.setCurrentEpisode(3);
    panel.setCurrentEpisode(0);
    panel.setCurrentEpisode(2);
    file.record(4, "rrr");  // a new episode does not move what is chosen
    document->refresh();
    QCOMPARE(chosen.count(), 0);
    QCOMPARE(episodes->currentIndex().row(), 2);

    QSignalSpy wanted(&panel, &LessonPanel::switchRequested);
    auto* policies = panel.findChild<QListView*>(QStringLiteral("policies"));
    auto* button = panel.findChild<QPushButton*>(QStringLiteral("switch"));
    policies->setCurrentIndex(policies->model()->index(0, 0));
    QVERIFY(!button->isEnabled());  // v1 drives already
    policies->setCurrentIndex(policies->model()->index(1, 0));
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(wanted.count(), 1);
    QCOMPARE(wanted[0][0].toInt(), 0);
    Q_EMIT policies->activated(policies->model()->index(0, 0));
    QCOMPARE(wanted.count(), 1);
  }

  void emptyAndReadOnly() {
    LessonPanel panel;
    panel.resize(240, 500);
    panel.show();
    save(panel, "panel-empty");
    QVERIFY(!panel.findChild<QTreeView*>(QStringLiteral("episodes"))->isVisible());
    LessonFile file;
    file.record(1, "rrr");
    file.learn(1, -0.5);
    const auto document = file.open(true);
    panel.setDocument(document.get());
    QVERIFY(panel.findChild<QTreeView*>(QStringLiteral("episodes"))->isVisible());
    auto* policies = panel.findChild<QListView*>(QStringLiteral("policies"));
    policies->setCurrentIndex(policies->model()->index(1, 0));
    QVERIFY(!panel.findChild<QPushButton*>(QStringLiteral("switch"))->isEnabled());
    panel.setDocument(nullptr);
    QVERIFY(!panel.findChild<QTreeView*>(QStringLiteral("episodes"))->isVisible());
  }

  void transportSteps() {
    LessonFile file;
    file.record(1, times(10, 'r'));
    file.record(2, times(20, 'r'));
    const auto document = file.open();
    Transport transport;
    QVERIFY(!transport.findChild<QToolButton*>(QStringLiteral("play"))->isEnabled());
    transport.setDocument(document.get());
    transport.show();
    transport.setMoment(1, 9);
    QSignalSpy moved(&transport, &Transport::moved);
    const auto click = [&](const char* name) {
      QTest::mouseClick(transport.findChild<QToolButton*>(QLatin1String(name)), Qt::LeftButton);
      return last(moved);
    };
    QCOMPARE(click("forward"), (Moment{2, 0}));
    QCOMPARE(click("forward"), (Moment{2, 1}));
    QCOMPARE(click("previous"), (Moment{2, 0}));
    QCOMPARE(click("previous"), (Moment{1, 0}));
    QCOMPARE(click("back"), (Moment{1, 0}));
    QCOMPARE(click("next"), (Moment{2, 0}));
    QCOMPARE(click("back"), (Moment{1, 9}));
    QSignalSpy live(&transport, &Transport::liveRequested);
    QTest::mouseClick(transport.findChild<QToolButton*>(QStringLiteral("now")), Qt::LeftButton);
    QCOMPARE(live.count(), 1);
  }

  void playingKeepsTime() {
    LessonFile file;
    file.record(1, times(40, 'r'));
    file.record(2, times(40, 'r'));
    const auto document = file.open();
    Transport transport;
    transport.setDocument(document.get());
    transport.setLive(false);
    transport.setMoment(1, 10);
    QSignalSpy moved(&transport, &Transport::moved);
    QSignalSpy playing(&transport, &Transport::playingChanged);
    transport.advance(1.0);  // not playing
    QCOMPARE(moved.count(), 0);
    transport.play();
    QVERIFY(transport.isPlaying());
    for (int i = 0; i < 30; ++i) transport.advance(0.033);  // 0.99 s at 20 Hz: no step is lost or invented
    QCOMPARE(last(moved), (Moment{1, 29}));
    transport.setSpeed(2.0);
    transport.advance(0.3);
    QVERIFY(last(moved) == (Moment{2, 1}) || last(moved) == (Moment{2, 2}));
    transport.setSpeed(std::nan(""));
    transport.setSpeed(-1.0);
    transport.advance(100.0);
    QCOMPARE(last(moved), (Moment{2, 39}));
    QVERIFY(!transport.isPlaying());
    QCOMPARE(playing.count(), 2);
    transport.play();  // at the end: the last episode again
    QCOMPARE(last(moved), (Moment{2, 0}));
    transport.setLive(true);
    QVERIFY(!transport.isPlaying());
  }

  void pictures() {
    LessonFile file;
    for (int i = 1; i <= 14; ++i) {
      if (i == 6) file.learn(1, -0.42);
      if (i == 11) file.learn(2, -0.78);
      file.record(i, times(60, 'r') + times(i % 3 * 15, 'T') + times(80, 'r'), i % 4 != 0,
                  i < 6    ? 0
                  : i < 11 ? 1
                           : 2);
    }
    const auto document = file.open();
    for (const Theme& theme : {Theme::light(), Theme::darkTheme()}) {
      Theme::set(theme);
      QApplication::setPalette(theme.palette());
      qApp->setStyleSheet(theme.styleSheet());
      LessonPanel panel;
      panel.setDocument(document.get());
      panel.setCurrentEpisode(12);
      panel.resize(240, 520);
      panel.show();
      save(panel, theme.dark ? "panel-dark" : "panel-light");
      Transport transport;
      transport.setDocument(document.get());
      transport.setLive(false);
      transport.setMoment(12, 33);
      transport.show();
      save(transport, theme.dark ? "transport-dark" : "transport-light");
    }
  }
};

QTEST_MAIN(LessonPanelTest)
#include "lesson_panel_test.moc"
