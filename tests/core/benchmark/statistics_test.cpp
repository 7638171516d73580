#include <QtTest>
#include <cmath>
#include <limits>

#include "core/benchmark/statistics.h"

using namespace nudge;

namespace {
bool near(double a, double b, double tolerance = 1e-9) { return std::abs(a - b) <= tolerance; }
}  // namespace

class StatisticsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void meanAndInterval() {
    // 2, 4, 6: mean 4, deviation 2, error 2/√3, t(2) = 4.303.
    const std::vector<double> values{2.0, 4.0, 6.0};
    const Estimate e = estimate(values);
    QCOMPARE(e.count, 3);
    QVERIFY(near(e.mean, 4.0));
    QVERIFY(near(e.halfWidth, 4.303 * 2.0 / std::sqrt(3.0), 1e-6));
    QCOMPARE(estimate({}).count, 0);
    const std::vector<double> one{7.0};
    QVERIFY(near(estimate(one).mean, 7.0) && near(estimate(one).halfWidth, 0.0));
    const std::vector<double> equal(5, 3.0);
    QVERIFY(near(estimate(equal).halfWidth, 0.0));
  }

  void studentTable() {
    QVERIFY(near(studentT(1), 12.706, 1e-3));
    QVERIFY(near(studentT(7), 2.365, 1e-3));
    QVERIFY(near(studentT(23), 2.069, 1e-3));
    QVERIFY(near(studentT(40), 2.021, 1e-3));
    QVERIFY(near(studentT(1000), 1.962, 1e-3));
  }

  void divergence() {
    const std::vector<std::int64_t> left{10, 0}, right{0, 3}, half{5, 5}, nothing{0, 0};
    QVERIFY(near(jensenShannon(left, left), 0.0));
    QVERIFY(near(jensenShannon(left, right), std::log(2.0)));
    // p = (1, 0), q = (½, ½), m = (¾, ¼): ½·ln(4/3) + ½·(½ ln(2/3) + ½ ln 2).
    const double expected = 0.5 * std::log(4.0 / 3.0) + 0.25 * std::log(2.0 / 3.0) + 0.25 * std::log(2.0);
    QVERIFY(near(jensenShannon(left, half), expected));
    QVERIFY(near(jensenShannon(half, left), expected));
    QVERIFY(near(jensenShannon(left, nothing), 0.0));
  }

  void firstHitting() {
    const double none = std::nan("");
    const std::vector<double> rates{none, 0.3, 0.1, 0.04, 0.2}, costs{0, 90, 120, 130, 190};
    FirstHit hit = firstUnder(rates, costs, 0.15);
    QVERIFY(hit.reached && hit.index == 2 && near(hit.cost, 120));
    hit = firstUnder(rates, costs, 0.10);  // strictly under
    QVERIFY(hit.reached && hit.index == 3 && near(hit.cost, 130));
    hit = firstUnder(rates, costs, 0.01);  // never: all that was paid
    QVERIFY(!hit.reached && hit.index == 4 && near(hit.cost, 190));
    QVERIFY(!firstUnder({}, {}, 0.1).reached);
  }

  void curves() {
    const std::vector<double> xs{0, 10, 10, 20}, ys{1, 2, 4, 6};
    QVERIFY(near(valueAt(xs, ys, -5), 1));
    QVERIFY(near(valueAt(xs, ys, 5), 1.5));
    QVERIFY(near(valueAt(xs, ys, 10), 4));  // a round that cost nothing: what it led to
    QVERIFY(near(valueAt(xs, ys, 15), 5));
    QVERIFY(near(valueAt(xs, ys, 99), 6));
  }
};

QTEST_APPLESS_MAIN(StatisticsTest)
#include "statistics_test.moc"
