// The report of runs written by hand: every figure can be worked out on paper.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QXmlStreamReader>
#include <QtTest>

#include "core/benchmark/chart.h"
#include "core/benchmark/paper.h"
#include "core/benchmark/report.h"
#include "core/learn/settings.h"

using namespace nudge;

namespace {

constexpr const char* kSettings = "{\"evaluation_episodes\":500,\"evaluation_steps\":3000,\"rounds\":10,\"steps\":3000}";

RobotAlone alone(double success, double teacherReward, std::int64_t low, std::int64_t high) {
  RobotAlone a;
  a.episodes = 500;
  a.steps = low + high;
  a.success = success;
  a.failure = 1.0 - success;
  a.baseReward = -20.0;
  a.teacherReward = teacherReward;
  FeatureFigures f{"tip_height", true, 0.5, 0.25, 0.5, 0.75, std::vector<std::int64_t>(kHistogramBins, 0)};
  f.histogram.front() = low;
  f.histogram.back() = high;
  a.features = {f};
  return a;
}

BenchmarkRound round(int number, std::int64_t teacherSteps, std::int64_t evaluated, const RobotAlone& a) {
  BenchmarkRound r;
  r.round = number;
  if (number > 0) r.taught = {1000, teacherSteps, teacherSteps / 2, 7, 7};
  r.evaluated = {1000, evaluated, 0, 7, 7};
  r.theta = {-0.1 * number};
  r.outcome = "new-policy";
  r.updateSeconds = 2.0;
  r.simulationSteps = number > 0 ? 5000 : 0;
  r.alone = a;
  return r;
}

BenchmarkRun run(const std::string& method, const std::string& prior, int seed, std::vector<BenchmarkRound> rounds) {
  BenchmarkRun r;
  r.key = {"bottle", method, "paper", "synthetic", prior, seed, kSettings};
  r.state = RunState::Done;
  r.seconds = 30.0;
  r.origin = {"0.1.0", "abc", "a computer"};
  r.rounds = std::move(rounds);
  return r;
}

std::vector<BenchmarkRun> lesson() {
  const RobotAlone prior = alone(0.98, -40.0, 0, 100), expert = alone(0.96, -20.0, 100, 0), taught = alone(0.97, -22.0, 50, 50);
  std::vector<BenchmarkRun> runs{
      run(kReferencePrior, "prior", 0, {round(0, 0, 240, prior)}), run(kReferenceTeacher, "", 0, {round(0, 0, 20, expert)}),
      run(kReferenceFloor, "", 0, {round(0, 0, 30, expert)}),
      run("mereq", "prior", 1, {round(0, 0, 240, prior), round(1, 300, 90, prior), round(2, 40, 20, taught)}),
      run("mereq", "prior", 2, {round(0, 0, 240, prior), round(1, 200, 120, prior), round(2, 60, 20, taught)}),
      run("iwr-ft", "prior", 1, {}),
  };
  for (std::size_t i = 0; i < 3; ++i) runs[i].key.protocol.clear();
  runs[2].message = "the teacher's own sampled policy";
  runs.back().state = RunState::Failed;
  runs.back().message = "NaN";
  return runs;
}

QJsonObject rowOf(const QJsonArray& rows, double delta) {
  for (const QJsonValue& row : rows)
    if (qFuzzyCompare(row.toObject()["delta"].toDouble(), delta)) return row.toObject();
  return {};
}

}  // namespace

class ReportTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void samplesAndRobotAlone() {
    const auto runs = lesson();
    const auto tables = makeReport(runs, {"mereq", "iwr-ft"});
    QVERIFY(tables.ok());
    QCOMPARE(tables->size(), std::size_t{1});
    const ReportTable& table = tables->front();
    QVERIFY(table.expert && table.floor);
    QCOMPARE(table.floor->rate(), 0.03);
    QCOMPARE(table.rows.size(), std::size_t{2});
    const ReportRow& row = table.rows[0];
    QCOMPARE(row.runs, 2);
    // Training rounds: δ .15 after round 2 of both: 340 and 260. δ .05: only seed 1; the other counts at its cap.
    QCOMPARE(row.samples[0].at(Count::Training).samples->mean, 300.0);
    QCOMPARE(row.samples[2].at(Count::Training).samples->mean, 300.0);
    QCOMPARE(row.samples[2].at(Count::Training).reached, 1);
    QCOMPARE(row.samples[2].at(Count::Training).capped, (std::map<std::string, std::set<std::int64_t>>{{"prior", {2}}}));
    // Frozen: δ .15 after round 1 of both (300, 200); δ .10 after round 1 and 2 (300, 260).
    QCOMPARE(row.samples[0].at(Count::Evaluated).samples->mean, 250.0);
    QCOMPARE(row.samples[1].at(Count::Evaluated).samples->mean, 280.0);
    QVERIFY(row.alone.way && std::abs(*row.alone.way - 0.9) < 1e-12);
    QVERIFY(std::abs(row.alone.features[0].priorDivergence.value() - std::log(2.0)) < 1e-12);
    QVERIFY(row.alone.features[0].divergence > 0.2 && row.alone.features[0].divergence < 0.25);
    QCOMPARE(table.rows[1].failed, std::vector<std::string>{"prior seed 1: NaN"});
    QCOMPARE(row.theta.size(), std::size_t{2});
    QCOMPARE(row.theta[1][0], -0.2);
  }

  /// A prior that is nearly there already counts by how little of a way it has.
  void theWayIsOfAllRunsTogether() {
    auto runs = lesson();
    const RobotAlone near = alone(0.98, -21.0, 0, 100), back = alone(0.97, -22.0, 50, 50);
    runs.push_back(run(kReferencePrior, "prior2", 0, {round(0, 0, 20, near)}));
    runs.back().key.protocol.clear();
    runs.push_back(run("mereq", "prior2", 1, {round(0, 0, 20, near), round(1, 10, 10, back)}));
    const auto tables = makeReport(runs, {"mereq"});
    QVERIFY(tables.ok());
    const auto way = tables->front().rows[0].alone.way;
    QVERIFY2(way && std::abs(*way - (18.0 + 18.0 - 1.0) / (20.0 + 20.0 + 1.0)) < 1e-12, qPrintable(QString::number(way.value_or(-9))));
  }

  /// The first 100 episodes are harder for everybody: 100 are compared with 100, and 500 where there are no others.
  void likeIsComparedWithLike() {
    auto runs = lesson();
    for (int i : {3, 4})
      for (BenchmarkRound& r : runs[i].rounds) r.alone.episodes = 100;
    auto tables = makeReport(runs, {"mereq"});
    const AloneSummary* end = &tables->front().rows[0].alone;
    QVERIFY(std::abs(*end->way - 0.9) < 1e-12);
    QCOMPARE(end->otherEpisodes, 500);
    QVERIFY(reportMarkdown(*tables, runs, {}).find("; compared with priors and expert over 500)") != std::string::npos);

    RobotAlone prior = alone(0.90, -50.0, 0, 20), expert = alone(0.92, -10.0, 10, 10);
    prior.episodes = expert.episodes = 100;
    runs[0].rounds.push_back(round(1, 0, 240, prior));
    runs[1].rounds.push_back(round(1, 0, 20, expert));
    tables = makeReport(runs, {"mereq"});
    const ReportTable& table = tables->front();
    end = &table.rows[0].alone;
    QCOMPARE(end->otherEpisodes, 0);
    QVERIFY2(std::abs(*end->way - (50.0 - 22.0) / 40.0) < 1e-12, qPrintable(QString::number(*end->way)));
    QCOMPARE(end->prior->success, 0.90);
    QCOMPARE(end->expert->teacherReward, -10.0);
    QVERIFY(end->features[0].priorDivergence < 0.3);
    QCOMPARE(table.rows[0].aloneAt[2].prior->success, 0.90);
    QCOMPARE(table.expert->shown().teacherReward, -20.0);  // rows of references stay those of round 0
    const QString markdown = QString::fromStdString(reportMarkdown(*tables, runs, {}));
    QVERIFY(!markdown.contains("compared with priors") && !markdown.contains("are over 500"));  // the settings say 500
    QVERIFY(markdown.contains("| prior | .980 | .020 | -20.00 | -40.00 |"));
    const QJsonObject row = rowOf(QJsonDocument::fromJson(QByteArray::fromStdString(reportJson(*tables))).array(), 0.05);
    QCOMPARE(row["alone"].toObject()["prior_success"].toDouble(), 0.9);
    QCOMPARE(row["alone"].toObject()["same_starts"].toBool(), true);
  }

  /// BC knows no prior: runs of a seed are copies of each other.
  void theSeedIsTheUnitOfWhatStartsFromNothing() {
    auto runs = lesson();
    for (int i : {3, 4}) {
      runs[i].key.method = "bc";
      for (const char* prior : {"prior2", "prior3"}) {
        runs.push_back(runs[i]);
        runs.back().key.prior = prior;
      }
    }
    const auto tables = makeReport(runs, {"bc"});
    const ReportRow& row = tables->front().rows[0];
    QCOMPARE(row.runs, 6);
    const SamplesTo& samples = row.samples[0].at(Count::Training);  // 340 and 260, each three times
    QCOMPARE(samples.samples->count, 2);
    QCOMPARE(samples.samples->mean, 300.0);
    QVERIFY(std::abs(samples.samples->halfWidth - 12.706 * 40.0) < 0.1);
    QCOMPARE(samples.reached, 6);
    QCOMPARE(row.alone.success.count, 2);
    QCOMPARE(row.rates[0].count, 2);
    const std::string markdown = reportMarkdown(*tables, runs, {"r.sqlite", {{"bc", "BC"}}});
    QVERIFY(markdown.find("300 ± 508 (6/6)") != std::string::npos);
    QVERIFY(markdown.find("starts from nothing (BC), over the seeds") != std::string::npos);
    QVERIFY(reportSvg(*tables, {"r.sqlite", {{"bc", "BC"}}})->find("BC, seed by seed") != std::string::npos);
    const QJsonObject json = rowOf(QJsonDocument::fromJson(QByteArray::fromStdString(reportJson(*tables))).array(), 0.15);
    QCOMPARE(json["runs"].toInt(), 6);
    QCOMPARE(json["unit"].toString(), QString("seed"));
  }

  void whatIsNotKnownIsNotZero() {
    auto runs = lesson();
    runs[4].rounds.back().alone.features[0].histogram.clear();  // of only some runs: of none
    auto tables = makeReport(runs, {"mereq"});
    const FeatureSummary& some = tables->front().rows[0].alone.features[0];
    QVERIFY(!some.divergence && some.priorDivergence);
    QVERIFY(reportMarkdown(*tables, runs, {}).find("| mereq | – (.693) |") != std::string::npos);
    QJsonObject robot = rowOf(QJsonDocument::fromJson(QByteArray::fromStdString(reportJson(*tables))).array(), 0.05)["alone"].toObject();
    QJsonObject feature = robot["features"].toObject()["tip_height"].toObject();
    QVERIFY(feature["jsd_to_teacher"].isNull() && feature["prior_jsd_to_teacher"].isDouble());

    runs.erase(runs.begin(), runs.begin() + 3);  // no references
    tables = makeReport(runs, {"mereq"});
    robot = rowOf(QJsonDocument::fromJson(QByteArray::fromStdString(reportJson(*tables))).array(), 0.05)["alone"].toObject();
    feature = robot["features"].toObject()["tip_height"].toObject();
    QVERIFY(feature["jsd_to_teacher"].isNull() && feature["prior_jsd_to_teacher"].isNull());
    QVERIFY(robot["same_starts"].isNull() && robot["prior_success"].isNull() && robot["expert_success"].isNull() && robot["way_to_expert"].isNull());
    const QStringList csv = QString::fromStdString(reportCsv(*tables)).split('\n');
    QCOMPARE(csv[1].split(',')[csv[0].split(',').indexOf("prior_success")], QString());
  }

  /// Needless take-overs hold the plain rate up, and the surprising share ends a run: what the plain rate had yet to
  /// cost was never seen.
  void aRunThatSurpriseEndedHasNoPlainCost() {
    auto runs = lesson();
    for (BenchmarkRun& r : runs) r.key.teacher = "synthetic:random=0.02";
    runs[4].rounds.back().taught.teacherSteps = 40;
    for (int i : {3, 4}) {
      runs[i].rounds[0].evaluated = {1000, 240, 200, 7, 7};
      runs[i].rounds[2].evaluated = {1000, 110, 20, 7, 7};
    }
    runs[3].rounds[1].evaluated = runs[4].rounds[1].evaluated = {1000, 110, 60, 7, 7};
    runs[2].rounds[0].evaluated = {1000, 300, 70, 7, 7};
    auto tables = makeReport(runs, {"mereq"});
    const ReportRow* row = &tables->front().rows[0];
    QVERIFY(tables->front().bySurprise);
    QCOMPARE(row->samples[0].at(Count::Evaluated).samples->mean, 250.0);  // both got there
    QVERIFY(!row->samples[2].at(Count::Evaluated).samples);
    QCOMPARE(row->samples[2].at(Count::Evaluated).reached, 0);
    QCOMPARE(row->samples[2].at(Count::EvaluatedSurprise).samples->mean, 290.0);
    QCOMPARE(row->aloneAt[2].episodes, 1000);  // where it was judged
    const QString markdown = QString::fromStdString(reportMarkdown(*tables, runs, {}));
    QVERIFY2(markdown.contains("| mereq | 250 ± 635 (2/2) | – (0/2) | – (0/2) |"), qPrintable(markdown));
    QVERIFY(markdown.contains("Runs whose surprising share never fell") && !markdown.contains("- mereq, by"));
    const QJsonObject json = rowOf(QJsonDocument::fromJson(QByteArray::fromStdString(reportJson(*tables))).array(), 0.05);
    QVERIFY(json["evaluated"].toObject()["samples_mean"].isNull() && json["evaluated"].toObject()["samples_ci95"].isNull());
    QCOMPARE(json["evaluated_surprise"].toObject()["samples_mean"].toDouble(), 290.0);
    const auto svg = reportSvg(*tables, {});
    QVERIFY(svg->find("share of surprising teacher steps") != std::string::npos);
    QVERIFY(svg->find("intervention rate") == std::string::npos);

    for (BenchmarkRun& r : runs) r.key.settings = "{\"evaluation_episodes\":500,\"evaluation_steps\":3000,\"rounds\":2,\"steps\":3000}";
    tables = makeReport(runs, {"mereq"});  // a run of all its rounds has paid its cap
    QCOMPARE(tables->front().rows[0].samples[2].at(Count::Evaluated).samples->mean, 290.0);
    for (BenchmarkRun& r : runs) r.key.teacher = "synthetic:random=0";
    QVERIFY(!makeReport(runs, {"mereq"})->front().bySurprise);
  }

  void everyRowNamesItsCommits() {
    auto runs = lesson();
    runs[4].origin.commit = "def";
    const auto tables = makeReport(runs, {"mereq"});
    QVERIFY(reportMarkdown(*tables, runs, {}).find("| 2.00 | 10000 | abc, def |") != std::string::npos);
    const QJsonArray json = QJsonDocument::fromJson(QByteArray::fromStdString(reportJson(*tables))).array();
    QCOMPARE(json[0].toObject()["commits"].toArray(), (QJsonArray{"abc", "def"}));
    QVERIFY(reportCsv(*tables).find(",abc def\n") != std::string::npos);
  }

  void csvIsReadByAll() {
    auto runs = lesson();
    for (int i : {3, 4}) {
      for (BenchmarkRound& r : runs[i].rounds) r.simulationSteps = 1'234'567;
      runs[i].key.settings =
          "{\"evaluation_episodes\":500,\"evaluation_steps\":3000,\"rounds\":10,\"set\":{\"l2\":0.5},\"steps\":3000}";
    }
    for (BenchmarkRun& r : runs) r.key.task = "/tasks/a \"b\", c";
    const auto tables = makeReport(runs, {"mereq"});
    const QStringList csv = QString::fromStdString(reportCsv({tables->front()})).split('\n');
    const QString task = "\"/tasks/a \"\"b\"\", c\"";
    QVERIFY2(csv[1].startsWith(task + ",paper,synthetic,l2=0.5,mereq,0.15,training,300,508.2"), qPrintable(csv[1]));
    const QStringList names = csv[0].split(','), values = ("task" + csv[1].mid(task.size())).split(',');
    QCOMPARE(values.size(), names.size());
    const auto value = [&](const char* name) { return values[names.indexOf(name)]; };
    QCOMPARE(value("simulation_steps"), QString("3703701"));
    QCOMPARE(value("floor_rate"), QString("0.03"));
    QCOMPARE(value("style_feature"), QString("tip_height"));
    QCOMPARE(value("expert_teacher_reward"), QString("-20"));
    QCOMPARE(value("last_rate"), QString("0.05"));
  }

  void jsonHasOneObjectARow() {
    const auto runs = lesson();
    const auto tables = makeReport(runs, {"mereq"});
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromStdString(reportJson(*tables)));
    QVERIFY(document.isArray());
    QCOMPARE(document.array().size(), 3);
    const QJsonObject row = rowOf(document.array(), 0.05);
    QCOMPARE(row["task"].toString(), QString("bottle"));
    QCOMPARE(row["method"].toString(), QString("mereq"));
    QCOMPARE(row["protocol"].toString(), QString("paper"));
    QCOMPARE(row["samples_mean"].toDouble(), 300.0);
    QCOMPARE(row["reached"].toInt(), 1);
    QCOMPARE(row["runs"].toInt(), 2);
    QCOMPARE(row["seconds"].toDouble(), 30.0);
    const QJsonObject robot = row["alone"].toObject();
    QCOMPARE(robot["episodes"].toInt(), 1000);  // of both runs
    QCOMPARE(robot["success"].toDouble(), 0.97);
    QCOMPARE(robot["prior_success"].toDouble(), 0.98);
    QCOMPARE(robot["teacher_reward"].toDouble(), -22.0);
    QCOMPARE(row["paper"].toObject()["samples"].toDouble(), 1726.0);
    QCOMPARE(row["evaluated"].toObject()["samples_mean"].toDouble(), 300.0);
  }

  void otherFormatsAreWhole() {
    const auto runs = lesson();
    const auto tables = makeReport(runs, {"mereq"});
    const ReportSource source{"results.sqlite", {{"mereq", "MEReQ"}}};
    const QString markdown = QString::fromStdString(reportMarkdown(*tables, runs, source));
    QVERIFY(markdown.contains("| MEReQ | 300 ± 508 (2/2) |"));
    QVERIFY(markdown.contains("iwr-ft failed: prior seed 1: NaN"));
    QVERIFY(markdown.contains("1726 ± 167"));
    QVERIFY(markdown.contains(".030 of the steps of the teacher's own sampled policy"));
    int columns = 0;  // every row of a table has as many cells as its head
    for (const QString& line : markdown.split('\n')) {
      if (!line.startsWith('|')) columns = 0;
      else if (columns == 0) columns = int(line.count('|'));
      else QCOMPARE(int(line.count('|')), columns);
    }
    const QStringList csv = QString::fromStdString(reportCsv(*tables)).trimmed().split('\n');
    QCOMPARE(csv.size(), 1 + 3 * 4);
    for (const QString& line : csv) QCOMPARE(line.count(','), csv[0].count(','));
    const auto svg = reportSvg(*tables, source);
    QVERIFY(svg.ok());
    QXmlStreamReader xml(QByteArray::fromStdString(*svg));
    while (!xml.atEnd()) xml.readNext();
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
    QVERIFY(svg->find("nan") == std::string::npos);
  }

  void aFolderIsCalledByItsName() {
    auto runs = lesson();
    for (BenchmarkRun& r : runs) r.key.task = "/somebody/tasks/reach";
    const auto tables = makeReport(runs, {"mereq"});
    const QString markdown = QString::fromStdString(reportMarkdown(*tables, runs, {"results.sqlite", {}}));
    QVERIFY(markdown.contains("## reach, protocol paper"));
    QVERIFY(!markdown.contains("somebody"));
    const auto svg = reportSvg(*tables, {"results.sqlite", {}});
    QVERIFY(svg.ok() && svg->find("reach") != std::string::npos && svg->find("somebody") == std::string::npos);
    QVERIFY(reportJson(*tables).find("/somebody/tasks/reach") != std::string::npos);  // for programs it stays the key
  }

  void neverUnderIsNamedInRanges() {
    auto runs = lesson();
    const BenchmarkRun late = runs[4];
    for (const int seed : {3, 5}) {
      runs.push_back(late);
      runs.back().key.seed = seed;
    }
    const auto tables = makeReport(runs, {"mereq"});
    const QString markdown = QString::fromStdString(reportMarkdown(*tables, runs, {"results.sqlite", {}}));
    QVERIFY2(markdown.contains("- mereq, by training: prior seeds 2–3, 5\n"), qPrintable(markdown));
  }

  void nothingDoneIsNothingToSay() {
    const std::vector<BenchmarkRun> none;
    const auto tables = makeReport(none, {});
    QVERIFY(tables.ok() && tables->empty());
    QCOMPARE(reportJson(*tables), std::string("[]\n"));
    QVERIFY(!reportSvg(*tables, {}).ok());
    auto odd = lesson();
    odd[3].key.settings = "{";
    QVERIFY(!makeReport(odd, {}).ok());
  }

  void theEndOfARun() {
    const RobotAlone a = alone(1, 0, 1, 1);
    std::vector<BenchmarkRound> rounds{round(0, 0, 20, a)};
    QVERIFY(!settled(rounds, false));           // nothing was taught yet
    rounds.push_back(round(1, 40, 60, a));
    QVERIFY(settled(rounds, false));            // both counts are settled by round 1
    rounds.push_back(round(2, 70, 20, a));
    QVERIFY(!settled(rounds, false));           // but not while the newest round is above
    rounds = {round(0, 0, 200, a), round(1, 90, 200, a)};
    QVERIFY(!settled(rounds, false));
    QVERIFY(settled(rounds, true));             // 45 and 0 surprising steps of 1,000
  }

  void settingsAreOneText() {
    RunSettings a, b;
    a.set = {"l2=0.2", "good_weight=1", "imagine_from=episodes"};
    b.set = {"imagine_from=episodes", "good_weight=1.0", "l2=.2"};
    QCOMPARE(settingsText(a).value(), settingsText(b).value());
    const auto back = readSettings(*settingsText(a));
    QVERIFY(back.ok());
    QCOMPARE(settingsText(*back).value(), settingsText(a).value());
    MereqSettings learner;
    for (const std::string& assignment : back->set) QVERIFY(set(learner, assignment).ok());  // as the run does
    QCOMPARE(learner.imagineFrom, ImagineFrom::Episodes);
    a.set = {"speed=1"};
    QVERIFY(!settingsText(a).ok());
    for (const char* text : {"", "{}", "[]", "{\"rounds\":0,\"steps\":1,\"evaluation_episodes\":1,\"evaluation_steps\":1}"})
      QVERIFY(!readSettings(text).ok());
  }

  void paper() {
    QCOMPARE(paperFigures("highway", "mereq")->samples[2], 1821.0);
    QCOMPARE(paperFigures("highway", "maxent")->rates[0], 0.59);
    QVERIFY(!paperFigures("highway", "bc"));
  }
};

QTEST_APPLESS_MAIN(ReportTest)
#include "report_test.moc"
