#include "sessions/datasets/datasets.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <cstring>

#include "tests/sessions/lesson.h"

using namespace nudge;
using namespace nudge::test;

/// What is exported reads back, by programs that know nothing of Nudge, as the numbers that were recorded.
class DatasetsTest : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir folder_;

  QString at(const char* name) const { return folder_.filePath(name); }
  Result<Store> lesson() const { return Store::open(at("lesson.nudge").toStdString(), OpenMode::ReadOnly); }
  Result<DatasetCounts> exportTo(DatasetFormat format, const char* name) const {
    const auto store = lesson();
    if (!store) return store.error();
    return exportDataset(*store, format, at(name).toStdString());
  }
  static QByteArray outputOf(const QString& program, const QStringList& arguments) {
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished(60'000) || process.exitCode() != 0) return {};
    return process.readAllStandardOutput();
  }
  /// An array as h5dump writes it out, in the machine's byte order.
  template <typename T>
  std::vector<T> array(const char* file, const char* path) const {
    QFile::remove(at("raw"));
    if (outputOf("h5dump", {"-d", path, "-b", "NATIVE", "-o", at("raw"), at(file)}).isEmpty()) return {};
    QFile raw(at("raw"));
    if (!raw.open(QFile::ReadOnly)) return {};
    const QByteArray bytes = raw.readAll();
    std::vector<T> values(static_cast<std::size_t>(bytes.size()) / sizeof(T));
    std::memcpy(values.data(), bytes.constData(), values.size() * sizeof(T));
    return values;
  }

 private Q_SLOTS:
  void initTestCase() {
    auto store = Store::create(at("lesson.nudge").toStdString(), lessonInfo(), weights());
    VERIFY_OK(store);
    VERIFY_OK(recordEpisodes(*store, 2, 33));
    VERIFY_OK(store->addMark({0, 2, MarkKind::Paint, 12, 14, Verdict::Excluded, "mark"}));
    VERIFY_OK(store->beginEpisode(episodeStart(3)));  // no step came of it
    VERIFY_OK(store->beginEpisode(episodeStart(4)));
    VERIFY_OK(store->appendSteps(4, steps(4, 0, 1)));
    VERIFY_OK(store->beginEpisode(episodeStart(5), true));  // practice is in no data set
    VERIFY_OK(store->appendSteps(5, steps(5, 0, 20)));
  }

  void hdf5ReadsBackWithH5dump() {
    const auto counts = exportTo(DatasetFormat::Hdf5, "out.hdf5");
    VERIFY_OK(counts);
    QCOMPARE(counts->episodes, 3);
    QCOMPARE(counts->steps, 67);
    const QByteArray listing = outputOf("h5dump", {"-n", "1", at("out.hdf5")});
    QVERIFY2(!listing.isEmpty(), "h5dump is needed (package hdf5-tools)");
    for (const char* name :
         {"/data/demo_0/actions", "/data/demo_1/obs/observation", "/data/demo_2/next_obs/observation",
          "/data/demo_2/model_file", "/data/total", "/data/env_args"})
      QVERIFY2(listing.contains(name), name);
    QVERIFY(outputOf("h5dump", {"-a", "/data/total", at("out.hdf5")}).contains("(0): 67"));
    QVERIFY(outputOf("h5dump", {"-a", "/data/demo_0/teacher", at("out.hdf5")}).contains("synthetic"));

    const auto actions = array<float>("out.hdf5", "/data/demo_1/actions");
    const auto states = array<double>("out.hdf5", "/data/demo_1/states");
    const auto now = array<float>("out.hdf5", "/data/demo_1/obs/observation");
    const auto next = array<float>("out.hdf5", "/data/demo_1/next_obs/observation");
    const auto driver = array<std::uint8_t>("out.hdf5", "/data/demo_1/driver");
    const auto verdict = array<std::uint8_t>("out.hdf5", "/data/demo_1/verdict");
    const auto rewards = array<double>("out.hdf5", "/data/demo_1/rewards");
    const auto dones = array<std::uint8_t>("out.hdf5", "/data/demo_1/dones");
    QCOMPARE(actions.size(), 66u);
    QCOMPARE(states.size(), 165u);
    QCOMPARE(now.size(), 132u);
    const auto data = lesson()->episode(2);
    for (std::size_t i = 0; i < 33; ++i) {
      const Step& step = data->steps[i];
      QVERIFY(std::equal(step.action.begin(), step.action.end(), actions.begin() + long(i) * 2));
      QVERIFY(std::equal(step.state.begin(), step.state.end(), states.begin() + long(i) * 5));
      QVERIFY(std::equal(step.observation.begin(), step.observation.end(), now.begin() + long(i) * 4));
      const auto& after = i < 32 ? data->steps[i + 1].observation : data->finalObservation;
      QVERIFY(std::equal(after.begin(), after.end(), next.begin() + long(i) * 4));
      QCOMPARE(driver[i], static_cast<std::uint8_t>(step.driver));
      QCOMPARE(rewards[i], i == 32 ? 1.0 : 0.0);
      QCOMPARE(dones[i], i == 32 ? 1 : 0);
    }
    QCOMPARE(verdict[12], 3);
    QCOMPARE(verdict[7], 0);
  }

  void csvReadsBackWithSqlite() {
    VERIFY_OK(exportTo(DatasetFormat::Csv, "out.csv"));
    const QByteArray found = outputOf(
        "sqlite3",
        {":memory:", ".mode csv", ".import '" + at("out.csv") + "' steps", ".mode list",
         "SELECT count(*), sum(driver = 'teacher'), sum(verdict = 'excluded') FROM steps",
         "SELECT \"action.vy\", \"feature.spé\"\"cial\", time_s FROM steps WHERE episode = 2 AND step = 20"});
    const QList<QByteArray> lines = found.trimmed().split('\n');
    QCOMPARE(lines.size(), 2);
    QCOMPARE(lines[0].trimmed(), QByteArray("67|16|2"));
    const QList<QByteArray> values = lines[1].trimmed().split('|');
    QCOMPARE(values.size(), 3);
    QCOMPARE(values[0].toFloat(), step(2, 20).action[1]);
    QCOMPARE(values[1].toFloat(), step(2, 20).features[2]);
    QCOMPARE(values[2].toDouble(), step(2, 20).wallTime_s);
  }

  void jsonLinesReadBackWithQt() {
    VERIFY_OK(exportTo(DatasetFormat::JsonLines, "out.jsonl"));
    QFile file(at("out.jsonl"));
    QVERIFY(file.open(QFile::ReadOnly));
    int lines = 0;
    while (!file.atEnd()) {
      const QJsonObject line = QJsonDocument::fromJson(file.readLine()).object();
      const Step expected = step(line["episode"].toInt(), line["step"].toInt());
      QCOMPARE(static_cast<float>(line["observation"]["tool_y"].toDouble()), expected.observation[1]);
      QCOMPARE(line["driver"].toString(), QString::fromUtf8(name(expected.driver)));
      ++lines;
    }
    QCOMPARE(lines, 67);
  }

  void nothingIsReplacedOrHalfMade() {
    QFile there(at("there.csv"));
    QVERIFY(there.open(QFile::WriteOnly));
    there.write("mine");
    there.close();
    for (const DatasetFormat format : {DatasetFormat::Hdf5, DatasetFormat::Csv, DatasetFormat::JsonLines}) {
      VERIFY_FAILS(exportTo(format, "there.csv"), ErrorCode::InvalidInput);
      QVERIFY(!exportTo(format, "no/where"));
    }
    QVERIFY(!exportTo(DatasetFormat::Csv, "lesson.nudge"));
    QVERIFY(there.open(QFile::ReadOnly));
    QCOMPARE(there.readAll(), QByteArray("mine"));
    QVERIFY(QDir(folder_.path()).entryList({"*part*"}).isEmpty());
  }
};

QTEST_GUILESS_MAIN(DatasetsTest)
#include "datasets_test.moc"
