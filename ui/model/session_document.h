// The open lesson as the window sees it: episodes, verdicts, policies, updates; marking with undo.
//
// GUI thread only. Reads the session file through its own Store; the recorder (storage thread) and the
// learner (another process) write it meanwhile, so the document polls the file's data version and says
// what changed. Marks are written at once; undo and redo act on the file's own mark log, so they survive
// a restart. Steps that are too fresh to be in the file are told by noteLiveStep() and replaced when read.
#pragma once

#include <QObject>
#include <QString>
#include <memory>
#include <optional>
#include <vector>

#include "sessions/store.h"

namespace nudge {

/// One episode for the timeline.
struct EpisodeView {
  EpisodeRow row;
  std::vector<Driver> drivers;              ///< [steps]
  std::vector<Segment> segments;            ///< cover [0, steps)
  std::vector<float> features;              ///< [steps · featureCount], row-major
  bool live = false;                        ///< still running
};

class SessionDocument : public QObject {
  Q_OBJECT
 public:
  static Result<std::unique_ptr<SessionDocument>> open(const QString& path, bool readOnly);
  ~SessionDocument() override;

  QString path() const;
  const LessonInfo& info() const;
  bool readOnly() const;

  /// All episodes, oldest first. Stable until the next signal.
  const std::vector<EpisodeView>& episodes() const;
  const EpisodeView* episode(qint64 number) const;
  /// The full task state before step `index` (index = steps: the final one).
  Result<std::vector<double>> state(qint64 episode, int index) const;

  const std::vector<PolicyVersion>& policies() const;  ///< without weights
  const std::vector<Update>& updates() const;
  int activeVersion() const;
  bool setActiveVersion(int version);
  /// Intervention rate per round, index 0 = round 1; and the steps behind it.
  struct RoundRate { int round = 1; qint64 steps = 0; qint64 teacherSteps = 0; double rate() const { return steps ? double(teacherSteps) / double(steps) : 0.0; } };
  std::vector<RoundRate> rates() const;

  bool paint(qint64 episode, int begin, int end, Verdict verdict, const QString& text);
  bool cut(qint64 episode, int at);
  bool restoreAutomatic(qint64 episode, int begin, int end);
  void undo();
  void redo();
  QString undoText() const;  ///< empty when there is nothing to undo
  QString redoText() const;

  /// A step just happened; shown until the file has it. Gaps are filled with the driver of this step.
  void noteLiveStep(const EpisodeStart& start, int step, Driver driver, std::span<const float> features);
  /// Reads what changed in the file since the last call. The window calls it a few times a second.
  void refresh();

 Q_SIGNALS:
  void episodesChanged();                 ///< episodes added
  void episodeChanged(qint64 number);     ///< steps or verdicts of one episode
  void policiesChanged();
  void updatesChanged();
  void undoChanged();
  void failed(const QString& message);    ///< a write or read failed; the sentence says what was kept

 private:
  struct Impl;
  explicit SessionDocument(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace nudge
