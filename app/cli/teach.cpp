#include <atomic>
#include <csignal>
#include <cstdio>

#include "app/cli/commands.h"
#include "app/cli/lesson_update.h"
#include "app/cli/policy_source.h"
#include "app/cli/teacher_note.h"
#include "app/cli/teaching.h"
#include "core/sim/folder/folder_task.h"

namespace nudge::cli {

namespace {

using nlohmann::json;

struct Options {
  std::string file;
  TeachingSettings teaching;
  MethodOptions method;
  int rounds = 10;
  double untilRate = 0.0;  ///< 0: all rounds
  bool asJson = false;
};

std::atomic<bool> stopped{false};
static_assert(std::atomic<bool>::is_always_lock_free, "written in a signal handler");
void stop(int) { stopped = true; }

json named(const std::vector<std::string>& names, const std::vector<double>& values) {
  json object = json::object();
  for (std::size_t i = 0; i < std::min(names.size(), values.size()); ++i) object[names[i]] = values[i];
  return object;
}

/// update: nothing when the aim was reached, so that there was nothing left to learn.
void print(const RoundFigures& round, const Update* update, const Teaching& teaching, bool asJson) {
  const LessonInfo& info = teaching.info();
  const int style = teaching.styleFeature();
  const char* outcome = update ? outcomeName(update->outcome) : "reached";
  if (!asJson) {
    std::printf("round %2d  policy %2d  rate %.3f (%lld of %lld steps)  success %d of %d", round.round,
                round.policyVersion, round.rate, static_cast<long long>(round.teacherSteps),
                static_cast<long long>(round.steps), round.successes, round.episodes);
    if (style >= 0) std::printf("  %s %.3f", info.features[static_cast<std::size_t>(style)].c_str(), round.styleMedian);
    std::printf("  %s\n", outcome);
    std::fflush(stdout);
    return;
  }
  json line{{"event", "round"}, {"round", round.round}, {"steps", round.steps}, {"teacher_steps", round.teacherSteps},
            {"rate", round.rate}, {"policy_version", round.policyVersion}, {"episodes", round.episodes},
            {"success", round.episodes ? static_cast<double>(round.successes) / round.episodes : 0.0},
            {"lost_episodes", round.lostEpisodes}, {"outcome", outcome}};
  if (style >= 0)
    line["style"] = {{"feature", info.features[static_cast<std::size_t>(style)]}, {"median", round.styleMedian}};
  if (update) {
    line["new_version"] = update->resultVersion;
    line["theta"] = named(info.features, update->theta);
    line["theta_half_width"] = named(info.features, update->thetaHalfWidth);
    line["update_seconds"] = update->seconds;
    line["message"] = update->message;
  }
  printJson(line);
}

void printBeginning(const Options& o, const Teaching& teaching) {
  if (o.asJson)
    printJson({{"event", "lesson"}, {"file", o.file}, {"continued", teaching.goesOn()},
               {"steps_before", teaching.stepsBefore()}, {"seed", *o.teaching.seed}});
  else if (teaching.goesOn())
    std::printf("%s goes on after %lld steps.\n", o.file.c_str(), static_cast<long long>(teaching.stepsBefore()));
}

int end(const Options& o, int rounds, double rate, bool reached) {
  if (o.asJson)
    printJson({{"event", "done"}, {"rounds", rounds}, {"rate", rate}, {"reached", reached}, {"file", o.file}});
  if (o.untilRate <= 0.0 || reached) return kFine;
  std::fprintf(stderr, "nudge-cli: after %d rounds the rate is %.3f, not under %.3f; %s keeps the lesson\n", rounds,
               rate, o.untilRate, o.file.c_str());
  return kNo;
}

int cancelled(const Error& error) {
  std::fprintf(stderr, "nudge-cli: %s\n", error.message.c_str());
  return kNo;
}

int run(Options o) {
  if (!(o.untilRate >= 0.0)) return fail({ErrorCode::InvalidInput, "--until-rate wants a share between 0 and 1"});
  o.teaching.task = absoluteTask(o.teaching.task);
  o.teaching.stopped = &stopped;
  o.teaching.method = o.method.method;
  auto task = makeTask(o.teaching.task);
  if (!task) return fail(task.error());
  o.teaching.update = o.method.settings((*task)->spec());
  auto opened = Teaching::open(o.file, o.teaching);
  if (!opened) return fail(opened.error());
  Teaching& teaching = **opened;
  o.teaching.seed = teaching.seed();
  std::signal(SIGINT, stop);
  std::signal(SIGTERM, stop);
  noteDelay(o.teaching.teacher, (*task)->spec());
  printBeginning(o, teaching);

  double rate = 0.0;
  for (int i = 1; i <= o.rounds; ++i) {
    const auto round = teaching.collectRound();
    if (!round) return round.error().code == ErrorCode::Cancelled ? cancelled(round.error()) : fail(round.error());
    rate = round->rate;
    if (rate < o.untilRate) {
      print(*round, nullptr, teaching, o.asJson);
      return end(o, i, rate, true);
    }
    const auto update = teaching.learn([](const LearnProgress&) { return !stopped; });
    if (!update) return update.error().code == ErrorCode::Cancelled ? cancelled(update.error()) : fail(update.error());
    print(*round, &*update, teaching, o.asJson);
  }
  return end(o, o.rounds, rate, false);
}

}  // namespace

void addTeach(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("teach", "A whole lesson without a window: collect with the synthetic teacher, "
                                              "learn, repeat; everything is recorded in the file");
  auto o = std::make_shared<Options>();
  command->add_option("file", o->file, "The lesson (.nudge), new or to go on with")->required();
  command->add_option("--task", o->teaching.task, "See nudge-cli tasks; or a task's folder")->capture_default_str();
  command->add_option("--prior", o->teaching.prior, std::string("The policy that a new lesson begins with: ") + kPolicyHelp)
      ->capture_default_str();
  command->add_option("--teacher", o->teaching.teacher,
                      "synthetic, or with noise as in synthetic:delay=0.4,noise=0.15,random=0.02,flip=0.05")
      ->capture_default_str();
  command->add_option("--rounds", o->rounds, "At most so many rounds of collecting and learning")
      ->check(CLI::Range(1, 100'000))->capture_default_str();
  command->add_option("--steps-per-round", o->teaching.stepsPerRound, "A round ends with the episode that reaches it")
      ->check(CLI::Range(1, 10'000'000))->capture_default_str();
  command->add_option("--seed", o->teaching.seed, "Of worlds, robot, teacher and learner (a new lesson: 1)")
      ->check(CLI::NonNegativeNumber);
  addMethodOptions(*command, o->method);
  command->add_option("--until-rate", o->untilRate, "Stop when the teacher drove less than this share of a round; "
                                                    "exit with 1 when that did not happen")
      ->check(CLI::Range(0.0, 1.0));
  command->add_flag("--json", o->asJson, "One JSON line a round");
  command->callback([o, &code] { code = run(*o); });
}

}  // namespace nudge::cli
