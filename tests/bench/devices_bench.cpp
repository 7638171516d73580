// The figures of taking over, as one table: run it alone on an idle machine, and again beside a load.
// A packet waits for the next control step first; that wait is not in the age and has a row of its own.
#include <QtTest>
#include <algorithm>
#include <cstdio>

#include "core/base/clock.h"
#include "core/engine/sim_thread.h"
#include "core/input/device_reader.h"
#include "tests/core/input/device_noise.h"
#include "tests/support/hand_policy.h"
#include "tests/support/hand_source.h"

using namespace nudge;

namespace {

constexpr double kLookEvery_s = 0.004;

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

void row(const char* what, const char* unit, const Figures& figures, double scale) {
  std::printf("| %-44s | %-5s | %8.2f | %8.2f | %8.2f |\n", what, unit, scale * figures.p50,
              scale * figures.p99, scale * figures.most);
}
void row(const char* what, const char* unit, double value) {
  std::printf("| %-44s | %-5s | %8.3f |          |          |\n", what, unit, value);
}

/// Take-overs in ten minutes of noise, and true pushes missed out of `pushes`.
std::pair<int, int> onNoise(int pushes) {
  const GripSettings settings;
  Random random(8);
  const auto run = [&](auto&& axesAt, double time_s) {
    Grip grip;
    GripInput input;
    input.connected = true;
    int takes = 0;
    bool engaged = false;
    for (double t_s = 0.0; t_s < time_s; t_s += kLookEvery_s) {
      const Axes axes = axesAt(t_s);
      if (axes != input.axes) input.change_s = t_s;
      input.axes = axes;
      grip.update(settings, input, t_s);
      takes += grip.engaged() && !engaged;
      engaged = grip.engaged();
    }
    return takes;
  };
  const int taken = run(
      [&](double t_s) {
        const double since_s = std::fmod(t_s, 1.7);
        return test::sum(test::drift(t_s, random),
                         test::knock(since_s, 9.0 + 11.0 * std::fmod(t_s, 0.97), 0.8));
      },
      600.0);
  int missed = 0;
  for (int i = 0; i < pushes; ++i) {
    const double strength = random.uniform(0.3, 1.0);
    missed += run([&](double t_s) { return test::push(t_s - 0.5, 1.0, strength, random); }, 2.0) != 1;
  }
  return {taken, missed};
}

/// Largest change of the command between two control steps when the wheel passes to and from the teacher.
std::pair<double, double> handOver(double takeOverRamp_s, double handBackRamp_s, double robot,
                                   double teacher) {
  constexpr double kDt = 0.05;
  TakeOver arbiter({.handBackRamp_s = handBackRamp_s, .takeOverRamp_s = takeOverRamp_s});
  double last = robot, take = 0.0, back = 0.0;
  for (int i = 0; i < 60; ++i) {
    const double now_s = i * kDt;
    const DeviceState state{i >= 20 && i < 40, DeviceMode::Velocity, {teacher, 0.0, 0.0}, now_s};
    const TakeOverDecision decision = arbiter.decide({&state, 1}, now_s, kDt);
    const double command =
        decision.teacherShare * decision.state.value[0] + (1.0 - decision.teacherShare) * robot;
    (i < 40 ? take : back) = std::max(i < 40 ? take : back, std::abs(command - last));
    last = command;
  }
  return {take, back};
}

}  // namespace

class DevicesBench : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void table() {
    std::printf(
        "\n| figure                                       | unit  |      p50 |      p99 |      max "
        "|\n|---|---|---|---|---|\n");
    packetToCommand();
    const auto [taken, missed] = onNoise(200);
    row("false take-overs in 10 min of drift and knocks", "", taken);
    row("true pushes missed, of 200", "", missed);
    for (const auto& [name, take_s, back_s] :
         {std::tuple{"with ramps", 0.1, 0.3}, std::tuple{"without ramps", 0.0, 0.0}}) {
      const auto [take, back] = handOver(take_s, back_s, 0.2, -0.2);
      row(qPrintable(QString("step of the command at take-over, %1").arg(name)), "m/s", take);
      row(qPrintable(QString("step of the command at hand-back, %1").arg(name)), "m/s", back);
    }
    QCOMPARE(taken, 0);
    QCOMPARE(missed, 0);
  }

 private:
  /// The whole chain in real time for 20 s: a source that moves at 125 Hz → reader → simulation of the bottle.
  void packetToCommand() {
    LatestValue<RawInput> wire;
    ReaderThread thread(std::make_unique<test::HandSource>(wire));
    SimLoopSettings settings;
    settings.recording = false;
    auto task = makeTask("bottle");
    QVERIFY(task.ok());
    const int observations = (*task)->observationSize(), actions = (*task)->actionSize();
    const double tick_s = 1.0 / (*task)->spec().controlRate_hz;
    auto policy = std::make_shared<Policy>(test::linearPolicy(observations, actions, 0.0f));
    SimThread sim(std::make_unique<SimLoop>(std::move(task).value(), policy, 0,
                                            std::vector<InputDevice*>{&thread.reader().device()}, settings));
    ReaderOrder order;
    order.settings.feel.sensitivity = 0.1;
    thread.reader().orders().write(order);
    RawInput raw;
    raw.connected = true;
    wire.write(raw);
    thread.start();
    sim.start();
    QTest::qWait(200);
    std::vector<double> lags_s;
    double before_s = -1.0;
    for (int i = 0; i < 2500; ++i) {
      raw.axes[1] = 0.5 + 0.001 * (i % 50);
      wire.write(raw);
      QTest::qWait(8);
      if (!sim.loop().frames().refresh()) continue;
      const Frame& frame = sim.loop().frames().front();
      if (frame.driver == Driver::Teacher && frame.commandLag_s != before_s)
        lags_s.push_back(before_s = frame.commandLag_s);
    }
    sim.stop();
    thread.stop();
    QVERIFY(lags_s.size() > 100);
    const Figures figures(lags_s);
    row("age of the newest packet when it is obeyed", "ms", figures, 1e3);
    row("  beside it: wait for a control step, at most", "ms", 1e3 * tick_s);
    QVERIFY2(figures.p99 <= tick_s + 0.005, qPrintable(QString::number(figures.p99)));
  }
};

QTEST_GUILESS_MAIN(DevicesBench)
#include "devices_bench.moc"
