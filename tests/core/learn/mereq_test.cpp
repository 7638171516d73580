// The update as a whole, on the bottle.
#include <QtTest>
#include <chrono>
#include <cmath>
#include <map>
#include <set>

#include "core/learn/irl.h"
#include "core/learn/method.h"

using namespace nudge;

namespace {

/// A policy for the bottle that only matters by its size.
Policy smallPolicy(int actions = 3) {
  std::vector<DenseLayer> layers(2);
  layers[0].weight.setConstant(8, 16, 0.01f);
  layers[0].bias.setZero(8);
  layers[1].weight.setConstant(2 * actions, 8, 0.01f);
  layers[1].bias.setConstant(2 * actions, -0.5f);
  Policy policy;
  policy.actor = GaussianPolicy::create(Mlp::fromLayers(layers).value(), -2.3f, 1.0f).value();
  policy.info["task"] = "bottle";
  return policy;
}

MereqSettings quick() {
  MereqSettings settings;
  settings.updatesPerThetaStep = 20;
  settings.imaginedSteps = 150;
  settings.imaginedEpisodes = 2;
  settings.minExpertSteps = 5;
  settings.foresightUpdates = 50;
  return settings;
}

/// One recorded episode of `policy`; the teacher, if any, drives the last half.
LessonEpisode record(Task& task, const Policy& policy, std::int64_t number, const std::vector<float>* taught) {
  LessonEpisode episode;
  episode.number = number;
  Random random(deriveSeed(9, static_cast<std::uint64_t>(number)));
  Actor actor = policy.actor;
  task.reset(static_cast<std::uint64_t>(number));
  std::vector<Driver> drivers;
  for (int i = 0; i < 60; ++i) {
    Step step;
    step.index = i;
    step.observation.resize(16);
    step.proposal.resize(3);
    step.features.resize(4);
    step.state.resize(static_cast<std::size_t>(task.stateSize()));
    task.observe(step.observation);
    task.save(step.state);
    actor.sample(step.observation, random, step.proposal);
    step.driver = taught && i >= 30 ? Driver::Teacher : Driver::Robot;
    step.action = step.driver == Driver::Teacher ? *taught : step.proposal;
    task.step(step.action);
    task.features(step.features);
    drivers.push_back(step.driver);
    episode.steps.push_back(std::move(step));
  }
  episode.finalObservation.resize(16);
  task.observe(episode.finalObservation);
  episode.segments = makeSegments(drivers, 10, {});
  return episode;
}

}  // namespace

class MereqTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init() { task_ = makeTask("bottle").value(); }

  void goodStepsCountOnlyFromTheNewestRound() {
    const Policy policy = smallPolicy();
    const std::vector<float> down{0.0f, 0.0f, -1.0f};
    std::vector<LessonEpisode> lesson{record(*task_, policy, 1, &down), record(*task_, policy, 2, &down)};
    lesson[1].round = 2;
    const auto demos = demonstrations(lesson, MereqSettings());
    int expert = 0, good = 0;
    for (const Demonstration& demo : demos) {
      demo.expert ? ++expert : ++good;
      QVERIFY(demo.expert || demo.episode->number == 2);
    }
    QCOMPARE(expert, 2);
    QCOMPARE(good, 1);
  }

  /// Rounds in which nobody took over do not make what was taught before them older.
  void olderRoundsThatWereTaughtCountLess() {
    const Policy policy = smallPolicy();
    const std::vector<float> down{0.0f, 0.0f, -1.0f};
    std::vector<LessonEpisode> lesson;
    for (int round = 1; round <= 5; ++round) {
      const bool quiet = round == 2 || round == 3 || round == 5;
      lesson.push_back(record(*task_, policy, round, quiet ? nullptr : &down));
      lesson.back().round = round;
    }
    const auto expertWeights = [&](double memory) {
      MereqSettings settings;
      settings.memory = memory;
      std::map<int, double> byRound;
      for (const Demonstration& demo : demonstrations(lesson, settings)) {
        if (demo.expert) byRound[demo.episode->round] = demo.weight;
        else if (demo.weight != settings.goodWeight) byRound[-1] = demo.weight;
      }
      return byRound;
    };
    QCOMPARE(expertWeights(1.0), (std::map<int, double>{{1, 1.0}, {4, 1.0}}));
    QCOMPARE(expertWeights(0.5), (std::map<int, double>{{1, 0.5}, {4, 1.0}}));
    QCOMPARE(expertWeights(0.0), (std::map<int, double>{{4, 1.0}}));
  }

  void nothingToCorrectLeavesThePolicyBitForBit() {
    const Policy policy = smallPolicy();
    MereqInput input{"bottle", policy, policy, std::vector<double>(4, 0.0), {}};
    for (int i = 1; i <= 3; ++i) input.episodes.push_back(record(*task_, policy, i, nullptr));
    auto result = mereqUpdate(input, quick(), nullptr);
    QVERIFY2(result.ok(), result.ok() ? "" : result.error().message.c_str());
    QCOMPARE(result->outcome, MereqOutcome::NothingToCorrect);
    QCOMPARE(serializePolicy(result->policy), serializePolicy(policy));
    QCOMPARE(result->theta, std::vector<double>(4, 0.0));
  }

  /// Somebody who lets the robot learn after every short correction is heard in the end.
  void fewStepsWaitForMore() {
    const Policy policy = smallPolicy();
    const std::vector<float> up{0.0f, 0.0f, 1.0f};
    MereqInput input{"bottle", policy, policy, std::vector<double>(4, 0.0), {}};
    MereqSettings settings = quick();
    settings.minExpertSteps = 50;
    settings.baseTaskTolerance = 1.0;
    input.episodes.push_back(record(*task_, policy, 1, &up));  // 30 steps of the teacher's
    auto first = mereqUpdate(input, settings, nullptr);
    QVERIFY(first.ok());
    QCOMPARE(first->outcome, MereqOutcome::NothingToCorrect);
    QVERIFY(first->message.find("50 steps") != std::string::npos && first->message.find("30 so far") != std::string::npos);
    input.episodes.push_back(record(*task_, policy, 2, &up));
    input.episodes.back().round = 2;
    auto second = mereqUpdate(input, settings, nullptr);
    QVERIFY(second.ok() && second->outcome == MereqOutcome::NewPolicy && second->theta[3] > 0.05);
    input.learnedRound = 1;
    auto rests = mereqUpdate(input, settings, nullptr);
    QVERIFY(rests.ok() && rests->outcome == MereqOutcome::NothingToCorrect);
  }

  void sameSeedSameResult() {
    const Policy policy = smallPolicy();
    const std::vector<float> up{0.0f, 0.0f, 1.0f};
    MereqInput input{"bottle", policy, policy, std::vector<double>(4, 0.0), {}};
    for (int i = 1; i <= 4; ++i) input.episodes.push_back(record(*task_, policy, i, &up));
    MereqSettings settings = quick();
    settings.baseTaskTolerance = 1.0;  // the policy here does not do the task at all
    auto a = mereqUpdate(input, settings, nullptr), b = mereqUpdate(input, settings, nullptr);
    QVERIFY(a.ok() && b.ok());
    QCOMPARE(a->outcome, MereqOutcome::NewPolicy);
    QCOMPARE(a->theta, b->theta);
    QVERIFY(a->theta[3] > 0.05);  // the teacher went up
    QCOMPARE(serializePolicy(a->policy), serializePolicy(b->policy));
    QVERIFY(serializePolicy(a->policy) != serializePolicy(policy));
    QCOMPARE(a->policy.residualCritics.networks().size(), 2u);
  }

  void anUpdateThatLosesTheBaseTaskIsEnded_data() {
    QTest::addColumn<bool>("priorDoesIt");
    QTest::addColumn<bool>("currentDoesIt");
    QTest::newRow("lost") << true << false;
    QTest::newRow("kept") << true << true;
    QTest::newRow("there was nothing to lose") << false << false;
  }
  void anUpdateThatLosesTheBaseTaskIsEnded() {
    QFETCH(bool, priorDoesIt);
    QFETCH(bool, currentDoesIt);
    const Policy able = shippedPolicy("bottle", "prior").value(), unable = smallPolicy();
    const std::vector<float> up{0.0f, 0.0f, 1.0f};
    MereqInput input{"bottle", priorDoesIt ? able : unable, currentDoesIt ? able : unable, std::vector<double>(4, 0.0), {}};
    for (int i = 1; i <= 4; ++i) input.episodes.push_back(record(*task_, input.current, i, &up));
    MereqSettings settings = quick();
    settings.foresightUpdates = 20;
    auto result = mereqUpdate(input, settings, nullptr);
    QVERIFY2(result.ok(), result.ok() ? "" : result.error().message.c_str());
    const bool lost = priorDoesIt && !currentDoesIt;
    QCOMPARE(result->outcome, lost ? MereqOutcome::BaseTaskKept : MereqOutcome::NewPolicy);
    QCOMPARE(serializePolicy(result->policy) == serializePolicy(input.current), lost);
    QCOMPARE(result->theta == input.theta, lost);
    QCOMPARE(result->report.newSuccess > 0.9, currentDoesIt);
    QCOMPARE(result->report.priorSuccess.has_value(), !priorDoesIt);  // of two episodes one success settles it, one failure does not
  }

  void everyMethodLearnsFromALesson_data() {
    QTest::addColumn<QString>("method");
    for (const MethodInfo& info : methods()) QTest::newRow(info.id.c_str()) << QString::fromStdString(info.id);
  }
  void everyMethodLearnsFromALesson() {
    QFETCH(QString, method);
    const Policy policy = smallPolicy();
    const std::vector<float> up{0.0f, 0.0f, 1.0f};
    MereqInput input{"bottle", policy, policy, std::vector<double>(4, 0.0), {}};
    for (int i = 1; i <= 4; ++i) input.episodes.push_back(record(*task_, policy, i, &up));
    MereqSettings settings = quick();
    settings.updatesPerThetaStep = settings.successorUpdates = 50;
    settings.baseTaskTolerance = 1.0;  // the policy here does not do the task at all
    for (int update = 0; update < 2; ++update) {
      auto result = learn(method.toStdString(), input, settings, nullptr);
      QVERIFY2(result.ok(), result.ok() ? "" : result.error().message.c_str());
      QCOMPARE(result->outcome, MereqOutcome::NewPolicy);
      QVERIFY(serializePolicy(result->policy) != serializePolicy(policy));
      QCOMPARE(result->policy.info["method"], method.toStdString());
      QCOMPARE(result->report.expertSteps, 4 * 30);
      for (const double t : result->theta) QVERIFY(std::isfinite(t));
      input.current = result->policy;
      input.theta = result->theta;
    }
    auto again = learn(method.toStdString(), input, settings, nullptr), same = learn(method.toStdString(), input, settings, nullptr);
    QCOMPARE(serializePolicy(again->policy), serializePolicy(same->policy));
    auto stopped = learn(method.toStdString(), input, settings, [](const LearnProgress&) { return false; });
    QVERIFY(!stopped.ok());
    QCOMPARE(stopped.error().code, ErrorCode::Cancelled);
  }

  void withoutTakeOversNoMethodChangesThePrior_data() { everyMethodLearnsFromALesson_data(); }
  void withoutTakeOversNoMethodChangesThePrior() {
    QFETCH(QString, method);
    const Policy policy = smallPolicy();
    MereqInput input{"bottle", policy, policy, std::vector<double>(4, 0.0), {}};
    for (int i = 1; i <= 3; ++i) input.episodes.push_back(record(*task_, policy, i, nullptr));
    auto result = learn(method.toStdString(), input, quick(), nullptr);
    QVERIFY2(result.ok(), result.ok() ? "" : result.error().message.c_str());
    QCOMPARE(result->outcome, MereqOutcome::NothingToCorrect);
    QCOMPARE(serializePolicy(result->policy), serializePolicy(policy));
    QCOMPARE(result->theta, input.theta);
  }

  /// Weights and critics of the whole reward say nothing to a method that learns what comes on top of the prior's, nor the other
  /// way round, nor those of the lesson that a prior comes from.
  void whatMeansSomethingElseIsNotContinued_data() {
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("method");
    QTest::addColumn<bool>("isPrior");
    QTest::addColumn<bool>("goesOn");
    QTest::newRow("another residual method") << "nudge" << "mereq" << false << true;
    QTest::newRow("another method of the whole reward") << "maxent" << "maxent-ft" << false << true;
    QTest::newRow("residual, then whole") << "mereq" << "maxent" << false << false;
    QTest::newRow("residual, then whole from the prior") << "mereq" << "maxent-ft" << false << false;
    QTest::newRow("whole, then residual") << "maxent-ft" << "mereq" << false << false;
    QTest::newRow("a prior from another lesson") << "mereq" << "mereq" << true << false;
  }
  void whatMeansSomethingElseIsNotContinued() {
    QFETCH(QString, before);
    QFETCH(QString, method);
    QFETCH(bool, isPrior);
    QFETCH(bool, goesOn);
    const Policy prior = smallPolicy();
    const std::vector<float> up{0.0f, 0.0f, 1.0f};
    MereqInput input{"bottle", prior, prior, std::vector<double>(4, 0.0), {}};
    for (int i = 1; i <= 4; ++i) input.episodes.push_back(record(*task_, prior, i, &up));
    MereqSettings settings = quick();
    settings.baseTaskTolerance = 1.0;
    auto first = learn(before.toStdString(), input, settings, nullptr);
    QVERIFY(first.ok() && first->outcome == MereqOutcome::NewPolicy);
    input.current = first->policy;
    if (isPrior) input.prior = input.current;
    input.theta.assign(4, 3.0);
    std::set<std::string> stages;
    const auto second = learn(method.toStdString(), input, settings, [&](const LearnProgress& p) { return stages.insert(p.stage), true; });
    QVERIFY2(second.ok(), second.ok() ? "" : second.error().message.c_str());
    QCOMPARE(second->outcome, MereqOutcome::NewPolicy);
    for (const double t : second->theta) QVERIFY2((t > 1.5) == goesOn, qPrintable(QString::number(t)));  // no update moves it by more than 1
    QCOMPARE(stages.count("foreseeing") == 0, goesOn);  // critics of its own know already
    QCOMPARE(second->message.starts_with("Began anew"), !goesOn && !isPrior);
  }

  void ofAVeryLongCorrectionTheBeginningCounts() {
    const Policy policy = smallPolicy();
    const std::vector<float> up{0.0f, 0.0f, 1.0f};
    const std::vector<LessonEpisode> lesson{record(*task_, policy, 1, &up)};
    MereqSettings settings;
    settings.imaginedSteps = 20;
    const auto demos = demonstrations(lesson, settings);
    const auto taught = std::find_if(demos.begin(), demos.end(), [](const Demonstration& demo) { return demo.expert; });
    QVERIFY(taught != demos.end());
    QCOMPARE(taught->begin, 30);
    QCOMPARE(taught->end, 50);
  }

  /// However often the learner asks whether to go on.
  void progressIsCalm() {
    const Policy policy = smallPolicy();
    const std::vector<float> up{0.0f, 0.0f, 1.0f};
    MereqInput input{"bottle", policy, policy, std::vector<double>(4, 0.0), {}};
    for (int i = 1; i <= 4; ++i) input.episodes.push_back(record(*task_, policy, i, &up));
    const auto start = std::chrono::steady_clock::now();
    int calls = 0, stages = 0;
    std::string stage;
    double fraction = 0.0;
    bool forward = true;
    QVERIFY(learn("mereq", input, quick(), [&](const LearnProgress& p) {
              ++calls;
              if (p.stage != stage) ++stages;
              stage = p.stage;
              forward = forward && p.fraction >= fraction && p.fraction <= 1.0;
              fraction = p.fraction;
              return true;
            }).ok());
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    QVERIFY(forward);
    QVERIFY2(calls <= stages + static_cast<int>(2.0 * seconds), qPrintable(QString::number(calls)));
  }

  void aLongNewestRoundIsLearnedFromWithMoreUpdates() {
    const Policy policy = smallPolicy();
    const std::vector<float> up{0.0f, 0.0f, 1.0f};
    MereqInput input{"bottle", policy, policy, std::vector<double>(4, 0.0), {}};
    for (int i = 1; i <= 4; ++i) input.episodes.push_back(record(*task_, policy, i, &up));  // 240 steps
    MereqSettings settings = quick();
    settings.roundSteps = 80;
    settings.baseTaskTolerance = 1.0;
    const auto result = learn("mereq", input, settings, nullptr);
    QVERIFY2(result.ok(), result.ok() ? "" : result.error().message.c_str());
    QCOMPARE(result->report.residualUpdates, 3 * 20 * 3);
  }

  void canBeCancelled() {
    const Policy policy = smallPolicy();
    const std::vector<float> up{0.0f, 0.0f, 1.0f};
    MereqInput input{"bottle", policy, policy, std::vector<double>(4, 0.0), {}};
    for (int i = 1; i <= 4; ++i) input.episodes.push_back(record(*task_, policy, i, &up));
    int calls = 0;
    auto result = mereqUpdate(input, quick(), [&calls](const LearnProgress& p) { return ++calls < 8 && p.fraction <= 1.0; });
    QVERIFY(!result.ok());
    QCOMPARE(result.error().code, ErrorCode::Cancelled);
    QCOMPARE(calls, 8);
  }

  void refusesBadInput() {
    const Policy policy = smallPolicy();
    MereqInput input{"bottle", policy, policy, std::vector<double>(4, 0.0), {}};
    const auto code = [](const MereqInput& in) {
      auto result = mereqUpdate(in, quick(), nullptr);
      return result.ok() ? ErrorCode::Io : result.error().code;
    };
    QCOMPARE(code(input), ErrorCode::InvalidInput);  // no steps
    input.episodes.push_back(record(*task_, policy, 1, nullptr));
    MereqInput bad = input;
    bad.taskId = "juggling";
    QCOMPARE(code(bad), ErrorCode::NotFound);
    bad = input;
    bad.theta.pop_back();
    QCOMPARE(code(bad), ErrorCode::InvalidInput);
    bad = input;
    bad.current = smallPolicy(2);
    QCOMPARE(code(bad), ErrorCode::InvalidInput);
    bad = input;
    bad.episodes[0].steps[3].features[1] = std::nanf("");
    QCOMPARE(code(bad), ErrorCode::InvalidInput);
    bad = input;
    bad.episodes[0].steps[3].state.pop_back();
    QCOMPARE(code(bad), ErrorCode::InvalidInput);
    bad = input;
    bad.episodes[0].segments.back().end = 1000;
    QCOMPARE(code(bad), ErrorCode::InvalidInput);
  }

 private:
  std::unique_ptr<Task> task_;
};

QTEST_APPLESS_MAIN(MereqTest)
#include "mereq_test.moc"
