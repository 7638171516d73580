#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/policy/policy.h"
#include "tests/core/policy/random_policy.h"

using namespace nudge;
using Bytes = std::vector<std::uint8_t>;

namespace {
std::size_t allocations = 0;
}
// Everything, Eigen included, goes through malloc; the sanitizers bring one of their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
#endif

namespace {
/// A file with this header text and so many zero bytes of data.
Bytes file(const std::string& header, std::size_t dataBytes) {
  const std::uint64_t size = header.size();
  Bytes bytes(8 + header.size() + dataBytes);
  std::memcpy(bytes.data(), &size, 8);
  std::memcpy(bytes.data() + 8, header.data(), header.size());
  return bytes;
}

nlohmann::json headerOf(const Bytes& bytes) {
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data(), 8);
  return nlohmann::json::parse(bytes.begin() + 8, bytes.begin() + 8 + static_cast<std::ptrdiff_t>(size));
}

/// The same data under a changed header.
Bytes withHeader(const Bytes& bytes, const nlohmann::json& header) {
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data(), 8);
  Bytes result = file(header.dump(), bytes.size() - 8 - size);
  const std::size_t dataSize = bytes.size() - 8 - size;
  std::memcpy(result.data() + result.size() - dataSize, bytes.data() + 8 + size, dataSize);
  return result;
}

QString errorOf(const Bytes& bytes) {
  const auto policy = parsePolicy(bytes);
  return policy ? QString() : QString::fromStdString(policy.error().message);
}
}  // namespace

class TestPolicy : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void forwardEqualsNaiveLoop();
  void forwardNeverAllocates();
  void nanPassesThrough();
  void networksThatDoNotFitAreRefused();
  void modeAndSamplesFollowTheDistribution();
  void logStdIsClamped();
  void criticsAverage();
  void roundTripIsBitExact();
  void savesAtomically();
  void brokenFilesAreRefused();
  void wrongTensorsAreRefused();
  void hugeClaimsAreRefusedQuickly();
  void randomDamageNeverCrashes();
  void sha256KnownAnswers();
  void shippedPolicies();
};

void TestPolicy::forwardEqualsNaiveLoop() {
  Random random(1);
  for (const auto& sizes : {std::vector<int>{16, 128, 128, 6}, {3, 1}, {1, 7, 5, 3, 2}}) {
    Mlp mlp = test::randomMlp(sizes, random);
    QCOMPARE(mlp.inputSize(), sizes.front());
    QCOMPARE(mlp.outputSize(), sizes.back());
    for (int repeat = 0; repeat < 5; ++repeat) {
      const auto input = test::randomVector(static_cast<std::size_t>(sizes.front()), random);
      std::vector<float> output(static_cast<std::size_t>(sizes.back()));
      mlp.forward(input, output);
      std::vector<double> x(input.begin(), input.end());
      for (std::size_t l = 0; l < mlp.layers().size(); ++l) {
        const auto& layer = mlp.layers()[l];
        std::vector<double> y;
        for (int row = 0; row < layer.weight.rows(); ++row) {
          double sum = static_cast<double>(layer.bias[row]);
          for (int column = 0; column < layer.weight.cols(); ++column)
            sum += static_cast<double>(layer.weight(row, column)) * x[static_cast<std::size_t>(column)];
          y.push_back(l + 1 < mlp.layers().size() ? std::max(0.0, sum) : sum);
        }
        x = y;
      }
      for (std::size_t i = 0; i < output.size(); ++i)
        QVERIFY(std::abs(static_cast<double>(output[i]) - x[i]) < 1e-5);
    }
  }
}

void TestPolicy::forwardNeverAllocates() {
  Policy policy = test::randomPolicy(16, 3, 128, 2);
  Random random(3);
  const auto observation = test::randomVector(16, random);
  std::vector<float> action(3), mean(3), logStd(3);
  (void)policy.critics.mean(observation, action);  // its input grows once
  const std::size_t before = allocations;
  for (int i = 0; i < 100; ++i) {
    policy.actor.sample(observation, random, action);
    policy.actor.mode(observation, action);
    policy.actor.gaussian()->distribution(observation, mean, logStd);
    (void)policy.critics.mean(observation, action);
  }
  QCOMPARE(allocations, before);
}

void TestPolicy::nanPassesThrough() {
  Policy policy = test::randomPolicy(4, 2, 8, 4);
  std::vector<float> action(2);
  policy.actor.mode(std::vector<float>{0, std::numeric_limits<float>::quiet_NaN(), 0, 0}, action);
  QVERIFY(std::isnan(action[0]) && std::isnan(action[1]));
}

void TestPolicy::networksThatDoNotFitAreRefused() {
  Random random(5);
  const auto layers = test::randomMlp({4, 8, 2}, random).layers();
  QVERIFY(!Mlp::fromLayers({}));
  auto bad = layers;
  bad[1].weight.resize(2, 7);
  QVERIFY(!Mlp::fromLayers(bad));
  bad = layers;
  bad[0].bias.resize(7);
  QVERIFY(!Mlp::fromLayers(bad));
  bad = layers;
  bad[1].weight(1, 3) = std::numeric_limits<float>::quiet_NaN();
  QVERIFY(!Mlp::fromLayers(bad));
  bad = layers;
  bad[0].bias[0] = std::numeric_limits<float>::infinity();
  QVERIFY(!Mlp::fromLayers(bad));
  QVERIFY(!GaussianPolicy::create(test::randomMlp({4, 3}, random), -1, 1));
  QVERIFY(!GaussianPolicy::create(Mlp(), -1, 1));
  QVERIFY(!GaussianPolicy::create(test::randomMlp({4, 2}, random), 1, -1));
  QVERIFY(!GaussianPolicy::create(test::randomMlp({4, 2}, random), std::nanf(""), 1));
}

void TestPolicy::modeAndSamplesFollowTheDistribution() {
  Policy policy = test::randomPolicy(6, 2, 32, 6);
  Random random(7);
  const auto observation = test::randomVector(6, random);
  std::vector<float> mean(2), logStd(2), action(2);
  policy.actor.gaussian()->distribution(observation, mean, logStd);
  policy.actor.mode(observation, action);
  for (std::size_t i = 0; i < 2; ++i) QCOMPARE(action[i], std::tanh(mean[i]));

  const int count = 40000;
  for (std::size_t i = 0; i < 2; ++i) {
    // Before squashing the samples must be N(mean, σ): first moment, second moment, coverage of ±1 σ.
    const double sigma = std::exp(static_cast<double>(logStd[i]));
    double sum = 0, squares = 0;
    int inside = 0;
    for (int n = 0; n < count; ++n) {
      policy.actor.sample(observation, random, action);
      QVERIFY(std::abs(action[i]) <= 1.0f);
      const double limited = std::clamp(static_cast<double>(action[i]), -0.9999999, 0.9999999);
      const double z = (std::atanh(limited) - static_cast<double>(mean[i])) / sigma;
      sum += z;
      squares += z * z;
      inside += std::abs(z) < 1.0;
    }
    QVERIFY(std::abs(sum / count) < 0.03);
    QVERIFY(std::abs(squares / count - 1.0) < 0.05);
    QVERIFY(std::abs(static_cast<double>(inside) / count - 0.6827) < 0.015);
  }
  Random a(9), b(9);
  std::vector<float> other(2);
  policy.actor.sample(observation, a, action);
  policy.actor.sample(observation, b, other);
  QCOMPARE(action, other);
}

void TestPolicy::logStdIsClamped() {
  DenseLayer layer;
  layer.weight.setZero(4, 1);
  layer.bias.resize(4);
  layer.bias << 0.5f, -0.5f, 50.0f, -50.0f;
  auto policy = GaussianPolicy::create(Mlp::fromLayers({layer}).value(), -2.5f, 0.75f).value();
  std::vector<float> mean(2), logStd(2);
  policy.distribution(std::vector<float>{0.0f}, mean, logStd);
  QCOMPARE(logStd, (std::vector<float>{0.75f, -2.5f}));
  QCOMPARE(mean, (std::vector<float>{0.5f, -0.5f}));
}

void TestPolicy::criticsAverage() {
  Policy policy = test::randomPolicy(5, 2, 16, 10);
  Random random(11);
  const auto observation = test::randomVector(5, random), action = test::randomVector(2, random);
  std::vector<float> input = observation;
  input.insert(input.end(), action.begin(), action.end());
  float sum = 0;
  for (Mlp network : policy.critics.networks()) {
    float value = 0;
    network.forward(input, std::span(&value, 1));
    sum += value;
  }
  QCOMPARE(policy.critics.mean(observation, action), sum / 2);
}

void TestPolicy::roundTripIsBitExact() {
  Policy policy = test::randomPolicy(16, 3, 64, 12);
  policy.info["command"] = "a \"quoted\" text, umlauts äöü, a line\nbreak";
  const Bytes bytes = serializePolicy(policy);
  auto again = parsePolicy(bytes);
  QVERIFY2(again.ok(), again ? "" : again.error().message.c_str());
  QCOMPARE(serializePolicy(*again), bytes);
  QVERIFY(again->info == policy.info);
  QCOMPARE(again->actor.gaussian()->logStdMin(), policy.actor.gaussian()->logStdMin());
  QCOMPARE(again->critics.networks().size(), std::size_t{2});
  QCOMPARE(again->residualCritics.networks().size(), std::size_t{2});
  QVERIFY(again->actor.gaussian()->actor().layers()[1].weight == policy.actor.gaussian()->actor().layers()[1].weight);
  Random random(13);
  const auto observation = test::randomVector(16, random);
  std::vector<float> a(3), b(3);
  policy.actor.mode(observation, a);
  again->actor.mode(observation, b);
  QCOMPARE(a, b);
  Policy bare{policy.actor, {}, {}, {}};
  QVERIFY(parsePolicy(serializePolicy(bare)).ok());
}

void TestPolicy::savesAtomically() {
  QTemporaryDir folder;
  const std::string path = folder.filePath("p.safetensors").toStdString();
  const Policy policy = test::randomPolicy(4, 2, 8, 14);
  QVERIFY(savePolicyFile(policy, path).ok());
  auto loaded = loadPolicyFile(path);
  QVERIFY(loaded.ok());
  QCOMPARE(serializePolicy(*loaded), serializePolicy(policy));
  QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden).size(), 1);

  const std::string nowhere = folder.filePath("missing/p.safetensors").toStdString();
  QCOMPARE(static_cast<int>(loadPolicyFile(nowhere).error().code), static_cast<int>(ErrorCode::NotFound));
  QVERIFY(!savePolicyFile(policy, nowhere));
  QVERIFY(!loadPolicyFile(folder.path().toStdString()));
  // A folder of that name is in the way: nothing is left behind.
  QVERIFY(QDir(folder.path()).mkdir("taken"));
  QVERIFY(!savePolicyFile(policy, folder.filePath("taken").toStdString()));
  QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden).size(), 1);
}

void TestPolicy::brokenFilesAreRefused() {
  const Bytes good = serializePolicy(test::randomPolicy(4, 2, 8, 15));
  for (std::size_t size = 0; size < good.size(); size += size < 64 ? 1 : 37)
    QVERIFY(!parsePolicy(std::span(good).first(size)));
  Bytes longer = good;
  longer.push_back(0);
  QVERIFY(errorOf(longer).contains("unused"));
  QVERIFY(!errorOf(file("{}", 0)).isEmpty());
  QVERIFY(!errorOf(file("[1,2]", 0)).isEmpty());
  QVERIFY(!errorOf(file(std::string(100000, '['), 0)).isEmpty());
  QVERIFY(!errorOf(file("{\"__metadata__\":{\"format\":3}}", 0)).isEmpty());
  QVERIFY(
      errorOf(file("{\"__metadata__\":{\"format\":\"pt\"}}", 0)).contains("does not hold a Nudge policy"));

  auto header = headerOf(good);
  header["__metadata__"]["format_version"] = "4";
  QCOMPARE(static_cast<int>(parsePolicy(withHeader(good, header)).error().code),
           static_cast<int>(ErrorCode::NewerVersion));
  header = headerOf(good);
  header["__metadata__"].erase("log_std_min");
  QVERIFY(errorOf(withHeader(good, header)).contains("log sigma"));

  Bytes nan = good;  // the last tensor's last number
  const float value = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(nan.data() + nan.size() - 4, &value, 4);
  QVERIFY(errorOf(nan).contains("NaN"));
}

void TestPolicy::wrongTensorsAreRefused() {
  const Bytes good = serializePolicy(test::randomPolicy(4, 2, 8, 16));
  const auto refused = [&](auto change) {
    auto header = headerOf(good);
    change(header);
    return !errorOf(withHeader(good, header)).isEmpty();
  };
  QVERIFY(!refused([](auto&) {}));
  QVERIFY(refused([](auto& h) { h["actor.0.weight"]["dtype"] = "F16"; }));
  QVERIFY(refused([](auto& h) {
    h["actor.0.weight"]["shape"] = {4, 8};
  }));  // transposed: no longer fits its bias
  QVERIFY(refused([](auto& h) { h["actor.0.weight"]["shape"] = {8, 4, 1}; }));
  QVERIFY(refused([](auto& h) { h["actor.0.weight"]["shape"] = {-8, -4}; }));
  QVERIFY(refused([](auto& h) { h["actor.0.weight"]["shape"] = {8.0, 4.0}; }));
  QVERIFY(refused([](auto& h) { h["actor.0.weight"]["shape"] = "8x4"; }));
  QVERIFY(
      refused([](auto& h) { h["actor.0.weight"]["data_offsets"] = h["actor.1.weight"]["data_offsets"]; }));
  QVERIFY(refused(
      [](auto& h) { h["actor.0.bias"]["data_offsets"] = h["actor.1.bias"]["data_offsets"]; }));  // overlap
  QVERIFY(refused([](auto& h) { h["actor.0.bias"] = 7; }));
  QVERIFY(refused([](auto& h) {
    h["actor.9.bias"] = h["actor.0.bias"];
    h.erase("actor.0.bias");
  }));
  QVERIFY(refused([](auto& h) {
    h["extra"] = h["q2.0.bias"];
    h.erase("q2.0.bias");
  }));
  QVERIFY(refused([](auto& h) {
    h["q4.1.bias"] = h["q1.1.bias"];
    h.erase("q1.1.bias");
  }));
  QVERIFY(refused([](auto& h) { h["__metadata__"]["log_std_max"] = "nan"; }));
  QVERIFY(refused([](auto& h) { h["__metadata__"]["log_std_max"] = "-9"; }));
}

void TestPolicy::hugeClaimsAreRefusedQuickly() {
  QElapsedTimer timer;
  timer.start();
  for (const std::uint64_t claim :
       {std::uint64_t{1} << 62, ~std::uint64_t{0}, ~std::uint64_t{7}, std::uint64_t{17}}) {
    Bytes bytes(24);
    std::memcpy(bytes.data(), &claim, 8);
    QVERIFY(!parsePolicy(bytes));
  }
  const std::string tensor =
      R"({"actor.0.weight":{"dtype":"F32","shape":[SHAPE],"data_offsets":[BEGIN,END]}})";
  for (const auto& [shape, begin, end] :
       std::vector<std::array<const char*, 3>>{{"4294967296,4294967296", "0", "0"},
                                               {"9223372036854775807", "0", "18446744073709551612"},
                                               {"65536,65536", "0", "17179869184"},
                                               {"1", "18446744073709551615", "3"},
                                               {"1", "18446744073709551612", "18446744073709551616"},
                                               {"1e30", "0", "4"}}) {
    QString header = QString::fromStdString(tensor);
    header.replace("SHAPE", shape).replace("BEGIN", begin).replace("END", end);
    QVERIFY(!parsePolicy(file(header.toStdString(), 16)));
  }
  QVERIFY(timer.elapsed() < 500);
}

void TestPolicy::randomDamageNeverCrashes() {
  const Bytes good = serializePolicy(test::randomPolicy(3, 1, 4, 17));
  Random random(18);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    Bytes bytes = good;
    for (std::uint64_t flips = 1 + random.index(4); flips > 0; --flips)
      bytes[random.index(bytes.size())] ^= static_cast<std::uint8_t>(1u << random.index(8));
    if (round % 3 == 0) bytes.resize(random.index(bytes.size()));
    auto policy = parsePolicy(bytes);
    if (!policy) {
      ++refused;
      QVERIFY(!policy.error().message.empty());
      continue;
    }
    // What passes must be usable.
    std::vector<float> action(static_cast<std::size_t>(policy->actor.actionSize()));
    policy->actor.mode(std::vector<float>(static_cast<std::size_t>(policy->actor.observationSize())), action);
  }
  QVERIFY(refused > 1000);
}

void TestPolicy::sha256KnownAnswers() {
  QCOMPARE(sha256Hex({}), std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
  const Bytes abc{'a', 'b', 'c'};
  QCOMPARE(sha256Hex(abc), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

void TestPolicy::shippedPolicies() {
  QTemporaryDir resources;
  qputenv("NUDGE_RESOURCES", resources.path().toUtf8());
  QVERIFY(QDir(resources.path()).mkdir("priors"));
  const Policy policy = test::randomPolicy(4, 2, 8, 19);
  QVERIFY(savePolicyFile(policy, resources.filePath("priors/bottle-prior.safetensors").toStdString()).ok());
  auto shipped = shippedPolicy("bottle", "prior");
  QVERIFY(shipped.ok());
  QCOMPARE(serializePolicy(*shipped), shippedPolicyBytes("bottle", "prior").value());
  QCOMPARE(static_cast<int>(shippedPolicy("bottle", "teacher").error().code),
           static_cast<int>(ErrorCode::NotFound));
  QVERIFY(!shippedPolicy("../priors/bottle", "prior"));
  qunsetenv("NUDGE_RESOURCES");
}

QTEST_APPLESS_MAIN(TestPolicy)
#include "test_policy.moc"
