#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <list>
#include <sstream>

#include "app/cli/child_process.h"
#include "app/cli/commands.h"
#include "app/cli/teacher_note.h"
#include "core/benchmark/judge.h"
#include "core/benchmark/run.h"
#include "core/learn/method.h"
#include "core/sim/folder/folder_task.h"
#include "core/teach/synthetic_teacher.h"
#include "sessions/results.h"

namespace nudge::cli {

namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

struct Options {
  std::string task, methods = "all", priors = "1", protocol = "paper", teacher = "synthetic", out;
  int seeds = 8, firstSeed = 1, jobs = 2;
  std::optional<int> steps, rounds;
  RunSettings settings;
  bool noReferences = false, retry = false, json = false;
};

std::atomic<bool> stopped{false};
static_assert(std::atomic<bool>::is_always_lock_free, "written in a signal handler");
void stop(int) { stopped = true; }

/// The parts of a list with commas, each once.
std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');)
    if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(part);
  return parts;
}

Result<std::vector<std::string>> methodsOf(const Options& o) {
  std::vector<std::string> ids;
  if (o.methods == "all")
    for (const MethodInfo& method : methods()) ids.push_back(method.id);
  else
    ids = split(o.methods);
  for (const std::string& id : ids)
    if (auto found = findMethod(id); !found) return found.error();
  if (ids.empty()) return Error{ErrorCode::InvalidInput, "--methods names no method"};
  return ids;
}

/// "3": prior, prior2, prior3; or a list of their names.
Result<std::vector<std::string>> priorsOf(const Options& o) {
  std::vector<std::string> names = split(o.priors);
  if (names.size() == 1 && names[0].find_first_not_of("0123456789") == std::string::npos && names[0].size() < 3) {
    const int count = std::stoi(names[0]);
    names.clear();
    for (int i = 1; i <= count; ++i) names.push_back(i == 1 ? "prior" : "prior" + std::to_string(i));
  }
  if (names.empty()) return Error{ErrorCode::InvalidInput, "--priors names no prior"};
  for (const std::string& name : names)
    if (auto policy = shippedPolicy(o.task, name); !policy) return policy.error();
  return names;
}

/// Every run that was asked for: references first, then seed by seed, so that what is there after half of the
/// time can be compared already.
Result<std::vector<BenchmarkKey>> planOf(const Options& o) {
  // What the runs need is looked at before a file is made for them.
  const auto judge = Judge::create(o.task, o.teacher);
  if (!judge) return judge.error();
  const std::string teacher = teacherText(*parseTeacher(o.teacher));  // the judge took it
  auto protocol = findProtocol(o.protocol, judge->task().spec());
  if (!protocol) return protocol.error();
  RunSettings settings = o.settings;
  settings.protocol = {o.steps.value_or(protocol->steps), o.rounds.value_or(protocol->rounds)};
  const auto text = settingsText(settings);
  if (!text) return text.error();
  const auto methodIds = methodsOf(o);
  if (!methodIds) return methodIds.error();
  const auto priors = priorsOf(o);
  if (!priors) return priors.error();

  std::vector<BenchmarkKey> keys;
  if (!o.noReferences) {
    RunSettings plain;  // how a policy does alone depends on no protocol
    plain.evaluationEpisodes = o.settings.evaluationEpisodes;
    plain.evaluationSteps = o.settings.evaluationSteps;
    const auto plainText = settingsText(plain);
    if (!plainText) return plainText.error();
    keys.push_back({o.task, kReferenceTeacher, "", teacher, "", 0, *plainText});
    keys.push_back({o.task, kReferenceFloor, "", teacher, "", 0, *plainText});
    for (const std::string& prior : *priors) keys.push_back({o.task, kReferencePrior, "", teacher, prior, 0, *plainText});
  }
  for (int seed = o.firstSeed; seed < o.firstSeed + o.seeds; ++seed)
    for (const std::string& prior : *priors)
      for (const std::string& method : *methodIds)
        keys.push_back({o.task, method, o.protocol, teacher, prior, seed, *text});
  noteDelay(teacher, judge->task().spec());
  return keys;
}

std::string nameOf(const BenchmarkKey& key) {
  return key.method + " " + (key.prior.empty() ? "" : key.prior + " ") + "seed " + std::to_string(key.seed);
}

json keyJson(const BenchmarkKey& key) {
  return {{"task", key.task}, {"method", key.method}, {"protocol", key.protocol},
          {"teacher", key.teacher}, {"prior", key.prior}, {"seed", key.seed}};
}

/// Keeps children busy until every run of a plan has ended.
class Scheduler {
 public:
  Scheduler(const Options& options, Results results, std::vector<std::int64_t> ids)
      : o_(options), results_(std::move(results)), ids_(std::move(ids)) {}

  Result<int> run() {
    if (auto counted = countAll(); !counted) return counted.error();
    doneBefore_ = done_ + failed_;
    if (o_.json) printJson({{"event", "plan"}, {"runs", ids_.size()}, {"done", done_}, {"failed", failed_}});
    bool more = true;
    while (true) {
      while (!stopped && more && static_cast<int>(jobs_.size()) < o_.jobs) {
        auto started = startNext();
        if (!started) return started.error();
        more = *started;
      }
      if (jobs_.empty() || stopped) break;
      std::vector<ChildProcess*> children;
      for (const Job& job : jobs_) children.push_back(job.child.get());
      ChildProcess::wait(children, 500);
      if (auto swept = sweep(); !swept) return swept.error();
    }
    return end();
  }

 private:
  struct Job {
    BenchmarkRun run;
    std::unique_ptr<ChildProcess> child;
    Clock::time_point start = Clock::now();
  };

  Status countAll() {
    const auto done = results_.count(ids_, RunState::Done), failed = results_.count(ids_, RunState::Failed);
    if (!done) return done.error();
    if (!failed) return failed.error();
    done_ = *done;
    failed_ = *failed;
    return {};
  }

  /// False when there is nothing left to claim.
  Result<bool> startNext() {
    const auto id = results_.claimNext(ids_);
    if (!id) return id.error();
    if (!*id) return false;
    auto run = results_.run(**id);
    if (!run) return run.error();
    auto child = ChildProcess::start({"benchmark-run", o_.out, std::to_string(**id)});
    if (!child) return child.error();
    jobs_.push_back({std::move(*run), std::move(*child)});
    if (!o_.json) {
      std::printf("%zu of %zu  %s starts\n", static_cast<std::size_t>(done_ + failed_) + jobs_.size(), ids_.size(),
                  nameOf(jobs_.back().run.key).c_str());
      std::fflush(stdout);
    }
    return true;
  }

  Status sweep() {
    for (auto job = jobs_.begin(); job != jobs_.end();) {
      const bool runs = job->child->read([&](const std::string& line) { pass(*job, line); });
      if (runs) {
        ++job;
        continue;
      }
      const std::string failure = job->child->failure();
      if (!failure.empty())
        if (auto stored = results_.fail(job->run.id, failure); !stored) return stored;
      if (auto counted = countAll(); !counted) return counted;
      say(*job, failure);
      job = jobs_.erase(job);
    }
    return {};
  }

  /// A line of a child, with the run that it speaks of.
  void pass(const Job& job, const std::string& line) const {
    if (!o_.json) return;
    json event = json::parse(line, nullptr, false);
    if (!event.is_object()) return;
    event.update(keyJson(job.run.key));
    printJson(event);
  }

  double secondsLeft() const {
    const int ended = done_ + failed_ - doneBefore_, left = static_cast<int>(ids_.size()) - done_ - failed_;
    if (ended <= 0) return -1.0;
    return std::chrono::duration<double>(Clock::now() - start_).count() / ended * left;
  }

  void say(const Job& job, const std::string& failure) const {
    const double seconds = std::chrono::duration<double>(Clock::now() - job.start).count(), left = secondsLeft();
    if (o_.json) {
      json event{{"event", failure.empty() ? "run" : "failed"}, {"seconds", seconds},
                 {"done", done_}, {"failed", failed_}, {"runs", ids_.size()}, {"seconds_left", left}};
      if (!failure.empty()) event["message"] = failure;
      event.update(keyJson(job.run.key));
      printJson(event);
      return;
    }
    std::printf("%d of %zu  %s: %s (%.0f s); %.0f min left\n", done_ + failed_, ids_.size(), nameOf(job.run.key).c_str(),
                failure.empty() ? "done" : failure.c_str(), seconds, std::ceil(std::max(0.0, left) / 60.0));
    std::fflush(stdout);
  }

  /// What still runs is given back. The children end with their handles.
  Result<int> end() {
    for (Job& job : jobs_) {
      job.child.reset();
      auto run = results_.run(job.run.id);
      if (!run) return run.error();
      if (run->state != RunState::Running) continue;  // it was just quick enough
      if (auto released = results_.release(job.run.id); !released) return released.error();
    }
    jobs_.clear();
    if (auto counted = countAll(); !counted) return counted.error();
    const bool whole = done_ == static_cast<int>(ids_.size());
    if (o_.json)
      printJson({{"event", "done"}, {"done", done_}, {"failed", failed_}, {"runs", ids_.size()},
                 {"stopped", stopped.load()}, {"file", o_.out}});
    if (whole) return kFine;
    std::fprintf(stderr, "nudge-cli: %s: %d of %zu runs are done, %d failed; %s keeps them\n",
                 stopped ? "stopped" : "not all done", done_, ids_.size(), failed_, o_.out.c_str());
    return kNo;
  }

  const Options& o_;
  Results results_;
  const std::vector<std::int64_t> ids_;
  std::list<Job> jobs_;
  int done_ = 0, failed_ = 0, doneBefore_ = 0;
  const Clock::time_point start_ = Clock::now();
};

int run(Options o) {
  o.task = absoluteTask(o.task);
  if (o.task.empty() || o.out.empty()) return fail({ErrorCode::InvalidInput, "benchmark wants --task and --out"});
  const auto plan = planOf(o);
  if (!plan) return fail(plan.error());
  auto results = Results::openOrCreate(o.out);
  if (!results) return fail(results.error());
  auto ids = results->plan(*plan);
  if (!ids) return fail(ids.error());
  if (o.retry)
    if (auto retried = results->retryFailed(*ids); !retried) return fail(retried.error());
  std::signal(SIGINT, stop);
  std::signal(SIGTERM, stop);
  const auto code = Scheduler(o, std::move(*results), std::move(*ids)).run();
  return code ? *code : fail(code.error());
}

constexpr const char* kHelp =
    "Compare methods over whole lessons with the synthetic teacher, every figure kept in a results file.\n"
    "Killed and started again with the same options it goes on: finished runs are not repeated.";

}  // namespace

void addBenchmark(CLI::App& app, int& code) {
  auto o = std::make_shared<Options>();
  auto* command = app.add_subcommand("benchmark", kHelp);
  command->add_option("--task", o->task, "See nudge-cli tasks; or a task's folder");
  command->add_option("--methods", o->methods, "all, or a list with commas")->capture_default_str();
  command->add_option("--seeds", o->seeds, "Lessons for each method and prior")->check(CLI::Range(1, 10'000))->capture_default_str();
  command->add_option("--first-seed", o->firstSeed, "Their seeds are this one and those after it")
      ->check(CLI::Range(1, 1'000'000))->capture_default_str();
  command->add_option("--priors", o->priors, "How many of prior, prior2, … or their names with commas")->capture_default_str();
  command->add_option("--protocol", o->protocol, "paper (10 rounds of 2,000 or 3,000 steps) or window (20 of 500 or 450)")
      ->capture_default_str();
  command->add_option("--teacher", o->teacher, "synthetic, or with noise as in synthetic:delay=0.4,noise=0.15,random=0.02,flip=0.05")
      ->capture_default_str();
  command->add_option("--out", o->out, "Results file (SQLite), new or to go on with");
  command->add_option("--jobs", o->jobs, "Runs at the same time, one thread each")->check(CLI::Range(1, 1024))->capture_default_str();
  command->add_option("--set", o->settings.set, "A setting of the learner, name=value; may be given several times");
  command->add_option("--steps", o->steps, "Of a round, instead of the protocol's")->check(CLI::Range(1, 10'000'000));
  command->add_option("--rounds", o->rounds, "At most so many, instead of the protocol's")->check(CLI::Range(1, 10'000));
  command->add_option("--evaluation-episodes", o->settings.evaluationEpisodes, "Of the robot alone at the end of a run")
      ->check(CLI::Range(1, 1'000'000))->capture_default_str();
  command->add_option("--evaluation-steps", o->settings.evaluationSteps, "Of each frozen policy with the teacher")
      ->check(CLI::Range(1, 1'000'000))->capture_default_str();
  command->add_flag("--no-references", o->noReferences, "Leave out prior alone, teacher alone and the floor");
  command->add_flag("--retry-failed", o->retry, "Run again what has failed");
  command->add_flag("--json", o->json, "Progress as JSON lines");
  command->footer("Exit code: 0 every run is done, 1 stopped or some failed, 2 wrong use or a file that is no results file.");
  addBenchmarkReport(*command, code);
  command->callback([o, command, &code] {
    if (command->get_subcommands().empty()) code = run(*o);
  });
}

}  // namespace nudge::cli
