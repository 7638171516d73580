// A task of one's own through the real program: checked, taught, and a lesson in it when its folder is gone.
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "sessions/store.h"

using namespace nudge;

namespace {

const QString kExample = QStringLiteral(NUDGE_SOURCE_DIR "/resources/examples/carry");

struct Outcome {
  int code = -1;
  QByteArray out, errors;

  QJsonObject last() const { return QJsonDocument::fromJson(out.trimmed().split('\n').last()).object(); }
  QList<QJsonObject> events(const QString& name) const {
    QList<QJsonObject> found;
    for (const QByteArray& line : out.split('\n')) {
      const QJsonObject object = QJsonDocument::fromJson(line).object();
      if (object["event"].toString() == name) found.append(object);
    }
    return found;
  }
};

Outcome cli(const QStringList& arguments) {
  QProcess process;
  process.start(QStringLiteral(NUDGE_BIN_DIR "/nudge-cli"), arguments);
  Outcome outcome;
  if (!process.waitForFinished(300'000)) return outcome;
  outcome.code = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
  outcome.out = process.readAllStandardOutput();
  outcome.errors = process.readAllStandardError();
  return outcome;
}

void copyFolder(const QString& from, const QString& to) {
  QDir().mkpath(to);
  for (const QFileInfo& entry : QDir(from).entryInfoList(QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot)) {
    const QString target = to + '/' + entry.fileName();
    if (entry.isDir())
      copyFolder(entry.filePath(), target);
    else
      QVERIFY(QFile::copy(entry.filePath(), target));
  }
}

void replaceIn(const QString& path, const QByteArray& from, const QByteArray& to) {
  QFile file(path);
  QVERIFY(file.open(QIODevice::ReadWrite));
  QByteArray text = file.readAll();
  QVERIFY(text.contains(from));
  file.resize(0);
  file.seek(0);
  file.write(text.replace(from, to));
}

}  // namespace

class OwnTaskTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    task_ = folder_->filePath("carry");
    copyFolder(kExample, task_);
  }

  void theExampleIsSound() {
    const Outcome outcome = cli({"check-task", kExample, "--json"});
    QVERIFY2(outcome.code == 0, outcome.out + outcome.errors);
    const QJsonObject all = outcome.last();
    QVERIFY(all["sound"].toBool());
    QVERIFY(all["reset_repeats"].toBool() && all["restore_repeats"].toBool());
    QVERIFY(all["real_times"].toDouble() > 10.0);
    QCOMPARE(all["features"].toObject().size(), 3);
    QCOMPARE(all["observation"].toObject()["coaster_from_glass"].toObject()["not_finite"].toInt(-1), 0);
    QVERIFY(cli({"check-task", kExample}).out.contains("times real time"));
    const QByteArray text = cli({"tasks", kExample}).out;
    QVERIFY2(text.contains("coaster_from_glass   1 = 0.2 m "), text);
    const Outcome listed = cli({"tasks", kExample, "--json"});
    QCOMPARE(listed.last()["tasks"].toArray().at(0).toObject()["id"].toString(), QStringLiteral("carry"));
  }

  void mistakesHaveFileAndLine() {
    replaceIn(task_ + "/task.toml", "site = \"foot\"", "site = \"food\"");
    replaceIn(task_ + "/task.toml", "episode_steps = 80", "episode_steps = \"80\"");
    const Outcome several = cli({"check-task", task_});
    QCOMPARE(several.code, 2);
    QVERIFY2(several.out.contains("task.toml:10: 'episode_steps' in [task] must be a number"), several.out);
    QVERIFY2(several.out.contains("did you mean 'foot'?"), several.out);
    QCOMPARE(several.errors.count('\n'), 1);
    const Outcome asJson = cli({"check-task", task_, "--json"});
    QCOMPARE(asJson.last()["problems"].toArray().size(), 2);
    QCOMPARE(asJson.last()["problems"].toArray().at(0).toObject()["line"].toInt(), 10);

    const Outcome refused = cli({"teach", folder_->filePath("l.nudge"), "--task", task_, "--rounds", "1"});
    QCOMPARE(refused.code, 2);
    QVERIFY(refused.errors.contains("task.toml:10:"));
    QVERIFY(!QFile::exists(folder_->filePath("l.nudge")));
    QCOMPARE(cli({"check-task", folder_->path()}).code, 2);
    QCOMPARE(cli({"check-task"}).code, 2);
  }

  /// 30 000 rad/s² at a light arm: the simulation runs away, which is a fault and no mistake in the files.
  void whatRunsAwayIsAFault() {
    replaceIn(task_ + "/arm.xml", "kp=\"800\" forcerange=\"-200 200\"", "kp=\"80000000\"");
    replaceIn(task_ + "/arm.xml", "armature=\"0.05\" damping=\"40\"", "damping=\"0\"");
    const Outcome outcome = cli({"check-task", task_, "--json"});
    QVERIFY2(outcome.code == 1, outcome.out + outcome.errors);
    QVERIFY(outcome.last()["diverged"].toBool());
    QVERIFY(!outcome.last()["faults"].toArray().isEmpty());
  }

  void theManualListsTheTermsThereAre() {
    const Outcome outcome = cli({"check-task", "--terms", "--markdown"});
    QFile page(QStringLiteral(NUDGE_SOURCE_DIR "/resources/docs/manual/terms.md"));
    QVERIFY(page.open(QIODevice::ReadOnly));
    QCOMPARE(outcome.out, page.readAll());
    QVERIFY(cli({"check-task", "--terms", "--json"}).last()["terms"].toArray().size() >= 15);
  }

  /// Taught from end to end; then the folder changes, then it is gone.
  void aLessonIsTaughtAndOutlivesItsFolder() {
    const QString file = folder_->filePath("lesson.nudge");
    const QStringList teach{"teach", file,    "--task", task_, "--rounds", "2", "--steps-per-round",
                            "400",   "--json"};
    const Outcome taught = cli(teach);
    QVERIFY2(taught.code == 0, taught.errors);
    const auto rounds = taught.events("round");
    QCOMPARE(rounds.size(), 2);
    QVERIFY(rounds[0]["rate"].toDouble() > 0.1);
    QVERIFY(rounds[0]["new_version"].toInt() == 1);
    QVERIFY2(rounds[0]["theta"].toObject()["height"].toDouble() < 0.0, taught.out);
    QVERIFY(rounds[1]["style"].toObject()["median"].toDouble() <
            rounds[0]["style"].toObject()["median"].toDouble());

    replaceIn(task_ + "/task.toml", "episode_steps = 80", "episode_steps = 60");
    QStringList more = teach;
    more[more.indexOf("2")] = "1";
    const Outcome changed = cli(more);
    QVERIFY2(changed.code == 0, changed.errors);
    QVERIFY2(changed.errors.contains("has changed since this lesson began"), changed.errors);

    QVERIFY(QDir(task_).removeRecursively());
    QCOMPARE(cli({"check", file}).code, 0);
    const Outcome update = cli({"update", file, "--json"});
    QVERIFY2(update.code == 0, update.errors);
    // Nothing new was taught: θ rests, and so does its interval.
    const QJsonObject interval = update.last()["theta_half_width"].toObject();
    QCOMPARE(interval, changed.events("round").last()["theta_half_width"].toObject());
    QVERIFY(interval["height"].toDouble() > 0.0);
    const Outcome alone = cli({"run-policy", file, "--episodes", "20", "--json"});
    QVERIFY2(alone.code == 0, alone.errors);
    QCOMPARE(alone.last()["task"].toString(), QStringLiteral("carry"));
    QCOMPARE(cli(teach).code, 2);
  }

 private:
  std::unique_ptr<QTemporaryDir> folder_;
  QString task_;
};

QTEST_GUILESS_MAIN(OwnTaskTest)
#include "own_task_test.moc"
