// The whole loop through the real program: nudge-cli teach on short lessons in the bottle task.
#include <signal.h>

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "core/sim/task.h"
#include "sessions/store.h"

using namespace nudge;

namespace {

struct Outcome {
  int code = -1;
  QList<QJsonObject> lines;  ///< of stdout
  QString errors;

  QList<QJsonObject> events(const QString& name) const {
    QList<QJsonObject> found;
    for (const QJsonObject& line : lines)
      if (line["event"].toString() == name) found.append(line);
    return found;
  }
};

Outcome cli(const QStringList& arguments, const QString& resources = {}) {
  QProcess process;
  if (!resources.isEmpty()) {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("NUDGE_RESOURCES", resources);
    process.setProcessEnvironment(environment);
  }
  process.start(QStringLiteral(NUDGE_BIN_DIR "/nudge-cli"), arguments);
  Outcome outcome;
  if (!process.waitForFinished(300'000)) return outcome;
  outcome.code = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
  outcome.errors = QString::fromUtf8(process.readAllStandardError());
  for (const QByteArray& line : process.readAllStandardOutput().split('\n'))
    if (!line.isEmpty()) outcome.lines.append(QJsonDocument::fromJson(line).object());
  return outcome;
}

std::vector<EpisodeData> episodesOf(const QString& file) {
  std::vector<EpisodeData> result;
  const auto store = Store::open(file.toStdString(), OpenMode::ReadOnly);
  if (!store) return result;
  const auto rows = store->episodes();
  if (!rows) return result;
  for (const EpisodeRow& row : *rows) {
    auto data = store->episode(row.start.episode);
    if (data) result.push_back(std::move(*data));
  }
  return result;
}

}  // namespace

class TeachTest : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir folder_;
  QString path(const QString& name) const { return folder_.filePath(name); }

 private Q_SLOTS:
  /// A short round of every task, learned from; what is in the file goes back into the world exactly, and the policy goes out.
  void everyTaskIsTaught_data() {
    QTest::addColumn<QString>("task");
    for (const std::string& id : taskIds()) QTest::newRow(id.c_str()) << QString::fromStdString(id);
  }
  void everyTaskIsTaught() {
    QFETCH(QString, task);
    const QString file = path(task + ".nudge"), out = path(task + "-policy");
    const Outcome taught = cli({"teach", file, "--task", task, "--rounds", "1", "--steps-per-round", "100", "--seed", "1", "--json",
                                "--set", "updates_per_theta_step=20", "--set", "imagined_steps=60", "--set", "imagined_episodes=1",
                                "--set", "base_task_tolerance=1"});
    QVERIFY2(taught.code == 0, qPrintable(taught.errors));
    QCOMPARE(taught.events("round").size(), 1);
    QVERIFY(taught.events("round")[0]["steps"].toInt() >= 100);
    const auto world = makeTask(task.toStdString()).value();
    std::vector<float> seen(static_cast<std::size_t>(world->observationSize()));
    const auto episodes = episodesOf(file);
    QVERIFY(!episodes.empty());
    for (const EpisodeData& episode : episodes) {
      for (const Step& step : episode.steps) {
        QVERIFY(world->restore(step.state).ok());
        world->observe(seen);
        QCOMPARE(seen, step.observation);
      }
    }
    const Outcome exported = cli({"export-policy", file, "--out", out});
    QVERIFY2(exported.code == 0, qPrintable(exported.errors));
    QVERIFY(QFile::exists(out + "/policy.onnx") && QFile::exists(out + "/policy.json"));
  }

  void aLessonIsTaughtRecordedAndGoesOn() {
    const QString file = path("lesson.nudge");
    const Outcome first = cli({"teach", file, "--rounds", "2", "--steps-per-round", "450", "--seed", "1", "--json"});
    QVERIFY2(first.code == 0, qPrintable(first.errors));
    QCOMPARE(first.events("lesson").value(0)["continued"].toBool(true), false);
    const auto rounds = first.events("round");
    QCOMPARE(rounds.size(), 2);
    QCOMPARE(first.events("done").size(), 1);

    const auto episodes = episodesOf(file);
    QCOMPARE(episodes.size(), std::size_t{6});
    int steps = 0, teacherSteps = 0;
    for (const EpisodeData& episode : episodes) {
      steps += static_cast<int>(episode.steps.size());
      for (const Step& step : episode.steps) teacherSteps += step.driver == Driver::Teacher;
      QCOMPARE(episode.row.outcome, EpisodeOutcome::TimeLimit);
    }
    QCOMPARE(rounds[0]["steps"].toInt() + rounds[1]["steps"].toInt(), steps);
    QCOMPARE(rounds[0]["teacher_steps"].toInt() + rounds[1]["teacher_steps"].toInt(), teacherSteps);
    QVERIFY2(teacherSteps > 0, "the teacher never took over from the prior");
    QCOMPARE(rounds[0]["policy_version"].toInt(-1), 0);
    QCOMPARE(episodes[0].row.start.round, 1);
    QCOMPARE(episodes[5].row.start.round, 2);
    QCOMPARE(episodes[5].row.start.policyVersion, rounds[1]["policy_version"].toInt());
    if (rounds[0]["new_version"].toInt() > 0) QCOMPARE(rounds[1]["policy_version"], rounds[0]["new_version"]);

    const Outcome second = cli({"teach", file, "--rounds", "1", "--steps-per-round", "150", "--json"});
    QVERIFY2(second.code == 0, qPrintable(second.errors));
    QCOMPARE(second.events("lesson").value(0)["continued"].toBool(), true);
    QCOMPARE(second.events("lesson").value(0)["steps_before"].toInt(), steps);
    QCOMPARE(second.events("round").value(0)["round"].toInt(), 3);
    const auto after = episodesOf(file);
    QCOMPARE(after.size(), std::size_t{7});
    QCOMPARE(after[6].row.start.episode, std::int64_t{7});
    for (const EpisodeData& before : episodes) QVERIFY(before.row.start.seed != after[6].row.start.seed);
    const auto store = Store::open(file.toStdString(), OpenMode::ReadOnly);
    QVERIFY(store.ok());
    QCOMPARE(store->updates()->size(), std::size_t{3});
    QVERIFY(store->checkStructure()->empty());
  }

  void sameSeedSameLesson() {
    const QStringList rest{"--rounds", "2", "--steps-per-round", "150", "--seed", "7", "--teacher",
                           "synthetic:delay=0.2,noise=0.1,random=0.01", "--json"};
    QVERIFY(cli(QStringList{"teach", path("a.nudge")} + rest).code == 0);
    QVERIFY(cli(QStringList{"teach", path("b.nudge")} + rest).code == 0);
    const auto a = episodesOf(path("a.nudge")), b = episodesOf(path("b.nudge"));
    QCOMPARE(a.size(), b.size());
    for (std::size_t e = 0; e < a.size(); ++e) {
      QCOMPARE(a[e].row.start.seed, b[e].row.start.seed);
      QCOMPARE(a[e].segments, b[e].segments);
      QCOMPARE(a[e].steps.size(), b[e].steps.size());
      for (std::size_t i = 0; i < a[e].steps.size(); ++i) {
        QCOMPARE(a[e].steps[i].action, b[e].steps[i].action);
        QCOMPARE(a[e].steps[i].state, b[e].steps[i].state);
        QCOMPARE(a[e].steps[i].wallTime_s, b[e].steps[i].wallTime_s);
      }
    }
    const auto storeA = Store::open(path("a.nudge").toStdString(), OpenMode::ReadOnly);
    const auto storeB = Store::open(path("b.nudge").toStdString(), OpenMode::ReadOnly);
    QVERIFY(storeA.ok() && storeB.ok());
    const auto versionsA = storeA->policyVersions(), versionsB = storeB->policyVersions();
    QCOMPARE(versionsA->size(), versionsB->size());
    for (std::size_t i = 0; i < versionsA->size(); ++i) QCOMPARE((*versionsA)[i].hash, (*versionsB)[i].hash);
    QCOMPARE(storeA->contentHash().value(), storeB->contentHash().value());  // everything but readings of clocks
  }

  void theAimDecidesTheExitCode() {
    const Outcome reached = cli({"teach", path("easy.nudge"), "--rounds", "5", "--steps-per-round", "150",
                                   "--until-rate", "1", "--json"});
    QCOMPARE(reached.code, 0);
    QCOMPARE(reached.events("round").size(), 1);
    QCOMPARE(reached.events("round")[0]["outcome"].toString(), QString("reached"));
    const Outcome missed = cli({"teach", path("hard.nudge"), "--rounds", "1", "--steps-per-round", "300",
                                  "--until-rate", "0.000001", "--teacher", "synthetic:random=0.2", "--json"});
    QCOMPARE(missed.code, 1);
    QCOMPARE(missed.events("done").value(0)["reached"].toBool(true), false);
    QCOMPARE(missed.errors.count('\n'), 1);
  }

  void aDelayThatIsNoneIsSaid() {
    const QStringList rest{"--rounds", "1", "--steps-per-round", "40", "--until-rate", "1", "--teacher", "synthetic:delay=0.4"};
    const Outcome highway = cli(QStringList{"teach", path("highway.nudge"), "--task", "highway"} + rest);
    QCOMPARE(highway.code, 0);
    QCOMPARE(highway.errors, QString("nudge-cli: a delay of 0.4 s is none on highway, whose control step takes 1 s\n"));
    QCOMPARE(cli(QStringList{"teach", path("bottle.nudge")} + rest).errors, QString());
  }

  void aStoppedLessonKeepsWhatWasSeen() {
    const QString file = path("stopped.nudge");
    QProcess process;
    process.start(QStringLiteral(NUDGE_BIN_DIR "/nudge-cli"), {"teach", file, "--steps-per-round", "1000000", "--json"});
    QTRY_VERIFY_WITH_TIMEOUT(episodesOf(file).size() >= 2, 60'000);
    ::kill(static_cast<pid_t>(process.processId()), SIGTERM);
    QVERIFY(process.waitForFinished(60'000));
    QCOMPARE(process.exitCode(), 1);
    const auto episodes = episodesOf(file);
    QVERIFY(episodes.size() >= 2);
    for (const EpisodeData& episode : episodes) QVERIFY(episode.row.outcome != EpisodeOutcome::Running);
    QCOMPARE(cli({"teach", file, "--rounds", "1", "--steps-per-round", "1", "--until-rate", "1"}).code, 0);
  }

  void badInput_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("says");
    QTest::newRow("no file") << QStringList{} << "file";
    QTest::newRow("task") << QStringList{"FILE", "--task", "juggling"} << "juggling";
    QTest::newRow("teacher") << QStringList{"FILE", "--teacher", "human"} << "human";
    QTest::newRow("noise") << QStringList{"FILE", "--teacher", "synthetic:delay=-1"} << "delay=-1";
    QTest::newRow("rounds") << QStringList{"FILE", "--rounds", "0"} << "rounds";
    QTest::newRow("rate") << QStringList{"FILE", "--until-rate", "nan"} << "rate";
    QTest::newRow("method") << QStringList{"FILE", "--method", "osmosis"} << "mereq";
    QTest::newRow("setting") << QStringList{"FILE", "--set", "talent=1"} << "good_weight";
    QTest::newRow("value") << QStringList{"FILE", "--set", "l2=-1"} << "l2";
    QTest::newRow("option") << QStringList{"FILE", "--faster"} << "faster";
    QTest::newRow("folder") << QStringList{"/nowhere/at/all.nudge"} << "nowhere";
  }
  void badInput() {
    QFETCH(QStringList, arguments);
    QFETCH(QString, says);
    const QString file = path("never.nudge");
    arguments.replaceInStrings("FILE", file);
    const Outcome outcome = cli(QStringList{"teach"} + arguments);
    QCOMPARE(outcome.code, 2);
    QCOMPARE(outcome.errors.count('\n'), 1);
    QVERIFY2(outcome.errors.contains(says), qPrintable(outcome.errors));
    QVERIFY(!QFile::exists(file));
  }

  void aForeignFileKeepsEveryByte() {
    const QString file = path("notes.txt");
    const QByteArray content("just some notes\n");
    QFile notes(file);
    QVERIFY(notes.open(QIODevice::WriteOnly) && notes.write(content) == content.size());
    notes.close();
    const Outcome outcome = cli({"teach", file});
    QCOMPARE(outcome.code, 2);
    QCOMPARE(outcome.errors.count('\n'), 1);
    QVERIFY(notes.open(QIODevice::ReadOnly));
    QCOMPARE(notes.readAll(), content);
  }

  void aLessonInAnotherProgramIsBusy() {
    const QString file = path("busy.nudge");
    QCOMPARE(cli({"teach", file, "--rounds", "1", "--steps-per-round", "1", "--until-rate", "1"}).code, 0);
    auto holder = Store::open(file.toStdString(), OpenMode::ReadWrite);
    QVERIFY(holder.ok() && holder->claim().ok());
    const Outcome outcome = cli({"teach", file});
    QCOMPARE(outcome.code, 2);
    QCOMPARE(outcome.errors.count('\n'), 1);
  }

  /// torch's exceptions carry a stack of many lines.
  void aFaultIsToldInOneLine() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    QSKIP("the sanitizers themselves need the memory that is taken away here");
#endif
    QProcess process;
    process.start("bash", {"-c", "ulimit -v 3000000; exec " NUDGE_BIN_DIR "/nudge-cli teach " + path("hungry.nudge") +
                                     " --task highway --rounds 1 --steps-per-round 200 --set batch=1000000"});
    QVERIFY(process.waitForFinished(300'000));
    const QByteArray errors = process.readAllStandardError();
    QCOMPARE(process.exitCode(), 3);
    QVERIFY2(errors.startsWith("nudge-cli: internal fault: ") && errors.count('\n') == 1, errors);
  }

  void missingPoliciesLeaveNoFile() {
    const QString file = path("orphan.nudge");
    QVERIFY(QDir(folder_.path()).mkpath("empty/priors"));
    const Outcome outcome = cli({"teach", file}, path("empty"));
    QCOMPARE(outcome.code, 2);
    QCOMPARE(outcome.errors.count('\n'), 1);
    QVERIFY(!QFile::exists(file));
  }
};

QTEST_GUILESS_MAIN(TeachTest)
#include "teach_test.moc"
