#include "ui/model/policy_exporter.h"

#include <QDir>
#include <QFileInfo>

namespace nudge {

PolicyExporter::PolicyExporter(QString program, QObject* parent) : QObject(parent), program_(std::move(program)) {
  connect(&process_, &QProcess::finished, this, &PolicyExporter::ended);
  connect(&process_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
    if (error == QProcess::FailedToStart) {
      Q_EMIT failed(tr("Exporting needs the program nudge-cli, which could not be started (%1). The lesson is as it was.")
                        .arg(QDir::toNativeSeparators(program_)));
    }
  });
}

PolicyExporter::~PolicyExporter() {
  process_.disconnect(this);
  process_.kill();
  process_.waitForFinished(1000);
}

bool PolicyExporter::start(const QString& lesson, int version, const QString& folder) {
  if (running()) return false;
  const QFileInfo target(folder);
  if (target.exists() && (!target.isDir() || !QDir(folder).isEmpty())) {
    Q_EMIT failed(tr("The folder %1 is not empty. Choose a new one; nothing was written.").arg(QDir::toNativeSeparators(folder)));
    return false;
  }
  folder_ = folder;
  process_.start(program_, {QStringLiteral("export-policy"), lesson, QStringLiteral("--version"), QString::number(version),
                            QStringLiteral("--out"), folder});
  return true;
}

void PolicyExporter::ended(int code, QProcess::ExitStatus status) {
  if (status == QProcess::NormalExit && code == 0) {
    Q_EMIT finished(folder_);
    return;
  }
  const QString said = QString::fromUtf8(process_.readAllStandardError()).trimmed().section(QLatin1Char('\n'), -1);
  Q_EMIT failed(said.isEmpty() ? tr("Exporting ended unexpectedly. The lesson is as it was.")
                               : tr("Exporting failed: %1 The lesson is as it was.").arg(said));
}

}  // namespace nudge

#include "moc_policy_exporter.cpp"
