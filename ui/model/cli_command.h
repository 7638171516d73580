// One run of nudge-cli beside the window, for what the window itself does not know (ONNX).
#pragma once

#include <QObject>
#include <QProcess>

namespace nudge {

/// GUI thread. A run dies with the object.
class CliCommand : public QObject {
  Q_OBJECT
 public:
  explicit CliCommand(QString program, QObject* parent = nullptr);
  ~CliCommand() override;
  const QString& program() const { return program_; }
  bool running() const { return process_.state() != QProcess::NotRunning; }
  /// False when one runs already.
  bool start(const QStringList& arguments);

 Q_SIGNALS:
  void finished(const QByteArray& output);
  void failed(const QString& said);  ///< the last line on its stderr, empty after a crash
  void missing();                    ///< the program could not be started

 private:
  void ended(int code, QProcess::ExitStatus status);

  QString program_;
  QProcess process_;
};

}  // namespace nudge
