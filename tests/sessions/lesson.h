// A small lesson for tests: made-up numbers that are different everywhere, so that mixing any two up shows.
#pragma once

#include <QtTest>
#include <cmath>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "sessions/store.h"

namespace nudge::test {

inline LessonInfo lessonInfo() {
  LessonInfo info;
  info.task = "bottle";
  info.mjcf = "<mujoco model=\"bottle\"/>";
  info.mujocoVersion = "2.2.2";
  info.nudgeVersion = "0.1.0";
  info.seed = 0xFEDCBA9876543210u;
  info.controlRate_hz = 20.0;
  info.observation = {"tool_x", "tool_y", "tool_z", "bottle_x"};
  info.action = {"vx", "vy"};
  info.features = {"goal", "height", "spé\"cial"};
  info.stateSize = 5;
  info.teacher = "synthetic";
  info.created = "2024-01-02T03:04:05Z";
  return info;
}

inline std::vector<std::uint8_t> weights(std::uint64_t seed = 1) {
  Random random(seed);
  std::vector<std::uint8_t> bytes(3000);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.index(256));
  return bytes;
}

template <typename T>
std::vector<T> numbers(Random& random, std::size_t count) {
  std::vector<T> values(count);
  for (T& value : values) value = static_cast<T>(random.normal());
  return values;
}

/// Step `index` of episode `episode`; the teacher drives steps 6 to 9 of every 15.
inline Step step(std::int64_t episode, int index) {
  Random random(deriveSeed(static_cast<std::uint64_t>(episode), static_cast<std::uint64_t>(index)));
  Step step;
  step.index = index;
  step.wallTime_s = 100.0 * static_cast<double>(episode) + 0.05 * index;
  step.driver = index % 15 >= 6 && index % 15 < 10 ? Driver::Teacher : Driver::Robot;
  step.observation = numbers<float>(random, 4);
  step.proposal = numbers<float>(random, 2);
  step.action = numbers<float>(random, 2);
  step.features = numbers<float>(random, 3);
  step.state = numbers<double>(random, 5);
  return step;
}

inline std::vector<Step> steps(std::int64_t episode, int begin, int end) {
  std::vector<Step> result;
  for (int i = begin; i < end; ++i) result.push_back(step(episode, i));
  return result;
}

inline EpisodeEnd episodeEnd() {
  EpisodeEnd end;
  end.outcome = EpisodeOutcome::TimeLimit;
  end.success = true;
  end.maxTilt_rad = 0.125;
  end.observation = {1.5f, -2.5f, 3.5f, -0.0f};
  end.state = {0.1, 0.2, 0.3, std::nextafter(0.4, 1.0), -0.0};
  return end;
}

inline EpisodeStart episodeStart(std::int64_t episode) {
  return {episode, 0x8000000000000000u + static_cast<std::uint64_t>(episode), 0, 1};
}

/// Records whole episodes 1…count of `length` steps each, in chunks of 20.
inline Status recordEpisodes(Store& store, int count, int length) {
  for (int episode = 1; episode <= count; ++episode) {
    if (const Status begun = store.beginEpisode(episodeStart(episode)); !begun) return begun;
    for (int first = 0; first < length; first += 20)
      if (const Status stored =
              store.appendSteps(episode, steps(episode, first, std::min(first + 20, length)));
          !stored)
        return stored;
    if (const Status ended = store.endEpisode(episode, episodeEnd()); !ended) return ended;
  }
  return {};
}

}  // namespace nudge::test

/// Fails the test with the message of a failed Result.
#define VERIFY_OK(result)                                                        \
  do {                                                                           \
    const auto& checked = (result);                                              \
    QVERIFY2(checked.ok(), checked.ok() ? "" : checked.error().message.c_str()); \
  } while (false)
/// The Result must have failed with this code, in a whole sentence.
#define VERIFY_FAILS(result, expectedCode)                                                       \
  do {                                                                                           \
    const auto& checked = (result);                                                              \
    QVERIFY2(!checked.ok(), "it did not fail");                                                  \
    if (checked.error().code != (expectedCode)) qWarning("%s", checked.error().message.c_str()); \
    QCOMPARE(static_cast<int>(checked.error().code), static_cast<int>(expectedCode));            \
    QVERIFY2(QString::fromStdString(checked.error().message).endsWith('.'),                      \
             checked.error().message.c_str());                                                   \
  } while (false)
