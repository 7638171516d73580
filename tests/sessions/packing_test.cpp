#include "sessions/packing.h"

#include <QtTest>
#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "sessions/arrays.h"

using namespace nudge;
using namespace nudge::sessions;

namespace {

template <typename T>
std::vector<std::uint8_t> plain(const std::vector<T>& values) {
  BlobWriter writer;
  writer.append(std::span<const T>(values));
  return writer.bytes();
}

/// A slow wave with the noise of a simulator in its last digits.
std::vector<double> wave(std::size_t rows, std::size_t columns) {
  Random random(3);
  std::vector<double> values;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c)
      values.push_back(std::sin(0.05 * static_cast<double>(r) + static_cast<double>(c)) + 1e-9 * random.normal());
  return values;
}

}  // namespace

/// Packing gives back every bit, and refuses what it did not make.
class PackingTest : public QObject {
  Q_OBJECT

 private:
  template <typename T>
  void roundTrip(const std::vector<T>& values, std::size_t columns) {
    const std::vector<std::uint8_t> before = plain(values), small = packed(before, sizeof(T), columns);
    QVERIFY(small.size() <= before.size());
    if (small[0] == kPlainFormat) {
      QCOMPARE(small, before);
      return;
    }
    std::vector<std::uint8_t> after = unpacked(small, before.size() - 1);
    after.insert(after.begin(), kPlainFormat);
    QCOMPARE(after, before);
    QVERIFY_THROWS_EXCEPTION(CorruptContent, unpacked(small, before.size() - 2));
  }

 private Q_SLOTS:
  void everyBitComesBack() {
    for (const std::size_t rows : {1u, 2u, 3u, 20u, 600u}) {
      roundTrip(wave(rows, 85), 85);
      roundTrip(std::vector<float>(rows * 16, 0.5f), 16);
      roundTrip(std::vector<std::uint8_t>(rows, 1), 1);
    }
    Random random(1);
    std::vector<std::uint8_t> noise(4000);
    for (auto& byte : noise) byte = static_cast<std::uint8_t>(random.index(256));
    roundTrip(noise, 20);
    using Limits = std::numeric_limits<double>;
    std::vector<double> odd;
    for (int i = 0; i < 40; ++i)
      odd.insert(odd.end(), {0.0, -0.0, Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(),
                             Limits::denorm_min(), Limits::max(), Limits::lowest()});
    roundTrip(odd, 8);
    roundTrip(odd, 5);
  }

  void smoothNumbersBecomeSmall() {
    const auto before = plain(wave(20, 85));
    const auto after = packed(before, 8, 85);
    QVERIFY2(after.size() * 10 < before.size() * 8, qPrintable(QString::number(after.size())));
    const auto time = packed(plain(wave(20, 1)), 8, 1);
    QVERIFY(time.size() <= 161);
  }

  void nothingUnsoundIsUnpacked() {
    const auto sound = packed(plain(wave(20, 85)), 8, 85);
    QCOMPARE(sound[0], kPackedFormat);
    Random random(2);
    for (int i = 0; i < 3000; ++i) {
      auto broken = sound;
      for (std::uint64_t flips = 1 + random.index(4); flips > 0; --flips)
        broken[random.index(i % 2 ? broken.size() : 24)] ^= static_cast<std::uint8_t>(1 + random.index(255));
      if (i % 5 == 0) broken.resize(random.index(broken.size()));
      try {
        QVERIFY(unpacked(broken, 13'600).size() <= 13'600);
      } catch (const CorruptContent&) {
        // The usual answer.
      }
    }
  }
};

QTEST_GUILESS_MAIN(PackingTest)
#include "packing_test.moc"
