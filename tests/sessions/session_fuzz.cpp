// Any bytes as a session file: open, info, check and the first writes must neither crash nor hang.
//
// session_fuzz SECONDS [SEED]: makes inputs out of a sound lesson (edited bytes, cut, repeated and blanked
// stretches, pieces of the corpus in tests/data/fuzz) and uses each. An input that kills the program or takes
// longer than 20 s stays as session_fuzz.input in the working folder. Best built with the asan preset.
//
// With the fuzz preset (clang) the same is a libFuzzer target, which looks for inputs that reach new code:
// session_fuzz FOLDER tests/data/fuzz -max_len=300000 -timeout=20 -max_total_time=SECONDS
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "sessions/catalog.h"
#include "sessions/store.h"

using namespace nudge;

namespace {

/// In memory where there is such a place: the disk's speed is not what is tested.
struct Folder {
  const std::string name = (::access("/dev/shm", W_OK) == 0 ? "/dev/shm/session_fuzz" : "./session_fuzz") + std::to_string(::getpid());
  Folder() { std::filesystem::create_directories(name); }
  ~Folder() { std::filesystem::remove_all(name); }
};

const std::string& folder() {
  static const Folder made;
  return made.name;
}

LessonInfo lessonInfo() {
  LessonInfo info;
  info.task = "bottle";
  info.mjcf = "<mujoco/>";
  info.observation = {"x", "y"};
  info.action = {"vx"};
  info.features = {"goal", "height"};
  info.stateSize = 3;
  return info;
}

Step step(int index) {
  Step step;
  step.index = index;
  step.wallTime_s = 0.05 * index;
  step.driver = index % 9 > 6 ? Driver::Teacher : Driver::Robot;
  step.observation = {0.1f * static_cast<float>(index), 1.0f};
  step.proposal = step.action = {0.5f};
  step.features = {0.25f, 0.5f};
  step.state = {0.01 * index, 1.0, -2.0};
  return step;
}

/// A sound lesson with something in every table, as bytes.
std::vector<char> soundLesson() {
  const std::string path = folder() + "/sound.nudge";
  {
    auto store = Store::create(path, lessonInfo(), std::vector<std::uint8_t>(300, 7));
    if (!store) std::abort();
    std::vector<Step> steps;
    for (int i = 0; i < 60; ++i) steps.push_back(step(i));
    EpisodeEnd end;
    end.observation = {1.0f, 2.0f};
    end.state = {1.0, 2.0, 3.0};
    Update update;
    PolicyVersion policy;
    policy.weights.assign(200, 9);
    policy.theta = {0.5, 0.25};
    bool fine = true;
    for (std::int64_t episode = 1; episode <= 2; ++episode)
      fine = fine && store->beginEpisode({episode, 1, 0, 1}) && store->appendSteps(episode, steps) &&
             store->endEpisode(episode, end);
    fine = fine && store->addMark({0, 1, MarkKind::Paint, 3, 9, Verdict::Bad, "bad"}) &&
           store->addMark({0, 2, MarkKind::Cut, 20, 20, Verdict::Good, "split"}) && store->undoMark() &&
           store->setSetting(kNotesSetting, "n") && store->setSetting(kTagsSetting, "[\"a\"]") &&
           store->noteTrouble({RecordingTrouble::Kind::Late, 1, 0, 5, 2.0, "slow", ""});
    const auto begun = store->beginUpdate(update);
    if (!fine || !begun) std::abort();
    update.id = *begun;
    update.outcome = UpdateOutcome::NewPolicy;
    update.theta = policy.theta;
    if (!store->finishUpdate(update, &policy)) std::abort();
  }
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What `info` and `check` read, the window's reading, and the first writes.
void useEverything(const std::string& path, OpenMode mode) {
  static_cast<void>(matches(summarizeLesson(path), "tag:a b"));
  auto store = Store::open(path, mode);
  if (!store) return;
  if (const auto rows = store->episodes()) {
    for (const EpisodeRow& row : *rows) {
      static_cast<void>(store->track(row.start.episode).ok());
      static_cast<void>(store->state(row.start.episode, row.steps / 2).ok());
    }
  }
  static_cast<void>(store->policyVersions(true).ok());
  static_cast<void>(store->activeVersion().ok());
  static_cast<void>(store->troubles().ok());
  static_cast<void>(store->checkStructure().ok());
  static_cast<void>(store->contentHash().ok());
  if (mode == OpenMode::ReadOnly) return;
  static_cast<void>(store->redoMark().ok());
  static_cast<void>(store->closeUnfinishedEpisodes().ok());
  static_cast<void>(store->beginEpisode({1000, 1, 0, 1}).ok());
  static_cast<void>(store->appendSteps(1000, std::vector<Step>{step(0)}).ok());
}

using Bytes = std::vector<char>;

void spill(const std::string& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void use(const Bytes& bytes) {
  const std::string path = folder() + "/lesson.nudge";
  for (const OpenMode mode : {OpenMode::ReadOnly, OpenMode::ReadWrite}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder()))
      if (entry.path().filename() != "sound.nudge") std::filesystem::remove(entry.path());
    spill(path, bytes);
    useEverything(path, mode);
  }
}

/// A stretch of the file, short more often than long.
std::pair<std::size_t, std::size_t> stretch(Random& random, std::size_t size) {
  const std::size_t begin = random.index(size);
  const std::size_t longest = std::min<std::size_t>(size - begin, std::size_t{1} << random.index(14));
  return {begin, begin + 1 + random.index(longest)};
}

/// One change of a kind that disks, transfers and villains make.
void change(Bytes& bytes, const Bytes& other, Random& random) {
  if (bytes.size() < 2) return;
  const auto [begin, end] = stretch(random, bytes.size());
  const auto at = [&bytes](std::size_t place) { return bytes.begin() + static_cast<std::ptrdiff_t>(place); };
  constexpr char kTelling[] = {0, 1, 2, 3, 127, -128, -1};
  switch (random.index(8)) {
    case 0:
      return bytes.resize(begin);
    case 1:
      return std::fill(at(begin), at(end), static_cast<char>(0));
    case 2: {
      const Bytes piece(at(begin), at(end));
      bytes.insert(at(random.index(bytes.size())), piece.begin(), piece.end());
      return;
    }
    case 3:
      for (std::size_t i = begin; i < end && i < other.size(); ++i) bytes[i] = other[i];
      return;
    case 4:
      bytes[random.index(std::min<std::size_t>(bytes.size(), 200))] = kTelling[random.index(7)];
      return;
    case 5:
      bytes[begin] = kTelling[random.index(7)];
      return;
    case 6:
      bytes[begin] = static_cast<char>(bytes[begin] ^ (1 << random.index(8)));
      return;
    default:
      for (std::size_t i = begin; i < std::min(end, begin + 8); ++i)
        bytes[i] = static_cast<char>(random.index(256));
  }
}

std::vector<Bytes> corpus() {
  std::vector<Bytes> all{soundLesson()};
  for (const char* place : {"/tests/data", "/tests/data/fuzz"}) {
    std::error_code error;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(NUDGE_SOURCE_DIR) + place, error)) {
      if (!entry.is_regular_file() || entry.file_size() > (1u << 20)) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      all.push_back({std::istreambuf_iterator<char>(file), {}});
    }
  }
  return all;
}

}  // namespace

#ifdef NUDGE_LIBFUZZER

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t longest);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  use({data, data + size});
  return 0;
}

/// Our kinds of change beside libFuzzer's own.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t longest, unsigned int seed) {
  static const Bytes other = soundLesson();
  Random random(seed);
  if (random.index(2) == 0) return LLVMFuzzerMutate(data, size, longest);
  Bytes bytes(data, data + size);
  change(bytes, other, random);
  bytes.resize(std::min(bytes.size(), longest));
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}

#else

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const double seconds = std::atof(argv[1]);
  const std::uint64_t seed =
      argc > 2 ? std::strtoull(argv[2], nullptr, 10) : static_cast<std::uint64_t>(::getpid());
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed_s = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const std::vector<Bytes> all = corpus();
  Random random(seed);
  long inputs = 0;
  for (; elapsed_s() < seconds; ++inputs) {
    Bytes bytes = all[random.index(all.size())];
    const Bytes& other = all[random.index(all.size())];
    for (std::uint64_t changes = std::uint64_t{1} << random.index(7); changes > 0; --changes)
      change(bytes, other, random);
    spill("session_fuzz.input", bytes);
    ::alarm(20);
    use(bytes);
  }
  ::alarm(0);
  std::filesystem::remove("session_fuzz.input");
  std::printf("%ld inputs in %.0f s from %zu seeds (seed %llu): no crash, no hang\n", inputs, elapsed_s(),
              all.size(), static_cast<unsigned long long>(seed));
  return 0;
}

#endif
