#include <QTemporaryDir>
#include <QtTest>

#include "tests/sessions/lesson.h"

using namespace nudge;
using namespace nudge::test;

/// Policy versions and the learner's updates in a real file.
class UpdatesTest : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<QTemporaryDir> folder_;
  std::string path_;

  Result<Store> reopened(OpenMode mode = OpenMode::ReadOnly) { return Store::open(path_, mode); }
  Result<Store> fresh() { return Store::create(path_, lessonInfo(), weights()); }

 private Q_SLOTS:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    path_ = folder_->filePath("lesson.nudge").toStdString();
  }

  void policiesAndUpdates() {
    PolicyVersion policy;
    policy.weights = weights(2);
    policy.theta = {0.1, -1.0 / 3.0, 1e-300};
    policy.created = "2024-02-02T00:00:00Z";
    Update update;
    update.baseVersion = 0;
    update.round = 2;
    update.settings = "{\"steps\":600}";
    update.started = "2024-02-01T00:00:00Z";
    {
      auto store = fresh();
      VERIFY_OK(store);
      QCOMPARE(*store->activeVersion(), 0);
      const auto id = store->beginUpdate(update);
      VERIFY_OK(id);
      update.id = *id;
      QCOMPARE(store->updates()->front().outcome, UpdateOutcome::Running);
      update.outcome = UpdateOutcome::NewPolicy;
      update.theta = policy.theta;
      update.thetaHalfWidth = {0.01, 0.02, 0.03};
      update.expertSteps = 11;
      update.goodSteps = 12;
      update.badSteps = 13;
      update.lastEpisode = 4;
      update.lastStep = 5;
      update.seconds = 6.5;
      update.report = "{\"kl\":1}";
      update.message = "It learned to push low.";
      const auto version = store->finishUpdate(update, &policy);
      VERIFY_OK(version);
      QCOMPARE(*version, 1);
    }
    auto store = reopened(OpenMode::ReadWrite);
    QCOMPARE(*store->activeVersion(), 1);
    const auto versions = store->policyVersions();
    VERIFY_OK(versions);
    QCOMPARE(versions->size(), 2u);
    QVERIFY(versions->at(0).weights.empty());
    QCOMPARE(versions->at(0).parent, -1);
    QVERIFY(versions->at(0).theta == std::vector<double>(3, 0.0));
    QCOMPARE(versions->at(1).parent, 0);
    QVERIFY(versions->at(1).theta == policy.theta);
    QVERIFY(store->policyVersion(1)->weights == policy.weights);
    QVERIFY(store->policyVersion(0)->weights == weights());
    QVERIFY(store->policyVersions(true)->at(1).weights == policy.weights);
    VERIFY_FAILS(store->policyVersion(2), ErrorCode::NotFound);
    const Update back = store->updates()->front();
    QCOMPARE(back.outcome, UpdateOutcome::NewPolicy);
    QCOMPARE(back.resultVersion, 1);
    QCOMPARE(back.round, 2);
    QVERIFY(back.theta == update.theta && back.thetaHalfWidth == update.thetaHalfWidth);
    QVERIFY(back.expertSteps == 11 && back.goodSteps == 12 && back.badSteps == 13);
    QVERIFY(back.lastEpisode == 4 && back.lastStep == 5 && back.seconds == 6.5);
    QVERIFY(back.settings == update.settings && back.report == update.report &&
            back.message == update.message);
    QCOMPARE(back.started, update.started);
    VERIFY_OK(store->setActiveVersion(0));
    QCOMPARE(*store->activeVersion(), 0);
    VERIFY_FAILS(store->setActiveVersion(2), ErrorCode::NotFound);
    QVERIFY(store->checkStructure()->empty());
  }

  void anUpdateWithoutAPolicyAddsNone() {
    auto store = fresh();
    Update update;
    update.id = *store->beginUpdate(update);
    update.outcome = UpdateOutcome::NothingToCorrect;
    update.theta = update.thetaHalfWidth = {0.0, 0.0, 0.0};
    QCOMPARE(*store->finishUpdate(update, nullptr), -1);
    QCOMPARE(store->policyVersions()->size(), 1u);
    QCOMPARE(store->updates()->front().resultVersion, -1);
  }

  void aKilledLearnerLeavesTheLessonAsItWas() {
    auto store = fresh();
    Update killed;
    killed.id = *store->beginUpdate(killed);
    Update next;
    next.id = *store->beginUpdate(next);
    QCOMPARE(store->updates()->at(0).outcome, UpdateOutcome::Failed);
    QCOMPARE(store->updates()->at(1).outcome, UpdateOutcome::Running);
    killed.outcome = UpdateOutcome::NewPolicy;
    PolicyVersion policy;
    policy.weights = weights(3);
    policy.theta = {1.0, 2.0, 3.0};
    VERIFY_FAILS(store->finishUpdate(killed, &policy), ErrorCode::Busy);
    QCOMPARE(store->policyVersions()->size(), 1u);
    next.outcome = UpdateOutcome::NewPolicy;
    policy.theta = {1.0, std::nan(""), 3.0};
    VERIFY_FAILS(store->finishUpdate(next, &policy), ErrorCode::InvalidInput);
    policy.theta = {1.0};
    VERIFY_FAILS(store->finishUpdate(next, &policy), ErrorCode::InvalidInput);
    policy.theta = {1.0, 2.0, 3.0};
    policy.weights.clear();
    VERIFY_FAILS(store->finishUpdate(next, &policy), ErrorCode::InvalidInput);
    next.id = 99;
    policy.weights = weights(3);
    VERIFY_FAILS(store->finishUpdate(next, &policy), ErrorCode::NotFound);
  }
};

QTEST_GUILESS_MAIN(UpdatesTest)
#include "updates_test.moc"
