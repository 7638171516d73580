// A session file: one lesson, one SQLite database, opened by one writer process for the steps and by the
// learner for updates. Plain tables that make sense to a stranger (schema: sessions/migrations/).
//
// Rules: application_id and user_version say what it is; WAL, synchronous NORMAL, foreign keys ON, STRICT
// tables; numbered migrations in one transaction each after a backup; a newer file is refused untouched.
// Step rows never change; marks are an undo log. Numbers are little-endian in BLOBs, a version byte first.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/teach/command_lag.h"
#include "core/teach/segments.h"
#include "core/teach/step.h"

namespace nudge {

enum class OpenMode { Create, ReadWrite, ReadOnly };

/// Who a lesson is about, constant for the file.
struct LessonInfo {
  std::string task;             ///< id
  std::string mjcf;             ///< the model as text
  std::string mujocoVersion;
  std::string nudgeVersion;
  std::uint64_t seed = 1;
  double controlRate_hz = 20.0;
  std::vector<std::string> observation, action, features;  ///< names
  int stateSize = 0;
  double reaction_s = 0.5;      ///< of who teaches now: bad window of automatic marks
  double targetRate = 0.05;
  std::string teacher;          ///< who teaches now: free text, may be empty
  std::string created;          ///< ISO 8601, UTC
};

/// One policy the robot has had. Version 0 is the prior.
struct PolicyVersion {
  int version = 0;
  int parent = -1;              ///< −1 for the prior
  std::string hash;             ///< sha256 of weights
  std::vector<std::uint8_t> weights;  ///< safetensors (core/policy/policy.h)
  std::vector<double> theta;    ///< residual weights, [features]; zeros for the prior
  std::string created;
};

enum class UpdateOutcome : std::uint8_t { Running = 0, NewPolicy = 1, NothingToCorrect = 2, Cancelled = 3, Failed = 4, BaseTaskKept = 5 };

/// One run of the learner.
struct Update {
  std::int64_t id = 0;
  UpdateOutcome outcome = UpdateOutcome::Running;
  int baseVersion = 0;
  int resultVersion = -1;       ///< −1 when no policy came of it
  int round = 1;
  std::vector<double> theta, thetaHalfWidth;  ///< [features], half width of the interval that a weight moves outside of
  std::int64_t expertSteps = 0, goodSteps = 0, badSteps = 0;
  std::int64_t lastEpisode = 0, lastStep = 0; ///< newest step it used
  double seconds = 0.0;
  std::string settings;         ///< JSON
  std::string report;           ///< JSON: what the learner measured
  std::string message;          ///< for people
  std::string started;
};

/// An episode as a row, without its steps.
struct EpisodeRow {
  EpisodeStart start;
  EpisodeOutcome outcome = EpisodeOutcome::Running;
  bool success = false;
  double maxTilt_rad = 0.0;
  int steps = 0;
  int teacherSteps = 0;
  int takeOvers = 0;
  std::string teacher;          ///< who taught it
  double reaction_s = 0.5;      ///< of the teacher: bad window of its automatic marks
  bool practice = false;        ///< recorded apart: never counted, never learned from
  CommandLag lag;
};

/// Steps that reached the file late, or not at all.
struct RecordingTrouble {
  enum class Kind : std::uint8_t { Late = 0, Refused = 1 } kind = Kind::Late;
  std::int64_t episode = 0, firstStep = 0;  ///< where it began
  std::int64_t steps = 0;                   ///< how many, perhaps in later episodes too
  double delay_s = 0.0;                     ///< the longest that a step waited in memory
  std::string message;                      ///< why
  std::string noticed;                      ///< ISO 8601, UTC; set when it is stored
};

/// All steps of one episode, for learning, review and checks.
struct EpisodeData {
  EpisodeRow row;
  std::vector<Step> steps;
  std::vector<float> finalObservation;   ///< empty while it runs
  std::vector<double> finalState;
  std::vector<Segment> segments;
};

/// What a timeline draws of an episode: who drove and the features, without states.
struct EpisodeTrack {
  int begin = 0;                  ///< first step told
  std::vector<Driver> drivers;    ///< [steps]
  std::vector<float> features;    ///< [steps · features], row-major
};

/// The session file. One object a thread; several objects and processes may share a file (WAL): one of
/// them records, one may update. Every call is a transaction of its own.
class Store {
 public:
  /// Create refuses an existing file. Errors: NotFound, Corrupt (not a session file, truncated),
  /// NewerVersion, ReadOnly, Busy (another window holds it: says who), Full, Io.
  static Result<Store> create(const std::string& path, const LessonInfo& info, std::span<const std::uint8_t> prior);
  static Result<Store> open(const std::string& path, OpenMode mode);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  const std::string& path() const;
  const LessonInfo& info() const;
  bool readOnly() const;

  // --- recording (one process at a time holds the recorder's lock) ---
  /// Claims the file for recording, until this object goes. Busy names the process that has it; a dead
  /// holder is replaced, one on another computer (a copied file) only when `fromElsewhere` says so. The
  /// recording calls below claim by themselves, and each may be repeated: what is stored stays.
  Status claim(bool fromElsewhere = false);
  /// Gives the right to record up; the next recording call takes it again.
  void release();
  /// Numbers grow; the policy version must be in the file.
  Status beginEpisode(const EpisodeStart& start, bool practice = false);
  /// Appends consecutive steps of the running episode as one chunk; steps that are stored are skipped.
  Status appendSteps(std::int64_t episode, std::span<const Step> steps);
  Status endEpisode(std::int64_t episode, const EpisodeEnd& end, const CommandLag& lag = {});
  /// Episodes left running by a crash are closed as Reset at their last stored step. Returns how many.
  Result<int> closeUnfinishedEpisodes();

  /// The reaction time of who teaches now, for episodes that begin from here on. InvalidInput outside 0 … 3600 s.
  Status setReaction(double reaction_s);

  Status noteTrouble(const RecordingTrouble& trouble);

  // --- marks ---
  /// Adds a mark and drops undone ones. Returns its revision. Segment rows of the episode follow.
  Result<std::int64_t> addMark(Mark mark);
  /// Undo / redo: the mark whose activity changed, or nothing to do.
  Result<std::optional<Mark>> undoMark();
  Result<std::optional<Mark>> redoMark();
  /// The mark that undoMark() or redoMark() would change next, for the menu's text.
  Result<std::optional<Mark>> nextUndo() const;
  Result<std::optional<Mark>> nextRedo() const;
  Result<std::vector<Mark>> marks(std::optional<std::int64_t> episode = std::nullopt) const;  ///< active ones, in order
  Result<std::vector<Segment>> segments(std::int64_t episode) const;

  // --- reading ---
  Result<std::vector<EpisodeRow>> episodes() const;
  Result<EpisodeData> episode(std::int64_t number) const;
  /// Steps from `fromStep` on, without observations and states: cheap polling of a running episode.
  Result<EpisodeTrack> track(std::int64_t number, int fromStep = 0) const;
  Result<std::vector<RecordingTrouble>> troubles() const;
  /// One step alone, for scrubbing. NotFound outside the episode. index = steps gives the final state.
  Result<std::vector<double>> state(std::int64_t episode, int index) const;

  // --- policies and updates ---
  Result<std::vector<PolicyVersion>> policyVersions(bool withWeights = false) const;
  Result<PolicyVersion> policyVersion(int version) const;
  /// Stores the start of an update; returns its id. One that still ran before counts as failed.
  Result<std::int64_t> beginUpdate(const Update& update);
  /// Ends it; with a policy, both in one transaction: a child of the base version, active from now on (its
  /// version, parent and hash are set here). Returns the new version number or −1.
  Result<int> finishUpdate(const Update& update, const PolicyVersion* policy);
  Result<std::vector<Update>> updates() const;
  /// The version that the next episode should use (newest, unless a person switched back).
  Result<int> activeVersion() const;
  Status setActiveVersion(int version);
  /// Changes on every commit of another connection (PRAGMA data_version): cheap polling.
  Result<std::int64_t> dataVersion() const;

  /// Structure, integrity_check, blob sizes, hashes. One line a problem; empty = sound.
  Result<std::vector<std::string>> checkStructure() const;
  /// SHA-256 over all rows but readings of clocks (columns "clock_…"), who records and what came late; packed
  /// arrays count as their numbers. Equal for two runs of the same seeded command.
  Result<std::string> contentHash() const;
  /// Settings by name (layout-free facts about the lesson: notes, tags, device).
  Result<std::optional<std::string>> setting(const std::string& name) const;
  Status setSetting(const std::string& name, const std::string& value);

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  void checkPolicies(std::vector<std::string>& problems) const;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nudge
