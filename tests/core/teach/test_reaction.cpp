#include <QtTest>
#include <cmath>

#include "core/teach/reaction_test.h"

using namespace nudge;

namespace {

constexpr double kFrame_s = 1.0 / 60.0, kBegin_s = 500.0;

/// A person of a known delay at the test, until it is over.
ReactionTest taken(double delay_s, std::uint64_t seed = 3) {
  ReactionTest test(seed, kBegin_s);
  for (double now_s = kBegin_s; !test.done(now_s); now_s += kFrame_s) {
    test.look(now_s);
    if (delay_s > 0.0 && test.away_s(now_s) >= delay_s) test.press(now_s);
  }
  return test;
}

}  // namespace

class TestReaction : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void findsTheDelay_data() {
    QTest::addColumn<double>("delay_s");
    for (const double delay_s : {0.15, 0.31, 0.52, 1.1}) QTest::addRow("%g", delay_s) << delay_s;
  }
  void findsTheDelay() {
    QFETCH(double, delay_s);
    const auto result = taken(delay_s).result();
    QVERIFY(result.ok());
    QVERIFY(std::abs(result->median_s - delay_s) <= kFrame_s);
    QVERIFY(result->quartile1_s <= result->median_s && result->median_s <= result->quartile3_s);
    QVERIFY(result->answers >= 12);  // a minute is enough
    QCOMPARE(result->early + result->missed, 0);
  }

  void nobodyCanCountItOut() {
    ReactionTest test(9, kBegin_s);
    std::vector<double> waits_s;
    double since_s = kBegin_s;
    bool left = false, right = false;
    for (double now_s = kBegin_s; !test.done(now_s); now_s += kFrame_s) {
      test.look(now_s);
      if (test.away_s(now_s) < 0.2) continue;
      waits_s.push_back(now_s - since_s);
      (test.side() < 0 ? left : right) = true;
      test.press(since_s = now_s);
    }
    const auto [least, most] = std::minmax_element(waits_s.begin(), waits_s.end());
    QVERIFY(*most - *least > 1.0);
    QVERIFY(left && right);
  }

  void guessingIsNoAnswer() {
    ReactionTest test(4, kBegin_s);
    for (double now_s = kBegin_s; !test.done(now_s); now_s += 0.4) test.press(now_s);  // drums on the key
    QVERIFY(test.early() > 50);
    QCOMPARE(test.result().error().code, ErrorCode::InvalidInput);
  }

  void sleepingIsNoAnswer() {
    const ReactionTest test = taken(0.0);
    QCOMPARE(test.answers(), 0);
    QCOMPARE(test.result().error().code, ErrorCode::InvalidInput);
  }

  void aFewSlipsAreForgiven() {
    ReactionTest test(5, kBegin_s);
    test.press(kBegin_s + 0.2);
    for (double now_s = kBegin_s + 3.0; !test.done(now_s); now_s += kFrame_s)
      if (test.away_s(now_s) >= 0.3) test.press(now_s);
    const auto result = test.result();
    QVERIFY(result.ok());
    QCOMPARE(result->early, 1);
    QVERIFY(std::abs(result->median_s - 0.3) <= kFrame_s);
  }

  void pressesAfterTheEndDoNotCount() {
    ReactionTest test = taken(0.3);
    const int answers = test.answers(), early = test.early();
    for (int i = 0; i < 20; ++i) test.press(kBegin_s + 61.0 + i);
    QCOMPARE(test.answers(), answers);
    QCOMPARE(test.early(), early);
    QVERIFY(std::isfinite(test.result()->median_s));
  }

  void aComputerThatSleptIsNoFault() {
    ReactionTest test(6, kBegin_s);
    test.look(kBegin_s + 1e5);  // suspended in the middle
    QVERIFY(test.done(kBegin_s + 1e5));
    QVERIFY(!test.result().ok());
  }
};

QTEST_APPLESS_MAIN(TestReaction)
#include "test_reaction.moc"
