// Exports a policy of a lesson by running `nudge-cli export-policy`; the window itself knows no ONNX.
#pragma once

#include "ui/model/cli_command.h"

namespace nudge {

class PolicyExporter : public QObject {
  Q_OBJECT
 public:
  explicit PolicyExporter(QString program, QObject* parent = nullptr);
  bool running() const { return command_.running(); }
  /// Writes a package into `folder`, which must be new or empty. False when one runs already.
  bool start(const QString& lesson, int version, const QString& folder);

 Q_SIGNALS:
  void finished(const QString& folder);
  void failed(const QString& message);

 private:
  QString folder_;
  CliCommand command_;
};

}  // namespace nudge
