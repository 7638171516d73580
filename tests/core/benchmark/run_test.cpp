// A run of the benchmark learns with what fits its task, and its methods start from what they say.
#include <QTest>

#include "core/base/random.h"
#include "core/benchmark/judge.h"
#include "core/benchmark/run.h"
#include "core/learn/method.h"
#include "core/learn/settings.h"

using namespace nudge;

namespace {

/// The robot alone after one short round on highway, with these settings on top: Σ of rewards, steps.
std::vector<double> aloneWith(std::vector<std::string> set) {
  RunSettings settings;
  settings.protocol = {400, 1};
  settings.evaluationEpisodes = 4;
  settings.evaluationSteps = 40;
  settings.set = {"updates_per_theta_step=100", "imagined_episodes=2", "base_task_tolerance=1"};
  settings.set.insert(settings.set.end(), set.begin(), set.end());
  const auto run = runBenchmark({"highway", "mereq", "paper", "synthetic", "prior", 3, settingsText(settings).value()},
                                [](const BenchmarkRound&) { return true; });
  if (!run || run->rounds.back().theta[1] == 0.0) return {};  // it must have learned something
  const RobotAlone& alone = run->rounds.back().alone;
  return {alone.baseReward, alone.teacherReward};
}

/// Some network of this shape.
Mlp network(std::vector<int> sizes, Random& random) {
  std::vector<DenseLayer> layers;
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
    const auto draw = [&] { return static_cast<float>(random.uniform(-0.5, 0.5)); };
    DenseLayer layer;
    layer.weight = layer.weight.NullaryExpr(sizes[i + 1], sizes[i], draw);
    layer.bias = layer.bias.NullaryExpr(sizes[i + 1], draw);
    layers.push_back(std::move(layer));
  }
  return Mlp::fromLayers(std::move(layers)).value();
}

}  // namespace

class TestBenchmarkRun : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void startsFromTheTasksDefaults() {
    const MereqSettings fitting = defaultsFor(makeTask("highway").value()->spec());
    const auto plain = aloneWith({});
    QVERIFY(!plain.empty());
    const auto number = [](double value) { return QString::number(value, 'g', 17).toStdString(); };
    QCOMPARE(aloneWith({"discount=" + number(fitting.discount), "alpha_hat=" + number(fitting.alphaHat),
                        "omega_prime=" + number(fitting.omegaPrime), "learning_rate=" + number(fitting.learningRate),
                        "target_rate=" + number(fitting.targetRate)}),
             plain);
    QVERIFY(aloneWith({"omega_prime=1"}) != plain);
    QVERIFY(aloneWith({"learning_rate=0.1"}) != plain);
  }

  /// A reference is judged on the episodes of runs, too: the first ones of its round 0.
  void referencesAreJudgedOnTheEpisodesOfRuns() {
    RunSettings settings;
    settings.evaluationEpisodes = 300;
    settings.evaluationSteps = 40;
    const auto run = runBenchmark({"highway", kReferencePrior, "", "synthetic", "prior", 0, settingsText(settings).value()},
                                  [](const BenchmarkRound&) { return true; });
    QVERIFY(run.ok());
    std::vector<int> episodes;
    for (const BenchmarkRound& r : run->rounds) {
      QCOMPARE(r.round, int(episodes.size()));
      QVERIFY(!r.alone.features[0].histogram.empty());
      episodes.push_back(r.alone.episodes);
    }
    QCOMPARE(episodes, (std::vector<int>{500, 300, 200}));
    auto judge = Judge::create("highway", "synthetic").value();
    const auto prior = shippedPolicy("highway", "prior").value();
    QCOMPARE(run->rounds[2].alone.teacherReward, judge.alone(prior, 200, kAloneSeed, false)->teacherReward);
    QVERIFY(run->rounds[0].alone.teacherReward != run->rounds[2].alone.teacherReward);
  }

  /// A teacher that drives nearly always, for nothing, and otherwise than another expert would.
  void whatIsTakenOverForNothingIsNoSurprise() {
    auto judge = Judge::create("bottle", "synthetic:random=1").value();
    const auto taught = judge.teach(shippedPolicy("bottle", "expert").value(), 1, 1, 300, 3);
    QVERIFY(taught.ok());
    QVERIFY(taught->figures.rate() > 0.9);
    QVERIFY2(taught->figures.surprisingRate() < 0.1, qPrintable(QString::number(taught->figures.surprisingRate())));
  }

  /// Where a δ was first reached, too, although its curve was judged over more episodes of other seeds.
  void aDeltaIsJudgedOnTheSameEpisodes() {
    RunSettings settings;
    settings.protocol = {200, 1};
    settings.evaluationEpisodes = 2;
    settings.evaluationSteps = 400;
    settings.set = {"min_expert_steps=1000"};
    const auto run = runBenchmark({"highway", "mereq", "paper", "synthetic", "teacher", 1, settingsText(settings).value()},
                                  [](const BenchmarkRound&) { return true; });
    QVERIFY(run.ok());
    QCOMPARE(run->rounds.size(), std::size_t(2));
    QVERIFY(run->rounds[0].evaluated.rate() < kDeltas[0]);
    QCOMPARE(run->rounds[0].alone.episodes, 2);
    QCOMPARE(run->rounds[0].alone.teacherReward, run->rounds[1].alone.teacherReward);
  }

  void maxEntFtStartsFromAllNetworksOfAnEnsemble() {
    auto judge = Judge::create("highway", "synthetic").value();
    Random random(1);
    const auto net = [&](int hidden) { return network({judge.task().observationSize(), hidden, hidden + 1, 5}, random); };
    Policy prior;
    prior.actor = CategoricalPolicy::create({{net(6), 3.0F}, {net(9), -2.0F}, {net(4), 1.0F}}).value();
    auto round = judge.teach(prior, 1, 1, 60, 1).value();
    MereqSettings settings = defaultsFor(judge.task().spec());
    settings.thetaSteps = settings.updatesPerThetaStep = 1;
    settings.learningRate = 1e-7;
    settings.minExpertSteps = 0;
    const std::vector<double> theta{0.0, 0.5, 0.0};
    const MereqInput input{"highway", prior, prior, theta, std::move(round.episodes)};
    const auto started = learn("maxent-ft", input, settings, nullptr).value();
    CategoricalPolicy before = *input.prior.actor.categorical(), after = *started.policy.actor.categorical();
    QCOMPARE(started.policy.residualCritics.networks().size(), std::size_t(1));  // it did train
    for (const Step& step : input.episodes.front().steps) {
      std::vector<float> was(5), is(5);
      before.logProbabilities(step.observation, was);
      after.logProbabilities(step.observation, is);
      for (std::size_t i = 0; i < 5; ++i) QVERIFY2(std::abs(was[i] - is[i]) < 1e-3F, qPrintable(QString::number(is[i] - was[i])));
    }
  }
};

QTEST_GUILESS_MAIN(TestBenchmarkRun)
#include "run_test.moc"
