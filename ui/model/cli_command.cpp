#include "ui/model/cli_command.h"

namespace nudge {

CliCommand::CliCommand(QString program, QObject* parent) : QObject(parent), program_(std::move(program)) {
  connect(&process_, &QProcess::finished, this, &CliCommand::ended);
  connect(&process_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
    if (error == QProcess::FailedToStart) Q_EMIT missing();
  });
}

CliCommand::~CliCommand() {
  process_.disconnect(this);
  process_.kill();
  process_.waitForFinished(1000);
}

bool CliCommand::start(const QStringList& arguments) {
  if (running()) return false;
  process_.start(program_, arguments);
  return true;
}

void CliCommand::ended(int code, QProcess::ExitStatus status) {
  if (status == QProcess::NormalExit && code == 0) {
    Q_EMIT finished(process_.readAllStandardOutput());
    return;
  }
  Q_EMIT failed(QString::fromUtf8(process_.readAllStandardError()).trimmed().section(QLatin1Char('\n'), -1));
}

}  // namespace nudge

#include "moc_cli_command.cpp"
