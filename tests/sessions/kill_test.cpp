#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/sessions/lesson.h"

using namespace nudge;
using namespace nudge::test;

/// SIGKILL at any moment costs at most a second of steps, and the file opens as if nothing had happened.
/// NUDGE_KILLS says how many; 20 without it.
class KillTest : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir folder_;
  std::string path_;
  Random random_{static_cast<std::uint64_t>(QDateTime::currentMSecsSinceEpoch())};
  std::size_t episodes_ = 0;  ///< in the file before this child
  int recordings_ = 0;
  double worst_s = 0.0, total_s = 0.0;

  static void verifySound(const QString& path) {
    auto store = Store::open(path.toStdString(), OpenMode::ReadWrite);
    VERIFY_OK(store);
    const auto problems = store->checkStructure();
    VERIFY_OK(problems);
    QVERIFY2(problems->empty(), problems->empty() ? "" : problems->front().c_str());
    VERIFY_OK(store->claim());  // the dead recorder's claim does not stand
  }

  /// Lets a child work and kills it; gives what it had said.
  QByteArray kill(const QString& activity, int period_ms, int longestLife_ms) {
    QProcess child;
    child.start(NUDGE_RECORDING_CHILD, {activity, QString::fromStdString(path_), QString::number(period_ms)});
    if (!child.waitForReadyRead(60'000)) return {};  // it has begun
    QElapsedTimer clock;
    clock.start();
    const auto life_ms = static_cast<qint64>(random_.index(static_cast<std::uint64_t>(longestLife_ms)));
    QByteArray told;
    while (clock.elapsed() < life_ms) {
      child.waitForReadyRead(5);
      told += child.readAll();
    }
    child.kill();
    child.waitForFinished(60'000);
    told += child.readAll();
    return child.exitStatus() == QProcess::CrashExit ? told.left(told.lastIndexOf('\n')) : QByteArray();
  }

  void verifyRecording(const QByteArray& told) {
    const QList<QByteArray> last = told.mid(told.lastIndexOf('\n') + 1).split(' ');
    QCOMPARE(last.size(), 3);
    const auto store = Store::open(path_, OpenMode::ReadOnly);
    VERIFY_OK(store);
    const auto rows = store->episodes();
    VERIFY_OK(rows);
    double saved_s = 0.0;  // since this child began
    for (std::size_t i = rows->size(); i > episodes_ && saved_s == 0.0; --i)
      if (const auto data = store->episode(rows->at(i - 1).start.episode); data && !data->steps.empty())
        saved_s = data->steps.back().wallTime_s;
    const double lost_s = last[2].toDouble() - saved_s;
    worst_s = std::max(worst_s, lost_s);
    total_s += std::max(lost_s, 0.0);
    ++recordings_;
    QVERIFY2(lost_s <= 1.0, qPrintable(QString("%1 s lost").arg(lost_s)));
  }

  /// Whatever lies under the name of a copy is whole.
  void verifyCopies() {
    const QFileInfo lesson(QString::fromStdString(path_));
    for (const QFileInfo& copy :
         QDir(folder_.path()).entryInfoList({lesson.fileName() + ".*"}, QDir::Files)) {
      const QString name = copy.fileName();
      if (!name.contains("part") && !name.endsWith("-wal") && !name.endsWith("-shm") &&
          !name.contains("backup"))
        verifySound(copy.filePath());
    }
    for (const QFileInfo& copy : QDir(folder_.path()).entryInfoList({lesson.fileName() + ".*"}, QDir::Files))
      QFile::remove(copy.filePath());
  }

 private Q_SLOTS:
  void killedAtRandomMoments() {
    path_ = folder_.filePath("lesson.nudge").toStdString();
    VERIFY_OK(Store::create(path_, lessonInfo(), weights()));
    const int kills =
        qEnvironmentVariableIntValue("NUDGE_KILLS") > 0 ? qEnvironmentVariableIntValue("NUDGE_KILLS") : 20;
    const QStringList activities{"record", "close",   "record", "update",
                                 "record", "migrate", "record", "export"};
    QMap<QString, int> counts;
    for (int number = 0; number < kills; ++number) {
      const QString activity = activities[number % activities.size()];
      // Steps much faster than a robot makes them, and at its own 20 Hz.
      const QByteArray told = kill(activity, number % 4 ? 2 : 50, activity == "record" ? 900 : 150);
      QVERIFY2(!told.isEmpty(), qPrintable(activity));
      ++counts[activity];
      if (activity == "record") verifyRecording(told);
      verifySound(QString::fromStdString(path_));
      verifyCopies();
      if (QTest::currentTestFailed())
        qFatal("after kill %d while it should %s", number, qPrintable(activity));
      episodes_ = Store::open(path_, OpenMode::ReadOnly)->episodes()->size();
    }
    for (const QString& activity : counts.keys())
      qInfo("%s: %d kills", qPrintable(activity), counts[activity]);
    qInfo("%d kills; of the %d while recording: at most %.3f s of steps lost, %.3f s on average", kills,
          recordings_, worst_s, total_s / std::max(recordings_, 1));
  }
};

QTEST_GUILESS_MAIN(KillTest)
#include "kill_test.moc"
