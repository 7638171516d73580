// Records into the file it is given until it is killed, a step every so many milliseconds, through the thread
// that the window uses. Prints every step that it has handed over: episode, index, time.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "sessions/recorder.h"
#include "tests/sessions/lesson.h"

using namespace nudge;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::chrono::milliseconds period(std::atoi(argv[2]));
  auto store = Store::open(argv[1], OpenMode::ReadWrite);
  if (!store || !store->closeUnfinishedEpisodes()) return 2;
  const auto rows = store->episodes();
  std::int64_t episode = rows->empty() ? 1 : rows->back().start.episode + 1;
  auto marker = Store::open(argv[1], OpenMode::ReadWrite);
  SpscQueue<Record> queue(4096);
  RecorderThread thread(std::make_unique<Recorder>(std::move(store).value(), queue));
  const auto start = std::chrono::steady_clock::now();
  for (;; ++episode) {
    Record begin;
    begin.kind = Record::Kind::Start;
    begin.start = test::episodeStart(episode);
    while (!queue.tryPush(begin)) std::this_thread::yield();
    for (int index = 0; index < 150; ++index) {
      Record record;
      record.step = test::step(episode, index);
      record.step.wallTime_s =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      while (!queue.tryPush(record)) std::this_thread::yield();
      std::printf("%lld %d %.6f\n", static_cast<long long>(episode), index, record.step.wallTime_s);
      std::fflush(stdout);
      std::this_thread::sleep_for(period);
      if (index % 40 == 39 && marker)
        (void)marker->addMark({0, episode, MarkKind::Paint, 0, index, Verdict::Bad, "m"}).ok();
    }
    Record end;
    end.kind = Record::Kind::End;
    end.end = {episode, test::episodeEnd()};
    while (!queue.tryPush(end)) std::this_thread::yield();
  }
}
