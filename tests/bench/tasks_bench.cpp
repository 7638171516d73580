// The parts of the bench that run on tasks: ψ on a lesson's experience, imagination, whole updates.
#include <mujoco/mujoco.h>

#include <cstdio>
#include <map>
#include <string>

#include "core/benchmark/judge.h"
#include "core/benchmark/run.h"
#include "core/learn/irl.h"
#include "core/learn/method.h"
#include "core/learn/successor_features.h"
#include "tests/bench/bench.h"

using namespace nudge;
using namespace nudge::bench;

namespace {

/// A task with a first round of its lesson.
struct Taught {
  std::unique_ptr<Task> task;
  MereqInput input;
};

Result<Taught> firstRound(const std::string& id) {
  auto judge = Judge::create(id, "synthetic");
  if (!judge) return judge.error();
  auto prior = shippedPolicy(id, "prior");
  if (!prior) return prior.error();
  auto protocol = findProtocol("window", judge->task().spec());
  if (!protocol) return protocol.error();
  auto round = judge->teach(*prior, 1, 1, protocol->steps, 1);
  if (!round) return round.error();
  auto task = makeTask(id);
  if (!task) return task.error();
  const std::vector<double> theta((*task)->spec().features.size(), 0.0);
  return Taught{std::move(*task), {id, *prior, *prior, theta, std::move(round->episodes)}};
}

Result<std::unique_ptr<ResidualLearner>> withExperience(const Taught& taught, const MereqSettings& settings) {
  auto learner = makeResidualLearner(taught.input.prior, taught.input.prior, taught.task->featureCount(), settings);
  if (!learner) return learner.error();
  for (const LessonEpisode& episode : taught.input.episodes) addEpisode(**learner, episode);
  return learner;
}

/// ψ, as an inference step by likelihood trains it: drawing the batches, and π̂ at the next state of every transition, included.
Status successorFeatures(const std::string& id, int hidden, int batch) {
  const auto task = makeTask(id);
  if (!task) return task.error();
  if ((*task)->spec().discreteActions.empty()) return {};  // there the critics hold it
  const auto taught = firstRound(id);
  if (!taught) return taught.error();
  const MereqSettings settings = defaultsFor((*task)->spec());
  auto learner = withExperience(*taught, settings);
  if (!learner) return learner.error();
  const SuccessorSettings s{.discount = settings.discount, .hidden = hidden, .batch = batch};
  const Actor& actor = taught->input.prior.actor;
  const int observations = actor.observationSize(), features = (*task)->featureCount();
  SuccessorFeatures psi(actor, features, s);
  const int choices = actor.categorical()->choices();
  const Shape net{s.batch, observations, s.hidden, choices * features};
  Products products;
  add(products, net.forward(), 2);
  add(products, net.weights());
  add(products, net.back());
  const auto train = [&](int updates) { psi.train(**learner, actor, updates, [] { return true; }); };
  rowOfBlocks("ψ, " + id, hidden, batch, settings.successorUpdates, train, products);
  return {};
}

/// Imagined control steps beside the same number of mj_step substeps on the same model.
Status imagination(const Taught& taught) {
  Task& task = *taught.task;
  Actor actor = taught.input.prior.actor;
  Random random(3);
  std::vector<double> state(static_cast<std::size_t>(task.stateSize()));
  double steps = 0.0;
  std::uint64_t episodes = 0;
  const auto imagineOne = [&] {
    task.reset(++episodes);
    task.save(state);
    (void)imagine(task, actor, state, task.spec().episodeSteps, random, [&](const Transition&) { ++steps; });
  };
  const mjModel* model = &task.model();
  mjData* data = mj_makeData(model);
  const bool moves = model->nv > 0;
  const auto bare = [&] {
    for (int i = 0; i < task.spec().episodeSteps * task.spec().substeps; ++i) mj_step(model, data);
  };
  const Pair p = alternate(imagineOne, bare);
  mj_deleteData(data);
  const double imagined = steps / static_cast<double>(episodes) / p.first_s, raw = task.spec().episodeSteps / p.second_s;
  if (moves) {
    std::printf("| %s | %.2f | %.0f | %.0f |\n", task.spec().id.c_str(), imagined / raw, imagined, raw);
  } else {
    std::printf("| %s | – | %.0f | – |\n", task.spec().id.c_str(), imagined);
  }
  return {};
}

/// One whole update after the window protocol's first round, by the stages that it reports.
Status wholeUpdate(const Taught& taught, const std::string& method) {
  std::map<std::string, double> stages;
  std::string stage = "collecting";
  const Clock::time_point start = Clock::now();
  Clock::time_point since = start;
  const auto progress = [&](const LearnProgress& p) {
    const Clock::time_point now = Clock::now();
    stages[stage] += std::chrono::duration<double>(now - since).count();
    since = now;
    stage = p.stage;
    return true;
  };
  const auto result = learn(method, taught.input, defaultsFor(taught.task->spec()), progress);
  if (!result) return result.error();
  stages[stage] += secondsSince(since);
  const double whole = secondsSince(start);
  std::printf("| %s, %s | %.2f | %.2f | %.2f | %.2f | %.2f | %lld |\n", taught.task->spec().id.c_str(), method.c_str(),
              stages["imagining"] / whole, stages["inferring"] / whole, stages["training"] / whole, stages["checking"] / whole, whole,
              static_cast<long long>(result->report.simulationSteps));
  return {};
}

Status onAll(const std::function<Status(const Taught&)>& work) {
  for (const std::string& id : taskIds()) {
    const auto taught = firstRound(id);
    if (!taught) return taught.error();
    if (auto done = work(*taught); !done) return done;
  }
  return {};
}

bool said(const Status& status) {
  if (!status) std::fprintf(stderr, "%s\n", status.error().message.c_str());
  return status.ok();
}

}  // namespace

namespace nudge::bench {

bool benchSuccessorFeatures(int hidden, int batch) {
  const std::vector<std::string> ids = taskIds();
  return std::all_of(ids.begin(), ids.end(), [&](const std::string& id) { return said(successorFeatures(id, hidden, batch)); });
}

bool benchTasks() {
  std::printf("\n### Imagined control steps beside bare mj_step\n\n"
              "| task | of bare physics | imagined steps/s | bare steps/s |\n|---|---|---|---|\n");
  if (!said(onAll(imagination))) return false;
  std::printf("\n### A whole update after the window protocol's first round: share of each part\n\n"
              "| task, method | imagining | inferring | training | checking | seconds | imagined steps |\n|---|---|---|---|---|---|---|\n");
  return said(onAll([](const Taught& taught) -> Status {
    for (const char* method : {"mereq", "nudge"}) {
      if (auto done = wholeUpdate(taught, method); !done) return done;
    }
    return {};
  }));
}

}  // namespace nudge::bench
