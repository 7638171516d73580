#include <QtTest>
#include <array>
#include <limits>

#include "core/teach/synthetic_teacher.h"
#include "tests/support/hand_policy.h"

using namespace nudge;

namespace {

// A point on a line at x, wanted at 0. The teacher moves toward 0 as fast as it can;
// Q(s,a) = −|x + a/10|, so the gap is what the robot's action loses in distance.
SyntheticTeacher makeTeacher(const TeacherGate& gate = {}, const TeacherNoise& noise = {}, std::uint64_t seed = 1) {
  Policy policy = test::linearPolicy(1, 1, -50.0f);
  policy.critics = test::distanceCritics(1, 1, 1.0f, 0.1f);
  return SyntheticTeacher(policy, gate, noise, 20.0, seed);
}

struct Answer { bool driving; float action; };

Answer ask(SyntheticTeacher& teacher, float x, float proposal, TaskSign sign = {}) {
  float action = 0.0f;
  const bool driving = teacher.decide(std::span(&x, 1), std::span(&proposal, 1), sign, std::span(&action, 1));
  return {driving, action};
}

/// Steps until the teacher's answer is `driving`, −1 if it never is.
int stepsUntil(SyntheticTeacher& teacher, bool driving, float x, float proposal, int most = 200) {
  for (int i = 1; i <= most; ++i)
    if (ask(teacher, x, proposal).driving == driving) return i;
  return -1;
}

constexpr TeacherGate kGate{.tauOn = 0.12, .tauOff = 0.05, .stepsOn = 3, .stepsOff = 4, .stallGain = 0.05, .stallSteps = 20};

}  // namespace

class TestSyntheticTeacher : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void gapIsTheLossOfTheRobotsAction() {
    SyntheticTeacher teacher = makeTeacher();
    const Answer answer = ask(teacher, 1.0f, 1.0f);
    QVERIFY(answer.action < -0.99f);
    QVERIFY(std::abs(teacher.gap() - 0.2) < 1e-3);
    ask(teacher, 1.0f, -1.0f);
    QVERIFY(std::abs(teacher.gap()) < 1e-3);
  }

  void lossIsWhatTheRobotHasCostOverItsLastSteps() {
    // V(x) = .1 − x for x > .1 (one action moves .1). Reward 0: a robot that stands has lost nothing but time, γ = 1.
    const TeacherGate gate{.tauOn = 0.25, .tauOff = 0.05, .stepsOn = 1, .stepsOff = 1, .stallSteps = 1000, .lossSteps = 3, .discount = 1.0};
    SyntheticTeacher teacher = makeTeacher(gate);
    QVERIFY(!ask(teacher, 1.0f, 1.0f).driving);  // a large gap alone does not take over
    QCOMPARE(teacher.loss(), 0.0);
    QVERIFY(!ask(teacher, 1.1f, 1.0f).driving);
    QVERIFY(std::abs(teacher.loss() - 0.1) < 1e-3);
    QVERIFY(!ask(teacher, 1.2f, 1.0f, {.reward = 0.1}).driving);  // what it earned is no loss
    QVERIFY(std::abs(teacher.loss() - 0.1) < 1e-3);
    QVERIFY(!ask(teacher, 1.3f, 1.0f).driving);
    QVERIFY(std::abs(teacher.loss() - 0.2) < 1e-3);
    QVERIFY(!ask(teacher, 1.4f, 1.0f).driving);
    QVERIFY(std::abs(teacher.loss() - 0.2) < 1e-3);  // the first step has left the window
    QVERIFY(ask(teacher, 1.5f, 1.0f).driving);       // and now the one that earned
    QVERIFY(std::abs(teacher.loss() - 0.3) < 1e-3);
    QVERIFY(ask(teacher, 1.4f, 1.0f).driving);
    QVERIFY(!ask(teacher, 1.3f, -1.0f).driving);  // the robot would do the same now
    QVERIFY(!ask(teacher, 1.4f, 1.0f).driving);   // and begins with a clean slate
    QVERIFY(std::abs(teacher.loss()) < 1e-3);
    teacher.startEpisode(2);
    QCOMPARE(teacher.loss(), 0.0);
  }

  void aTeacherOfChoicesNamesOneAlsoWhenItFumbles() {
    // Choice 2 of 4 is the best by 1; the critic sees the observation alone.
    Policy policy = test::choosingPolicy(1, 4, 2);
    DenseLayer q{Eigen::MatrixXf::Zero(4, 1), Eigen::VectorXf::Zero(4)};
    q.bias(2) = 1.0f;
    policy.critics = Critics({Mlp::fromLayers({q}).value()});
    const TeacherGate gate{.tauOn = 0.4, .tauOff = 0.2, .stepsOn = 1, .stepsOff = 2};
    SyntheticTeacher sure(policy, gate, {}, 1.0, 1), clumsy(policy, gate, {.action = 1.0}, 1.0, 1);
    QVERIFY(!ask(sure, 0.0f, 2.0f).driving);
    std::array<int, 4> named{};
    for (int i = 0; i < 400; ++i) {
      const Answer answer = ask(sure, 0.0f, 0.0f);
      QVERIFY(answer.driving && answer.action == 2.0f);
      QCOMPARE(sure.gap(), 1.0);
      const float fumble = ask(clumsy, 0.0f, 0.0f).action;
      QVERIFY(fumble >= 0.0f && fumble <= 3.0f && fumble == std::round(fumble));
      ++named[static_cast<std::size_t>(fumble)];
    }
    for (const int count : named) QVERIFY(count > 60);
  }

  void takesAfterKStepsAndGivesBackAfterM() {
    SyntheticTeacher teacher = makeTeacher(kGate);
    QCOMPARE(stepsUntil(teacher, true, 1.0f, 1.0f), 3);
    QCOMPARE(stepsUntil(teacher, false, 1.0f, -1.0f), 4);
    // One good step in between starts the count again, at both borders.
    ask(teacher, 1.0f, 1.0f);
    ask(teacher, 1.0f, 1.0f);
    ask(teacher, 1.0f, -1.0f);
    QCOMPARE(stepsUntil(teacher, true, 1.0f, 1.0f), 3);
    for (int i = 0; i < 3; ++i) ask(teacher, 1.0f, -1.0f);
    ask(teacher, 1.0f, 1.0f);
    QCOMPARE(stepsUntil(teacher, false, 1.0f, -1.0f), 4);
  }

  void aRobotAsGoodAsTheTeacherIsLeftAlone() {
    SyntheticTeacher teacher = makeTeacher(kGate);
    float x = 2.0f;
    for (int i = 0; i < 300; ++i) {
      const bool done = x <= 0.05f;
      QVERIFY(!ask(teacher, x, done ? 0.0f : -0.9f, {.done = done}).driving);  // a little slower than the teacher
      if (x > 0.05f) x -= 0.09f;
    }
  }

  void aParkedRobotIsTakenOver() {
    // Standing still costs .1 a step, under tauOn for ever: only the lack of progress shows it.
    SyntheticTeacher teacher = makeTeacher(kGate);
    QCOMPARE(stepsUntil(teacher, true, 0.5f, 0.0f), 21);  // the first step is progress: there was none before
    // While nothing has come of it the teacher stays, even if the robot would now do the right thing.
    for (int i = 0; i < 50; ++i) QVERIFY(ask(teacher, 0.5f, -1.0f).driving);
    QVERIFY(ask(teacher, 0.4f, 0.0f).driving);  // progress, but the robot would still stand
    QCOMPARE(stepsUntil(teacher, false, 0.4f, -1.0f), 4);
    // It gets its time again, from where it was left.
    QCOMPARE(stepsUntil(teacher, true, 0.4f, 0.0f), 20);

    TeacherGate gapOnly = kGate;
    gapOnly.stallSteps = 1'000'000;
    SyntheticTeacher blind = makeTeacher(gapOnly);
    QCOMPARE(stepsUntil(blind, true, 0.5f, 0.0f), -1);  // what the gap alone does not see
  }

  void slowProgressIsProgress() {
    SyntheticTeacher teacher = makeTeacher(kGate);
    for (int i = 0; i < 400; ++i) QVERIFY(!ask(teacher, 2.0f - 0.004f * static_cast<float>(i), -0.04f).driving);
    // Going back and forth is none.
    int driven = 0;
    for (int i = 0; i < 100; ++i) driven += ask(teacher, 0.4f + 0.1f * static_cast<float>(i % 10), -0.04f).driving;
    QVERIFY(driven > 50);
  }

  void standingWhereTheTaskIsDoneIsNoFailure() {
    SyntheticTeacher teacher = makeTeacher(kGate);
    for (int i = 0; i < 500; ++i) QVERIFY(!ask(teacher, 0.3f, 0.0f, {.done = true}).driving);
    QCOMPARE(stepsUntil(teacher, true, 0.3f, 0.0f), 20);  // pushed out of it again
    QVERIFY(ask(teacher, 0.3f, -1.0f, {.done = true}).driving);
    for (int i = 0; i < 2; ++i) QVERIFY(ask(teacher, 0.3f, -1.0f, {.done = true}).driving);
    QVERIFY(!ask(teacher, 0.3f, -1.0f, {.done = true}).driving);
  }

  void aLostEpisodeStaysWithTheTeacher() {
    SyntheticTeacher teacher = makeTeacher(kGate);
    for (int i = 0; i < 5; ++i) QVERIFY(!ask(teacher, 1.0f, -1.0f).driving);
    QCOMPARE(teacher.lostSince(), -1);
    for (int i = 0; i < 50; ++i) QVERIFY(ask(teacher, 1.0f, -1.0f, {.lost = true}).driving);
    QCOMPARE(teacher.lostSince(), 5);
    teacher.startEpisode(2);
    QCOMPARE(teacher.lostSince(), -1);
    QVERIFY(!ask(teacher, 1.0f, -1.0f).driving);
  }

  void delayHoldsBothDecisionsBack() {
    SyntheticTeacher teacher = makeTeacher(kGate, {.delay_s = 0.4});  // 8 steps
    QCOMPARE(stepsUntil(teacher, true, 1.0f, 1.0f), 3 + 8);
    QCOMPARE(stepsUntil(teacher, false, 1.0f, -1.0f), 4 + 8);
  }

  void actionNoiseHitsItsShareOfDrivenSteps() {
    SyntheticTeacher teacher = makeTeacher(kGate, {.action = 0.3});
    int driven = 0, odd = 0;
    for (int i = 0; i < 4000; ++i) {
      const Answer answer = ask(teacher, 1.0f, 1.0f);
      driven += answer.driving;
      odd += answer.driving && answer.action > -0.98f;
      if (!answer.driving) QVERIFY(answer.action < -0.98f);
    }
    QVERIFY(driven > 3900);
    const double share = static_cast<double>(odd) / driven;
    QVERIFY2(share > 0.26 && share < 0.33, qPrintable(QString::number(share)));
  }

  void needlessTakeOversLastAboutASecond() {
    SyntheticTeacher teacher = makeTeacher(kGate, {.random = 0.01});
    int driven = 0, takeOvers = 0;
    bool before = false;
    for (int i = 0; i < 20000; ++i) {
      const bool driving = ask(teacher, 0.0f, 0.0f, {.done = true}).driving;
      QCOMPARE(teacher.needless(), driving);
      driven += driving;
      takeOvers += driving && !before;
      before = driving;
    }
    QVERIFY(takeOvers > 100);
    const double length = static_cast<double>(driven) / takeOvers;
    QVERIFY2(length > 15.0 && length < 27.0, qPrintable(QString::number(length)));
    for (int i = 0; i < 2000; ++i) {  // from the third step on there is a need
      ask(teacher, 1.0f, 1.0f, {.done = true});
      QVERIFY(i < 3 || !teacher.needless());
    }
  }

  void aShareOfEpisodesIsLeftAlone() {
    SyntheticTeacher teacher = makeTeacher(kGate, {.flip = 0.3});
    int indifferent = 0;
    for (std::uint64_t episode = 0; episode < 1000; ++episode) {
      teacher.startEpisode(episode);
      indifferent += stepsUntil(teacher, true, 1.0f, 1.0f, 6) == -1;
    }
    QVERIFY2(indifferent > 255 && indifferent < 345, qPrintable(QString::number(indifferent)));
    SyntheticTeacher never = makeTeacher(kGate, {.flip = 1.0});
    QCOMPARE(stepsUntil(never, true, 1.0f, 1.0f, 19), -1);
    QCOMPARE(stepsUntil(never, true, 1.0f, 1.0f), 2);  // but 21 steps without progress are seen
    never.startEpisode(2);
    QVERIFY(ask(never, 1.0f, 1.0f, {.lost = true}).driving);
  }

  void sameSeedsSameDecisions() {
    const TeacherNoise noise{.delay_s = 0.2, .action = 0.2, .random = 0.02};
    SyntheticTeacher a = makeTeacher(kGate, noise, 5), b = makeTeacher(kGate, noise, 5), c = makeTeacher(kGate, noise, 6);
    int different = 0;
    for (std::uint64_t episode = 1; episode <= 3; ++episode) {
      a.startEpisode(episode), b.startEpisode(episode), c.startEpisode(episode);
      for (int i = 0; i < 300; ++i) {
        const float proposal = i % 50 < 25 ? 1.0f : -1.0f;
        const Answer x = ask(a, 1.0f, proposal), y = ask(b, 1.0f, proposal), z = ask(c, 1.0f, proposal);
        QCOMPARE(x.driving, y.driving);
        QCOMPARE(x.action, y.action);
        different += x.driving != z.driving || x.action != z.action;
      }
    }
    QVERIFY(different > 0);
  }

  void aNumberThatIsNoneTakesTheWheel() {
    SyntheticTeacher teacher = makeTeacher(kGate);
    QCOMPARE(stepsUntil(teacher, true, 1.0f, std::numeric_limits<float>::quiet_NaN()), 3);
  }

  void gateComesFromThePolicy() {
    Policy policy;
    QCOMPARE(gateOf(policy).tauOn, TeacherGate{}.tauOn);
    policy.info = {{"gate.tau_on", "0.3"}, {"gate.tau_off", "no"}, {"gate.steps_on", "4"}, {"gate.steps_off", "-3"},
                   {"gate.stall_gain", "0.01"}, {"gate.stall_steps", "2"}};
    const TeacherGate gate = gateOf(policy);
    QCOMPARE(gate.tauOn, 0.3);
    QCOMPARE(gate.tauOff, TeacherGate{}.tauOff);
    QCOMPARE(gate.stepsOn, 4);
    QCOMPARE(gate.stepsOff, 1);
    QCOMPARE(gate.stallGain, 0.01);
    QCOMPARE(gate.stallSteps, 2);
  }

  void parsesTeachers() {
    QCOMPARE(parseTeacher("synthetic")->delay_s, 0.0);
    const auto noisy = parseTeacher("synthetic:delay=0.4,noise=0.15,random=0.02,flip=0.05");
    QVERIFY(noisy.ok());
    QCOMPARE(noisy->delay_s, 0.4);
    QCOMPARE(noisy->action, 0.15);
    QCOMPARE(noisy->random, 0.02);
    QCOMPARE(noisy->flip, 0.05);
  }

  void oneTeacherHasOneText_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("same");
    const char* const all = "synthetic:delay=0.4,noise=0.15,random=0.02,flip=0.05";
    QTest::newRow("as it is") << all << all;
    QTest::newRow("other order") << "synthetic:flip=.05,random=.02,noise=0.150,delay=4e-1" << all;
    QTest::newRow("none") << "synthetic" << "synthetic";
    QTest::newRow("noise of 0") << "synthetic:delay=0,noise=-0" << "synthetic";
    QTest::newRow("twice") << "synthetic:noise=0.5,noise=1e-7" << "synthetic:noise=1e-07";
  }
  void oneTeacherHasOneText() {
    QFETCH(QString, text);
    QFETCH(QString, same);
    QCOMPARE(QString::fromStdString(teacherText(*parseTeacher(text.toStdString()))), same);
    QCOMPARE(teacherText(*parseTeacher(same.toStdString())), same.toStdString());
  }

  void refusesBadTeachers_data() {
    QTest::addColumn<QString>("text");
    for (const char* text : {"", "human", "Synthetic", "synthetic:", "synthetic:delay", "synthetic:delay=", "synthetic:delay=x",
                             "synthetic:delay=-1", "synthetic:delay=nan", "synthetic:delay=11", "synthetic:noise=1.5",
                             "synthetic:speed=1", "synthetic:flip=2", "synthetic:,", "synthetic:delay=1,,noise=0", "synthetic:delay=0.4s"})
      QTest::newRow(text) << text;
  }
  void refusesBadTeachers() {
    QFETCH(QString, text);
    const auto noise = parseTeacher(text.toStdString());
    QVERIFY(!noise.ok());
    QCOMPARE(noise.error().code, ErrorCode::InvalidInput);
    QVERIFY(noise.error().message.find(text.toStdString()) != std::string::npos);
  }
};

QTEST_APPLESS_MAIN(TestSyntheticTeacher)
#include "test_synthetic_teacher.moc"
