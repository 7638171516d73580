// What is wrong in a task's folder is said with file and line, at once and in bounded memory.
#include <QElapsedTimer>
#include <QTest>

#include "core/base/random.h"
#include "core/sim/folder/folder_task.h"
#include "core/sim/folder/task_check.h"
#include "core/sim/folder/task_source.h"
#include "tests/core/sim/folder/task_folder.h"

using namespace nudge;
using test::TaskFolder;

namespace {

const QByteArray kToml = test::kSlideToml, kMjcf = test::kSlideMjcf;

/// All problems of a folder, one a line; empty if it makes a task.
QByteArray problemsOf(const TaskFolder& folder) {
  Problems problems;
  const auto task = makeFolderTask(folder.path(), problems);
  if (task.operator bool() != problems.empty()) qFatal("a task is refused with a reason, and only then");
  QByteArray text;
  for (const Problem& one : problems) text += QByteArray::fromStdString(problemText(one)) + "\n";
  return text;
}

QByteArray problemsOf(const QByteArray& toml, const QByteArray& mjcf) {
  TaskFolder folder;
  folder.write("task.toml", toml);
  folder.write("scene.xml", mjcf);
  return problemsOf(folder);
}

/// The world's section with more in it.
QByteArray with(const QByteArray& more) {
  return QByteArray(kMjcf).replace("</worldbody>", "</worldbody>\n" + more);
}

}  // namespace

class TestFolderFaults : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theSlideIsFine() { QCOMPARE(problemsOf(kToml, kMjcf), QByteArray()); }

  void tomlMistakes_data() {
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::addColumn<QByteArray>("said");
    const auto row = [](const char* name, const char* from, const char* to, const char* said) {
      QTest::newRow(name) << QByteArray(from) << QByteArray(to) << QByteArray(said);
    };
    row("syntax", "episode_steps = 40", "episode_steps = = 40", "task.toml:4: ");
    row("wrong type", "episode_steps = 40", "episode_steps = \"forty\"",
        "task.toml:4: 'episode_steps' in [task] must be a number");
    row("text wanted", "id = \"slide\"", "id = 7", "task.toml:2: 'id' in [task] must be a text in quotes");
    row("not a number", "episode_steps = 40", "episode_steps = nan", "task.toml:4: ");
    row("half a step", "episode_steps = 40", "episode_steps = 40.5", "whole number");
    row("no steps", "episode_steps = 40", "episode_steps = 0", "between 1 and 100000");
    row("infinite", "range = [0, 1]", "range = [0, inf]", "task.toml:20: 'range'");
    row("equal ends", "range = [0, 1]", "range = [1, 1]", "task.toml:20: 'range'");
    row("one end", "range = [0, 1]", "range = [1]", "must have 2 numbers, not 1");
    row("built-in id", "id = \"slide\"", "id = \"bottle\"", "task.toml:2: 'bottle' is a built-in task's id");
    row("id with a path", "id = \"slide\"", "id = \"../x\"", "small letters");
    row("no id", "id = \"slide\"\n", "", "[task] needs 'id'");
    row("unknown key", "episode_steps", "episode_stepps",
        "task.toml:4: [task] has no 'episode_stepps', did you mean 'episode_steps'?");
    row("unknown table", "[[success]]", "[[succes]]", "did you mean 'success'?");
    row("unknown term", "term = \"joint_position\"", "term = \"joint_postion\"",
        "task.toml:13: there is no term 'joint_postion', did you mean 'joint_position'?");
    row("unknown parameter", "from = \"post\"\nrange", "form = \"post\"\nrange",
        "task.toml:19: [[feature]] has no 'form', did you mean 'from'?");
    row("no such joint", "joints = \"slide\"", "joints = \"slyde\"",
        "task.toml:14: the model has no joint 'slyde', did you mean 'slide'?");
    row("no such place", "of = \"tip\"\nfrom = \"post\"\nrange", "of = \"typ\"\nfrom = \"post\"\nrange",
        "task.toml:18: the model has no site, body or geom 'typ', did you mean 'tip'?");
    row("no such actuator", "actuators = \"servo\"", "actuators = \"surveo\"",
        "task.toml:9: the model has no actuator 'surveo', did you mean 'servo'?");
    row("no such site", "site = \"tip\"", "site = \"top\"", "task.toml:8: the model has no site 'top'");
    row("wrong choice", "mode = \"velocity\"", "mode = \"speed\"",
        "'mode' in [control] cannot be 'speed'; it is one of 'velocity', 'position', 'direct'");
    row("rate", "control_rate_hz = 20", "control_rate_hz = 30",
        "task.toml:3: a control step must be a whole number of physics steps");
    row("both ends", "below = 0.1", "below = 0.1\nabove = 0.2", "needs 'above' or 'below'");
    row("a free joint has no value", "joint = \"slide\"", "body = \"cart\"",
        "can be placed only if it has a free joint");
    row("nothing to place", "joint = \"slide\"\n", "", "needs 'body', 'joint' or tool = true");
    row("a tool without its drive", "joint = \"slide\"\nvalue = [-0.3, 0.1]", "tool = true\nx = 0",
        "kind = \"tool\"");
    row("three numbers for one", "term = \"distance\"\nof = \"tip\"\nfrom = \"post\"\nrange",
        "term = \"position\"\nof = \"tip\"\nrange", "this term gives 3 numbers");
    row("twice the same", "[[feature]]", "[[observation]]\nname = \"slide\"\nterm = \"time\"\n[[feature]]",
        "there are two observations 'slide'");
    row("a table that is none", "[control]", "control = 3\n[kontrol]", "'control'");
    row("no control", "[control]", "[kontrol]", "a task needs a [control] table");
    row("an actuator twice", "actuators = \"servo\"", "actuators = [\"servo\", \"slide\"]",
        "task.toml:9: actuator 'slide' is named twice");
    row("the arm as gripper", "speed = 0.5", "speed = 0.5\ngripper = { actuator = \"servo\", open = 0, closed = 0.1 }",
        "task.toml:11: the gripper's actuator 'servo' is one of the arm's");
    row("posture out of range", "speed = 0.5", "speed = 0.5\nposture = [5]",
        "task.toml:11: number 1 of 'posture' lies outside the range of joint 'slide', -0.6 to 0.6");
    row("an action that is not there", "term = \"joint_position\"\njoints = \"slide\"", "term = \"last_action\"\nnumber = 1",
        "task.toml:14: 'number' in [[observation]] counts from 0 and must be below 1");
    row("held for too long", "below = 0.1", "below = 0.1\nhold_s = 2.1",
        "task.toml:27: 'hold_s' in [[success]] is longer than an episode, 2 s");
    row("never", "below = 0.1", "below = 0", "task.toml:26: 'distance' is never below 0");
    row("never above", "term = \"distance\"\nof = \"tip\"\nfrom = \"post\"\nbelow = 0.1", "term = \"time\"\nabove = 1.5",
        "task.toml:24: 'time' is never above 1.5");
    row("downwards", "value = [-0.3, 0.1]", "value = [0.1, -0.3]",
        "task.toml:29: 'value' in [[reset]] runs from 0.1 down to -0.3");
    row("a joint out of range", "value = [-0.3, 0.1]", "value = [-0.3, 2]",
        "task.toml:29: 'value' in [[reset]] reaches outside the range of joint 'slide', -0.6 to 0.6");
    row("no model", "episode_steps = 40", "model = \"gone.xml\"", "task.toml:4: there is no file 'gone.xml', the model");
    row("garbage", "[task]", "\x01\xff\xfe[task", "task.toml:1: ");
  }
  void tomlMistakes() {
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    QFETCH(QByteArray, said);
    QVERIFY(kToml.contains(from));
    QByteArray toml = kToml;
    toml.replace(toml.indexOf(from), from.size(), to);
    const QByteArray problems = problemsOf(toml, kMjcf);
    QVERIFY2(problems.contains(said), problems.constData());
  }

  /// What follows from a mistake is not said as one of its own.
  void oneMistakeIsSaidOnce_data() {
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::addColumn<QByteArray>("said");
    const auto row = [](const char* name, const char* from, const char* to, const char* said) {
      QTest::newRow(name) << QByteArray(from) << QByteArray(to) << QByteArray(said);
    };
    row("no number in a range", "range = [0, 1]", "range = [nan, 0.5]",
        "task.toml:20: 'range' in [[feature]] holds a number that is not finite or beyond 1e10\n");
    row("wrong term", "term = \"distance\"\nof = \"tip\"\nfrom = \"post\"\nbelow", "term = \"distanse\"\nof = \"tip\"\nfrom = \"post\"\nbelow",
        "task.toml:23: there is no term 'distanse', did you mean 'distance'? ('nudge-cli check-task --terms' lists them)\n");
    row("wrong kind", "kind = \"joints\"", "kind = \"joint\"",
        "task.toml:6: 'kind' in [control] cannot be 'joint'; it is one of 'tool', 'joints'\n");
  }
  void oneMistakeIsSaidOnce() {
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    QFETCH(QByteArray, said);
    QVERIFY(kToml.contains(from));
    QCOMPARE(problemsOf(QByteArray(kToml).replace(from, to), kMjcf), said);
  }

  void theToolStartsWhereItCanBe_data() {
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::addColumn<QByteArray>("said");
    QTest::newRow("outside of the workspace") << QByteArray("z = [0.05, 0.28]") << QByteArray("z = [0.35, 0.38]")
                                              << QByteArray("outside of its workspace");
    QTest::newRow("out of reach") << QByteArray("x = [-0.15, -0.05]") << QByteArray("x = [1.5, 1.6]")
                                  << QByteArray("which the arm cannot reach");
    QTest::newRow("by its posture") << QByteArray("[[reset]]\ntool = true\nx = [-0.15, -0.05]\ny = 0.0\nz = [0.05, 0.28]")
                                    << QByteArray("[[reset]]\njoint = \"shoulder\"\nvalue = 0") << QByteArray("outside of its workspace");
  }
  void theToolStartsWhereItCanBe() {
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    QFETCH(QByteArray, said);
    TaskFolder folder;
    for (const char* name : {"task.toml", "scene.xml", "arm.xml"}) {
      QFile file(QStringLiteral(NUDGE_SOURCE_DIR "/resources/examples/carry/") + name);
      QVERIFY(file.open(QIODevice::ReadOnly));
      const QByteArray text = file.readAll();
      QVERIFY(name != QByteArray("task.toml") || text.contains(from));
      folder.write(name, QByteArray(text).replace(from, to));
    }
    const QByteArray problems = problemsOf(folder);
    QVERIFY2(problems.startsWith("task.toml:") && problems.count('\n') == 1 && problems.contains(said), problems.constData());
  }

  void whatIsAllowedButHardlyMeantIsNoted() {
    const auto notesOf = [](const std::string& folder) {
      const auto task = makeTask(folder).value(), another = makeTask(folder).value();
      std::string all;
      for (const std::string& note : checkTask(*task, *another, 1, 1).notes) all += note + "\n";
      return all;
    };
    const std::string carry = notesOf(NUDGE_SOURCE_DIR "/resources/examples/carry");
    TaskFolder folder;
    folder.write("scene.xml", kMjcf);
    folder.write("task.toml", QByteArray(kToml).replace("[[success]]", "[[failure]]"));
    const std::string slide = notesOf(folder.path());
    for (const char* note : {"no [[success]]", "no feature has style = true", "no teacher_weight differs"}) {
      QVERIFY2(slide.find(note) != std::string::npos, slide.c_str());
      QVERIFY2(carry.find(note) == std::string::npos, carry.c_str());
    }
  }

  void allMistakesAreSaidAtOnce() {
    QByteArray toml = kToml;
    toml.replace("episode_steps = 40", "episode_steps = -1")
        .replace("site = \"tip\"", "site = \"x\"")
        .replace("range = [0, 1]", "range = 1");
    const QByteArray problems = problemsOf(toml, kMjcf);
    for (const char* line : {"task.toml:4:", "task.toml:8:", "task.toml:20:"})
      QVERIFY2(problems.contains(line), problems.constData());
    TaskFolder folder;
    folder.write("task.toml", toml);
    folder.write("scene.xml", kMjcf);
    const auto task = makeTask(folder.path());
    QVERIFY(!task);
    QVERIFY(task.error().code == ErrorCode::InvalidInput);
    QVERIFY(task.error().message.find('\n') == std::string::npos);
  }

  void mjcfMistakes_data() {
    QTest::addColumn<QByteArray>("mjcf");
    QTest::addColumn<QByteArray>("said");
    const auto row = [](const char* name, const QByteArray& mjcf, const QByteArray& said) {
      QTest::newRow(name) << mjcf << said;
    };
    row("no XML", "what?", "scene.xml");
    row("empty", "", "scene.xml");
    row("cut off", kMjcf.left(kMjcf.size() / 2), "scene.xml:");
    row("URDF", "<robot name='x'/>", "scene.xml:1: this is URDF");
    row("another document", "<html/>", "must be <mujoco>");
    row("a newer element",
        QByteArray(kMjcf).replace("<geom name='floor'", "<replicate count='2'/><geom name='floor'"),
        "scene.xml:13: ");
    row("a newer keyword",
        QByteArray(kMjcf).replace("timestep='0.005'", "timestep='0.005' integrator='implicitfast'"),
        "MuJoCo 2.2.2");
    row("missing mesh", with("<asset>\n<mesh name='m' file='gone.stl'/></asset>"),
        "scene.xml:16: <mesh> names 'gone.stl', which is not there");
    row("missing texture", with("<asset><texture name='m' type='2d' file='gone.png'/></asset>"),
        "'gone.png', which is not there");
    row("missing include", with("<include file='gone.xml'/>"), "scene.xml:15: there is no file 'gone.xml'");
    row("includes itself", with("<include file='scene.xml'/>"),
        "scene.xml:15: 'scene.xml' is included a second time");
    row("a folder as mesh", with("<asset><mesh name='m' file='.'/></asset>"), "scene.xml:15: ");
    row("a mass of 1e300", QByteArray(kMjcf).replace("mass='1'", "mass='1e300'"),
        "scene.xml:9: a number of mass in <geom>");
    row("no number", QByteArray(kMjcf).replace("mass='1'", "mass='nan'"),
        "scene.xml:9: a number of mass in <geom>");
    row("infinite", QByteArray(kMjcf).replace("pos='0.5 0 0'", "pos='0.5 inf 0'"),
        "scene.xml:6: a number of pos in <geom>");
    row("njmax", with("<size njmax='1000000000'/>"), "njmax in <size>");
    row("nstack", with("<size nstack='2000000000'/>"), "nstack in <size>");
    row("nuser", with("<size nuser_body='100000000'/>"), "nuser_body in <size>");
    row("texture",
        with("<asset><texture name='t' type='2d' builtin='flat' width='100000' height='100000'/></asset>"),
        "width in <texture>");
    row("height field", with("<asset><hfield name='h' nrow='100000' ncol='100000' size='1 1 1 1'/></asset>"),
        "nrow in <hfield>");
    row("numeric", with("<custom><numeric name='n' size='2000000000' data='1'/></custom>"),
        "size in <numeric>");
    row("composite",
        QByteArray(kMjcf).replace("<body name='puck'",
                                  "<body name='c'><composite type='grid' count='1000 1000 1' spacing='.1'>"
                                  "<geom size='.01'/></composite></body><body name='puck'"),
        "count in <composite>");
    const auto option = [](const char* more) {
      return QByteArray(kMjcf).replace("timestep='0.005'", more);
    };
    for (const char* loops : {"iterations", "noslip_iterations", "mpr_iterations"})
      row(loops, option("timestep='0.005'\n tolerance='0' " + QByteArray(loops) + "='2000000000'"),
          "scene.xml:4: " + QByteArray(loops) + " in <option> asks for more than Nudge takes, 1000");
    row("no gear", QByteArray(kMjcf).replace("kp='400'", "kp='400' gear='0'"),
        "task.toml:9: actuator 'servo' has a gear of 0");
    row("no timestep", option("timestep='0'"), "scene.xml:3: timestep in <option> must be above 0");
    row("backwards", option("timestep='-0.005'"), "scene.xml:3: timestep in <option> must be above 0");
    row("smallest timestep", option("timestep='1e-320'"), "task.toml:3: a control step may have at most 10000");
    row("tiny timestep", option("timestep='1e-9'"), "task.toml:3: a control step may have at most 10000");
    row("more than the limits together", with("<size njmax='50000' nconmax='50000'/>"),
        "scene.xml: the model needs more than the 2 GB of memory that it may have; make njmax");
    row("more in textures than the limits together",
        with("<asset>" + QByteArray("<texture name='a' type='cube' builtin='flat' width='8192' height='8192'/>") +
             "<texture name='b' type='cube' builtin='flat' width='8192' height='8192'/>" + "</asset>"),
        "the model needs more than the 2 GB");
  }
  void mjcfMistakes() {
    QFETCH(QByteArray, mjcf);
    QFETCH(QByteArray, said);
    QElapsedTimer timer;
    timer.start();
    const QByteArray problems = problemsOf(kToml, mjcf);
    QVERIFY2(problems.contains(said), problems.constData());
    QVERIFY2(timer.elapsed() < 20'000, "it took too long");
  }

  void circlesOfIncludesEnd() {
    TaskFolder folder;
    folder.write("task.toml", kToml);
    folder.write("scene.xml", QByteArray(kMjcf).replace("</mujoco>", "<include file='a.xml'/></mujoco>"));
    folder.write("a.xml", "<mujoco>\n<include file='b.xml'/></mujoco>");
    folder.write("b.xml", "<mujoco>\n\n<include file='a.xml'/></mujoco>");
    const QByteArray circle = problemsOf(folder);
    QVERIFY2(circle.contains("b.xml:3: 'a.xml' is included a second time"), circle.constData());
    folder.write("a.xml", "<mujoco><include file='a.xml'/></mujoco>");
    QVERIFY(problemsOf(folder).contains("a.xml:1: "));
    folder.write("a.xml", "<mujoco><worldbody>\n<geom size='0.1' colour='red'/></worldbody></mujoco>");
    const QByteArray placed = problemsOf(folder);
    QVERIFY2(placed.contains("a.xml:2: "), placed.constData());
  }

  void absurdSizesAreRefusedAtOnce_data() {
    QTest::addColumn<QByteArray>("mjcf");
    QTest::newRow("a million bodies") << QByteArray(
        "<mujoco><worldbody>" + QByteArray("<body/>").repeated(1'000'000) + "</worldbody></mujoco>");
    QTest::newRow("three thousand bodies") << QByteArray(
        "<mujoco><worldbody>" + QByteArray("<body><freejoint/><geom size='1'/></body>").repeated(3'000) +
        "</worldbody></mujoco>");
    QTest::newRow("ten thousand deep")
        << QByteArray("<mujoco><worldbody>" + QByteArray("<body>").repeated(10'000) +
                      QByteArray("</body>").repeated(10'000) + "</worldbody></mujoco>");
    QTest::newRow("450 deep") << QByteArray("<mujoco><worldbody>" + QByteArray("<body>").repeated(450) +
                                            QByteArray("</body>").repeated(450) + "</worldbody></mujoco>");
    QTest::newRow("17 MB") << QByteArray("<mujoco><!--" + QByteArray(17 << 20, 'x') + "--></mujoco>");
  }
  void absurdSizesAreRefusedAtOnce() {
    QFETCH(QByteArray, mjcf);
    QElapsedTimer timer;
    timer.start();
    const QByteArray problems = problemsOf(kToml, mjcf);
    QVERIFY2(problems.startsWith("scene.xml") && problems.count('\n') < 10, problems.left(500).constData());
    QVERIFY2(timer.elapsed() < 5'000, qPrintable(QString::number(timer.elapsed())));
  }

  void filesThatAreNone() {
    TaskFolder folder;
    folder.write("scene.xml", kMjcf);
    QVERIFY(!isTaskFolder(folder.path()));
    QVERIFY(!makeTask(folder.path()));
    folder.write("task.toml/x", "a folder of that name");
    QVERIFY(problemsOf(folder).startsWith("task.toml: "));
    TaskFolder large;
    large.write("scene.xml", kMjcf);
    large.write("task.toml", kToml + "#" + QByteArray(2 << 20, 'x'));
    QVERIFY(problemsOf(large).startsWith("task.toml: "));
    TaskFolder meshes;
    meshes.write("task.toml", kToml);
    meshes.write(
        "scene.xml",
        with("<asset><mesh name='m' file='m.stl'/><texture name='t' type='2d' file='t.png'/></asset>"));
    QByteArray picture("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\0\0\0\x7f\0\0\0\x08\x02\0\0\0", 29);
    meshes.write("t.png", picture);
    meshes.write("m.stl", "solid nothing");
    QVERIFY(problemsOf(meshes).contains("pixels a side"));
    meshes.write("t.png", picture.replace(16, 8, QByteArray("\0\0\0\x10\0\0\0\x10", 8)));
    const QByteArray broken = problemsOf(meshes);
    QVERIFY2(broken.startsWith("scene.xml:15: "), broken.constData());
  }

  void brokenTextsOfLessonsAreRefused() {
    TaskFolder folder;
    folder.write("task.toml", kToml);
    folder.write("scene.xml", kMjcf);
    const std::string text = makeTask(folder.path()).value()->mjcf();
    QVERIFY(makeTask(text).ok());
    for (std::size_t cut = 100; cut < text.size(); cut += 97) {
      std::string damaged = text;
      damaged.erase(cut, 40);
      static_cast<void>(makeTask(damaged));
      damaged = text.substr(0, cut);
      QVERIFY(!makeTask(damaged));
    }
    std::string doubtful = text;  // runs, and somebody may have taught it much: it opens
    doubtful.replace(doubtful.find("below = 0.1"), 11, "below = 0.0");
    QVERIFY(makeTask(doubtful).ok());
    std::string absurd = text;
    absurd.insert(absurd.find("<worldbody>"), "<size nstack=\"2000000000\"/>");
    QVERIFY(!makeTask(absurd));
    absurd = text;
    absurd.insert(absurd.find("<worldbody>"), "<option iterations=\"2000000000\" tolerance=\"0\"/>");
    QVERIFY(!makeTask(absurd));
    std::string file = text;
    file.insert(file.rfind("</custom>"), "<text name=\"nudge.file.x\" data=\"####\"/>");
    QVERIFY(!makeTask(file));
  }

  /// Random damage in either file: a task or a reason, never a crash.
  void randomDamageEndsInAReason() {
    Random random(7);
    int refused = 0;
    for (int i = 0; i < 150; ++i) {
      QByteArray toml = kToml, mjcf = kMjcf;
      QByteArray& hurt = i % 2 ? toml : mjcf;
      for (int k = 0; k < 1 + i % 4; ++k) {
        const auto at = static_cast<qsizetype>(random.index(static_cast<std::uint64_t>(hurt.size())));
        if (random.uniform() < 0.5)
          hurt[at] = static_cast<char>(random.index(256));
        else
          hurt.remove(at, static_cast<qsizetype>(random.index(12)));
      }
      TaskFolder folder;
      folder.write("task.toml", toml);
      folder.write("scene.xml", mjcf);
      Problems problems;
      const auto task = makeFolderTask(folder.path(), problems);
      QVERIFY(task.operator bool() == problems.empty());
      if (!task) {
        ++refused;
        continue;
      }
      const float action = 1.0f;
      for (int step = 0; step < 3 && task->actionSize() == 1; ++step) task->step({&action, 1});
    }
    QVERIFY(refused > 50);
  }
};

QTEST_GUILESS_MAIN(TestFolderFaults)
#include "test_folder_faults.moc"
