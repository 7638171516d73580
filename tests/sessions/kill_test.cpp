#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/sessions/lesson.h"

using namespace nudge;
using namespace nudge::test;

/// SIGKILL at any moment costs at most a second of steps, and the file opens as if nothing had happened.
class KillTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void killedAtRandomMoments() {
    QTemporaryDir folder;
    const std::string path = folder.filePath("lesson.nudge").toStdString();
    VERIFY_OK(Store::create(path, lessonInfo(), weights()));
    Random random(static_cast<std::uint64_t>(QDateTime::currentMSecsSinceEpoch()));
    const int kills =
        qEnvironmentVariableIntValue("NUDGE_KILLS") > 0 ? qEnvironmentVariableIntValue("NUDGE_KILLS") : 6;
    double worst_s = 0.0;
    std::size_t episodesBefore = 0;
    for (int kill = 0; kill < kills; ++kill) {
      QProcess child;
      // Steps much faster than a robot makes them, and at its own 20 Hz.
      child.start(NUDGE_RECORDING_CHILD, {QString::fromStdString(path), kill % 2 ? "2" : "50"});
      QVERIFY(child.waitForReadyRead(20'000));  // it has handed over a step
      QElapsedTimer clock;
      clock.start();
      const int life_ms = static_cast<int>(random.index(1500));
      QByteArray told;
      while (clock.elapsed() < life_ms) {
        child.waitForReadyRead(5);
        told += child.readAll();
      }
      child.kill();
      QVERIFY(child.waitForFinished(20'000));
      told += child.readAll();
      told.truncate(told.lastIndexOf('\n'));
      const QList<QByteArray> last = told.mid(told.lastIndexOf('\n') + 1).split(' ');
      QCOMPARE(last.size(), 3);

      auto store = Store::open(path, OpenMode::ReadWrite);
      VERIFY_OK(store);
      const auto problems = store->checkStructure();
      VERIFY_OK(problems);
      QVERIFY2(problems->empty(), problems->empty() ? "" : problems->front().c_str());
      double saved_s = 0.0;  // since this child began
      const auto rows = store->episodes();
      for (std::size_t i = rows->size(); i > episodesBefore && saved_s == 0.0; --i)
        if (const auto data = store->episode(rows->at(i - 1).start.episode); !data->steps.empty())
          saved_s = data->steps.back().wallTime_s;
      episodesBefore = rows->size();
      const double lost_s = last[2].toDouble() - saved_s;
      worst_s = std::max(worst_s, lost_s);
      QVERIFY2(lost_s <= 1.0, qPrintable(QString("%1 s lost after %2 ms").arg(lost_s).arg(life_ms)));
      VERIFY_OK(store->claim());  // the dead recorder's claim does not stand
    }
    qInfo("%d kills, at most %.3f s of steps lost", kills, worst_s);
  }
};

QTEST_GUILESS_MAIN(KillTest)
#include "kill_test.moc"
