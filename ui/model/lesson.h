// One open lesson: its document, the robot that goes on in it, and the learner that works on it.
//
// GUI thread. Whatever is not possible (read-only file, no learner) is missing here and said once; the
// rest works without it.
#pragma once

#include <QObject>
#include <memory>

#include "ui/model/backup_keeper.h"
#include "ui/model/engine_bridge.h"
#include "ui/model/learner_process.h"
#include "ui/model/live_marks.h"
#include "ui/model/session_document.h"

namespace nudge {

struct LessonSettings {
  EngineSettings engine;
  QString learnerProgram = LearnerProcess::besideThisProgram();
  std::uint64_t seed = 0;  ///< of a new lesson; 0: from the clock
  QString prior;           ///< policy file that a new lesson begins with; empty: the one that comes with the task
};

class Lesson : public QObject {
  Q_OBJECT
 public:
  /// A new file with the prior of the task, an id or a folder, or another one. Errors: NotFound (task, prior),
  /// InvalidInput (the prior does not fit), Io, the file exists.
  static Result<std::unique_ptr<Lesson>> create(const QString& path, const QString& task, LessonSettings settings = {});
  /// Errors as Store::open and EngineBridge::open; read-only opens without a robot.
  static Result<std::unique_ptr<Lesson>> open(const QString& path, bool readOnly, LessonSettings settings = {});
  ~Lesson() override;

  SessionDocument& document() { return *document_; }
  EngineBridge* robot() { return robot_.get(); }  ///< null when read-only
  LearnerProcess& learner() { return learner_; }
  const TaskSpec& spec() const { return drawn_->spec(); }
  /// Another instance of the world, for drawing.
  Result<std::unique_ptr<Task>> makeWorld() const;
  QString path() const { return document_->path(); }
  bool readOnly() const { return robot_ == nullptr; }

  void start();
  /// Stops learner and robot and writes everything. Says what could not be written; another call tries again.
  Status finish();
  /// Stops the robot and goes on at `path` with everything, also with what this file could not take. Then open
  /// the lesson there. On failure everything still waits in memory.
  Status saveElsewhere(const QString& path);
  /// After saveElsewhere() has failed: the robot drives and records again, in a new episode.
  void goOn();
  /// Starts an update; what is wrong comes as trouble().
  void learn();
  /// Any version, from the next episode on.
  void switchTo(int version);
  void paint(const std::vector<MarkedStretch>& stretches);

 Q_SIGNALS:
  /// A new version drives from the next episode on; `previous` is the one it replaces.
  void policyReady(int version, int previous);
  void learned(const nudge::LearnerResult& result);  ///< without a new version
  /// Something went wrong; says what was kept.
  void trouble(const QString& message);
  /// The file does not keep up, and why; empty when it does again.
  void storageTrouble(const QString& message);
  /// No backup could be made, and why.
  void backupTrouble(const QString& message);

 private:
  Lesson(std::unique_ptr<SessionDocument> document, std::unique_ptr<EngineBridge> robot, std::unique_ptr<Task> drawn,
         const QString& learnerProgram);
  void followPolicy();
  static Result<std::vector<std::uint8_t>> priorFor(const Task& task, const QString& file);
  void learnerFinished(const LearnerResult& result);

  std::unique_ptr<SessionDocument> document_;
  std::unique_ptr<EngineBridge> robot_;
  std::unique_ptr<Task> drawn_;
  LearnerProcess learner_;
  BackupKeeper backups_;
  QTimer refresh_;
  int refusedVersion_ = -1;
};

/// What a new lesson of this task says about itself.
LessonInfo describeLesson(const Task& task, std::uint64_t seed);

}  // namespace nudge
