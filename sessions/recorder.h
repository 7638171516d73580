// The storage side of recording: takes what happened from the simulator's queue and puts it into the file.
//
// The producer never waits: it fills a bounded queue. tick() empties the queue into memory and writes what
// is due, at least twice a second, so that a kill costs less than a second of steps. When the file takes
// nothing (disk full, slow, gone), steps wait in memory and are tried again; at `memorySteps` the queue is
// left to fill, which makes the simulator hold the robot instead of losing a step. What the file can never
// take (a step of another shape) is counted as refused and said; what reaches it late is counted as late; both
// are written down in the file as well (RecordingTrouble). Passing episodes (core/teach/record.h) stay in memory,
// the newest half minute of them in whole episodes, until they are wanted or a recorded episode begins. When the
// place itself is the trouble, moveTo() goes on in a copy elsewhere.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/latest_value.h"
#include "core/base/result.h"
#include "core/base/spsc_queue.h"
#include "core/teach/record.h"
#include "sessions/store.h"

namespace nudge {

struct RecorderSettings {
  double flush_s = 0.5;              ///< steps wait at most this long for company
  double retry_s = 1.0;              ///< pause after a failed write
  std::size_t memorySteps = 36'000;  ///< bound of what waits in memory: half an hour at 20 Hz
  double passing_s = 30.0;           ///< how long what passes is kept, at least
};

/// For the window: how safe the lesson is right now.
struct RecorderStatus {
  double savedUntil_s = 0.0;          ///< Step::wallTime_s of the newest step in the file
  std::int64_t savedSteps = 0;        ///< by this recorder
  std::int64_t pendingSteps = 0;      ///< in memory only
  std::int64_t passingSteps = 0;      ///< that could still be kept
  std::int64_t refusedSteps = 0;      ///< that the file cannot take; lost
  std::int64_t lateSteps = 0;         ///< in the file, but later than kLate_s
  std::int64_t freeSpace_bytes = -1;  ///< on the file's disk; −1 = unknown
  std::string error;  ///< why the file lags behind or steps were refused, without numbers; empty when all is well
};

/// Every step reaches the file this soon, or counts as late.
inline constexpr double kLate_s = 1.0;

/// Owned by one thread, the storage thread in the window; `nudge-cli teach` calls drain() instead of tick().
class Recorder {
 public:
  /// Takes the store (open for writing) and borrows the queue, of which it is the consumer.
  Recorder(Store store, SpscQueue<Record>& records, const RecorderSettings& settings = {});

  /// Takes over what the queue holds and writes what is due. now_s: monotonic.
  void tick(double now_s);
  /// Without a clock: takes over everything and writes whole chunks of a second and ends of episodes, so that
  /// the file's content does not depend on when this is called. Fails as the write failed; nothing is lost.
  Status drain();
  /// Writes everything there is, now. On failure it stays in memory.
  Status flush();

  /// Copies what the file holds to `path`, where nothing may lie yet, writes everything that waits in memory
  /// there, and records there from now on, unless somebody else does by then. On failure nothing has changed.
  Status moveTo(const std::string& path);

  Store& store() { return store_; }
  /// Reader: one other thread.
  LatestValue<RecorderStatus>& status() { return published_; }

 private:
  /// Consecutive records of one kind that are written together.
  struct Batch {
    Record::Kind kind = Record::Kind::Step;
    std::int64_t episode = 0;
    EpisodeStart start;
    std::vector<Step> steps;
    EpisodeEnd end;
    CommandLag lag;
    bool practice = false;
    bool passed = false;  ///< wanted only afterwards: not late
  };

  void takeOver();
  void add(const Record& record);
  void forgetPassed();
  void keepPassed();
  bool isWhole(std::size_t batch) const;
  Status writeFront();
  Status writeAll(bool partsToo);
  void refuse(const Batch& batch, const Error& error);
  void judgeDelays(double now_s);
  void noteTroubles();
  void publish(double now_s);

  Store store_;
  SpscQueue<Record>& records_;
  RecorderSettings settings_;
  std::size_t chunkSteps_;
  std::deque<Batch> pending_;
  std::deque<Batch> passing_;         ///< whole episodes, of which the last may still run
  std::int64_t episode_ = 0;          ///< that steps belong to; 0 before the first start
  std::int64_t refusedEpisode_ = -1;  ///< its later steps cannot be stored either
  double waitingSince_s_ = 0.0;       ///< no step in memory is older
  double retryAt_s_ = 0.0;
  double spaceAskedAt_s_ = -1e9;
  std::string refusal_, trouble_, lastTrouble_;
  struct Moment { std::int64_t episode = 0; int step = 0; double wallTime_s = 0.0; };
  std::vector<Moment> written_;      ///< since the last tick: steps whose delay is judged in the next
  double clockOffset_s_ = 1e300;     ///< from Step::wallTime_s to tick()'s clock, of the quickest step so far
  RecordingTrouble late_;            ///< the present stretch of late steps; steps == 0: none
  std::vector<RecordingTrouble> unnoted_;
  RecorderStatus status_;
  LatestValue<RecorderStatus> published_;
};

/// Runs a Recorder on a thread of its own until stopped; stopping writes everything.
class RecorderThread {
 public:
  explicit RecorderThread(std::unique_ptr<Recorder> recorder);
  ~RecorderThread();
  RecorderThread(const RecorderThread&) = delete;
  RecorderThread& operator=(const RecorderThread&) = delete;

  LatestValue<RecorderStatus>& status() { return recorder_->status(); }
  /// Goes on after stop().
  void start();
  /// Call when the producer has stopped. Says what could not be written; another call tries that again.
  Status stop();
  /// After stop() has failed: Recorder::moveTo().
  Status moveTo(const std::string& path) { return recorder_->moveTo(path); }

 private:
  void run();

  std::unique_ptr<Recorder> recorder_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace nudge
