#include "ui/model/learner_process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>
#include <csignal>
#include <cmath>

namespace nudge {

namespace {
constexpr int kKillAfter_ms = 3000;
constexpr qsizetype kLongestLine = 1 << 20;
constexpr int kNice = 10;
}  // namespace

QString LearnerProcess::besideThisProgram() {
  return QDir(QCoreApplication::applicationDirPath()).filePath(QStringLiteral("nudge-cli"));
}

LearnerProcess::LearnerProcess(QString program, QObject* parent) : QObject(parent), program_(std::move(program)) {
  killTimer_.setSingleShot(true);
  killTimer_.setInterval(kKillAfter_ms);
  connect(&killTimer_, &QTimer::timeout, &process_, &QProcess::kill);
  connect(&process_, &QProcess::readyReadStandardOutput, this, &LearnerProcess::readLines);
  connect(&process_, &QProcess::finished, this, &LearnerProcess::ended);
  connect(&process_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
    if (error != QProcess::FailedToStart) return;  // everything else ends in finished()
    const QString reason = process_.errorString();
    setState(State::Idle);
    Q_EMIT failed(tr("The learner could not be started (%1). Your lesson is as it was.").arg(reason));
  });

  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  environment.insert(QStringLiteral("OMP_NUM_THREADS"), QStringLiteral("1"));
  process_.setProcessEnvironment(environment);
  process_.setChildProcessModifier([] {
    setpriority(PRIO_PROCESS, 0, kNice);
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // a killed window must not leave a learner behind
  });
}

LearnerProcess::~LearnerProcess() {
  process_.disconnect(this);
  if (process_.state() == QProcess::NotRunning) return;
  process_.terminate();
  if (!process_.waitForFinished(1000)) {
    process_.kill();
    process_.waitForFinished();
  }
}

QString LearnerProcess::problem() const {
  const QFileInfo file(program_);
  if (!file.exists()) {
    return tr("Learning needs the program nudge-cli, which is missing beside the window (%1). Watching, teaching and "
              "recording work without it.").arg(QDir::toNativeSeparators(program_));
  }
  if (!file.isExecutable()) return tr("The program %1 may not be run. Check its permissions.").arg(program_);
  return {};
}

bool LearnerProcess::start(const QString& lesson, const QStringList& extraArguments) {
  if (running()) return false;
  if (const QString sentence = problem(); !sentence.isEmpty()) {
    Q_EMIT failed(sentence);
    return false;
  }
  pending_.clear();
  progress_ = {};
  result_ = {};
  done_ = false;
  setState(State::Running);
  process_.start(program_, QStringList{QStringLiteral("update"), lesson, QStringLiteral("--json")} + extraArguments,
                 QIODevice::ReadOnly);
  return true;
}

void LearnerProcess::cancel() {
  if (state_ != State::Running) return;
  setState(State::Cancelling);
  process_.terminate();
  killTimer_.start();
}

void LearnerProcess::readLines() {
  pending_ += process_.readAllStandardOutput();
  qsizetype end = 0;
  while ((end = pending_.indexOf('\n')) >= 0) {
    readLine(pending_.left(end));
    pending_.remove(0, end + 1);
  }
  if (pending_.size() > kLongestLine) pending_.clear();
}

void LearnerProcess::readLine(const QByteArray& line) {
  const QJsonObject object = QJsonDocument::fromJson(line).object();
  const QString event = object[QLatin1String("event")].toString();
  if (event == QLatin1String("progress")) {
    progress_.stage = object[QLatin1String("stage")].toString();
    progress_.fraction = std::clamp(object[QLatin1String("fraction")].toDouble(), 0.0, 1.0);
    progress_.secondsLeft = object[QLatin1String("seconds_left")].toDouble(-1.0);
    progress_.detail = object[QLatin1String("detail")].toString();
    Q_EMIT progressChanged();
  } else if (event == QLatin1String("done")) {
    result_.outcome = object[QLatin1String("outcome")].toString();
    result_.version = object[QLatin1String("version")].toInt(-1);
    result_.message = object[QLatin1String("message")].toString();
    done_ = true;
  }
  // Anything else is a newer learner's or a library's business.
}

void LearnerProcess::ended(int code, QProcess::ExitStatus status) {
  killTimer_.stop();
  readLines();
  const bool wasCancelled = state_ == State::Cancelling;
  const QString errors = QString::fromUtf8(process_.readAllStandardError()).trimmed().right(600);
  setState(State::Idle);
  if (done_ && status == QProcess::NormalExit && code == 0) {
    Q_EMIT finished(result_);
  } else if (wasCancelled) {
    Q_EMIT cancelled();
  } else if (status == QProcess::CrashExit) {
    Q_EMIT failed(tr("The learner ended unexpectedly (signal %1). Your lesson is as it was; press L to try again.").arg(code));
  } else if (!errors.isEmpty()) {
    const QString last = errors.section(QLatin1Char('\n'), -1);
    Q_EMIT failed(tr("Learning failed: %1 Your lesson is as it was.").arg(last));
  } else {
    Q_EMIT failed(tr("The learner ended without an answer (code %1). Your lesson is as it was; press L to try again.").arg(code));
  }
}

void LearnerProcess::setState(State state) {
  if (state_ == state) return;
  state_ = state;
  Q_EMIT stateChanged();
}

}  // namespace nudge

#include "moc_learner_process.cpp"
