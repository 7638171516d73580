// The figures of taking over, as one table: the packets of a device to the command in the world, how late control ticks
// are, alone and beside a window that draws and a learner that trains, the step of the command at hand-over. Physics runs
// at 1 kHz. NUDGE_BENCH_SECONDS: length of each part, 60 unless told.
#include <QApplication>
#include <QProcess>
#include <QtTest>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <mujoco/mujoco.h>

#include "core/base/clock.h"
#include "core/engine/sim_thread.h"
#include "core/input/device_reader.h"
#include "tests/core/input/noise_player.h"
#include "tests/support/hand_policy.h"
#include "tests/support/hand_source.h"
#include "ui/scene/scene_frame.h"

using namespace nudge;

namespace {

struct Figures {
  double p50 = 0.0, p99 = 0.0, most = 0.0;
  explicit Figures(std::vector<double> values) {
    if (values.empty()) return;
    std::sort(values.begin(), values.end());
    p50 = values[values.size() / 2];
    p99 = values[std::min(values.size() - 1, values.size() * 99 / 100)];
    most = values.back();
  }
};

void row(const QString& what, const char* unit, const Figures& figures, double scale) {
  std::printf("| %-58s | %-5s | %8.2f | %8.2f | %8.2f |\n", qPrintable(what), unit, scale * figures.p50, scale * figures.p99,
              scale * figures.most);
}
void row(const QString& what, const char* unit, double value) {
  std::printf("| %-58s | %-5s | %8.3f |          |          |\n", qPrintable(what), unit, value);
}

/// The bottle with five physics steps of 1 ms where it has one of 5 ms, at the same control rate. Tells when commands
/// reach the world. Only what it tells is meant to be looked at: its controller still thinks in steps of 5 ms.
class KilohertzBottle : public Task {
 public:
  struct Command {
    double time_s = 0.0;
    float action = 0.0f;
  };
  static constexpr std::size_t kMostCommands = 4096;

  KilohertzBottle() : bottle_(makeTask("bottle").value()) {
    const_cast<mjModel&>(bottle_->model()).opt.timestep = 0.001;
    commands_.reserve(kMostCommands);
  }
  /// In order; after the simulation has stopped.
  const std::vector<Command>& commands() const { return commands_; }

  const TaskSpec& spec() const override { return bottle_->spec(); }
  void reset(std::uint64_t seed) override { bottle_->reset(seed); }
  void begin(std::span<const float> action) override {
    bottle_->begin(action);
    if (commands_.size() < kMostCommands && (commands_.empty() || commands_.back().action != action[0]))
      commands_.push_back({monotonic_s(), action[0]});
  }
  void advance(int substeps) override { bottle_->advance(5 * substeps); }
  StepOutcome end() override { return bottle_->end(); }
  void observe(std::span<float> observation) const override { bottle_->observe(observation); }
  void features(std::span<float> features) const override { bottle_->features(features); }
  EpisodeStatus status() const override { return bottle_->status(); }
  int stepIndex() const override { return bottle_->stepIndex(); }
  int stateSize() const override { return bottle_->stateSize(); }
  void save(std::span<double> state) const override { bottle_->save(state); }
  Status restore(std::span<const double> state) override { return bottle_->restore(state); }
  const mjModel_& model() const override { return bottle_->model(); }
  mjData_& data() override { return bottle_->data(); }
  const std::string& mjcf() const override { return bottle_->mjcf(); }
  void toolPosition(std::span<double, 3> p_WT) const override { bottle_->toolPosition(p_WT); }
  void toolVelocityToAction(std::span<const double, 3> v_W, std::span<float> action) const override {
    bottle_->toolVelocityToAction(v_W, action);
  }

 private:
  std::unique_ptr<Task> bottle_;
  std::vector<Command> commands_;
};

/// Is asked at every tick of the control loop, and notes when.
class TickProbe : public InputDevice {
 public:
  TickProbe() { times_s_.reserve(1 << 16); }
  const char* name() const override { return "probe"; }
  DeviceState poll(const DeviceView&) override { return {}; }
  std::uint32_t losses(double now_s) override {
    if (times_s_.size() < times_s_.capacity()) times_s_.push_back(now_s);
    return 0;
  }
  /// How late each tick was behind the deadlines that SimThread keeps, and how many deadlines were given up.
  std::pair<std::vector<double>, int> lateness(double period_s) const {
    constexpr double kForgiven_s = 0.1;
    std::vector<double> late_s;
    int skipped = 0;
    double deadline_s = times_s_.empty() ? 0.0 : times_s_.front();
    for (const double time_s : times_s_) {
      late_s.push_back(std::max(0.0, time_s - deadline_s));
      deadline_s += period_s;
      if (deadline_s + kForgiven_s < time_s) deadline_s = time_s, ++skipped;
    }
    return {late_s, skipped};
  }

 private:
  std::vector<double> times_s_;
};

/// Largest change between two control steps when the wheel passes to and from the teacher: of the commanded tool speed
/// and of the joints' speed.
struct HandOver {
  double take_m_s = 0.0, back_m_s = 0.0, take_rad_s = 0.0, back_rad_s = 0.0;
};

/// The robot pushes forward at 0.8 of its speed, the teacher takes it back at as much.
HandOver handOver(double takeOverRamp_s, double handBackRamp_s) {
  class Hand : public InputDevice {
   public:
    const char* name() const override { return "hand"; }
    DeviceState poll(const DeviceView& view) override { return {pulls, DeviceMode::Velocity, {-0.2, 0.0, 0.0}, view.now_s}; }
    bool pulls = false;
  } hand;
  auto task = makeTask("bottle").value();
  Task& world = *task;
  const double dt_s = 1.0 / world.spec().controlRate_hz, speed_m_s = world.spec().actionScale.front();
  auto policy = std::make_shared<Policy>(test::linearPolicy(world.observationSize(), world.actionSize(), 0.0f, 1.1f, -10.0f));
  SimLoopSettings settings;
  settings.slices = 1;
  settings.stochastic = settings.recording = false;
  settings.takeOver = {.handBackRamp_s = handBackRamp_s, .takeOverRamp_s = takeOverRamp_s};
  SimLoop loop(std::move(task), policy, 0, {&hand}, settings);
  const int joints = world.model().nu;
  std::vector<double> before(static_cast<std::size_t>(joints)), speeds(before);
  double command_m_s = 0.0;
  HandOver most;
  for (int i = 0; i < 60; ++i) {
    hand.pulls = i >= 20 && i < 40;
    loop.tick(i * dt_s);
    loop.frames().refresh();
    const double now_m_s = speed_m_s * static_cast<double>(loop.frames().front().action[0]);
    std::copy_n(world.data().qvel, joints, speeds.begin());
    double turned_rad_s = 0.0;
    for (int joint = 0; joint < joints; ++joint)
      turned_rad_s = std::max(turned_rad_s, std::abs(speeds[std::size_t(joint)] - before[std::size_t(joint)]));
    if (i >= 20 && i < 30) {
      most.take_m_s = std::max(most.take_m_s, std::abs(now_m_s - command_m_s));
      most.take_rad_s = std::max(most.take_rad_s, turned_rad_s);
    } else if (i >= 40 && i < 50) {
      most.back_m_s = std::max(most.back_m_s, std::abs(now_m_s - command_m_s));
      most.back_rad_s = std::max(most.back_rad_s, turned_rad_s);
    }
    command_m_s = now_m_s;
    before = speeds;
  }
  return most;
}

}  // namespace

class DevicesBench : public QObject {
  Q_OBJECT

  const double length_s_ = qEnvironmentVariable("NUDGE_BENCH_SECONDS", "60").toDouble();

 private Q_SLOTS:
  void initTestCase() {
    std::printf("\n| figure                                                     | unit  |      p50 |      p99 |      max "
                "|\n|---|---|---|---|---|\n");
  }

  void atRest() { run("nothing else runs", false); }
  void beside() { run("window draws, learner trains", true); }

  void onRecordedNoise() {
    constexpr double kTime_s = 10 * test::kMinute_s;
    int taken = 0;
    for (const char* noise : {"drift", "knocks", "twitches"}) taken += test::play(noise, kTime_s).takes;
    row(QStringLiteral("take-overs by nobody in 3 × 10 min of recorded noise"), "", taken);
    const test::Played pushes = test::play(QStringLiteral("pushes"), kTime_s);
    row(QStringLiteral("take-overs missed of %1 pushes").arg(pushes.pushes), "", pushes.pushes - pushes.takes);
    row(QStringLiteral("  the slowest of the others, from the first packet"), "ms", 1e3 * pushes.slowest_s);
  }

  void atHandOver() {
    for (const auto& [name, take_s, back_s] : {std::tuple{"with ramps", 0.1, 0.3}, std::tuple{"without", 0.0, 0.0}}) {
      const HandOver most = handOver(take_s, back_s);
      row(QStringLiteral("step of the command at take-over, %1").arg(name), "m/s", most.take_m_s);
      row(QStringLiteral("step of the command at hand-back, %1").arg(name), "m/s", most.back_m_s);
      row(QStringLiteral("step of the fastest joint at take-over, %1").arg(name), "rad/s", most.take_rad_s);
      row(QStringLiteral("step of the fastest joint at hand-back, %1").arg(name), "rad/s", most.back_rad_s);
    }
  }

 private:
  /// The whole chain in real time: single packets at odd times → reader → control loop → world.
  void run(const char* where, bool loaded) {
    LatestValue<RawInput> wire;
    ReaderThread reader(std::make_unique<test::HandSource>(wire));
    TickProbe probe;
    auto owned = std::make_unique<KilohertzBottle>();
    KilohertzBottle& world = *owned;
    const double control_s = 1.0 / world.spec().controlRate_hz;
    auto policy = std::make_shared<Policy>(test::linearPolicy(world.observationSize(), world.actionSize(), 0.0f));
    SimLoopSettings settings;
    settings.recording = false;
    SimThread sim(std::make_unique<SimLoop>(std::move(owned), policy, 0,
                                            std::vector<InputDevice*>{&reader.reader().device(), &probe}, settings));
    ReaderOrder order;
    order.settings.feel.frame = MoveFrame::World;
    order.settings.grip.mode = GripMode::Toggle;
    order.settings.buttons[0] = ButtonAction::TakeOver;
    reader.reader().orders().write(order);
    std::unique_ptr<SceneFrame> window = loaded ? std::make_unique<SceneFrame>(makeTask("bottle").value()) : nullptr;
    QTemporaryDir folder;
    QProcess learner;
    if (loaded) {
      window->resize(970, 680);
      window->show();
      QVERIFY(QTest::qWaitForWindowExposed(window.get()) && window->view());
      learner.start(QStringLiteral("nice"), {"-n", "10", QStringLiteral(NUDGE_BIN_DIR "/nudge-cli"), "train-prior", "bottle", "--steps", "100000000",
                                             "--out", folder.filePath(QStringLiteral("prior.safetensors"))});
    }
    RawInput raw;
    raw.connected = true;
    wire.write(raw);
    reader.start();
    const double period_s = sim.loop().slicePeriod_s();
    sim.start();
    QTest::qWait(loaded ? 3000 : 300);
    raw.buttons = 1;  // takes the wheel
    wire.write(raw);
    QTest::qWait(100);

    Random random(7);
    std::vector<double> sent_s;
    int drawn = 0;
    CommandLag told;
    for (const double end_s = monotonic_s() + length_s_; monotonic_s() < end_s;) {
      raw.axes[1] = 0.3 + 0.3 * std::fmod(0.618 * static_cast<double>(sent_s.size() + 1), 1.0);
      wire.write(raw);
      sent_s.push_back(monotonic_s());
      // One packet a command: the next one comes when this one must have been obeyed.
      for (const double next_s = sent_s.back() + random.uniform(2.0, 3.0) * control_s; monotonic_s() < next_s;) {
        QTest::qWait(4);
        if (!sim.loop().frames().refresh()) continue;
        const Frame& frame = sim.loop().frames().front();
        if (frame.lag.commands > 20) told = frame.lag;
        if (window) window->view()->showState(frame.state), ++drawn;
      }
    }
    if (loaded) QVERIFY2(learner.state() == QProcess::Running, learner.readAllStandardError().constData());
    const double fps = window ? window->view()->framesPerSecond() : 0.0;
    sim.stop();
    reader.stop();
    learner.kill();
    learner.waitForFinished();
    report(where, world.commands(), sent_s, control_s, told, fps);
    const auto [late_s, skipped] = probe.lateness(period_s);
    row(QStringLiteral("control tick behind its deadline, %1").arg(where), "ms", Figures(late_s), 1e3);
    row(QStringLiteral("  of %1 ticks, given up").arg(late_s.size()), "", skipped);
  }

  void report(const char* where, const std::vector<KilohertzBottle::Command>& commands, const std::vector<double>& sent_s,
              double control_s, const CommandLag& told, double fps) {
    std::vector<double> lags_s;
    std::size_t next = 0;
    for (const double sent : sent_s) {
      while (next < commands.size() && commands[next].time_s < sent) ++next;
      if (next < commands.size()) lags_s.push_back(commands[next].time_s - sent);
    }
    QVERIFY(lags_s.size() > sent_s.size() / 2);
    const Figures figures(lags_s);
    row(QStringLiteral("packet to command in the world, %1").arg(where), "ms", figures, 1e3);
    row(QStringLiteral("  wanted at p99: a control tick and 5 ms"), "ms", 1e3 * (control_s + 0.005));
    std::printf("| %-58s | %-5s | %8.2f | %8.2f |          |\n", "  as the program itself tells it (last episode)", "ms", 1e3 * told.median_s,
                1e3 * told.p99_s);
    if (fps > 0.0) row(QStringLiteral("  pictures a second meanwhile"), "", fps);
  }
};

QTEST_MAIN(DevicesBench)
#include "devices_bench.moc"
