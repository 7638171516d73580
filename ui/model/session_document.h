// The open lesson as the window sees it: episodes, verdicts, policies, updates; marking with undo.
//
// GUI thread only. Reads the session file through its own Store; the recorder (storage thread) and the
// learner (another process) write it meanwhile, so the document polls the file's data version and says
// what changed. Marks are written at once; undo and redo act on the file's own mark log, so they survive
// a restart. Steps that are too fresh to be in the file are told by noteLiveStep() and replaced when read.
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sessions/store.h"

namespace nudge {

/// One episode for the timeline.
struct EpisodeView {
  EpisodeRow row;
  std::vector<Driver> drivers;    ///< [steps]; fewer than row.steps while it loads
  std::vector<Segment> segments;  ///< cover [0, drivers.size())
  std::vector<float> features;    ///< [steps · featureCount], row-major
  bool live = false;              ///< still running
  int stored = 0;                 ///< steps read from the file; later ones are live ones
  int inFile = 0;                 ///< steps the file was last seen to have
  int steps() const { return std::max(row.steps, static_cast<int>(drivers.size())); }
  bool loading() const { return stored < inFile; }
};

class SessionDocument : public QObject {
  Q_OBJECT
 public:
  /// Opens beside the recorder (claims nothing). A file that may not be written opens read-only.
  /// Long lessons come in over the next calls of refresh(), newest episodes first.
  static Result<std::unique_ptr<SessionDocument>> open(const QString& path, bool readOnly);
  ~SessionDocument() override;

  QString path() const;
  const LessonInfo& info() const;
  bool readOnly() const;
  /// What features are called for people, [features]: their task's titles once it is known, else their names.
  void setFeatureTitles(QStringList titles);
  QStringList featureTitles() const;

  /// All episodes, oldest first. Stable until the next signal.
  const std::vector<EpisodeView>& episodes() const;
  const EpisodeView* episode(qint64 number) const;
  /// The full task state before step `index` (index = steps: the final one).
  Result<std::vector<double>> state(qint64 episode, int index) const;

  const std::vector<PolicyVersion>& policies() const;  ///< without weights
  const std::vector<Update>& updates() const;
  int activeVersion() const;
  bool setActiveVersion(int version);
  /// Of who teaches now, from the next episode on.
  bool setReaction(double reaction_s);
  /// Intervention rate per round, index 0 = round 1; and the steps behind it. Practice does not count.
  struct RoundRate {
    int round = 1;
    qint64 steps = 0;
    qint64 teacherSteps = 0;
    double rate() const {
      return steps ? static_cast<double>(teacherSteps) / static_cast<double>(steps) : 0.0;
    }
  };
  std::vector<RoundRate> rates() const;

  /// Marking. Ranges are clipped to the episode; false = nothing was changed (nothing to change, read-only,
  /// or failed() said why). `text` is what undo names.
  bool paint(qint64 episode, int begin, int end, Verdict verdict, const QString& text);
  bool cut(qint64 episode, int at);
  bool restoreAutomatic(qint64 episode, int begin, int end);
  /// Any mark, as preview() shows it. One in an episode that is too fresh to be in the file waits for it.
  bool add(Mark mark);
  void undo();
  void redo();
  /// The episode's segments as they would be with one more mark: what a drag shows before it is dropped.
  std::vector<Segment> preview(const Mark& mark) const;
  QString undoText() const;  ///< empty when there is nothing to undo
  QString redoText() const;

  /// A step just happened; shown until the file has it. Gaps are filled with the driver of this step.
  void noteLiveStep(const EpisodeStart& start, int step, Driver driver, std::span<const float> features);
  /// Reads what changed in the file since the last call. The window calls it a few times a second.
  void refresh();

 Q_SIGNALS:
  void episodesChanged();              ///< episodes added
  void episodeChanged(qint64 number);  ///< steps or verdicts of one episode
  void policiesChanged();
  void updatesChanged();
  void undoChanged();
  void failed(const QString& message);  ///< a write or read failed; the sentence says what was kept

 private:
  struct Impl;
  explicit SessionDocument(std::unique_ptr<Impl> impl);
  Status readChanges();
  Status readRows();
  Status readMarks();
  Status readPolicies();
  void readTracks(qint64 budget_ms, bool report);
  bool readMarksOf(qint64 episode);
  void readUndo();
  void storeHeldMarks();
  void shift(Result<std::optional<Mark>> (Store::*change)());
  bool fail(const Error& error);
  bool refuseReadOnly();
  std::unique_ptr<Impl> impl_;
};

}  // namespace nudge
