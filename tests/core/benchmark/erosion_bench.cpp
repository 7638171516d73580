// Does long residual training forget the task? Trains far beyond a lesson's updates under the true residual
// reward and judges the robot alone on the way. A prior trained at temperature α and trusted with ω' stands for
// ω'/α times its reward, so the difference between the teacher's weights and the prior's counts as often.
//   erosion_bench TASK [updates=20000] [every=4000] [seeds=1,2,3,4] [priors=prior,prior2,prior3] [steps=3000]
//                      [episodes=200] [share=1] [SETTING=VALUE …]
// share: of that θ; a lesson usually ends with about half of it or less.
// Prints one line of JSON a judgement: alone, and how often the teacher takes over. No base-task check stops it: this is what the check protects from.
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/benchmark/judge.h"
#include "core/learn/irl.h"
#include "core/learn/residual_q.h"
#include "core/learn/settings.h"

using namespace nudge;

namespace {

struct Options {
  std::string task, seeds = "1,2,3,4", priors = "prior,prior2,prior3";
  int updates = 20'000, every = 4'000, steps = 3'000, episodes = 200;
  double share = 1.0;
  MereqSettings mereq;
};

/// Updates between two imagined episodes: a lesson imagines about as often.
constexpr int kUpdatesAnEpisode = 100;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

class Erosion {
 public:
  Erosion(const Options& options, std::string priorKind, std::uint64_t seed)
      : options_(options), kind_(std::move(priorKind)), seed_(seed), random_(deriveSeed(seed, 77)) {}

  Status run() {
    auto judge = Judge::create(options_.task, "synthetic");
    if (!judge) return judge.error();
    auto prior = shippedPolicy(options_.task, kind_);
    if (!prior) return prior.error();
    auto task = makeTask(options_.task);
    if (!task) return task.error();
    MereqSettings settings = options_.mereq;
    const double alpha = prior->actor.discrete() ? SoftQSettings{}.alpha : SacSettings{}.alpha;
    for (const Feature& f : (*task)->spec().features) {
      theta_.push_back(options_.share * settings.omegaPrime / alpha * (f.teacherWeight - f.priorWeight));
    }
    settings.seed = seed_;
    auto learner = makeResidualLearner(*prior, *prior, (*task)->featureCount(), settings);
    if (!learner) return learner.error();
    auto taught = judge->teach(*prior, 1, 1, options_.steps, deriveSeed(seed_, 5));
    if (!taught) return taught.error();
    for (const LessonEpisode& episode : taught->episodes) addEpisode(**learner, episode);
    if (auto told = tell(*judge, *prior, 0); !told) return told;
    for (int done = 0; done < options_.updates;) {
      const int until = std::min(options_.updates, done + options_.every);
      for (; done < until; done += kUpdatesAnEpisode) {
        (*learner)->train(theta_, kUpdatesAnEpisode, [] { return true; });
        if (auto seen = imagineOne(**task, **learner); !seen) return seen;
      }
      auto policy = (*learner)->policy();
      if (!policy) return policy.error();
      if (auto told = tell(*judge, *policy, done); !told) return told;
    }
    return {};
  }

 private:
  Status imagineOne(Task& task, ResidualLearner& learner) {
    auto policy = learner.policy();
    if (!policy) return policy.error();
    std::vector<double> state(static_cast<std::size_t>(task.stateSize()));
    task.reset(deriveSeed(seed_, 9'000 + episodes_++));
    task.save(state);
    auto rollout = imagine(task, policy->actor, state, task.spec().episodeSteps, random_,
                           [&](const Transition& t) { learner.add(t); });
    if (!rollout) return rollout.error();
    return {};
  }

  Status tell(Judge& judge, const Policy& policy, int updates) {
    auto alone = judge.alone(policy, options_.episodes, kAloneSeed, false);
    if (!alone) return alone.error();
    auto watched = judge.teach(policy, 1, 1, options_.steps, deriveSeed(kAloneSeed, seed_));
    if (!watched) return watched.error();
    nlohmann::json line{{"task", options_.task}, {"prior", kind_}, {"seed", seed_}, {"updates", updates},
                        {"success", alone->success}, {"failure", alone->failure}, {"base_reward", alone->baseReward},
                        {"teacher_reward", alone->teacherReward},
                        {"rate", watched->figures.rate()}};
    for (const FeatureFigures& f : alone->features) {
      if (f.style) line["style"] = f.mean;
    }
    std::printf("%s\n", line.dump().c_str());
    std::fflush(stdout);
    return {};
  }

  const Options& options_;
  std::string kind_;
  std::uint64_t seed_, episodes_ = 0;
  Random random_;
  std::vector<double> theta_;
};

Status parse(int argc, char** argv, Options& o) {
  const std::map<std::string, int*> whole{
      {"updates", &o.updates}, {"every", &o.every}, {"steps", &o.steps}, {"episodes", &o.episodes}};
  for (int i = 2; i < argc; ++i) {
    const std::string text = argv[i], name = text.substr(0, text.find('=')), value = text.substr(name.size() + 1);
    if (whole.contains(name)) *whole.at(name) = std::atoi(value.c_str());
    else if (name == "seeds") o.seeds = value;
    else if (name == "priors") o.priors = value;
    else if (name == "share") o.share = std::atof(value.c_str());
    else if (auto good = set(o.mereq, text); !good) return good;
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "erosion_bench TASK [name=value]…\n"), 2;
  Options options;
  options.task = argv[1];
  if (auto task = makeTask(options.task)) options.mereq = defaultsFor((*task)->spec());
  Status status = parse(argc, argv, options);
  for (const std::string& prior : split(options.priors)) {
    for (const std::string& seed : split(options.seeds)) {
      if (status) status = Erosion(options, prior, std::stoull(seed)).run();
    }
  }
  if (!status) std::fprintf(stderr, "%s\n", status.error().message.c_str());
  return status ? 0 : 2;
}
