// A lesson with the synthetic teacher, round by round, with the robot judged alone after each update.
//   lesson_bench PRIOR TEACHER rounds=10 steps=450 seeds=1,2,3 episodes=60 NAME=VALUE…
// NAME is a MereqSettings field (good, l2, rate, turns, updates, alpha, omega, lr, average, min, imagine) or a
// gate's (on, off, k, m, free, limit).
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>

#include "tests/support/synthetic_lesson.h"

using namespace nudge;

namespace {

struct Bench {
  MereqSettings mereq;
  RoundSettings round;
  int rounds = 10, episodes = 60;
  std::string seeds = "1";
};

bool set(Bench& b, const std::string& name, double v) {
  std::map<std::string, double*> reals{{"good", &b.mereq.goodWeight}, {"l2", &b.mereq.l2}, {"rate", &b.mereq.thetaRate},
      {"alpha", &b.mereq.alphaHat}, {"omega", &b.mereq.omegaPrime}, {"lr", &b.mereq.learningRate},
      {"average", &b.mereq.actorAverage}, {"tolerance", &b.mereq.baseTaskTolerance}, {"on", &b.round.gate.tauOn},
      {"off", &b.round.gate.tauOff}, {"free", &b.round.gate.regretFree}, {"limit", &b.round.gate.regretLimit},
      {"delay", &b.round.noise.delay_s}, {"noise", &b.round.noise.action}, {"random", &b.round.noise.random}};
  std::map<std::string, int*> whole{{"turns", &b.mereq.thetaSteps}, {"updates", &b.mereq.updatesPerThetaStep},
      {"min", &b.mereq.minExpertSteps}, {"imagine", &b.mereq.imaginedSteps}, {"check", &b.mereq.imaginedEpisodes},
      {"k", &b.round.gate.stepsOn}, {"m", &b.round.gate.stepsOff}, {"rounds", &b.rounds}, {"steps", &b.round.steps},
      {"episodes", &b.episodes}};
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

void lesson(const Bench& b, Task& task, const Policy& prior, const Policy& teacher, std::uint64_t seed) {
  MereqInput input{"bottle", prior, prior, std::vector<double>(4, 0.0), {}};
  RoundSettings round = b.round;
  round.seed = deriveSeed(seed, 5);
  double taught = 0.0;
  for (int r = 1; r <= b.rounds; ++r) {
    auto episodes = collectRound(task, input.current, teacher, r, static_cast<std::int64_t>(input.episodes.size()) + 1, round);
    const double rate = interventionRate(episodes);
    taught += rate * 150.0 * static_cast<double>(episodes.size());
    for (auto& e : episodes) input.episodes.push_back(std::move(e));
    MereqSettings settings = b.mereq;
    settings.seed = deriveSeed(seed, 100 + static_cast<std::uint64_t>(r));
    auto result = mereqUpdate(input, settings, nullptr);
    if (!result) {
      std::printf("update failed: %s\n", result.error().message.c_str());
      return;
    }
    input.current = result->policy;
    input.theta = result->theta;
    std::printf("seed %d round %2d rate %.3f taught %5.0f | outcome %d check %.2f/%.2f θ", static_cast<int>(seed), r,
                rate, taught, static_cast<int>(result->outcome), result->report.newSuccess, result->report.priorSuccess);
    for (std::size_t f = 0; f < result->theta.size(); ++f) std::printf(" %+.2f±%.2f", result->theta[f], result->thetaHalfWidth[f]);
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
  bool policies = false;
  for (int i = 3; i < argc; ++i) {
    const std::string text = argv[i];
    const auto equals = text.find('=');
    if (text == "policies") policies = true;
    else if (text.substr(0, equals) == "seeds") bench.seeds = text.substr(equals + 1);
    else if (equals == std::string::npos || !set(bench, text.substr(0, equals), std::atof(text.c_str() + equals + 1)))
      return std::fprintf(stderr, "unknown: %s\n", text.c_str()), 2;
  }
  if (policies) {
    print("prior", **task, *prior, bench.episodes);
    print("teacher", **task, *teacher, bench.episodes);
  }
  std::stringstream seeds(bench.seeds);
  for (std::string seed; std::getline(seeds, seed, ',');) lesson(bench, **task, *prior, *teacher, std::stoull(seed));
  return 0;
}
