// nudge-cli benchmark through the real program: killed, interrupted, started again; its reports; bad input.
#include <signal.h>

#include <QDir>
#include <QFile>
#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>

#include "sessions/results.h"

using namespace nudge;

namespace {

const QString kProgram = QStringLiteral(NUDGE_BIN_DIR "/nudge-cli");

struct Outcome {
  int code = -1;
  QByteArray output;
  QString errors;
};

Outcome cli(const QStringList& arguments) {
  QProcess process;
  process.start(kProgram, arguments);
  if (!process.waitForFinished(300'000)) return {};
  return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, process.readAllStandardOutput(),
          QString::fromUtf8(process.readAllStandardError())};
}

/// Lessons of one short round with a handful of updates: a second or two.
QStringList tiny(const QString& file, int seeds, const QStringList& more = {}) {
  return QStringList{"benchmark", "--task", "bottle", "--methods", "mereq", "--seeds", QString::number(seeds), "--priors", "1",
                     "--protocol", "window", "--steps", "150", "--rounds", "1", "--evaluation-episodes", "2",
                     "--evaluation-steps", "150", "--set", "theta_steps=1", "--set", "updates_per_theta_step=2", "--set",
                     "imagined_episodes=1", "--no-references", "--jobs", "1", "--json", "--out", file} + more;
}

std::vector<BenchmarkRun> runsOf(const QString& file) {
  const auto results = Results::open(file.toStdString(), true);
  if (!results) return {};
  auto runs = results->runs();
  return runs ? std::move(*runs) : std::vector<BenchmarkRun>();
}

int count(const std::vector<BenchmarkRun>& runs, RunState state) {
  return int(std::count_if(runs.begin(), runs.end(), [state](const BenchmarkRun& r) { return r.state == state; }));
}

/// Process ids of the child that works on `file`.
QList<pid_t> childrenOn(const QString& file) {
  QList<pid_t> found;
  for (const QString& pid : QDir("/proc").entryList(QDir::Dirs)) {
    QFile line("/proc/" + pid + "/cmdline");
    if (!line.open(QIODevice::ReadOnly)) continue;
    const QByteArray text = line.readAll();
    if (text.contains("benchmark-run") && text.contains(file.toUtf8())) found.append(pid.toInt());
  }
  return found;
}

bool sameFigures(const BenchmarkRun& a, const BenchmarkRun& b) {
  bool same = a.rounds.size() == b.rounds.size();
  for (std::size_t i = 0; same && i < a.rounds.size(); ++i) {
    const BenchmarkRound &x = a.rounds[i], &y = b.rounds[i];
    same = x.taught.steps == y.taught.steps && x.taught.teacherSteps == y.taught.teacherSteps && x.theta == y.theta &&
           x.evaluated.teacherSteps == y.evaluated.teacherSteps && x.alone.teacherReward == y.alone.teacherReward;
  }
  return same;
}

}  // namespace

class BenchmarkTest : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir folder_;
  QString path(const QString& name) const { return folder_.filePath(name); }

 private Q_SLOTS:
  void killedItGoesOnWithoutLossOrRepetition() {
    const QString file = path("killed.sqlite");
    QProcess process;
    process.start(kProgram, tiny(file, 3));
    QTRY_VERIFY_WITH_TIMEOUT(count(runsOf(file), RunState::Done) >= 1 && !childrenOn(file).isEmpty(), 240'000);
    ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
    QVERIFY(process.waitForFinished(60'000));
    QTRY_VERIFY_WITH_TIMEOUT(childrenOn(file).isEmpty(), 60'000);  // they die with it
    const auto before = runsOf(file);
    QCOMPARE(before.size(), std::size_t{3});
    QVERIFY(count(before, RunState::Done) < 3);

    const Outcome again = cli(tiny(file, 3));
    QVERIFY2(again.code == 0, qPrintable(again.errors));
    const auto after = runsOf(file);
    QCOMPARE(count(after, RunState::Done), 3);
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (before[i].state != RunState::Done) continue;
      QCOMPARE(after[i].started, before[i].started);
      QCOMPARE(after[i].seconds, before[i].seconds);
    }
    QCOMPARE(QString::fromUtf8(cli(tiny(file, 3)).output).count("\"event\":\"round\""), 0);  // nothing left to do

    QCOMPARE(cli(tiny(path("other.sqlite"), 1)).code, 0);  // the same key gives the same figures
    QVERIFY(sameFigures(runsOf(path("other.sqlite"))[0], after[0]));
    QVERIFY(!sameFigures(after[0], after[1]));
    QVERIFY(after[0].rounds.size() == 2 && after[0].rounds[1].taught.steps == 150);
    QVERIFY(after[0].rounds[1].simulationSteps >= 150);
    QCOMPARE(after[0].rounds[1].alone.episodes, 2);
    const QString commit = QString::fromStdString(after[0].origin.commit);  // + : built from changed sources
    QVERIFY2(QRegularExpression("^([0-9a-f]{7,40}\\+?|unknown)$").match(commit).hasMatch(), qPrintable(commit));
    QVERIFY(!after[0].rounds[1].alone.features.empty() && !after[0].rounds[1].alone.features[0].histogram.empty());
  }

  void aCrashIsWrittenDownAndTheRestGoesOn() {
    const QString file = path("crash.sqlite");
    QProcess process;
    process.start(kProgram, tiny(file, 2));
    QTRY_VERIFY_WITH_TIMEOUT(!childrenOn(file).isEmpty(), 60'000);
    ::kill(childrenOn(file).first(), SIGABRT);
    QVERIFY(process.waitForFinished(240'000));
    QCOMPARE(process.exitCode(), 1);
    auto runs = runsOf(file);
    QCOMPARE(count(runs, RunState::Failed), 1);
    QCOMPARE(count(runs, RunState::Done), 1);
    QVERIFY2(runs[0].message.find("signal 6") != std::string::npos, runs[0].message.c_str());
    QCOMPARE(cli(tiny(file, 2)).code, 1);
    QCOMPARE(cli(tiny(file, 2, {"--retry-failed"})).code, 0);
  }

  void interruptedItEndsInGoodOrder() {
    const QString file = path("interrupted.sqlite");
    QProcess process;
    process.start(kProgram, tiny(file, 2));
    QTRY_VERIFY_WITH_TIMEOUT(!childrenOn(file).isEmpty(), 60'000);
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(60'000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 1);
    QCOMPARE(process.readAllStandardError().count('\n'), 1);
    QCOMPARE(count(runsOf(file), RunState::Running), 0);
    QVERIFY(childrenOn(file).isEmpty());
  }

  void reports() {
    const QString file = path("other.sqlite");  // made above
    if (!QFile::exists(file)) QCOMPARE(cli(tiny(file, 1)).code, 0);
    const QJsonDocument json = QJsonDocument::fromJson(cli({"benchmark", "report", file, "--format", "json"}).output);
    QVERIFY(json.isArray());
    QCOMPARE(json.array().size(), 3);
    for (const char* member : {"task", "method", "protocol", "teacher", "delta", "samples_mean", "samples_ci95", "reached", "runs",
                               "alone", "seconds"})
      QVERIFY2(json.array()[0].toObject().contains(member), member);
    const Outcome csv = cli({"benchmark", "report", file, "--format", "csv"});
    QCOMPARE(csv.output.count('\n'), 1 + 3 * 4);
    QVERIFY(cli({"benchmark", "report", file}).output.contains("## bottle, protocol window"));
    QCOMPARE(cli({"benchmark", "report", file, "--format", "png", "--out", path("curves.png")}).code, 0);
    const QImage picture(path("curves.png"));
    QVERIFY(picture.width() > 1000);
    const Outcome nowhere = cli({"benchmark", "report", file, "--format", "png", "--out", "/nowhere/curves.png"});
    QCOMPARE(nowhere.code, 2);
    QVERIFY2(nowhere.errors.count('\n') == 1 && nowhere.errors.contains("/nowhere/curves.png"), qPrintable(nowhere.errors));
    for (const QStringList& odd : {QStringList{"--task", "juggling", "bottle"}, {"--protocol", "slow", "window"},
                                   {"--teacher", "human", "synthetic"}}) {
      const Outcome outcome = cli({"benchmark", "report", file, odd[0], odd[1]});
      QCOMPARE(outcome.code, 2);
      QVERIFY2(outcome.errors.contains(odd[1] + "'; there is " + odd[2] + "\n"), qPrintable(outcome.errors));
      QCOMPARE(outcome.errors.count('\n'), 1);
      QVERIFY(outcome.output.isEmpty());
      QCOMPARE(cli({"benchmark", "report", file, odd[0], odd[2]}).code, 0);
    }
    QFile::setPermissions(file, QFile::ReadOwner);
    QCOMPARE(cli({"benchmark", "report", file, "--out", path("report.md")}).code, 0);
    QVERIFY(QFile::exists(path("report.md")));
  }

  /// Each method once, a line when a run starts and when it is done, and a word on a delay that is none.
  void itTellsWhatItDoes() {
    QStringList arguments = tiny(path("told.sqlite"), 1, {"--priors", "prior,prior", "--methods", "hg-dagger-ft,hg-dagger-ft",
                                                          "--teacher", "synthetic:delay=0.4"});
    arguments.removeAll("--json");
    arguments[arguments.indexOf("--task") + 1] = "highway";
    arguments.remove(arguments.indexOf("--methods"), 2);  // those of tiny()
    arguments.remove(arguments.indexOf("--priors"), 2);
    const Outcome outcome = cli(arguments);
    QVERIFY2(outcome.code == 0, qPrintable(outcome.errors));
    const QList<QByteArray> lines = outcome.output.trimmed().split('\n');
    QCOMPARE(lines.size(), 2);
    QCOMPARE(lines[0], QByteArray("1 of 1  hg-dagger-ft prior seed 1 starts"));
    QVERIFY2(lines[1].startsWith("1 of 1  hg-dagger-ft prior seed 1: done ("), lines[1].constData());
    QCOMPARE(outcome.errors, QString("nudge-cli: a delay of 0.4 s is none on highway, whose control step takes 1 s\n"));
  }

  void badInput_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("says");
    const QStringList good{"--task", "bottle", "--out", "FILE"};
    QTest::newRow("nothing") << QStringList{} << "--task";
    QTest::newRow("task") << QStringList{"--task", "juggling", "--out", "FILE"} << "juggling";
    QTest::newRow("method") << good + QStringList{"--methods", "magic"} << "magic";
    QTest::newRow("protocol") << good + QStringList{"--protocol", "slow"} << "slow";
    QTest::newRow("prior") << good + QStringList{"--priors", "prior77"} << "prior77";
    QTest::newRow("teacher") << good + QStringList{"--teacher", "human"} << "human";
    QTest::newRow("setting") << good + QStringList{"--set", "speed=1"} << "speed";
    QTest::newRow("seeds") << good + QStringList{"--seeds", "0"} << "seeds";
    QTest::newRow("folder") << QStringList{"--task", "bottle", "--out", "/nowhere/at/all.sqlite"} << "nowhere";
    QTest::newRow("foreign") << QStringList{"--task", "bottle", "--out", "FOREIGN"} << "not a Nudge results file";
    QTest::newRow("report of nothing") << QStringList{"report", "/nowhere/at/all.sqlite"} << "nowhere";
    QTest::newRow("report of a text") << QStringList{"report", "FOREIGN"} << "not a Nudge results file";
    QTest::newRow("picture without a name") << QStringList{"report", "FOREIGN", "--format", "png"} << "--out";
    QTest::newRow("format") << QStringList{"report", "FOREIGN", "--format", "pdf"} << "format";
  }
  void badInput() {
    QFETCH(QStringList, arguments);
    QFETCH(QString, says);
    QFile foreign(path("foreign"));
    QVERIFY(foreign.open(QIODevice::WriteOnly) && foreign.write("just text") > 0);
    foreign.close();
    const QString fresh = path("never-made.sqlite");
    arguments.replaceInStrings("FILE", fresh);
    arguments.replaceInStrings("FOREIGN", path("foreign"));
    const Outcome outcome = cli(QStringList{"benchmark"} + arguments);
    QCOMPARE(outcome.code, 2);
    QVERIFY2(outcome.errors.contains(says), qPrintable(outcome.errors));
    QCOMPARE(outcome.errors.count('\n'), 1);
    QVERIFY(!QFile::exists(fresh));
  }
};

QTEST_GUILESS_MAIN(BenchmarkTest)
#include "benchmark_test.moc"
