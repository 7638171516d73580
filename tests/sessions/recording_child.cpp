// Works on the file it is given until it is killed. Arguments: activity, file, milliseconds between steps.
//
// record: a step every so often, through the thread that the window uses, marks beside it; prints every step
//   that it has handed over: episode, index, time.
// close: lessons of a moment, opened and closed again and again. update: a learner's rows and weights, so long apart.
// migrate: copies of the fixture of format 1, FILE.1, FILE.2, …, opened. export: copies and tables of the
// file.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <thread>

#include "core/base/clock.h"
#include "sessions/copies.h"
#include "sessions/recorder.h"
#include "tests/sessions/lesson.h"

using namespace nudge;

namespace {

std::int64_t nextEpisode(Store& store) {
  const auto rows = store.episodes();
  return rows && !rows->empty() ? rows->back().start.episode + 1 : 1;
}

void push(SpscQueue<Record>& queue, const Record& record) {
  while (!queue.tryPush(record)) std::this_thread::yield();
}

void pushStart(SpscQueue<Record>& queue, std::int64_t episode) {
  Record begin;
  begin.kind = Record::Kind::Start;
  begin.start = test::episodeStart(episode);
  push(queue, begin);
}

void told(const Step& step, std::int64_t episode) {
  std::printf("%lld %d %.6f\n", static_cast<long long>(episode), step.index, step.wallTime_s);
  std::fflush(stdout);
}

int record(const char* path, std::chrono::milliseconds period) {
  auto store = Store::open(path, OpenMode::ReadWrite);
  if (!store || !store->closeUnfinishedEpisodes()) return 2;
  std::int64_t episode = nextEpisode(*store);
  auto marker = Store::open(path, OpenMode::ReadWrite);
  SpscQueue<Record> queue(4096);
  RecorderThread thread(std::make_unique<Recorder>(std::move(store).value(), queue));
  const double start_s = monotonic_s();
  for (;; ++episode) {
    pushStart(queue, episode);
    for (int index = 0; index < 150; ++index) {
      Record record;
      record.step = test::step(episode, index);
      record.step.wallTime_s = monotonic_s() - start_s;
      push(queue, record);
      told(record.step, episode);
      std::this_thread::sleep_for(period);
      if (index % 40 == 39 && marker)
        (void)marker->addMark({0, episode, MarkKind::Paint, 0, index, Verdict::Bad, "m"}).ok();
    }
    Record end;
    end.kind = Record::Kind::End;
    end.end = {episode, test::episodeEnd()};
    push(queue, end);
  }
}

int close(const char* path) {
  for (;;) {
    auto store = Store::open(path, OpenMode::ReadWrite);
    if (!store || !store->closeUnfinishedEpisodes()) return 2;
    const std::int64_t episode = nextEpisode(*store);
    SpscQueue<Record> queue(64);
    RecorderThread thread(std::make_unique<Recorder>(std::move(store).value(), queue));
    pushStart(queue, episode);
    for (int index = 0; index < 30; ++index) {
      Record record;
      record.step = test::step(episode, index);
      push(queue, record);
    }
    if (!thread.stop()) return 2;
    std::printf("closed %lld\n", static_cast<long long>(episode));
    std::fflush(stdout);
  }
}

int update(const char* path, std::chrono::milliseconds pause) {
  auto store = Store::open(path, OpenMode::ReadWrite);
  for (std::uint64_t seed = 2; store.ok(); ++seed) {
    Update update;
    const auto begun = store->beginUpdate(update);
    if (!begun) return 2;
    update.id = *begun;
    update.outcome = UpdateOutcome::NewPolicy;
    update.theta = {0.5, 0.25, 0.0};
    PolicyVersion policy;
    policy.weights = test::weights(seed);
    policy.theta = update.theta;
    const auto version = store->finishUpdate(update, &policy);
    if (!version) return 2;
    std::printf("version %d\n", *version);
    std::fflush(stdout);
    std::this_thread::sleep_for(pause);
  }
  return 2;
}

int migrate(const std::string& path) {
  for (int copy = 1;; ++copy) {
    const std::string name = path + "." + std::to_string(copy);
    const std::string part = name + ".part";  // a kill while the copy is made is nobody's loss
    std::filesystem::remove(part);
    std::filesystem::copy_file(NUDGE_SOURCE_DIR "/tests/data/format1.nudge", part);
    std::filesystem::permissions(part, std::filesystem::perms(0644));
    std::filesystem::rename(part, name);
    std::printf("migrates %d\n", copy);
    std::fflush(stdout);
    if (!Store::open(name, OpenMode::ReadWrite)) return 2;
  }
}

int copies(const std::string& path) {
  for (int copy = 1;; ++copy) {
    const std::string name = path + "." + std::to_string(copy);
    std::filesystem::remove(name);
    std::printf("copies %d\n", copy);
    std::fflush(stdout);
    if (!copyLesson(path, name)) return 2;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string_view activity = argv[1];
  const std::chrono::milliseconds period(std::atoi(argv[3]));
  if (activity == "record") return record(argv[2], period);
  if (activity == "close") return close(argv[2]);
  if (activity == "update") return update(argv[2], period);
  if (activity == "migrate") return migrate(argv[2]);
  return activity == "export" ? copies(argv[2]) : 2;
}
