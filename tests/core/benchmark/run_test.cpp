// A run of the benchmark learns with what fits its task.
#include <QTest>

#include "core/benchmark/run.h"
#include "core/learn/settings.h"

using namespace nudge;

namespace {

/// θ after one short round on highway, with these settings on top.
std::vector<double> thetaWith(std::vector<std::string> set) {
  RunSettings settings;
  settings.protocol = {150, 1};
  settings.evaluationEpisodes = 2;
  settings.evaluationSteps = 40;
  settings.set = {"updates_per_theta_step=30", "imagined_episodes=2", "base_task_tolerance=1"};
  settings.set.insert(settings.set.end(), set.begin(), set.end());
  const auto run = runBenchmark({"highway", "mereq", "paper", "synthetic", "prior", 3, settingsText(settings).value()},
                                [](const BenchmarkRound&) { return true; });
  return run ? run->rounds.back().theta : std::vector<double>();
}

}  // namespace

class TestBenchmarkRun : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void startsFromTheTasksDefaults() {
    const MereqSettings fitting = defaultsFor(makeTask("highway").value()->spec());
    const auto plain = thetaWith({});
    QVERIFY(!plain.empty());
    const auto number = [](double value) { return QString::number(value, 'g', 17).toStdString(); };
    QCOMPARE(thetaWith({"discount=" + number(fitting.discount), "alpha_hat=" + number(fitting.alphaHat),
                        "omega_prime=" + number(fitting.omegaPrime), "learning_rate=" + number(fitting.learningRate),
                        "target_rate=" + number(fitting.targetRate)}),
             plain);
    QVERIFY(thetaWith({"alpha_hat=0.5", "omega_prime=0.5"}) != plain);
  }
};

QTEST_GUILESS_MAIN(TestBenchmarkRun)
#include "run_test.moc"
