#include "ui/model/learner_process.h"

#include <sys/resource.h>

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>

using namespace nudge;

namespace {
constexpr int kPatience_ms = 8000;
}

/// Real child processes: shell scripts that speak like nudge-cli, or do not.
class LearnerProcessTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  QString script(const QByteArray& body) {
    static int count = 0;
    const QString path = folder_.filePath(QStringLiteral("learner%1").arg(++count));
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly)) return {};
    file.write("#!/bin/sh\n" + body);
    file.close();
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    return path;
  }

 private Q_SLOTS:
  void goodRun() {
    LearnerProcess learner(script(
        "[ \"$1 $2 $3\" = 'update a lesson.nudge --json' ] || exit 2\n"
        "echo '{\"event\":\"progress\",\"stage\":\"training\",\"fraction\":0.5,\"seconds_left\":3,\"detail\":\"x\"}'\n"
        "echo '{\"event\":\"done\",\"outcome\":\"new-policy\",\"version\":2,\"message\":\"v2 is ready\"}'\n"));
    QSignalSpy progress(&learner, &LearnerProcess::progressChanged), finished(&learner, &LearnerProcess::finished);
    QVERIFY(learner.start(QStringLiteral("a lesson.nudge")));
    QVERIFY(learner.running());
    QVERIFY(!learner.start(QStringLiteral("second")));
    QVERIFY(finished.wait(kPatience_ms));
    QCOMPARE(progress.size(), 1);
    QCOMPARE(learner.progress().stage, QStringLiteral("training"));
    QCOMPARE(learner.progress().fraction, 0.5);
    QCOMPARE(finished[0][0].value<LearnerResult>().version, 2);
    QVERIFY(!learner.running());
  }

  void runsNicedOnOneThread() {
    LearnerProcess learner(script(
        "echo \"{\\\"event\\\":\\\"done\\\",\\\"outcome\\\":\\\"$(nice) $OMP_NUM_THREADS\\\",\\\"version\\\":-1}\"\n"));
    QSignalSpy finished(&learner, &LearnerProcess::finished);
    learner.start(QStringLiteral("x"));
    QVERIFY(finished.wait(kPatience_ms));
    const QStringList said = finished[0][0].value<LearnerResult>().outcome.split(QLatin1Char(' '));
    QVERIFY(said[0].toInt() >= 10);
    QCOMPARE(said[1], QStringLiteral("1"));
  }

  void missingProgram() {
    LearnerProcess learner(folder_.filePath(QStringLiteral("nothing-here")));
    QSignalSpy failed(&learner, &LearnerProcess::failed);
    QVERIFY(!learner.start(QStringLiteral("x")));
    QCOMPARE(failed.size(), 1);
    QVERIFY(failed[0][0].toString().contains(QLatin1String("nudge-cli")));
    QVERIFY(!learner.running());
  }

  void badInterpreter() {
    const QString path = folder_.filePath(QStringLiteral("broken"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("#!/no/such/interpreter\n");
    file.close();
    file.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
    LearnerProcess learner(path);
    QSignalSpy failed(&learner, &LearnerProcess::failed);
    learner.start(QStringLiteral("x"));
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, kPatience_ms);
    QVERIFY(!learner.running());
  }

  void garbageIsNotAnAnswer() {
    LearnerProcess learner(script("echo hello\nhead -c 3000 /dev/urandom\necho\necho '{\"event\":7}'\necho '[1]'\n"));
    QSignalSpy failed(&learner, &LearnerProcess::failed), finished(&learner, &LearnerProcess::finished);
    learner.start(QStringLiteral("x"));
    QVERIFY(failed.wait(kPatience_ms));
    QCOMPARE(finished.size(), 0);
  }

  void errorLineIsShown() {
    LearnerProcess learner(script("echo 'nudge-cli: the file is locked.' >&2\nexit 2\n"));
    QSignalSpy failed(&learner, &LearnerProcess::failed);
    learner.start(QStringLiteral("x"));
    QVERIFY(failed.wait(kPatience_ms));
    QVERIFY(failed[0][0].toString().contains(QLatin1String("the file is locked.")));
  }

  void killedFromOutside() {
    LearnerProcess learner(script("exec sleep 60\n"));
    QSignalSpy failed(&learner, &LearnerProcess::failed);
    learner.start(QStringLiteral("x"));
    QTRY_VERIFY_WITH_TIMEOUT(learner.processId() > 0, kPatience_ms);
    ::kill(static_cast<pid_t>(learner.processId()), SIGKILL);
    QVERIFY(failed.wait(kPatience_ms));
    QVERIFY(failed[0][0].toString().contains(QLatin1String("as it was")));
  }

  void cancelEndsIt() {
    LearnerProcess learner(script("exec sleep 60\n"));
    QSignalSpy cancelled(&learner, &LearnerProcess::cancelled), failed(&learner, &LearnerProcess::failed);
    learner.start(QStringLiteral("x"));
    learner.cancel();
    QVERIFY(cancelled.wait(kPatience_ms));
    QCOMPARE(failed.size(), 0);
    QVERIFY(!learner.running());
    QVERIFY(learner.start(QStringLiteral("again")));
  }

  void stubbornOneIsKilled() {
    LearnerProcess learner(script("trap '' TERM\necho '{\"event\":\"progress\"}'\nwhile :; do sleep 0.1; done\n"));
    QSignalSpy cancelled(&learner, &LearnerProcess::cancelled), progress(&learner, &LearnerProcess::progressChanged);
    learner.start(QStringLiteral("x"));
    QVERIFY(progress.wait(kPatience_ms));  // the trap is set
    learner.cancel();
    QVERIFY(cancelled.wait(kPatience_ms));
  }
};

QTEST_GUILESS_MAIN(LearnerProcessTest)
#include "learner_process_test.moc"
