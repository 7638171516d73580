// Writes the fixtures that lie beside this file: make_device_noise FOLDER. They come from the models of
// tests/core/input/device_noise.h and a seed, in the form a SpaceMouse's recording would have: no real device was
// at hand. A line is a packet: time in ms, six axes in counts (350 is the end stop), 1 while a hand pushes. As with a
// real device there is a packet every 16 ms, and none while nothing changes.
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>

#include "core/input/spacemouse.h"
#include "tests/core/input/device_noise.h"

using namespace nudge;

namespace {

constexpr int kPacket_ms = 16, kLength_ms = 60'000;

struct Moment {
  Axes axes{};
  bool hand = false;
};

bool write(const std::string& path, const std::function<Moment(double)>& at) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (!file) return false;
  std::fprintf(file, "ms,right,forward,up,tilt_forward,tilt_sideways,turn,hand\n");
  std::array<long, kAxes> before{};
  bool handBefore = false;
  for (int ms = 0; ms < kLength_ms; ms += kPacket_ms) {
    const Moment moment = at(1e-3 * ms);
    std::array<long, kAxes> counts;
    for (std::size_t i = 0; i < kAxes; ++i) counts[i] = std::lround(SpaceMouse::kFullWay * moment.axes[i]);
    if (ms > 0 && counts == before && moment.hand == handBefore) continue;
    std::fprintf(file, "%d", ms);
    for (const long count : counts) std::fprintf(file, ",%ld", count);
    std::fprintf(file, ",%d\n", moment.hand ? 1 : 0);
    before = counts;
    handBefore = moment.hand;
  }
  return std::fclose(file) == 0;
}

/// Something that happens at times of its own: when it last began, and how it went that time.
struct Event {
  double begin_s = -9.0, next_s = 0.5, length_s = 0.0, strength = 0.0, frequency_hz = 0.0;
  bool due(double t_s) const { return t_s >= next_s; }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string folder = std::string(argv[1]) + "/";
  Random random(20);
  Event knock, twitch, push;
  const bool written =
      write(folder + "drift.csv", [&](double t_s) { return Moment{test::drift(t_s, random)}; }) &&
      write(folder + "knocks.csv",
            [&](double t_s) {
              if (knock.due(t_s)) {
                knock = {t_s, t_s + random.uniform(0.6, 2.0), 0.0, random.uniform(0.2, 0.9), random.uniform(9.0, 20.0)};
              }
              return Moment{test::knock(t_s - knock.begin_s, knock.frequency_hz, knock.strength)};
            }) &&
      write(folder + "twitches.csv",
            [&](double t_s) {
              if (twitch.due(t_s)) twitch = {t_s, t_s + random.uniform(0.4, 1.5), random.uniform(0.004, 0.06), random.uniform(0.3, 1.0)};
              return Moment{test::twitch(t_s - twitch.begin_s, twitch.length_s, twitch.strength)};
            }) &&
      write(folder + "pushes.csv", [&](double t_s) {
        if (push.due(t_s)) {
          const double length_s = random.uniform(0.4, 1.6);
          push = {t_s, t_s + length_s + random.uniform(0.8, 1.4), length_s, random.uniform(0.35, 1.0) * (random.uniform() < 0.5 ? -1 : 1)};
        }
        const double since_s = t_s - push.begin_s;
        return Moment{test::sum(test::drift(t_s, random, 0.06), test::push(since_s, push.length_s, push.strength, random)),
                      since_s >= 0.0 && since_s <= push.length_s};
      });
  return written ? 0 : 2;
}
