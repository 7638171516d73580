#include <atomic>
#include <csignal>
#include <cstdio>

#include "app/cli/commands.h"
#include "app/cli/lesson_update.h"
#include "core/sim/folder/folder_task.h"

namespace nudge::cli {

namespace {

using nlohmann::json;

std::atomic<bool> stopped{false};
static_assert(std::atomic<bool>::is_always_lock_free, "written in a signal handler");
void stop(int) { stopped = true; }

bool report(const LearnProgress& p, bool asJson) {
  if (asJson) {
    printJson({{"event", "progress"}, {"stage", p.stage}, {"fraction", p.fraction}, {"seconds_left", p.secondsLeft},
               {"detail", p.detail}});
  } else {
    std::fprintf(stderr, "\r%3.0f %%  %-12s", 100.0 * p.fraction, p.stage.c_str());
  }
  return !stopped;
}

void print(const Update& update, const std::vector<std::string>& features, bool asJson) {
  if (asJson) {
    json theta, halfWidth;
    for (std::size_t f = 0; f < features.size(); ++f) {
      theta[features[f]] = update.theta[f];
      halfWidth[features[f]] = update.thetaHalfWidth[f];
    }
    printJson({{"event", "done"}, {"outcome", outcomeName(update.outcome)}, {"version", update.resultVersion},
               {"base_version", update.baseVersion}, {"theta", theta}, {"theta_half_width", halfWidth},
               {"expert_steps", update.expertSteps}, {"good_steps", update.goodSteps},
               {"bad_steps", update.badSteps}, {"seconds", update.seconds}, {"message", update.message}});
    return;
  }
  std::fputc('\n', stderr);
  std::printf("%s", update.message.c_str());
  if (update.resultVersion >= 0) std::printf(" It is policy version %d.", update.resultVersion);
  std::printf("\n");
  for (std::size_t f = 0; f < features.size(); ++f) {
    std::printf("  %-20s %+.3f ± %.3f\n", features[f].c_str(), update.theta[f], update.thetaHalfWidth[f]);
  }
}

int run(const std::string& file, const MethodOptions& options, std::uint64_t seed, bool asJson) {
  auto store = Store::open(file, OpenMode::ReadWrite);
  if (!store) return fail(store.error());
  auto task = makeTask(taskOfLesson(store->info().task, store->info().mjcf));
  if (!task) return fail(task.error());
  std::signal(SIGTERM, stop);
  std::signal(SIGINT, stop);
  MereqSettings settings = options.settings((*task)->spec());
  settings.seed = seed;
  auto update = updateLesson(*store, options.method, settings, [asJson](const LearnProgress& p) { return report(p, asJson); });
  if (update) {
    print(*update, store->info().features, asJson);
    return kFine;
  }
  if (update.error().code == ErrorCode::Cancelled) {
    if (asJson) printJson({{"event", "done"}, {"outcome", "cancelled"}, {"version", -1}, {"message", update.error().message}});
    std::fprintf(stderr, "nudge-cli: %s\n", update.error().message.c_str());
    return kNo;
  }
  return fail(update.error());
}

}  // namespace

void addUpdate(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("update", "Learn from the marks of a lesson and add a policy version to it");
  auto file = std::make_shared<std::string>();
  auto options = std::make_shared<MethodOptions>();
  auto seed = std::make_shared<std::uint64_t>(1);
  auto asJson = std::make_shared<bool>(false);
  command->add_option("file", *file, "The lesson (.nudge)")->required();
  command->add_flag("--json", *asJson, "Progress and result as JSON lines");
  command->add_option("--seed", *seed, "Seed of everything random")
      ->check(CLI::NonNegativeNumber)->capture_default_str();
  addMethodOptions(*command, *options);
  command->callback([=, &code] { code = run(*file, *options, *seed, *asJson); });
}

}  // namespace nudge::cli
