#include <numeric>

#include "app/cli/commands.h"
#include "app/cli/origin.h"
#include "core/base/version.h"
#include "core/benchmark/run.h"
#include "sessions/results.h"

namespace nudge::cli {

namespace {

int run(const std::string& file, std::int64_t id) {
  auto results = Results::open(file, false);
  if (!results) return fail(results.error());
  const auto planned = results->run(id);
  if (!planned) return fail(planned.error());
  std::int64_t expertSteps = 0;
  auto finished = runBenchmark(planned->key, [&](const BenchmarkRound& round) {
    expertSteps += round.taught.teacherSteps;
    printJson({{"event", "round"}, {"round", round.round}, {"rate", round.taught.rate()},
               {"evaluated_rate", round.evaluated.rate()}, {"expert_samples", expertSteps},
               {"theta", round.theta}, {"outcome", round.outcome}, {"update_seconds", round.updateSeconds},
               {"success", round.alone.success}, {"teacher_reward", round.alone.teacherReward}});
    return true;
  });
  if (!finished) return fail(finished.error());
  const auto stored = results->finish(id, finished->rounds, finished->seconds,
                                      {kVersion, sourceCommit(), machineName()}, finished->remark);
  return stored ? kFine : fail(stored.error());
}

}  // namespace

void addBenchmarkRun(CLI::App& app, int& code) {
  struct Options {
    std::string file;
    std::int64_t id = 0;
  };
  auto o = std::make_shared<Options>();
  // One claimed run of a results file: what `benchmark` starts its children as, not for people.
  auto* command = app.add_subcommand("benchmark-run", "Run one claimed run of a results file")->group("");
  command->add_option("file", o->file)->required();
  command->add_option("id", o->id)->required();
  command->callback([o, &code] { code = run(o->file, o->id); });
}

}  // namespace nudge::cli
