// The table of methods and the table of settings.
#include "core/learn/method.h"

#include <QtTest>
#include <set>

#include "core/learn/settings.h"
#include "tests/support/hand_policy.h"

using namespace nudge;

class MethodTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyMethodIsThereOnce() {
    std::set<std::string> ids;
    for (const MethodInfo& info : methods()) {
      QVERIFY(ids.insert(info.id).second);
      QVERIFY(!info.title.empty() && info.sentence.ends_with('.'));
      QVERIFY(findMethod(info.id).ok());
    }
    QVERIFY(ids.count("mereq"));
  }

  void anUnknownMethodNamesTheKnownOnes() {
    const auto found = findMethod("osmosis");
    QVERIFY(!found.ok());
    QCOMPARE(found.error().code, ErrorCode::NotFound);
    for (const MethodInfo& info : methods()) QVERIFY(found.error().message.find(info.id) != std::string::npos);
    QVERIFY(!learn("osmosis", {}, {}, nullptr).ok());
    QVERIFY(!startingPolicy("osmosis", test::linearPolicy(3, 3, 1.0f), 1).ok());
  }

  void theFirstPolicyIsThePriorOrUntrained() {
    const Policy prior = test::linearPolicy(3, 2, 1.0f);
    for (const MethodInfo& info : methods()) {
      const auto start = startingPolicy(info.id, prior, 1);
      QVERIFY(start.ok());
      QCOMPARE(start->actor.observationSize(), 3);
      QCOMPARE(start->actor.actionSize(), 2);
      QCOMPARE(serializePolicy(*start) == serializePolicy(prior), !info.fromNothing);
    }
  }

  /// What only gives actions can be imitated from, and every other method says why not, in one line.
  void aPriorWithoutDensityIsForImitationAlone() {
    Policy prior = test::linearPolicy(3, 2, 1.0f);
    std::vector<DenseLayer> layers = prior.actor.gaussian()->actor().layers();
    layers.back().weight.conservativeResize(2, 3);
    layers.back().bias.conservativeResize(2);
    prior.actor = GaussianPolicy::create(Mlp::fromLayers(layers).value(), {-4.0f, 1.0f, Sigma::None, Squash::Clip}).value();
    for (const MethodInfo& info : methods()) {
      const bool imitates = info.id == "bc" || info.id == "hg-dagger-ft" || info.id == "iwr-ft";
      const auto start = startingPolicy(info.id, prior, 1);
      QVERIFY2(start.ok() == imitates, info.id.c_str());
      if (imitates) continue;
      MereqInput input;
      input.prior = input.current = prior;
      const auto learned = learn(info.id, input, {}, nullptr);
      for (const Error& error : {start.error(), learned.error()}) {
        QCOMPARE(error.code, ErrorCode::InvalidInput);
        QVERIFY2(error.message.find("only gives actions") != std::string::npos, error.message.c_str());
        QVERIFY(error.message.find("hg-dagger-ft") != std::string::npos && error.message.find('\n') == std::string::npos);
      }
    }
  }

  void settingsAreSetByName() {
    MereqSettings settings;
    for (const SettingInfo& setting : settingsTable()) {
      const double before = valueOf(settings, setting);
      QVERIFY2(before >= setting.low && before <= setting.high, setting.name.c_str());
      QVERIFY(nudge::set(settings, setting.name + "=" + textOf(settings, setting)).ok());
      QCOMPARE(valueOf(settings, setting), before);
      const std::string other = setting.choices.empty() ? "1" : setting.choices[1];
      QVERIFY(nudge::set(settings, setting.name + "=" + other).ok());
      QCOMPARE(valueOf(settings, setting), 1.0);
    }
  }

  void wrongSettingsChangeNothing() {
    MereqSettings settings;
    for (const char* wrong : {"", "=", "l2", "l2=", "l2=x", "l2=1x", "l2=nan", "l2=-1", "l2=11", "batch=1.5", "batch=0",
                              "talent=1", "L2=1", "gradient=1", "gradient=", "gradient=up"}) {
      const auto done = nudge::set(settings, wrong);
      QVERIFY2(!done.ok(), wrong);
      QCOMPARE(done.error().code, ErrorCode::InvalidInput);
    }
    QCOMPARE(settings.l2, MereqSettings().l2);
    QVERIFY(nudge::set(settings, "talent=1").error().message.find("good_weight") != std::string::npos);
  }
};

QTEST_APPLESS_MAIN(MethodTest)
#include "method_test.moc"
