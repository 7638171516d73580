// How fast the learner learns, as ratios within one run: every update beside the matrix products that it cannot do
// without (its GEMM bound), imagination beside bare physics, and whole updates split into their parts.
//   learner_bench [seconds=2]
// Prints Markdown. Measurements of a pair alternate, so that what else the machine does hits both; medians are shown.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/learn/actor_critic.h"
#include "core/learn/imitation.h"
#include "core/learn/soft_critic.h"
#include "tests/bench/bench.h"

using namespace nudge;
using namespace nudge::bench;
using namespace nudge::learn;

namespace {

Tensor normal(std::int64_t rows, std::int64_t width, torch::Generator& generator) {
  return torch::empty({rows, width}).normal_(0.0, 1.0, generator);
}

/// SAC, or residual SAC with the prior's (μ, log σ) out of the replay.
void actorCritic(int hidden, int batch, bool residual) {
  constexpr int kObservation = 24, kAction = 4;
  const int values = residual ? 6 : 1;  // five features, and what the policy itself costs
  auto g = makeGenerator(1);
  const Net actor({kObservation, hidden, hidden, 2 * kAction}, g);
  const Net critic1({kObservation + kAction, hidden, hidden, values}, g), critic2({kObservation + kAction, hidden, hidden, values}, g);
  ActorCriticSettings settings;
  settings.omega = residual ? 0.04 : 0.0;
  ActorCritic learner(actor, critic1, critic2, settings, 1);
  const c10::InferenceMode guard;
  const auto prior = [&] { return residual ? normal(batch, 2 * kAction, g).clamp(-2.0, 1.0) : Tensor(); };
  Batch data;
  data.observation = normal(batch, kObservation, g);
  data.action = normal(batch, kAction, g).tanh();
  data.rewards = normal(batch, values, g);
  data.next = normal(batch, kObservation, g);
  data.done = torch::zeros({batch, 1});
  data.prior = prior();
  data.priorNext = prior();
  const Tensor weights = torch::ones({values});

  const Shape a{batch, kObservation, hidden, 2 * kAction}, q{batch, kObservation + kAction, hidden, values};
  Products products;
  add(products, a.forward(), 2);
  add(products, q.forward(), 6);  // targets, critics, critics of the actor's own actions
  add(products, q.weights(), 2);
  add(products, q.back(), 4);
  add(products, q.toInput(), 2);
  add(products, a.weights());
  add(products, a.back());
  row(residual ? "residual SAC" : "SAC", hidden, batch, [&] { learner.update(data, weights, 1e-4); }, products);
}

/// Soft Q-learning over choices, or residual soft Q-learning.
void softQ(int hidden, int batch, bool residual) {
  constexpr int kObservation = 25, kChoices = 5;
  auto g = makeGenerator(1);
  SoftCritic learner(Net({kObservation, hidden, hidden, kChoices}, g), {});
  const c10::InferenceMode guard;
  const Tensor prior = residual ? torch::cat({torch::log_softmax(normal(batch, kChoices, g), 1), torch::zeros({batch, 1})}, 1) : Tensor();
  const ChoiceBatch data{normal(batch, kObservation, g), torch::zeros({batch}), normal(batch, 1, g).view({batch}),
                         normal(batch, kObservation, g), torch::zeros({batch}), prior};
  const Shape q{batch, kObservation, hidden, kChoices};
  Products products;
  add(products, q.forward(), 2);
  add(products, q.weights());
  add(products, q.back());
  row(residual ? "residual soft Q" : "soft Q", hidden, batch, [&] { learner.update(data, 1e-4); }, products);
}

/// What bc, hg-dagger-ft and iwr-ft share, drawing the batch included.
void imitation(int hidden, int batch, bool choices) {
  constexpr int kObservation = 24, kAction = 4, kChoices = 5, kSteps = 2'000;
  const int out = choices ? kChoices : 2 * kAction;
  auto g = makeGenerator(1);
  const Mlp network = Net({kObservation, hidden, hidden, out}, g).toMlp().value();
  const Actor start = choices ? Actor(CategoricalPolicy::create({{network, 1.0f}}).value())
                              : Actor(GaussianPolicy::create(network, -2.3f, 1.0f).value());
  Random random(1);
  std::vector<Step> steps(kSteps);
  ImitationPool pool;
  for (Step& step : steps) {
    for (int i = 0; i < kObservation; ++i) step.observation.push_back(static_cast<float>(random.normal()));
    if (choices) step.action = {static_cast<float>(random.index(kChoices))};
    for (int i = 0; !choices && i < kAction; ++i) step.action.push_back(static_cast<float>(random.uniform(-1.0, 1.0)));
    pool.steps.push_back(&step);
  }
  const Shape a{batch, kObservation, hidden, out};
  Products products;
  add(products, a.forward());
  add(products, a.weights());
  add(products, a.back());
  rowOfBlocks(choices ? "imitation of choices" : "imitation", hidden, batch, 50, [&](int updates) {
    (void)imitate(start, {pool}, {.updates = updates, .batch = batch}, [] { return true; });
  }, products);
}

bool run() {
  std::printf("### Updates beside their matrix products\n\n"
              "| update | hidden | batch | of the bound | updates/s | bound, 1/s |\n|---|---|---|---|---|---|\n");
  for (const auto& [hidden, batch] : {std::pair{64, 128}, {128, 128}, {256, 256}}) {
    for (const bool residual : {false, true}) actorCritic(hidden, batch, residual);
    for (const bool residual : {false, true}) softQ(hidden, batch, residual);
    for (const bool choices : {false, true}) imitation(hidden, batch, choices);
    if (!benchSuccessorFeatures(hidden, batch)) return false;
  }
  return benchTasks();
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string text = argv[i];
    if (text.rfind("seconds=", 0) != 0) return std::fprintf(stderr, "learner_bench [seconds=2]\n"), 2;
    budget_s = std::atof(text.c_str() + 8);
  }
  useOneThread();
  return run() ? 0 : 2;
}
