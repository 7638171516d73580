// SIGKILL for the real programs: the window while it records, the learner beside it, the window while it closes, an
// export. What the store's own test does to a part (tests/sessions/kill_test.cpp) is done to the whole here.
// NUDGE_PROGRAM_KILLS says how many; 4 without it.
#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <csignal>

#include "core/base/clock.h"
#include "core/base/random.h"
#include "tests/support/hand_policy.h"
#include "tests/support/recorded_lesson.h"

using namespace nudge;

class ProgramKillTest : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir folder_;
  QString path_;
  Random random_{static_cast<std::uint64_t>(QDateTime::currentMSecsSinceEpoch())};
  double worst_s_ = 0.0, total_s_ = 0.0;
  int recordings_ = 0;

  struct Newest {
    std::int64_t episode = 0;
    double wallTime_s = -1.0;
  };
  /// The newest step in the file.
  Newest newest() const {
    const auto store = Store::open(path_.toStdString(), OpenMode::ReadOnly);
    if (!store) return {};
    const auto rows = store->episodes();
    for (std::size_t i = rows ? rows->size() : 0; i-- > 0;) {
      const auto data = store->episode(rows->at(i).start.episode);
      if (data && !data->steps.empty()) return {rows->at(i).start.episode, data->steps.back().wallTime_s};
    }
    return {};
  }

  void start(QProcess& program, const char* name, const QStringList& arguments) const {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
    for (const char* home : {"HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"}) environment.insert(QLatin1String(home), folder_.path());
    program.setProcessEnvironment(environment);
    program.setProcessChannelMode(QProcess::MergedChannels);
    program.start(QStringLiteral(NUDGE_BIN_DIR "/") + QLatin1String(name), arguments);
    QVERIFY(program.waitForStarted(60'000));
  }
  static void kill(QProcess& program) {
    program.kill();
    program.waitForFinished(60'000);
  }

  void verifySound() const {
    const auto store = Store::open(path_.toStdString(), OpenMode::ReadWrite);
    QVERIFY2(store.ok(), store.ok() ? "" : store.error().message.c_str());
    const auto problems = store->checkStructure();
    QVERIFY(problems.ok());
    QVERIFY2(problems->empty(), problems->empty() ? "" : problems->front().c_str());
  }

  /// Starts the window and waits until its steps reach the file.
  void startRecording(QProcess& window) {
    const std::int64_t before = newest().episode;
    start(window, "nudge", {path_});
    QTRY_VERIFY2_WITH_TIMEOUT(newest().episode > before || window.state() != QProcess::Running, "no step came", 120'000);
    QVERIFY2(window.state() == QProcess::Running, window.readAll().constData());
  }

  void whileRecordingAndLearning() {
    QProcess window, learner;
    startRecording(window);
    start(learner, "nudge-cli", {QStringLiteral("update"), path_, QStringLiteral("--json")});
    const double life_s = random_.uniform(0.5, 4.0), start_s = monotonic_s();
    double offset_s = 1e300;  // from the steps' clock to ours, of the quickest step
    while (monotonic_s() < start_s + life_s) {
      const double seen_s = newest().wallTime_s;
      offset_s = std::min(offset_s, monotonic_s() - seen_s);
      QTest::qWait(40);
    }
    const double killed_s = monotonic_s();
    if (random_.uniform() < 0.5) kill(learner);
    kill(window);
    kill(learner);
    verifySound();
    const double lost_s = killed_s - offset_s - newest().wallTime_s;
    QVERIFY2(lost_s <= 1.0, qPrintable(QStringLiteral("%1 s lost").arg(lost_s)));
    worst_s_ = std::max(worst_s_, lost_s);
    total_s_ += std::max(lost_s, 0.0);
    ++recordings_;
  }

  void whileClosing() {
    QProcess window;
    startRecording(window);
    window.terminate();  // SIGTERM: closes in good order
    QTest::qWait(static_cast<int>(random_.index(150)));
    kill(window);
    verifySound();
  }

  void whileExporting() {
    QProcess program;
    const QString out = folder_.filePath(QStringLiteral("out.csv"));
    QFile::remove(out);
    start(program, "nudge-cli", {QStringLiteral("export-data"), path_, QStringLiteral("--format"), QStringLiteral("csv"),
                                 QStringLiteral("--out"), out});
    program.waitForFinished(static_cast<int>(random_.index(300)));
    kill(program);
    verifySound();
    if (!QFile::exists(out)) return;
    QFile table(out);  // whole, once it has its name
    QVERIFY(table.open(QFile::ReadOnly));
    const auto store = Store::open(path_.toStdString(), OpenMode::ReadOnly);
    const auto rows = store->episodes();
    QVERIFY(rows.ok());
    std::int64_t steps = 0;
    for (const EpisodeRow& row : *rows) steps += row.steps;
    QCOMPARE(table.readAll().count('\n'), steps + 1);
  }

 private Q_SLOTS:
  void initTestCase() {
    path_ = folder_.filePath(QStringLiteral("lesson.nudge"));
    auto task = makeTask("bottle");
    QVERIFY(task.ok());
    const auto prior = serializePolicy(test::linearPolicy((*task)->observationSize(), (*task)->actionSize(), 0.1f));
    auto store = Store::create(path_.toStdString(), test::lessonAbout(**task), prior);
    QVERIFY2(store.ok(), store.ok() ? "" : store.error().message.c_str());
    for (std::int64_t episode = 1; episode <= 3; ++episode)
      QVERIFY(test::recordEpisode(**task, *store, {episode, 10 + static_cast<std::uint64_t>(episode), 0, 1}, 60).ok());
  }

  void killedAtRandomMoments() {
    const int wanted = qEnvironmentVariableIntValue("NUDGE_PROGRAM_KILLS"), kills = wanted > 0 ? wanted : 4;
    for (int number = 0; number < kills; ++number) {
      switch (number % 4) {
        case 1: whileClosing(); break;
        case 3: whileExporting(); break;
        default: whileRecordingAndLearning();
      }
      if (QTest::currentTestFailed()) qFatal("after kill %d", number);
    }
    qInfo("%d kills; of the %d of a recording window with a learner: at most %.3f s of steps lost, %.3f s on average", kills,
          recordings_, worst_s_, total_s_ / std::max(recordings_, 1));
  }
};

QTEST_GUILESS_MAIN(ProgramKillTest)
#include "program_kill_test.moc"
