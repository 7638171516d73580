// A results file: the runs of a benchmark, one row each, with every figure of every round.
//
// Several programs may work on one file. A run is planned, claimed by a living process, then done or failed;
// the claim of a process that is gone counts for nothing, so what was killed is simply run again. A run's
// figures are stored together with its being done, or not at all.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/teach/benchmark_figures.h"

namespace nudge {

/// One connection, one thread. Errors: those of opening a session file, Busy, Full, Io.
class Results {
 public:
  /// A database with `application_id` of its own; foreign, newer and damaged files are refused untouched.
  static Result<Results> open(const std::string& path, bool forReading);
  static Result<Results> openOrCreate(const std::string& path);
  Results(Results&&) noexcept;
  Results& operator=(Results&&) noexcept;
  ~Results();

  /// Ids of runs with these keys, in the order given; keys that the file lacks are added as planned.
  Result<std::vector<std::int64_t>> plan(std::span<const BenchmarkKey> keys);
  /// Failed runs of these become planned again.
  Status retryFailed(std::span<const std::int64_t> ids);
  /// Claims the first of these that is planned, or that runs for a process that is gone, for this process.
  Result<std::optional<std::int64_t>> claimNext(std::span<const std::int64_t> ids);
  /// A claimed run becomes planned again, as if nothing had been done.
  Status release(std::int64_t id);
  /// Stores the figures of a claimed run. InvalidInput: nobody holds it.
  Status finish(std::int64_t id, const std::vector<BenchmarkRound>& rounds, double seconds,
                const BenchmarkOrigin& origin, const std::string& remark);
  Status fail(std::int64_t id, const std::string& message);

  /// Without its rounds. NotFound.
  Result<BenchmarkRun> run(std::int64_t id) const;
  /// How many of these are in a state.
  Result<int> count(std::span<const std::int64_t> ids, RunState state) const;
  /// All runs with their rounds, in the order they were planned.
  Result<std::vector<BenchmarkRun>> runs() const;

 private:
  struct Impl;
  explicit Results(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

const char* name(RunState state);  ///< "planned", "running", "done", "failed"

}  // namespace nudge
