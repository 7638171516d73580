// A lesson with the synthetic teacher, round by round, with the robot judged alone after each update.
//   lesson_bench PRIOR TEACHER method=mereq rounds=10 steps=450 seeds=1,2,3 episodes=60 NAME=VALUE…
// NAME is a setting of the learner as in nudge-cli teach --set, a gate's (on, off, k, m, gain, stall) or the teacher's
// noise (delay, noise, random).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>

#include "core/learn/method.h"
#include "core/learn/settings.h"
#include "core/benchmark/lesson.h"
#include "core/engine/evaluate.h"

using namespace nudge;

namespace {

struct Bench {
  MereqSettings mereq;
  RoundSettings round;
  int rounds = 10, episodes = 60;
  std::string seeds = "1", method = "mereq";
};

struct AloneFigures {
  double success = 0.0, toppled = 0.0, height = 0.0, medianHeight = 0.0, teacherReward = 0.0, priorReward = 0.0;
};

/// The robot alone over fresh seeds; all 0 if the policy does not drive.
AloneFigures alone(Task& task, const Policy& policy, int episodes, std::uint64_t seed, bool stochastic = true) {
  EvaluationSettings settings;
  settings.episodes = episodes;
  settings.seed = seed;
  settings.stochastic = stochastic;
  const auto result = evaluatePolicy(task, policy, settings);
  if (!result) return {};
  AloneFigures a{result->successRate, result->failureRate, 0.0, 0.0, result->teacherReward, result->priorReward};
  for (std::size_t f = 0; f < result->features.size(); ++f) {
    if (!task.spec().features[f].style) continue;
    a.height = result->features[f].mean;
    a.medianHeight = result->features[f].median;
  }
  return a;
}

bool set(Bench& b, const std::string& name, double v) {
  std::map<std::string, double*> reals{{"on", &b.round.gate.tauOn}, {"off", &b.round.gate.tauOff},
      {"gain", &b.round.gate.stallGain}, {"delay", &b.round.noise.delay_s}, {"noise", &b.round.noise.action},
      {"random", &b.round.noise.random}};
  std::map<std::string, int*> whole{{"k", &b.round.gate.stepsOn}, {"stall", &b.round.gate.stallSteps},
      {"m", &b.round.gate.stepsOff}, {"rounds", &b.rounds}, {"steps", &b.round.steps}, {"episodes", &b.episodes}};
  if (reals.count(name)) return *reals[name] = v, true;
  if (whole.count(name)) return *whole[name] = static_cast<int>(v), true;
  return false;
}

void print(const char* name, Task& task, const Policy& policy, int episodes) {
  for (const bool stochastic : {true, false}) {
    const AloneFigures a = alone(task, policy, episodes, 777, stochastic);
    std::printf("%-8s %s success %.3f toppled %.3f height %.3f median %.3f teacher's reward %.1f prior's %.1f\n", name,
                stochastic ? "sampled" : "mode   ", a.success, a.toppled, a.height, a.medianHeight, a.teacherReward,
                a.priorReward);
  }
}

/// What the gate sees of a robot alone: quantiles of the gap, early and late in the episode.
void gaps(const char* name, Task& task, const Policy& robot, const Policy& teacher) {
  Policy judge = teacher;
  Actor actor = robot.actor;
  std::vector<float> o(16), a(3), t(3);
  std::vector<double> early, late;
  for (std::uint64_t e = 0; e < 30; ++e) {
    task.reset(deriveSeed(4242, e));
    Random noise(e);
    for (int i = 0; i < 150; ++i) {
      task.observe(o);
      actor.sample(o, noise, a);
      judge.actor.mode(o, t);
      (i < 60 ? early : late).push_back(judge.critics.mean(o, t) - judge.critics.mean(o, a));
      task.step(a);
    }
  }
  for (auto* v : {&early, &late}) {
    std::sort(v->begin(), v->end());
    std::printf("%-8s %-5s gap", name, v == &early ? "early" : "late");
    for (const double q : {0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99}) {
      std::printf(" %.0f%% %.3f", 100 * q, (*v)[static_cast<std::size_t>(q * static_cast<double>(v->size() - 1))]);
    }
    std::printf("\n");
  }
}

/// First-round rates over a grid of gates, and the floor: the same gate on a teacher's own sampled policy.
void gates(const Bench& b, Task& task, const Policy& prior, const Policy& teacher) {
  for (const int k : {3, 10}) {
    for (const double on : {0.1, 0.15, 0.2, 0.3, 0.4, 0.6}) {
      for (const double share : {0.5, 0.8}) {
        RoundSettings round = b.round;
        round.steps = 3000;
        round.gate.stepsOn = round.gate.stepsOff = k;
        round.gate.tauOn = on;
        round.gate.tauOff = share * on;
        const double rate = collectRound(task, prior, teacher, 1, 1, round).value().figures.rate();
        const double floor = collectRound(task, teacher, teacher, 1, 1, round).value().figures.rate();
        std::printf("k %2d on %.2f off %.3f gain %.2f stall %d: rate %.3f floor %.3f\n", k, on, share * on,
                    round.gate.stallGain, round.gate.stallSteps, rate, floor);
      }
    }
  }
}

void lesson(const Bench& b, Task& task, const Policy& prior, const Policy& teacher, std::uint64_t seed) {
  MereqInput input{"bottle", prior, prior, std::vector<double>(4, 0.0), {}};
  RoundSettings round = b.round;
  round.seed = deriveSeed(seed, 5);
  double taught = 0.0;
  for (int r = 1; r <= b.rounds; ++r) {
    auto collected = collectRound(task, input.current, teacher, r, static_cast<std::int64_t>(input.episodes.size()) + 1, round);
    if (!collected) {
      std::printf("round failed: %s\n", collected.error().message.c_str());
      return;
    }
    const double rate = collected->figures.rate();
    taught += static_cast<double>(collected->figures.teacherSteps);
    for (auto& e : collected->episodes) input.episodes.push_back(std::move(e));
    MereqSettings settings = b.mereq;
    settings.seed = deriveSeed(seed, 100 + static_cast<std::uint64_t>(r));
    auto result = learn(b.method, input, settings, nullptr);
    if (!result) {
      std::printf("update failed: %s\n", result.error().message.c_str());
      return;
    }
    input.current = result->policy;
    input.theta = result->theta;
    std::printf("seed %d round %2d rate %.3f taught %5.0f | outcome %d check %.2f/%.2f θ", static_cast<int>(seed), r,
                rate, taught, static_cast<int>(result->outcome), result->report.newSuccess, result->report.priorSuccess.value_or(-1.0));
    for (std::size_t f = 0; f < result->theta.size(); ++f) {
      std::printf(" %+.2f±%.2f", result->theta[f], f < result->thetaHalfWidth.size() ? result->thetaHalfWidth[f] : 0.0);
    }
    if (b.episodes > 0) {
      const AloneFigures a = alone(task, input.current, r == b.rounds ? std::max(200, b.episodes) : b.episodes, 777);
      std::printf(" | success %.3f toppled %.3f height %.3f (%.3f) reward %.1f base %.1f", a.success, a.toppled, a.height,
                  a.medianHeight, a.teacherReward, a.priorReward);
    }
    std::printf(" | %.1f s\n", result->report.seconds);
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "lesson_bench PRIOR TEACHER [name=value]…\n"), 2;
  auto prior = loadPolicyFile(argv[1]), teacher = loadPolicyFile(argv[2]);
  auto task = makeTask("bottle");
  if (!prior || !teacher || !task) return std::fprintf(stderr, "cannot load\n"), 2;
  Bench bench;
  bench.round.gate = gateOf(*teacher);
  bool policies = false, scan = false;
  for (int i = 3; i < argc; ++i) {
    const std::string text = argv[i];
    const auto equals = text.find('=');
    if (text == "policies") policies = true;
    else if (text == "gates") scan = true;
    else if (text.substr(0, equals) == "seeds") bench.seeds = text.substr(equals + 1);
    else if (text.substr(0, equals) == "method") bench.method = text.substr(equals + 1);
    else if (nudge::set(bench.mereq, text).ok()) continue;
    else if (equals == std::string::npos || !set(bench, text.substr(0, equals), std::atof(text.c_str() + equals + 1)))
      return std::fprintf(stderr, "unknown: %s\n", text.c_str()), 2;
  }
  if (scan) {
    gaps("prior", **task, *prior, *teacher);
    gaps("teacher", **task, *teacher, *teacher);
    gates(bench, **task, *prior, *teacher);
    return 0;
  }
  if (policies) {
    print("prior", **task, *prior, bench.episodes);
    print("teacher", **task, *teacher, bench.episodes);
  }
  std::stringstream seeds(bench.seeds);
  for (std::string seed; std::getline(seeds, seed, ',');) lesson(bench, **task, *prior, *teacher, std::stoull(seed));
  return 0;
}
