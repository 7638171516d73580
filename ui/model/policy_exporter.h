// Exports a policy of a lesson by running `nudge-cli export-policy`; the window itself knows no ONNX.
#pragma once

#include <QObject>
#include <QProcess>

namespace nudge {

class PolicyExporter : public QObject {
  Q_OBJECT
 public:
  explicit PolicyExporter(QString program, QObject* parent = nullptr);
  ~PolicyExporter() override;
  bool running() const { return process_.state() != QProcess::NotRunning; }
  /// Writes a package into `folder`, which must be new or empty. False when one runs already.
  bool start(const QString& lesson, int version, const QString& folder);

 Q_SIGNALS:
  void finished(const QString& folder);
  void failed(const QString& message);

 private:
  void ended(int code, QProcess::ExitStatus status);

  QString program_, folder_;
  QProcess process_;
};

}  // namespace nudge
