#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "core/sim/task.h"
#include "sessions/store.h"
#include "tests/support/hand_policy.h"
#include "tests/support/recorded_lesson.h"

using namespace nudge;
using test::lessonAbout;
using test::recordEpisode;

namespace {

struct Outcome {
  int code = -1;
  QString out, error;
  QJsonObject json() const { return QJsonDocument::fromJson(out.toUtf8()).object(); }
};

Outcome nudgeCli(const QStringList& arguments) {
  QProcess process;
  process.start(NUDGE_BIN_DIR "/nudge-cli", arguments);
  if (!process.waitForFinished(60'000) || process.exitStatus() != QProcess::NormalExit) return {};
  return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
          QString::fromUtf8(process.readAllStandardError())};
}

}  // namespace

/// nudge-cli info and check on a real lesson with real states.
class SessionCommandsTest : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir folder_;
  QString path_;
  std::unique_ptr<Task> task_;

 private Q_SLOTS:
  void initTestCase() {
    path_ = folder_.filePath("lesson.nudge");
    auto task = makeTask("bottle");
    QVERIFY(task.ok());
    task_ = std::move(task).value();
    const auto prior =
        serializePolicy(test::linearPolicy(task_->observationSize(), task_->actionSize(), 0.1f));
    auto store = Store::create(path_.toStdString(), lessonAbout(*task_), prior);
    QVERIFY2(store.ok(), store.ok() ? "" : store.error().message.c_str());
    QVERIFY(recordEpisode(*task_, *store, {1, 11, 0, 1}, 50).ok());
    QVERIFY(recordEpisode(*task_, *store, {2, 12, 0, 2}, 45).ok());
    QVERIFY(store->addMark({0, 1, MarkKind::Paint, 0, 5, Verdict::Excluded, "mark"}).ok());
    Update update;
    update.id = store->beginUpdate(update).value();
    update.outcome = UpdateOutcome::NewPolicy;
    update.theta.assign(task_->spec().features.size(), 0.0);
    update.theta[0] = -0.5;
    update.thetaHalfWidth.assign(update.theta.size(), 0.25);
    update.report = "{\"kl\": 0.5}";
    PolicyVersion policy;
    policy.weights = serializePolicy(test::linearPolicy(task_->observationSize(), task_->actionSize(), 0.2f));
    policy.theta = update.theta;
    QVERIFY(store->finishUpdate(update, &policy).ok());
  }

  void infoSaysWhatTheFileHolds() {
    const Outcome outcome = nudgeCli({"info", path_, "--json"});
    QCOMPARE(outcome.code, 0);
    const QJsonObject json = outcome.json();
    QCOMPARE(json["task"].toString(), QString("bottle"));
    QCOMPARE(json["teacher"].toString(), QString("a test"));
    QCOMPARE(json["episodes"].toInt(), 2);
    QCOMPARE(json["successes"].toInt(), 2);
    QCOMPARE(json["steps"].toObject(), (QJsonObject{{"total", 95}, {"robot", 75}, {"teacher", 20}}));
    QCOMPARE(json["segments"].toObject()["expert"].toObject(), (QJsonObject{{"segments", 2}, {"steps", 20}}));
    QCOMPARE(json["segments"].toObject()["bad"].toObject()["steps"].toInt(), 20);
    QCOMPARE(json["segments"].toObject()["excluded"].toObject()["steps"].toInt(), 5);
    const QJsonArray rounds = json["rounds"].toArray();
    QCOMPARE(rounds.size(), 2);
    QCOMPARE(rounds[0].toObject()["rate"].toDouble(), 10.0 / 50.0);
    QCOMPARE(rounds[1].toObject()["rate"].toDouble(), 10.0 / 45.0);
    QCOMPARE(json["duration_s"].toDouble(), 95.0 / task_->spec().controlRate_hz);
    QCOMPARE(json["active_version"].toInt(), 1);
    const QJsonArray versions = json["policy_versions"].toArray();
    QCOMPARE(versions.size(), 2);
    QVERIFY(versions[0].toObject()["parent"].isNull());
    QCOMPARE(versions[1].toObject()["parent"].toInt(), 0);
    const QJsonObject update = json["updates"].toArray()[0].toObject();
    const QString feature = QString::fromStdString(task_->spec().features[0].name);
    QCOMPARE(update["theta"].toObject()[feature].toDouble(), -0.5);
    QCOMPARE(update["theta_half_width"].toObject()[feature].toDouble(), 0.25);
    QCOMPARE(update["report"].toObject()["kl"].toDouble(), 0.5);
    QCOMPARE(update["outcome"].toString(), QString("new-policy"));
    QCOMPARE(update["result_version"].toInt(), 1);
  }

  void infoForPeople() {
    const Outcome outcome = nudgeCli({"info", path_});
    QCOMPARE(outcome.code, 0);
    for (const char* part :
         {"task bottle, taught by a test", "75 by the robot, 20 by the teacher in 2 take-overs", "the prior",
          "update 1 in round 1: new-policy 1"})
      QVERIFY2(outcome.out.contains(part), qPrintable(outcome.out));
  }

  void aSoundLessonRepeatsBitForBit() {
    const Outcome outcome = nudgeCli({"check", path_, "--json"});
    QCOMPARE(outcome.code, 0);
    const QJsonObject json = outcome.json();
    QVERIFY(json["sound"].toBool());
    QVERIFY(json["problems"].toArray().isEmpty());
    QVERIFY(json["notes"].toArray().isEmpty());
    QCOMPARE(json["rerun_steps"].toInt(), 95);
    QCOMPARE(json["content_sha256"].toString().size(), 64);
    const Outcome shorter = nudgeCli({"check", path_, "--json", "--no-replay"});
    QCOMPARE(shorter.code, 0);
    QCOMPARE(shorter.json()["rerun_steps"].toInt(), 0);
    QCOMPARE(shorter.json()["content_sha256"].toString(), json["content_sha256"].toString());
  }

  void checkSaysWhereReplayFirstDiffers() {
    const QString other = folder_.filePath("differs.nudge");
    auto store = Store::create(
        other.toStdString(), lessonAbout(*task_),
        serializePolicy(test::linearPolicy(task_->observationSize(), task_->actionSize(), 0.1f)));
    QVERIFY(store.ok());
    const auto source = Store::open(path_.toStdString(), OpenMode::ReadOnly);
    EpisodeData data = source->episode(1).value();
    data.steps[31].state[0] = std::nextafter(data.steps[31].state[0], 10.0);  // the last bit of one number
    QVERIFY(store->beginEpisode(data.row.start).ok());
    QVERIFY(store->appendSteps(1, data.steps).ok());
    const Outcome outcome = nudgeCli({"check", other, "--json"});
    QCOMPARE(outcome.code, 1);
    const QJsonArray problems = outcome.json()["problems"].toArray();
    QCOMPARE(problems.size(), 1);
    QVERIFY2(problems[0].toString().startsWith(
                 "episode 1, after step 30: re-running gives another state; number 0 is"),
             qPrintable(problems[0].toString()));
    QCOMPARE(nudgeCli({"check", other, "--no-replay"}).code, 0);

    const Outcome tolerant = nudgeCli({"check", other, "--json", "--tolerance", "1e-9"});
    QCOMPARE(tolerant.code, 0);
    QVERIFY(tolerant.json()["notes"].toArray()[0].toString().startsWith("first differs in episode 1, after step 30"));
    const double apart = tolerant.json()["largest_difference"].toDouble();
    QVERIFY(apart > 0.0 && apart < 1e-12);
  }

  void teachersAndDataGoOut() {
    const QString copy = folder_.filePath("out.nudge");
    QVERIFY(QFile::copy(path_, copy));
    const Outcome data = nudgeCli({"export-data", copy, "--format", "csv", "--json"});
    QCOMPARE(data.code, 0);
    QCOMPARE(data.json()["steps"].toInt(), 95);
    QVERIFY(QFile::exists(folder_.filePath("out.csv")));
    QCOMPARE(nudgeCli({"export-data", copy, "--format", "csv"}).code, 2);  // it exists
    QCOMPARE(nudgeCli({"export-data", copy, "--format", "xls"}).code, 2);
    QCOMPARE(nudgeCli({"teachers", copy, "--now", "Bruno", "--json"}).json()["teachers"].toArray().size(), 2);
    QCOMPARE(nudgeCli({"teachers", copy, "--forget", "nobody"}).code, 2);
    const Outcome gone = nudgeCli({"teachers", copy, "--forget", "a test", "--json"});
    QCOMPARE(gone.code, 0);
    QCOMPARE(gone.json()["steps"].toInt(), 95);
    QCOMPARE(gone.json()["found"].toInt(), 0);
    QCOMPARE(nudgeCli({"check", copy}).code, 0);
  }

  void practiceIsNeitherCountedNorLearnedFrom() {
    const QString practice = folder_.filePath("practice.nudge");
    {
      auto store = Store::create(
          practice.toStdString(), lessonAbout(*task_),
          serializePolicy(test::linearPolicy(task_->observationSize(), task_->actionSize(), 0.1f)));
      QVERIFY(store.ok());
      QVERIFY(recordEpisode(*task_, *store, {1, 11, 0, 1}, 50, true).ok());
    }
    const QJsonObject info = nudgeCli({"info", practice, "--json"}).json();
    QCOMPARE(info["episodes"].toInt(), 0);
    QCOMPARE(info["steps"].toObject()["teacher"].toInt(), 0);
    QCOMPARE(info["practice"].toObject(), (QJsonObject{{"episodes", 1}, {"steps", 50}}));
    const Outcome update = nudgeCli({"update", practice});
    QCOMPARE(update.code, 2);
    QVERIFY2(update.error.contains("there is nothing to learn from yet"), qPrintable(update.error));
    QCOMPARE(nudgeCli({"check", practice}).code, 0);
  }

  void devicesTellWhatIsKeptForATeacher() {
    QVERIFY(QDir(folder_.path()).mkpath("nudge"));
    QFile kept(folder_.filePath("nudge/devices.json"));
    QVERIFY(kept.open(QFile::WriteOnly));
    kept.write("{\"nudge_devices\": 2, \"teachers\": {\"Adele\": {\"devices\": {\"spacemouse/bottle\": "
               "{\"sensitivity\": 0.7}}}}}");
    kept.close();
    qputenv("XDG_CONFIG_HOME", folder_.path().toUtf8());
    qputenv("SPNAV_SOCKET", folder_.filePath("none").toUtf8());
    const auto sensitivity = [](const QStringList& more) {
      const QJsonArray devices = nudgeCli(QStringList{"devices", "--json"} + more).json()["devices"].toArray();
      return devices[0].toObject()["settings"].toObject()["sensitivity"].toDouble();
    };
    QCOMPARE(sensitivity({"--teacher", "Adele", "--task", "bottle"}), 0.7);
    QCOMPARE(sensitivity({"--teacher", "Bruno", "--task", "bottle"}), 1.0);
    QVERIFY(kept.open(QFile::WriteOnly));
    kept.write("{");
    kept.close();
    QCOMPARE(nudgeCli({"devices"}).code, 2);
  }

  void aChangedWorldIsSaidNotBlamed() {
    LessonInfo info = lessonAbout(*task_);
    info.mjcf += "<!-- older -->";
    const QString other = folder_.filePath("older.nudge");
    QVERIFY(Store::create(
                other.toStdString(), info,
                serializePolicy(test::linearPolicy(task_->observationSize(), task_->actionSize(), 0.1f)))
                .ok());
    const Outcome outcome = nudgeCli({"check", other, "--json"});
    QCOMPARE(outcome.code, 0);
    QVERIFY(outcome.json()["notes"].toArray()[0].toString().contains("has changed since"));
  }

  void aBrokenPolicyIsAProblem() {
    const QString other = folder_.filePath("broken.nudge");
    const std::vector<std::uint8_t> nonsense(100, 7);
    QVERIFY(Store::create(other.toStdString(), lessonAbout(*task_), nonsense).ok());
    const Outcome outcome = nudgeCli({"check", other});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.out.contains("policy 0"), qPrintable(outcome.out));
  }

  void lessonsAreListedAndLabelled() {
    const QTemporaryDir folder;
    const QString lesson = folder.filePath("pilot.nudge"), other = folder.filePath("other.nudge");
    QVERIFY(QFile::copy(path_, lesson) && QFile::copy(path_, other));
    QFile text(folder.filePath("text.nudge"));
    QVERIFY(text.open(QIODevice::WriteOnly) && text.write("milk") > 0);
    text.close();
    const Outcome labelled = nudgeCli({"label", lesson, "--tag", "steep", "--tag", "red", "--notes", "for the paper", "--json"});
    QCOMPARE(labelled.code, 0);
    QCOMPARE(labelled.json()["tags"].toArray(), (QJsonArray{"red", "steep"}));
    QCOMPARE(nudgeCli({"label", lesson, "--untag", "red", "--json"}).json()["tags"].toArray(), QJsonArray{"steep"});
    QCOMPARE(nudgeCli({"info", lesson, "--json"}).json()["notes"].toString(), QString("for the paper"));

    const auto lessons = [&](const QString& search) {
      return nudgeCli({"sessions", folder.path(), "--json", "--search", search}).json()["lessons"].toArray();
    };
    QCOMPARE(lessons("").size(), 3);
    QCOMPARE(lessons("tag:steep").size(), 1);
    const QJsonObject found = lessons("PAPER")[0].toObject();
    QCOMPARE(found["file"].toString(), lesson);
    QCOMPARE(found["steps"].toInt(), 95);
    QCOMPARE(found["teachers"].toArray(), QJsonArray{"a test"});
    QCOMPARE(found["policies"].toInt(), 2);
    QVERIFY(lessons("text")[0].toObject()["trouble"].toString().contains("not a Nudge session"));
    QVERIFY(nudgeCli({"sessions", folder.path()}).out.contains("steep"));
    for (const QStringList& wrong : {QStringList{"sessions", folder.filePath("nowhere")},
                                     {"label", folder.filePath("none.nudge"), "--tag", "a"},
                                     {"label", lesson, "--tag", "a,b"}}) {
      const Outcome outcome = nudgeCli(wrong);
      QCOMPARE(outcome.code, 2);
      QCOMPARE(outcome.error.count('\n'), 1);
    }
  }

  void backupsAreMadeListedAndRestored() {
    const QTemporaryDir folder;
    const QString lesson = folder.filePath("lesson.nudge");
    QVERIFY(QFile::copy(path_, lesson));
    QVERIFY(nudgeCli({"backups", lesson}).out.contains("no backups"));
    QVERIFY(QFile::exists(nudgeCli({"backups", lesson, "--make", "--json"}).json()["made"].toString()));
    QCOMPARE(nudgeCli({"backups", lesson, "--make", "--json"}).json()["made"].toString(), QString());
    QCOMPARE(nudgeCli({"label", lesson, "--notes", "later"}).code, 0);
    const QJsonObject first = nudgeCli({"backups", lesson, "--json"}).json()["backups"].toArray()[0].toObject();
    QCOMPARE(first["number"].toInt(), 1);
    QCOMPARE(first["steps"].toInt(), 95);
    const Outcome restored = nudgeCli({"backups", lesson, "--restore", "1", "--json"});
    QCOMPARE(restored.code, 0);
    QCOMPARE(nudgeCli({"info", lesson, "--json"}).json()["notes"].toString(), QString());
    QCOMPARE(nudgeCli({"info", restored.json()["kept"].toString(), "--json"}).json()["notes"].toString(), QString("later"));
    for (const char* number : {"0", "9", "-1", "one"}) QCOMPARE(nudgeCli({"backups", lesson, "--restore", number}).code, 2);
    QCOMPARE(nudgeCli({"backups", folder.filePath("none.nudge"), "--make"}).code, 2);
  }

  void badInput_data() {
    QTest::addColumn<QString>("file");
    QFile text(folder_.filePath("list.txt"));
    QVERIFY(text.open(QIODevice::WriteOnly));
    text.write(QByteArray("milk\n").repeated(500));
    QTest::newRow("missing") << folder_.filePath("none.nudge");
    QTest::newRow("folder") << folder_.path();
    QTest::newRow("text") << folder_.filePath("list.txt");
  }
  void badInput() {
    QFETCH(QString, file);
    for (const char* command : {"info", "check"}) {
      const Outcome outcome = nudgeCli({command, file, "--json"});
      QCOMPARE(outcome.code, 2);
      QCOMPARE(outcome.out, QString());
      QCOMPARE(outcome.error.count('\n'), 1);
      QVERIFY2(outcome.error.contains(file), qPrintable(outcome.error));
    }
  }

  void wrongUse() {
    for (const char* command : {"info", "check"}) {
      QCOMPARE(nudgeCli({command}).code, 2);
      const Outcome help = nudgeCli({command, "--help"});
      QCOMPARE(help.code, 0);
      QVERIFY(help.out.contains("FILE"));
    }
  }
};

QTEST_GUILESS_MAIN(SessionCommandsTest)
#include "session_commands_test.moc"
