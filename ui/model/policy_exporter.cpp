#include "ui/model/policy_exporter.h"

#include <QDir>
#include <QFileInfo>

namespace nudge {

PolicyExporter::PolicyExporter(QString program, QObject* parent) : QObject(parent), command_(std::move(program)) {
  connect(&command_, &CliCommand::finished, this, [this] { Q_EMIT finished(folder_); });
  connect(&command_, &CliCommand::failed, this, [this](const QString& said) {
    Q_EMIT failed(said.isEmpty() ? tr("Exporting ended unexpectedly. The lesson is as it was.")
                                 : tr("Exporting failed: %1 The lesson is as it was.").arg(said));
  });
  connect(&command_, &CliCommand::missing, this, [this] {
    Q_EMIT failed(tr("Exporting needs the program nudge-cli, which could not be started (%1). The lesson is as it was.")
                      .arg(QDir::toNativeSeparators(command_.program())));
  });
}

bool PolicyExporter::start(const QString& lesson, int version, const QString& folder) {
  if (running()) return false;
  const QFileInfo target(folder);
  if (target.exists() && (!target.isDir() || !QDir(folder).isEmpty())) {
    Q_EMIT failed(tr("The folder %1 is not empty. Choose a new one; nothing was written.").arg(QDir::toNativeSeparators(folder)));
    return false;
  }
  folder_ = folder;
  return command_.start({QStringLiteral("export-policy"), lesson, QStringLiteral("--version"), QString::number(version),
                         QStringLiteral("--out"), folder});
}

}  // namespace nudge

#include "moc_policy_exporter.cpp"
