// The small pieces that everything stands on: results, random numbers, the two ways between threads.
#include <QtTest>
#include <cmath>
#include <set>
#include <thread>

#include "core/base/latest_value.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/base/spsc_queue.h"

using namespace nudge;

class BaseTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void resultHoldsValueOrError() {
    Result<int> good(3);
    QVERIFY(good.ok());
    QCOMPARE(*good, 3);
    Result<int> bad(Error{ErrorCode::NotFound, "no such file"});
    QVERIFY(!bad);
    QCOMPARE(bad.error().message, std::string("no such file"));
    QVERIFY(Status().ok());
  }

  void randomRepeatsAndHasTheRightMoments() {
    Random a(7), b(7), c(8);
    QCOMPARE(a.bits(), b.bits());
    QVERIFY(a.bits() != c.bits());
    const int count = 100'000;
    double sum = 0, squares = 0, uniform = 0;
    for (int i = 0; i < count; ++i) {
      const double x = a.normal();
      sum += x;
      squares += x * x;
      const double u = a.uniform();
      QVERIFY(u >= 0.0 && u < 1.0);
      uniform += u;
    }
    QVERIFY(std::abs(sum / count) < 0.02);
    QVERIFY(std::abs(squares / count - 1.0) < 0.02);
    QVERIFY(std::abs(uniform / count - 0.5) < 0.01);
  }

  void derivedSeedsAreDistinct() {
    std::set<std::uint64_t> seeds;
    for (std::uint64_t seed = 0; seed < 50; ++seed)
      for (std::uint64_t stream = 0; stream < 50; ++stream) seeds.insert(deriveSeed(seed, stream));
    QCOMPARE(seeds.size(), std::size_t(2500));
  }

  void latestValueGivesTheNewestOnce() {
    LatestValue<int> value;
    QVERIFY(!value.refresh());
    value.write(1);
    value.write(2);
    QVERIFY(value.refresh());
    QCOMPARE(value.front(), 2);
    QVERIFY(!value.refresh());
  }

  void latestValueNeverTearsOrGoesBack() {
    struct Pair { int a = 0, b = 0; };
    LatestValue<Pair> value;
    const int last = 20'000;
    std::thread writer([&] {
      for (int i = 1; i <= last; ++i) {
        value.write({i, -i});
        if (i % 64 == 0) std::this_thread::yield();
      }
    });
    int seen = 0;
    bool torn = false, back = false;
    while (seen != last) {
      if (!value.refresh()) {
        std::this_thread::yield();
        continue;
      }
      const Pair now = value.front();
      torn = torn || now.a != -now.b;
      back = back || now.a < seen;
      seen = now.a;
    }
    writer.join();
    QVERIFY(!torn);
    QVERIFY(!back);
  }

  void queueKeepsOrderAndRefusesWhenFull() {
    SpscQueue<int> queue(2);
    QVERIFY(queue.tryPush(1));
    QVERIFY(queue.tryPush(2));
    QVERIFY(!queue.tryPush(3));
    QCOMPARE(*queue.readable(), 1);
    queue.release();
    QVERIFY(queue.tryPush(4));
    QCOMPARE(*queue.readable(), 2);
    queue.release();
    QCOMPARE(*queue.readable(), 4);
    queue.release();
    QVERIFY(!queue.readable());
  }

  void queuePassesEverythingBetweenThreads() {
    SpscQueue<int> queue(64);
    const int last = 20'000;
    std::thread producer([&] {
      for (int i = 1; i <= last;) {
        if (queue.tryPush(i)) ++i;
        else std::this_thread::yield();
      }
    });
    int expected = 1;
    bool ordered = true;
    while (expected <= last) {
      const int* message = queue.readable();
      if (!message) {
        std::this_thread::yield();
        continue;
      }
      ordered = ordered && *message == expected++;
      queue.release();
    }
    producer.join();
    QVERIFY(ordered);
  }
};

QTEST_APPLESS_MAIN(BaseTest)
#include "base_test.moc"
