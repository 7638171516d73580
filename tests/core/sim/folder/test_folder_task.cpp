// Tasks from folders: the bottle in both its forms, states and texts that repeat, drives and terms.
#include <mujoco/mujoco.h>

#include <QTest>
#include <array>
#include <cmath>
#include <set>

#include "core/base/random.h"
#include "core/sim/folder/folder_task.h"
#include "core/sim/folder/task_source.h"
#include "core/sim/folder/term.h"
#include "core/sim/model.h"
#include "core/sim/tasks/bottle/bottle_task.h"
#include "tests/core/sim/folder/task_folder.h"

using namespace nudge;
using test::TaskFolder;

namespace {

std::vector<float> observationOf(const Task& task) {
  std::vector<float> all(static_cast<std::size_t>(task.observationSize()));
  task.observe(all);
  return all;
}
std::vector<float> featuresOf(const Task& task) {
  std::vector<float> all(static_cast<std::size_t>(task.featureCount()));
  task.features(all);
  return all;
}
std::vector<double> stateOf(const Task& task) {
  std::vector<double> state(static_cast<std::size_t>(task.stateSize()));
  task.save(state);
  return state;
}

double apart(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return 1e9;
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]));
  return largest;
}

/// How far two tasks are apart now: observation, features, what became of the episode.
double apart(const Task& a, const Task& b) {
  const EpisodeStatus one = a.status(), other = b.status();
  const double outcome = one.success == other.success && one.failure == other.failure ? 0.0 : 1.0;
  return std::max({apart(observationOf(a), observationOf(b)), apart(featuresOf(a), featuresOf(b)), outcome,
                   std::abs(one.maxTilt_rad - other.maxTilt_rad)});
}

std::unique_ptr<Task> made(const TaskFolder& folder) {
  auto task = makeTask(folder.path());
  if (!task) qFatal("%s", task.error().message.c_str());
  return std::move(*task);
}

std::unique_ptr<Task> slide(const QByteArray& toml = test::kSlideToml,
                            const QByteArray& mjcf = test::kSlideMjcf) {
  TaskFolder folder;
  folder.write("scene.xml", mjcf);
  folder.write("task.toml", toml);
  return made(folder);
}

std::unique_ptr<Task> bottleFolder() {
  TaskFolder folder;
  QFile toml(QStringLiteral(NUDGE_SOURCE_DIR "/tests/data/bottle/task.toml"));
  if (!toml.open(QIODevice::ReadOnly)) qFatal("the bottle's task.toml is not there");
  folder.write("task.toml", toml.readAll());
  QByteArray scene = QByteArray::fromStdString(bottleMjcf());
  const QByteArray body = "<body name=\"bottle\">";
  if (!scene.contains(body)) qFatal("the built-in bottle is not where the test looks for it");
  folder.write("scene.xml", scene.replace(body, body + "<site name=\"near_side\" pos=\"-0.037 0 0\"/>"));
  Problems none;
  const auto source = readTaskFolder(folder.path(), none);
  if (!source) qFatal("the bottle's folder cannot be read");
  auto task = makeTask(sourceText(*source));  // as a lesson: a folder may not have the built-in task's x from high to low
  if (!task) qFatal("%s", task.error().message.c_str());
  return std::move(*task);
}

/// One number that a term gives in the slide's world, after some steps of an action.
double measured(const QByteArray& term, float action = 0.0f, int steps = 0) {
  const auto task = slide(QByteArray(test::kSlideToml) + "[[observation]]\nname = \"x\"\n" + term);
  task->reset(1);
  for (int i = 0; i < steps; ++i) task->step({&action, 1});
  return static_cast<double>(observationOf(*task)[1]);
}

}  // namespace

class TestFolderTask : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// The same seeds and actions give the same numbers to 1e-6, whichever form the task has.
  void bottleIsTheSameInBothForms_data() {
    QTest::addColumn<bool>("training");
    QTest::addColumn<bool>("pushing");
    QTest::newRow("random actions") << false << false;
    QTest::newRow("pushing") << false << true;
    QTest::newRow("training starts, pushing") << true << true;
  }
  void bottleIsTheSameInBothForms() {
    QFETCH(bool, training);
    QFETCH(bool, pushing);
    const auto folder = bottleFolder(), builtIn = makeTask("bottle").value();
    QCOMPARE(folder->observationSize(), builtIn->observationSize());
    for (int i = 0; i < folder->observationSize(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      QCOMPARE(folder->spec().observation[at].name, builtIn->spec().observation[at].name);
      QCOMPARE(folder->spec().observation[at].scale, builtIn->spec().observation[at].scale);
    }
    double largest = 0.0;
    int touched = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      for (Task* task : {folder.get(), builtIn.get()})
        training ? task->resetForTraining(seed) : task->reset(seed);
      largest = std::max(largest, apart(*folder, *builtIn));
      Random random(seed);
      std::array<float, 3> action{};
      for (int step = 0; step < builtIn->spec().episodeSteps; ++step) {
        if (step % 5 == 0)
          for (float& one : action) one = static_cast<float>(random.uniform(-1.0, 1.0));
        if (pushing) {
          const auto seen = observationOf(*builtIn);
          action[0] = 0.6f;
          action[1] = std::clamp(2.0f * seen[1], -1.0f, 1.0f);
          action[2] = std::clamp(3.0f * (0.3f - seen[2]), -1.0f, 1.0f);
        }
        folder->step(action);
        builtIn->step(action);
        largest = std::max(largest, apart(*folder, *builtIn));
        touched += featuresOf(*builtIn)[0] < 1e-3f;
      }
    }
    qInfo("largest difference %g, %d steps in touch", largest, touched);
    QVERIFY(!pushing || touched > 50);
    QVERIFY2(largest <= 1e-6, qPrintable(QString::number(largest)));
  }

  void aStateRepeatsTheFuture() {
    const auto task =
        slide(QByteArray(test::kSlideToml) +
              "[[observation]]\nname = \"force\"\nterm = \"contact_force\"\nof = \"ball\"\nwith = \"post\"\n"
              "[[observation]]\nname = \"seen\"\nterm = \"visited_area\"\nof = \"tip\"\nlow = [-1, -1]\n"
              "high = [1, 1]\ncells = [20, 4]\n");
    task->reset(3);
    const float right = 1.0f;
    for (int i = 0; i < 40; ++i) task->step({&right, 1});
    QVERIFY(observationOf(*task)[1] > 1.0f);
    QVERIFY(observationOf(*task)[2] > 0.05f);
    const auto before = stateOf(*task);
    for (int i = 0; i < 10; ++i) task->step({&right, 1});
    const auto after = stateOf(*task);
    task->reset(9);
    QVERIFY(task->restore(before));
    QCOMPARE(stateOf(*task), before);
    for (int i = 0; i < 10; ++i) task->step({&right, 1});
    QCOMPARE(stateOf(*task), after);

    auto bad = before;
    bad.pop_back();
    QVERIFY(!task->restore(bad));
    bad = before;
    bad.back() = std::nan("");
    QVERIFY(!task->restore(bad));
    QCOMPARE(stateOf(*task), after);
  }

  void resetsRepeatBySeedAndStayInTheirRanges() {
    const auto task = slide();
    std::set<float> starts;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      task->reset(seed);
      const float start = observationOf(*task).front();
      QVERIFY(start >= -0.3f && start < 0.1f);
      starts.insert(start);
      task->reset(seed);
      QCOMPARE(observationOf(*task).front(), start);
    }
    QCOMPARE(starts.size(), 20u);
  }

  /// A lesson keeps the text: it opens when the folder is gone, and does the same. What an MJCF names lies beside
  /// it, as MuJoCo has it, wherever in the folder the MJCF lies.
  void theTextIsEnough_data() {
    QTest::addColumn<QString>("place");
    QTest::newRow("beside task.toml") << QString();
    QTest::newRow("in a subfolder") << QStringLiteral("robot/");
  }
  void theTextIsEnough() {
    QFETCH(QString, place);
    TaskFolder folder;
    folder.write(place + "scene.xml",
                 "<mujoco><compiler meshdir='meshes'/><asset><mesh file='tetra.obj'/></asset>"
                 "<include file='parts/rest.xml'/></mujoco>");
    QByteArray rest = QByteArray(test::kSlideMjcf)
                          .replace("<geom name='ball' size='0.05'", "<geom type='mesh' mesh='tetra'");
    folder.write(place + "parts/rest.xml", rest);
    folder.write(place + "meshes/tetra.obj",
                 "v 0 0 0\nv .1 0 0\nv 0 .1 0\nv 0 0 .1\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 3 1 4\n");
    folder.write(
        "task.toml",
        QByteArray(test::kSlideToml)
            .replace("id = \"slide\"",
                     "id = \"slide\"\ntitle = \"Größe <&>\"\nmodel = \"" + place.toUtf8() + "scene.xml\""));
    const auto first = made(folder);
    const std::string text = first->mjcf();
    folder.remove();
    QVERIFY(!makeTask(folder.path()));
    const auto again = makeTask(text);
    QVERIFY2(again.ok(), again ? "" : again.error().message.c_str());
    QCOMPARE((*again)->mjcf(), text);
    QCOMPARE((*again)->spec().title, first->spec().title);
    const float right = 1.0f;
    for (Task* task : {first.get(), again->get()}) {
      task->reset(5);
      for (int i = 0; i < 20; ++i) task->step({&right, 1});
    }
    QCOMPARE(stateOf(**again), stateOf(*first));
    QVERIFY(withoutFolder(text).find(folder.path()) == std::string::npos);
    QVERIFY(text.find(folder.path()) != std::string::npos);
  }

  void drivesMoveAsTheySay() {
    const auto velocity = slide();
    velocity->reset(1);
    const float before = observationOf(*velocity)[0];
    const float half = 0.5f;
    for (int i = 0; i < 20; ++i) velocity->step({&half, 1});
    QVERIFY(std::abs(observationOf(*velocity)[0] - before - 0.25f) < 0.03f);

    const auto position =
        slide(QByteArray(test::kSlideToml).replace("mode = \"velocity\"", "mode = \"position\""));
    position->reset(1);
    for (int i = 0; i < 40; ++i) position->step({&half, 1});
    QVERIFY(std::abs(observationOf(*position)[0] - 0.3f) < 0.02f);

    const QByteArray motor = QByteArray(test::kSlideMjcf)
                                 .replace("<position name='servo' joint='slide' kp='400'/>",
                                          "<motor name='servo' joint='slide' ctrlrange='-10 10'/>");
    const auto direct =
        slide(QByteArray(test::kSlideToml).replace("mode = \"velocity\"", "mode = \"direct\""), motor);
    direct->reset(1);
    const float start = observationOf(*direct)[0];
    for (int i = 0; i < 10; ++i) direct->step({&half, 1});
    QVERIFY(observationOf(*direct)[0] > start + 0.02f);

    // A hand on the tool: the action that moves it so.
    const std::array<double, 3> v_W{0.25, 0.0, 0.0}, fast_W{9.0, 0.0, 0.0};
    float action = 0.0f;
    velocity->toolVelocityToAction(v_W, {&action, 1});
    QVERIFY(std::abs(action - 0.5f) < 0.01f);
    velocity->toolVelocityToAction(fast_W, {&action, 1});
    QCOMPARE(action, 1.0f);
    action = std::nanf("");
    velocity->step({&action, 1});
    QVERIFY(std::isfinite(observationOf(*velocity)[0]));
  }

  /// A servo that turns so many times as far as its joint, also backwards, moves the joint as one without a gear whose
  /// gain is gear² as large.
  void aGearChangesNothing_data() {
    QTest::addColumn<QByteArray>("mode");
    QTest::addColumn<QByteArray>("plain");
    QTest::addColumn<QByteArray>("geared");
    const char *position = "<position name='servo' joint='slide' kp='%1' ctrlrange='%2' gear='%3'/>",
               *velocity = "<velocity name='servo' joint='slide' kv='%1' ctrlrange='%2' gear='%3'/>";
    const auto row = [](const char* name, const char* mode, const char* servo, const QString& gain, const QString& range, const QString& gear) {
      const QString one = QString::fromUtf8(servo);
      QTest::newRow(name) << QByteArray(mode) << one.arg("3600", "-0.5 0.4", "1").toUtf8() << one.arg(gain, range, gear).toUtf8();
    };
    row("velocity of a position servo", "velocity", position, "400", "-1.5 1.2", "3");
    row("position, backwards", "position", position, "900", "-0.8 1", "-2");
    row("velocity servo", "velocity", velocity, "400", "-1.5 1.2", "3");
  }
  void aGearChangesNothing() {
    QFETCH(QByteArray, mode);
    QFETCH(QByteArray, plain);
    QFETCH(QByteArray, geared);
    const QByteArray toml = QByteArray(test::kSlideToml).replace("\"velocity\"", "\"" + mode + "\"");
    const auto moved = [&toml](const QByteArray& servo, float action) {
      const auto task = slide(toml, QByteArray(test::kSlideMjcf).replace("<position name='servo' joint='slide' kp='400'/>", servo));
      task->reset(1);
      for (int i = 0; i < 30; ++i) task->step({&action, 1});
      return static_cast<double>(observationOf(*task)[0]);
    };
    for (const float action : {1.0f, -0.3f}) QVERIFY(std::abs(moved(geared, action) - moved(plain, action)) < 1e-6);
  }

  void aGearedArmMovesItsTool() {
    TaskFolder folder;
    for (const char* name : {"task.toml", "scene.xml", "arm.xml"}) {
      QFile file(QStringLiteral(NUDGE_SOURCE_DIR "/resources/examples/carry/") + name);
      QVERIFY(file.open(QIODevice::ReadOnly));
      folder.write(name, file.readAll().replace("joint=\"elbow\" kp=\"800\" forcerange=\"-200 200\"",
                                                "joint=\"elbow\" gear=\"3\" kp=\"800\" forcerange=\"-200 200\""));
    }
    const auto task = made(folder);
    QVERIFY(task->mjcf().find("gear=\"3\"") != std::string::npos);
    task->reset(1);
    std::array<double, 3> before{}, after{};
    task->toolPosition(before);
    const std::array<float, 2> right{0.6f, 0.0f};
    for (int i = 0; i < 20; ++i) task->step(right);
    task->toolPosition(after);
    QVERIFY(std::abs(after[0] - before[0] - 0.15) < 0.015);
    QVERIFY(std::abs(after[2] - before[2]) < 0.005);
  }

  void aGripperIsOneMoreAction() {
    const QByteArray mjcf =
        QByteArray(test::kSlideMjcf)
            .replace("<site name='tip' pos='0.05 0 0'/>",
                     "<site name='tip' pos='0.05 0 0'/><body name='finger' pos='.1 0 0'><joint name='finger' "
                     "type='slide' "
                     "axis='0 1 0' range='0 .04' damping='10'/><geom size='.01' mass='.1'/></body>")
            .replace("<actuator>", "<actuator><position name='grip' joint='finger' kp='100'/>");
    const auto task = slide(QByteArray(test::kSlideToml)
                                .replace("[[observation]]",
                                         "gripper = { actuator = \"grip\", open = 0.04, closed = 0.0 "
                                         "}\n[[observation]]\nname = \"finger\"\n"
                                         "term = \"joint_position\"\njoints = \"finger\"\n[[observation]]"),
                            mjcf);
    QCOMPARE(task->spec().gripAction, 1);
    task->reset(1);
    const std::array<float, 2> open{0.0f, -1.0f}, closed{0.0f, 1.0f};
    for (int i = 0; i < 20; ++i) task->step(open);
    QVERIFY(std::abs(observationOf(*task)[0] - 0.04f) < 0.005f);
    for (int i = 0; i < 20; ++i) task->step(closed);
    QVERIFY(std::abs(observationOf(*task)[0]) < 0.005f);
  }

  /// Fingers that close against each other, each with its own ends, and joints with their own speeds.
  void whatIsNamedInListsHasItsOwnNumbers() {
    const QByteArray finger =
        "<body name='%1' pos='.1 0 0'><joint name='%1' type='slide' axis='0 1 0' range='-.05 .05' "
        "damping='10'/><geom size='.01' mass='.1' contype='0'/></body>";
    const QByteArray mjcf =
        QByteArray(test::kSlideMjcf)
            .replace("<site name='tip' pos='0.05 0 0'/>", "<site name='tip' pos='0.05 0 0'/>" + QByteArray(finger).replace("%1", "left") +
                                                              QByteArray(finger).replace("%1", "right") + QByteArray(finger).replace("%1", "third"))
            .replace("<actuator>", "<actuator><position name='left' joint='left' kp='100'/><position name='right' "
                                   "joint='right' kp='100'/><position name='third' joint='third' kp='400'/>");
    const QByteArray seen = "name = \"fingers\"\nterm = \"joint_position\"\njoints = [\"left\", \"right\", \"slide\", \"third\"]\n[[observation]]\n";
    const QByteArray toml = QByteArray(test::kSlideToml)
                                .replace("actuators = \"servo\"", "actuators = [\"servo\", \"third\"]")
                                .replace("speed = 0.5", "speed = [0.2, 0.05]\ngripper = { actuator = [\"left\", \"right\"], open = [0.04, "
                                                        "-0.04], closed = 0.01 }")
                                .replace("[[observation]]\n", "[[observation]]\n" + seen);
    const auto task = slide(toml, mjcf);
    QCOMPARE(task->spec().gripAction, 2);
    QCOMPARE(task->spec().actionScale, (std::vector{0.2, 0.05, 1.0}));
    task->reset(1);
    const float before = observationOf(*task)[2];
    const std::array<float, 3> open{1.0f, 1.0f, -1.0f}, closed{0.0f, 0.0f, 1.0f};
    for (int i = 0; i < 10; ++i) task->step(open);
    QVERIFY(std::abs(observationOf(*task)[2] - before - 0.1f) < 0.02f);
    QVERIFY(std::abs(observationOf(*task)[3] - 0.025f) < 0.01f);
    for (int i = 0; i < 10; ++i) task->step(open);
    QVERIFY(std::abs(observationOf(*task)[0] - 0.04f) < 0.005f && std::abs(observationOf(*task)[1] + 0.04f) < 0.005f);
    for (int i = 0; i < 20; ++i) task->step(closed);
    for (const std::size_t i : {0u, 1u}) QVERIFY(std::abs(observationOf(*task)[i] - 0.01f) < 0.005f);
  }

  /// A sensor of accelerations reads what the step before left, and a saved state knows it.
  void sensorsAreRemembered() {
    const QByteArray mjcf = QByteArray(test::kSlideMjcf)
                                .replace("</mujoco>", "<sensor><accelerometer name='imu' site='tip'/><jointpos name='at' joint='slide'/></sensor></mujoco>");
    const auto task = slide(QByteArray(test::kSlideToml) + "[[observation]]\nname = \"imu\"\nterm = \"sensor\"\nsensor = \"imu\"\n" +
                                "[[observation]]\nname = \"at\"\nterm = \"sensor\"\nsensor = \"at\"\n",
                            mjcf);
    QCOMPARE(task->observationSize(), 5);
    QCOMPARE(task->spec().observation[1].name, std::string("imu_x"));
    task->reset(1);
    const float action = 1.0f, still = 0.0f;
    task->step({&action, 1});
    const auto seen = observationOf(*task);
    QVERIFY(std::abs(seen[1]) > 0.1f);
    QCOMPARE(seen[4], seen[0]);
    const auto state = stateOf(*task);
    for (int i = 0; i < 10; ++i) task->step({&still, 1});
    QVERIFY(observationOf(*task) != seen);
    QVERIFY(task->restore(state).ok());
    QCOMPARE(observationOf(*task), seen);
  }

  /// Three joints instead of six: the tool of the example goes as fast as it is told, and level.
  void aPlanarArmMovesItsTool() {
    const auto task = makeTask(NUDGE_SOURCE_DIR "/resources/examples/carry");
    QVERIFY2(task.ok(), task ? "" : task.error().message.c_str());
    (*task)->reset(1);
    std::array<double, 3> before{}, after{};
    (*task)->toolPosition(before);
    const std::array<float, 2> right{0.6f, 0.0f};
    for (int i = 0; i < 20; ++i) (*task)->step(right);
    (*task)->toolPosition(after);
    QVERIFY(std::abs(after[0] - before[0] - 0.15) < 0.015);
    QVERIFY(std::abs(after[2] - before[2]) < 0.005);
  }

  void successNeedsItsTime() {
    const auto task =
        slide(QByteArray(test::kSlideToml).replace("below = 0.1\n", "below = 0.1\nhold_s = 0.5\n") +
              "[[failure]]\nterm = \"joint_position\"\njoints = \"slide\"\nbelow = -0.5\nends = true\n");
    task->reset(1);
    const float right = 1.0f, left = -1.0f;
    int first = -1, held = -1;
    for (int i = 0; i < 60 && held < 0; ++i) {
      task->step({&right, 1});
      if (first < 0 && featuresOf(*task)[0] < 0.1f) first = i;
      if (task->status().success) held = i;
    }
    QVERIFY(first >= 0);
    QCOMPARE(held - first, 9);
    bool ended = false;
    for (int i = 0; i < 80 && !ended; ++i) ended = task->step({&left, 1}).terminated;
    QVERIFY(ended);
    QVERIFY(task->status().failure);
  }

  void termsMeasureWhatTheySay() {
    const auto near = [](double value, double wanted, double slack) {
      return std::abs(value - wanted) <= slack;
    };
    QVERIFY(near(measured("term = \"height\"\nof = \"puck\"\n"), 0.05, 1e-6));
    QVERIFY(near(measured("term = \"position\"\nof = \"post\"\naxes = \"x\"\n"), 0.5, 1e-6));
    QVERIFY(near(measured("term = \"angle\"\nof = \"cart\"\naxis = \"x\"\n"), std::acos(0.0), 1e-6));
    const auto turned = slide(QByteArray(test::kSlideToml) + "[[observation]]\nname = \"q\"\nterm = \"quaternion\"\nof = \"puck\"\nfrom = \"cart\"\n" +
                              "[[reset]]\nbody = \"puck\"\nturn = -2.0\n");
    const auto q = observationOf(*turned);
    QVERIFY(q.size() == 5 && near(q[1], std::cos(1.0), 1e-6) && near(q[4], -std::sin(1.0), 1e-6) && near(q[2], 0.0, 1e-6));
    QVERIFY(near(measured("term = \"speed\"\nof = \"tip\"\n", 1.0f, 20), 0.5, 0.05));
    QVERIFY(near(measured("term = \"velocity\"\nof = \"tip\"\naxes = \"x\"\n", -1.0f, 12), -0.5, 0.1));
    QVERIFY(near(measured("term = \"control_effort\"\n", 0.5f, 3), 0.25, 1e-6));
    QVERIFY(near(measured("term = \"action_change\"\n", 1.0f, 1), 0.25, 1e-6));
    QVERIFY(near(measured("term = \"last_action\"\n", -0.5f, 1), -0.5, 1e-6));
    QVERIFY(near(measured("term = \"time\"\n", 0.0f, 20), 0.5, 1e-6));
    // The post's near side is at 0.48: the servo pushes with its lead.
    QVERIFY(measured("term = \"contact_force\"\nof = \"cart\"\nwith = \"post\"\n", 1.0f, 40) > 10.0);
    QVERIFY(
        near(measured("term = \"gap\"\nof = \"puck\"\nradius = 0.03\nto = \"geom:puck\"\n"), -0.03, 1e-6));
    QVERIFY(near(measured("term = \"gap\"\nof = \"puck\"\nto = \"floor\"\n"), 0.15, 1e-6));
  }

  void aReadoutSaysItsTerm() {
    QVERIFY(slide(test::kSlideToml)->readout().empty());
    const QByteArray force = "term = \"contact_force\"\nof = \"cart\"\nwith = \"post\"\n";
    const auto task = slide(QByteArray(test::kSlideToml) + "[[observation]]\nname = \"force\"\n" + force + "[readout]\ntitle = \"push\"\n" + force);
    const float right = 1.0f;
    for (int i = 0; i < 40; ++i) task->step({&right, 1});
    const double newtons = observationOf(*task)[1];
    QVERIFY(newtons > 10.0);
    QCOMPARE(QString::fromStdString(task->readout()), QString("push %1 N").arg(newtons, 0, 'f', 1));
    const auto scaled = slide(QByteArray(test::kSlideToml) + "[readout]\nterm = \"height\"\nof = \"puck\"\nunit = \"mm\"\nscale = 0.001\n");
    QCOMPARE(scaled->readout(), std::string("height 50.0 mm"));
    QCOMPARE(slide(QByteArray(test::kSlideToml) + "[readout]\nterm = \"time\"\n")->readout(), std::string("time 0.0"));
  }

  /// Every parameter that a kind reads is in its documentation, and the other way round.
  void termsAreDocumentedAsTheyAre() {
    const auto world = World::fromMjcf(test::kSlideMjcf);
    QVERIFY(world.ok());
    const SceneNames names(world->model());
    std::set<std::string> seen;
    for (const TermKind& kind : termKinds()) {
      QVERIFY2(seen.insert(kind.name).second, kind.name.c_str());
      QVERIFY(!kind.summary.empty() && !kind.unit.empty());
      std::set<std::string> read{"term"}, documented{"term"};
      // What is read may depend on what is there: once with nothing, once with everything.
      for (const bool full : {false, true}) {
        QByteArray toml = "term = \"" + QByteArray::fromStdString(kind.name) + "\"\n";
        for (const TermParameter& parameter : kind.parameters) {
          documented.insert(parameter.name);
          if (full && parameter.name != "outline")
            toml += QByteArray::fromStdString(parameter.name) + " = \"puck\"\n";
        }
        Problems problems;
        const auto tree = parseToml(toml.toStdString(), "x", problems);
        QVERIFY(tree.has_value());
        TomlSection section(*tree, "x", "x", problems);
        QVERIFY(makeTerm(section, names) != nullptr);
        read.insert(section.asked().begin(), section.asked().end());
      }
      QVERIFY2(read == documented, kind.name.c_str());
    }
    QVERIFY(seen.size() >= 15);
  }
};

QTEST_GUILESS_MAIN(TestFolderTask)
#include "test_folder_task.moc"
