// The learner as the window sees it: a child process that reads marks from the lesson and writes a policy.
//
// `nudge-cli update FILE --json` runs niced and on one thread, so teaching goes on; whatever happens to it
// (killed, crashed, out of memory), the lesson stays as it was. GUI thread only.
#pragma once

#include <QObject>
#include <QProcess>
#include <QString>
#include <QTimer>

namespace nudge {

struct LearnerProgress {
  QString stage;              ///< as LearnProgress::stage: "collecting", "imagining" …
  double fraction = 0.0;      ///< 0 … 1
  double secondsLeft = -1.0;  ///< −1 unknown
  QString detail;             ///< for people, may be empty
};

/// How a run of the learner ended.
struct LearnerResult {
  QString outcome;   ///< "new-policy", "nothing-to-correct", "base-task-kept", … as nudge-cli says
  int version = -1;  ///< of the new policy, −1 without one
  QString message;   ///< one sentence for people
};

class LearnerProcess : public QObject {
  Q_OBJECT
 public:
  enum class State { Idle, Running, Cancelling };

  /// `program` is nudge-cli or something that speaks like it.
  explicit LearnerProcess(QString program = besideThisProgram(), QObject* parent = nullptr);
  ~LearnerProcess() override;  ///< ends a running learner

  static QString besideThisProgram();
  /// Empty when the learner can run, else the sentence that says what is missing.
  QString problem() const;

  /// Starts an update of a lesson; false when one runs already or the program is missing (failed() says so).
  bool start(const QString& lesson, const QStringList& extraArguments = {});
  /// Asks it to stop, then makes it stop.
  void cancel();

  State state() const { return state_; }
  bool running() const { return state_ != State::Idle; }
  const LearnerProgress& progress() const { return progress_; }
  qint64 processId() const { return process_.processId(); }

 Q_SIGNALS:
  void stateChanged();
  void progressChanged();
  void finished(const nudge::LearnerResult& result);
  void cancelled();
  void failed(const QString& message);

 private:
  void readLines();
  void readLine(const QByteArray& line);
  void ended(int code, QProcess::ExitStatus status);
  void setState(State state);

  QString program_;
  QProcess process_;
  QTimer killTimer_;
  QByteArray pending_;
  State state_ = State::Idle;
  LearnerProgress progress_;
  LearnerResult result_;
  bool done_ = false;
};

}  // namespace nudge
