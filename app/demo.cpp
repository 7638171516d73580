#include "app/demo.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimer>
#include <cstdio>

#include "app/application.h"
#include "core/input/synthetic_device.h"
#include "ui/widgets/main_window.h"
#include "ui/widgets/review.h"

namespace nudge {

namespace {

constexpr int kPoll_ms = 100;
constexpr int kReview_ms = 2500;
constexpr std::uint64_t kSeed = 12;

/// Walks through the lesson by looking at it every tenth of a second; GUI thread.
class Demo : public QObject {
 public:
  Demo(MainWindow& window, const DemoPlan& plan, QString folder)
      : window_(window), plan_(plan), folder_(std::move(folder)) {
    connect(&window_.lesson(), &Lesson::trouble, this, [this](const QString& message) { fail(message); });
    connect(&window_.lesson().learner(), &LearnerProcess::finished, this, [this](const LearnerResult& result) {
      result_ = result;
      learned_ = true;
    });
    connect(&timer_, &QTimer::timeout, this, &Demo::poll);
    clock_.start();
    timer_.start(kPoll_ms);
    robot().send(SetSpeed{plan_.speed});
  }

 private:
  enum class Phase { Begin, Teach, Learn, Settle, Watch, Review, Back, Done };

  EngineBridge& robot() { return *window_.lesson().robot(); }
  qint64 steps() { return robot().frame().teacherSteps + robot().frame().robotSteps; }

  void poll() {
    if (phase_ == Phase::Done) return;
    if (clock_.elapsed() > plan_.limit_s * 1000) return fail(tr("it took longer than %1 s").arg(plan_.limit_s));
    if (robot().frame().hold != HoldReason::None) return fail(tr("the robot was held"));
    switch (phase_) {
      case Phase::Begin: return begin();
      case Phase::Teach: return teach();
      case Phase::Learn: return learn();
      case Phase::Settle: return settle();
      case Phase::Watch: return watch();
      case Phase::Review: return review();
      case Phase::Back: return back();
      case Phase::Done: return;
    }
  }

  void begin() {
    if (steps() < 20) return;
    save("start");
    window_.showHelp(false);
    enter(Phase::Teach);
  }

  void teach() {
    if (!taughtPicture_ && robot().frame().driver == Driver::Teacher) {
      save("teaching");
      taughtPicture_ = true;
    }
    if (steps() - roundStart_ < plan_.stepsPerRound) return;
    learned_ = false;
    window_.actionSet().action(ActionId::Learn)->trigger();
    robot().send(SetSpeed{1.0});  // teaching goes on while it learns; nobody has to hurry
    enter(Phase::Learn);
  }

  void learn() {
    if (!learningPicture_ && window_.lesson().learner().progress().fraction > 0.3) {
      save("learning");
      learningPicture_ = true;
    }
    if (!learned_) return;
    robot().send(SetSpeed{plan_.speed});
    enter(Phase::Settle);
  }

  /// The round goes on to the end of its last episode, and is told once the file has all of it.
  void settle() {
    if (robot().frame().round == round_ + 1) return;
    window_.lesson().document().refresh();
    for (const EpisodeView& episode : window_.lesson().document().episodes()) {
      if (episode.row.start.round == round_ + 1 && (episode.live || episode.loading())) return;
    }
    tellRound();
    roundStart_ = steps();
    enter(++round_ < plan_.rounds ? Phase::Teach : Phase::Watch);
  }

  /// The newest policy by itself for a while, then a look back at its first take-over.
  void watch() {
    if (steps() - roundStart_ < plan_.stepsPerRound / 2) return;
    save("after");
    const auto& episodes = window_.lesson().document().episodes();
    for (const EpisodeView& episode : episodes) {
      if (episode.row.teacherSteps == 0) continue;
      window_.review().goTo(episode.row.start.episode, episode.steps() / 2);
      break;
    }
    enter(Phase::Review);
  }

  void review() {
    if (phaseClock_.elapsed() < kReview_ms) return;
    save("review");
    window_.review().backToNow();
    enter(Phase::Back);
  }

  void back() {
    if (robot().frame().paused) return;
    save("end");
    finish(0);
  }

  void tellRound() {
    const auto rates = window_.lesson().document().rates();
    const auto& updates = window_.lesson().document().updates();
    QJsonObject line{{"event", "round"}, {"round", round_ + 1}, {"outcome", result_.outcome}, {"version", result_.version}};
    const std::size_t index = std::size_t(round_);
    if (index < rates.size()) {
      line["steps"] = rates[index].steps;
      line["teacher_steps"] = rates[index].teacherSteps;
      line["intervention_rate"] = rates[index].rate();
    }
    if (!updates.empty()) {
      QJsonObject theta;
      const auto& features = window_.lesson().spec().features;
      for (std::size_t i = 0; i < updates.back().theta.size() && i < features.size(); ++i) {
        theta[QString::fromStdString(features[i].name)] = updates.back().theta[i];
      }
      line["theta"] = theta;
    }
    line["seconds"] = clock_.elapsed() / 1000.0;
    print(line);
  }

  void enter(Phase phase) {
    phase_ = phase;
    phaseClock_.start();
  }

  void save(const char* name) {
    const QString path = QStringLiteral("%1/%2-%3.png").arg(folder_).arg(++pictures_).arg(QLatin1String(name));
    if (!window_.picture().save(path)) fail(tr("the picture %1 could not be written").arg(path));
  }

  static void print(const QJsonObject& line) {
    std::fputs((QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n').constData(), stdout);
    std::fflush(stdout);
  }

  void fail(const QString& why) {
    if (phase_ == Phase::Done) return;
    std::fprintf(stderr, "nudge: the demo failed: %s\n", qPrintable(why));
    finish(1);
  }

  void finish(int code) {
    phase_ = Phase::Done;
    timer_.stop();
    if (const Status written = window_.lesson().finish(); !written) {
      std::fprintf(stderr, "nudge: the demo failed: %s\n", written.error().message.c_str());
      code = 1;
    }
    if (code == 0) {
      print({{"event", "done"}, {"lesson", window_.lesson().path()}, {"pictures", pictures_},
             {"seconds", clock_.elapsed() / 1000.0}});
    }
    QCoreApplication::exit(code);
  }

  MainWindow& window_;
  DemoPlan plan_;
  QString folder_;
  QTimer timer_;
  QElapsedTimer clock_, phaseClock_;
  Phase phase_ = Phase::Begin;
  LearnerResult result_;
  qint64 roundStart_ = 0;
  int round_ = 0, pictures_ = 0;
  bool learned_ = false, taughtPicture_ = false, learningPicture_ = false;
};

int refuse(const std::string& why) {
  std::fprintf(stderr, "nudge: the demo cannot start: %s\n", why.c_str());
  return 1;
}

}  // namespace

int runDemo(const Options& options, const DemoPlan& plan) {
  const QString folder = QDir(options.demoFolder).absolutePath();
  if (!QDir().mkpath(folder)) return refuse("the folder " + folder.toStdString() + " cannot be made.");
  const QString path = folder + QStringLiteral("/lesson.nudge");
  for (const char* suffix : {"", "-wal", "-shm"}) QFile::remove(path + QLatin1String(suffix));

  auto world = makeTask(options.task.toStdString());
  if (!world) return refuse(world.error().message);
  auto teacher = shippedPolicy(options.task.toStdString(), "teacher");
  if (!teacher) return refuse(teacher.error().message);
  const TaskSpec& spec = (*world)->spec();
  const TeacherGate gate = gateOf(*teacher);
  LessonSettings settings;
  settings.seed = kSeed;
  settings.engine.teacher = std::make_unique<SyntheticDevice>(
      SyntheticTeacher(std::move(teacher).value(), gate, {}, spec.controlRate_hz, kSeed), static_cast<int>(spec.action.size()),
      !spec.discreteActions.empty(), [spec](std::span<const float> features) { return teacherReward(spec, features); });
  auto lesson = Lesson::create(path, options.task, std::move(settings));
  if (!lesson) return refuse(lesson.error().message);

  MainWindow window(std::move(lesson).value());
  window.resize(1440, 900);
  window.showHelp(true);
  window.show();
  Demo demo(window, plan, folder);
  return QApplication::exec();
}

}  // namespace nudge
