// Ten hours of the bottle at 20 Hz in one file: how large, how soon open, how fast to seek, how much memory.
// Simulated episodes are repeated under new numbers, for their bits pack like any others. NUDGE_HOURS changes
// the length; NUDGE_KEEP names a path where the file stays.
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "core/sim/task.h"
#include "sessions/datasets/datasets.h"
#include "sessions/store.h"

using namespace nudge;

namespace {

constexpr int kSimulated = 30, kLength = 150, kChunk = 20;

struct Simulated {
  std::vector<Step> steps;
  EpisodeEnd end;
};

LessonInfo about(const Task& task) {
  LessonInfo info;
  info.task = task.spec().id;
  info.mjcf = task.mjcf();
  for (const Quantity& each : task.spec().observation) info.observation.push_back(each.name);
  for (const Quantity& each : task.spec().action) info.action.push_back(each.name);
  for (const Feature& each : task.spec().features) info.features.push_back(each.name);
  info.stateSize = task.stateSize();
  info.controlRate_hz = task.spec().controlRate_hz;
  return info;
}

/// The arm follows a velocity that wanders; the teacher drives a tenth of the time.
Simulated simulate(Task& task, std::uint64_t seed) {
  Simulated episode;
  Random random(seed);
  task.reset(seed);
  std::vector<float> action(static_cast<std::size_t>(task.actionSize()));
  for (int i = 0; i < kLength; ++i) {
    Step step;
    step.index = i;
    step.driver = i % 60 >= 40 && i % 60 < 46 ? Driver::Teacher : Driver::Robot;
    step.observation.resize(static_cast<std::size_t>(task.observationSize()));
    step.features.resize(static_cast<std::size_t>(task.featureCount()));
    step.state.resize(static_cast<std::size_t>(task.stateSize()));
    task.observe(step.observation);
    task.save(step.state);
    for (float& value : action) value = 0.9f * value + static_cast<float>(0.15 * random.normal());
    step.action = step.proposal = action;
    task.step(action);
    task.features(step.features);
    episode.steps.push_back(std::move(step));
  }
  episode.end.observation.resize(static_cast<std::size_t>(task.observationSize()));
  episode.end.state.resize(static_cast<std::size_t>(task.stateSize()));
  task.observe(episode.end.observation);
  task.save(episode.end.state);
  return episode;
}

/// "VmRSS" or "VmHWM" of this process, in MiB.
double memory_MiB(const char* what) {
  QFile file("/proc/self/status");
  if (!file.open(QFile::ReadOnly)) return -1.0;
  for (const QByteArray& line : file.readAll().split('\n'))
    if (line.startsWith(what)) return line.simplified().split(' ')[1].toDouble() / 1024.0;
  return -1.0;
}

double fileSize_MB(const QString& path) {
  return static_cast<double>(QFileInfo(path).size()) * 1e-6;
}

}  // namespace

class TenHoursBench : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void tenHours() {
    const QTemporaryDir folder;
    const QString kept = qEnvironmentVariable("NUDGE_KEEP");
    const QString path = kept.isEmpty() ? folder.filePath("ten-hours.nudge") : kept;
    const double hours =
        qEnvironmentVariableIsSet("NUDGE_HOURS") ? qEnvironmentVariable("NUDGE_HOURS").toDouble() : 10.0;
    const int episodes = static_cast<int>(hours * 3600.0 * 20.0 / kLength);
    auto task = makeTask("bottle");
    QVERIFY(task.ok());
    std::vector<Simulated> simulated;
    for (std::uint64_t seed = 1; seed <= kSimulated; ++seed) simulated.push_back(simulate(**task, seed));
    const std::string name = path.toStdString();

    QElapsedTimer clock;
    double slowestChunk_ms = 0.0, before_MiB = 0.0;
    {
      auto store = Store::create(name, about(**task), std::vector<std::uint8_t>(1000, 1));
      QVERIFY2(store.ok(), store.ok() ? "" : store.error().message.c_str());
      before_MiB = memory_MiB("VmRSS");
      clock.start();
      double time_s = 0.0;
      for (int number = 1; number <= episodes; ++number) {
        Simulated& one = simulated[static_cast<std::size_t>(number % kSimulated)];
        QVERIFY(store->beginEpisode({number, static_cast<std::uint64_t>(number), 0, 1 + number / 100}).ok());
        for (Step& step : one.steps) step.wallTime_s = time_s += 0.05;
        const std::span<const Step> steps(one.steps);
        for (int first = 0; first < kLength; first += kChunk) {
          QElapsedTimer chunk;
          chunk.start();
          const auto count = static_cast<std::size_t>(std::min(kChunk, kLength - first));
          QVERIFY(store->appendSteps(number, steps.subspan(static_cast<std::size_t>(first), count)).ok());
          slowestChunk_ms = std::max(slowestChunk_ms, static_cast<double>(chunk.nsecsElapsed()) * 1e-6);
        }
        QVERIFY(store->endEpisode(number, one.end).ok());
      }
    }
    const double steps = static_cast<double>(episodes) * kLength;
    qInfo("written: %.0f steps in %.1f s, slowest chunk %.1f ms, memory +%.1f MiB", steps,
          static_cast<double>(clock.elapsed()) * 1e-3, slowestChunk_ms, memory_MiB("VmRSS") - before_MiB);
    qInfo("size: %.1f MB, %.0f bytes a step (plain numbers alone: %d)", fileSize_MB(path),
          fileSize_MB(path) * 1e6 / steps,
          9 + 8 * (*task)->stateSize() +
              4 * ((*task)->observationSize() + 2 * (*task)->actionSize() + (*task)->featureCount()));

    for (int warm = 0; warm < 2; ++warm) {
      clock.start();
      auto store = Store::open(name, OpenMode::ReadWrite);
      QVERIFY(store.ok());
      const auto opened_ms = static_cast<double>(clock.nsecsElapsed()) * 1e-6;
      QCOMPARE(store->episodes()->size(), static_cast<std::size_t>(episodes));
      const auto listed_ms = static_cast<double>(clock.nsecsElapsed()) * 1e-6;
      QVERIFY(store->state(episodes, 0).ok());
      qInfo("%s: file open %.1f ms, episodes listed %.1f ms, first state %.1f ms", warm ? "warm" : "first",
            opened_ms, listed_ms, static_cast<double>(clock.nsecsElapsed()) * 1e-6);
    }
    seek(name, episodes);
    exports(name, folder);
  }

 private:
  void seek(const std::string& name, int episodes) {
    const auto store = Store::open(name, OpenMode::ReadOnly);
    QVERIFY(store.ok());
    Random random(7);
    std::vector<double> times_ms;
    for (int i = 0; i < 2000; ++i) {
      const auto episode = static_cast<std::int64_t>(1 + random.index(static_cast<std::uint64_t>(episodes)));
      const int step = static_cast<int>(random.index(kLength));
      QElapsedTimer clock;
      clock.start();
      QVERIFY(store->state(episode, step).ok());
      times_ms.push_back(static_cast<double>(clock.nsecsElapsed()) * 1e-6);
    }
    std::sort(times_ms.begin(), times_ms.end());
    qInfo("seek to a random moment: median %.3f ms, 99 %% %.3f ms, slowest %.3f ms", times_ms[1000],
          times_ms[1980], times_ms.back());
  }

  void exports(const std::string& name, const QTemporaryDir& folder) {
    const auto store = Store::open(name, OpenMode::ReadOnly);
    QVERIFY(store.ok());
    for (const auto& [format, file] :
         {std::pair{DatasetFormat::Csv, "out.csv"}, {DatasetFormat::Hdf5, "out.hdf5"}}) {
      const double before_MiB = memory_MiB("VmRSS");
      QElapsedTimer clock;
      clock.start();
      const auto counts = exportDataset(*store, format, folder.filePath(file).toStdString());
      QVERIFY2(counts.ok(), counts.ok() ? "" : counts.error().message.c_str());
      qInfo("export to %s: %.1f s, %.1f MB, memory +%.1f MiB", file,
            static_cast<double>(clock.elapsed()) * 1e-3, fileSize_MB(folder.filePath(file)),
            memory_MiB("VmRSS") - before_MiB);
      QFile::remove(folder.filePath(file));
    }
  }
};

QTEST_GUILESS_MAIN(TenHoursBench)
#include "ten_hours_bench.moc"
