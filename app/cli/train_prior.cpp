#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "app/cli/commands.h"
#include "app/cli/origin.h"
#include "app/cli/picture.h"
#include "app/cli/policy_source.h"
#include "app/cli/progress_line.h"
#include "core/base/resources.h"
#include "core/base/version.h"
#include "core/benchmark/chart.h"
#include "core/engine/evaluate.h"
#include "core/learn/foresee.h"
#include "core/policy/policy_path.h"
#include "core/sim/folder/folder_task.h"

namespace nudge::cli {

namespace {

using nlohmann::json;
constexpr std::uint64_t kEvaluationSeed = 900'001;  // no training episode starts from these
/// Episodes of choices are short and cheap, and crashes are rare.
int evaluationEpisodes(const TaskSpec& spec) { return spec.discreteActions.empty() ? 200 : 2'000; }

/// Where `calibrate-teacher` put the gate of the teacher that the task has: a teacher trained again keeps it.
std::map<std::string, std::string> presentGate(const std::string& task) {
  std::map<std::string, std::string> gate;
  if (const auto teacher = shippedPolicy(task, "teacher")) {
    for (const auto& [key, value] : teacher->info)
      if (key.rfind("gate.", 0) == 0) gate.emplace(key, value);
  }
  return gate;
}

struct Options {
  std::string task, kind = "prior", out, picture;
  std::uint64_t seed = 1;
  std::optional<int> steps;  ///< nothing: the trainer's own number
  int members = 1;           ///< of an ensemble
  bool replace = false, json = false;
};

/// A task of its own lies in a folder; its policies stay there.
bool isFolder(const Options& o) { return o.task.find('/') != std::string::npos; }

json spreadJson(const Spread& s) {
  return {{"mean", s.mean}, {"min", s.min}, {"q1", s.q1}, {"median", s.median}, {"q3", s.q3}, {"max", s.max}};
}

/// The robot alone over fresh seeds, with successes told apart by where the tool started.
Result<json> evaluate(const Policy& policy, const std::string& taskId, bool stochastic) {
  auto task = makeTask(taskId);
  if (!task) return task.error();
  const TaskSpec& spec = (*task)->spec();
  std::size_t style = 0;
  for (std::size_t i = 0; i < spec.features.size(); ++i) {
    if (spec.features[i].style) style = i;
  }
  std::vector<double> startStyle;
  EvaluationSettings settings;
  settings.episodes = evaluationEpisodes(spec);
  settings.seed = kEvaluationSeed;
  settings.stochastic = stochastic;
  settings.onStep = [&](const EvaluatedStep& step) {
    if (step.step == 0) startStyle.push_back(step.features[style]);
  };
  auto evaluation = evaluatePolicy(**task, policy, settings);
  if (!evaluation) return evaluation.error();

  const double middle = spreadOf(startStyle).median;
  double success[2] = {}, count[2] = {};
  for (std::size_t i = 0; i < startStyle.size(); ++i) {
    const int half = startStyle[i] < middle ? 0 : 1;
    success[half] += evaluation->episodes[i].success;
    ++count[half];
  }
  json features;
  for (std::size_t i = 0; i < spec.features.size(); ++i) {
    features[spec.features[i].name] = spreadJson(evaluation->features[i]);
  }
  return json{{"episodes", settings.episodes}, {"seed", kEvaluationSeed}, {"stochastic", stochastic},
              {"success", evaluation->successRate}, {"failed", evaluation->failureRate},
              {"success_low_starts", success[0] / std::max(1.0, count[0])},
              {"success_high_starts", success[1] / std::max(1.0, count[1])},
              {"tilt_rad", spreadJson(evaluation->tilt_rad)}, {"prior_reward", evaluation->priorReward},
              {"teacher_reward", evaluation->teacherReward}, {"features", features}};
}

json curveJson(const std::vector<CurvePoint>& curve) {
  json points = json::array();
  for (const CurvePoint& p : curve) {
    points.push_back({{"step", p.step}, {"return", p.episodeReturn}, {"success", p.success}, {"seconds", p.seconds}});
  }
  return points;
}

json settingsJson(const SacSettings& s, const std::vector<double>& weights) {
  return {{"weights", weights}, {"members", s.members}, {"wide_starts", s.wideStarts}, {"steps", s.steps}, {"warmup_steps", s.warmupSteps}, {"hidden", s.hidden},
          {"batch", s.batch}, {"replay", s.replay}, {"learning_rate", s.learningRate}, {"final_learning_rate", s.finalLearningRate},
          {"decay_from", s.decayFrom}, {"discount", s.discount}, {"target_rate", s.targetRate},
          {"alpha", s.alpha}, {"log_std_min", s.logStdMin}, {"log_std_max", s.logStdMax},
          {"actor_average", s.actorAverage}};
}

json settingsJson(const SoftQSettings& s, const std::vector<double>& weights) {
  return {{"weights", weights}, {"members", s.members}, {"wide_starts", s.wideStarts}, {"steps", s.steps},
          {"warmup_steps", s.warmupSteps}, {"steps_per_update", s.stepsPerUpdate}, {"hidden", s.hidden},
          {"batch", s.batch}, {"replay", s.replay}, {"learning_rate", s.learningRate},
          {"final_learning_rate", s.finalLearningRate}, {"discount", s.discount}, {"target_rate", s.targetRate},
          {"alpha", s.alpha}, {"explore_until", s.exploreUntil}, {"explore_final", s.exploreFinal},
          {"average", s.average}};
}

/// A trained policy with the settings that made it.
struct Trained {
  TrainedPrior prior;
  json settings;
  int steps = 0;
};

/// SAC or soft Q-learning, as the task's actions ask for. A prior that lessons start from then learns what its actions lead to.
Result<Trained> train(const Options& o, const TaskSpec& spec, const ProgressCallback& progress) {
  std::vector<double> weights;
  for (const Feature& f : spec.features) weights.push_back(o.kind == "teacher" ? f.teacherWeight : f.priorWeight);
  const auto with = [&](auto settings) -> Result<Trained> {
    settings.seed = o.seed;
    settings.members = o.members;
    settings.steps = o.steps.value_or(settings.steps);
    settings.discount = spec.discount;
    settings.wideStarts = o.kind == "prior";  // the teacher knows what it wants
    auto prior = trainPrior(o.task, weights, settings, progress);
    if (!prior) return prior.error();
    Trained trained{std::move(*prior), settingsJson(settings, weights), settings.steps};
    if (o.kind != "prior" || !spec.discreteActions.empty()) return trained;
    const ForesightSettings foresight{.seed = o.seed};
    auto prepared = withForesight(o.task, trained.prior.policy, foresight, progress);
    if (!prepared) return prepared.error();
    trained.prior.policy = std::move(*prepared);
    trained.settings["foresight"] = {{"steps", foresight.steps}, {"updates", foresight.updates}};
    return trained;
  };
  return spec.discreteActions.empty() ? with(SacSettings()) : with(SoftQSettings());
}

std::string commandLine(const Options& o, const std::string& task, int steps) {
  return "nudge-cli train-prior " + task + " --kind " + o.kind + " --seed " + std::to_string(o.seed) + " --steps " +
         std::to_string(steps) + (o.members > 1 ? " --members " + std::to_string(o.members) : "");
}

Status writeText(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  if (!file) return Error{ErrorCode::Io, "cannot write " + path + ": nothing else was changed"};
  return {};
}

ProgressCallback reporter(bool asJson, ProgressLine& line) {
  return [asJson, &line](const LearnProgress& p) {
    if (asJson) {
      printJson({{"event", "progress"}, {"stage", p.stage}, {"fraction", p.fraction},
                 {"seconds_left", p.secondsLeft}, {"detail", p.detail}});
    } else {
      line.show(p);
    }
    return true;
  };
}

/// The picture's file, empty without one. What cannot be drawn is said and costs nothing else.
std::string drawCurve(const Options& o, const std::string& out, const std::string& task, const std::vector<CurvePoint>& curve) {
  const std::string file = !o.picture.empty() ? o.picture : isFolder(o) ? std::filesystem::path(out).replace_extension(".png").string() : "";
  if (file.empty()) return file;
  if (auto drawn = writePng(trainingSvg(task + ", " + o.kind + ", seed " + std::to_string(o.seed), curve), file); !drawn) {
    std::fprintf(stderr, "nudge-cli: note: %s\n", drawn.error().message.c_str());
    return {};
  }
  return file;
}

int run(Options o) {
  o.task = absoluteTask(o.task);
  auto task = makeTask(o.task);
  if (!task) return fail(task.error());
  const std::string id = (*task)->spec().id, out = o.out.empty() ? policyPath(o.task, o.kind).string() : o.out;
  if (isFolder(o) && std::filesystem::exists(out) && !o.replace)
    return fail({ErrorCode::InvalidInput, out + " exists already; --replace overwrites it, --out names another"});
  std::error_code ignored;
  if (o.out.empty()) std::filesystem::create_directory(std::filesystem::path(out).parent_path(), ignored);
  if (auto writable = checkWritable(out); !writable) return fail(writable.error());
  const auto start = std::chrono::steady_clock::now();
  ProgressLine line;
  auto trained = train(o, (*task)->spec(), reporter(o.json, line));
  line.end();
  if (!trained) return fail(trained.error());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  Policy& policy = trained->prior.policy;
  auto sampled = evaluate(policy, o.task, true), mode = evaluate(policy, o.task, false);
  if (!sampled) return fail(sampled.error());
  if (!mode) return fail(mode.error());
  const std::string command = commandLine(o, id, trained->steps);
  policy.info = {{"task", id}, {"kind", o.kind}, {"seed", std::to_string(o.seed)}, {"command", command},
                 {"version", kVersion}};
  if (o.kind == "teacher") policy.info.merge(presentGate(o.task));
  if (auto saved = savePolicyFile(policy, out); !saved) return fail(saved.error());
  const json record{{"command", command}, {"version", kVersion}, {"commit", sourceCommit()},
                    {"seed", o.seed}, {"settings", trained->settings}, {"seconds", seconds},
                    {"evaluation", *sampled}, {"evaluation_of_mode", *mode}, {"curve", curveJson(trained->prior.curve)}};
  const std::string recordPath = std::filesystem::path(out).replace_extension(".json").string();
  if (auto written = writeText(recordPath, record.dump(1) + "\n"); !written) return fail(written.error());
  const std::string picture = drawCurve(o, out, id, trained->prior.curve);
  if (o.json) {
    printJson({{"event", "done"}, {"file", out}, {"record", recordPath}, {"picture", picture}, {"seconds", seconds},
               {"evaluation", *sampled}});
  } else {
    std::printf("%s: success %.3f over %d fresh episodes, failed %.3f, %.0f s\n", out.c_str(),
                (*sampled)["success"].get<double>(), (*sampled)["episodes"].get<int>(), (*sampled)["failed"].get<double>(), seconds);
  }
  return kFine;
}

}  // namespace

void addTrainPrior(CLI::App& app, int& code) {
  auto o = std::make_shared<Options>();
  auto* command = app.add_subcommand("train-prior", "Train a task's prior, or its synthetic teacher, from nothing");
  command->add_option("task", o->task, "Task id, see 'nudge-cli tasks', or a task's folder")->required();
  command->add_option("--kind", o->kind, "prior or teacher")->check(CLI::IsMember({"prior", "teacher"}));
  command->add_option("--seed", o->seed, "Seed of everything random")
      ->check(CLI::NonNegativeNumber)->capture_default_str();
  command->add_option("--steps", o->steps, "Control steps to train for (default: what the task's trainer takes)")
      ->check(CLI::Range(3'000, 100'000'000));
  command->add_option("--members", o->members, "Networks that learn apart; their Q is averaged")
      ->check(CLI::Range(1, 8))->capture_default_str();
  command->add_option("--out", o->out, "Policy file; the record goes beside it as .json. "
                                       "Default: the task's own, in resources/priors or in priors of its folder");
  command->add_option("--picture", o->picture, "PNG of the training curve; default: beside the policy of a task's folder");
  command->add_flag("--replace", o->replace, "Overwrite the policy of a task's folder");
  command->add_flag("--json", o->json, "Progress and result as JSON lines");
  command->callback([o, &code] { code = run(*o); });
}

}  // namespace nudge::cli
