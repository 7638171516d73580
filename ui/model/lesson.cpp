#include "ui/model/lesson.h"

#include <QDateTime>

#include "core/base/version.h"
#include "core/engine/evaluate.h"
#include "core/sim/folder/folder_task.h"

namespace nudge {

namespace {
constexpr int kRefresh_ms = 300;

std::vector<std::string> names(const std::vector<Quantity>& quantities) {
  std::vector<std::string> result;
  for (const Quantity& quantity : quantities) result.push_back(quantity.name);
  return result;
}
}  // namespace

LessonInfo describeLesson(const Task& task, std::uint64_t seed) {
  const TaskSpec& spec = task.spec();
  LessonInfo info;
  info.task = spec.id;
  info.mjcf = task.mjcf();
  info.mujocoVersion = mujocoVersion();
  info.nudgeVersion = kVersion;
  info.seed = seed;
  info.controlRate_hz = spec.controlRate_hz;
  info.observation = names(spec.observation);
  info.action = names(spec.action);
  for (const Feature& feature : spec.features) info.features.push_back(feature.name);
  info.stateSize = task.stateSize();
  info.created = QDateTime::currentDateTimeUtc().toString(Qt::ISODate).toStdString();
  return info;
}

Result<std::unique_ptr<Lesson>> Lesson::create(const QString& path, const QString& task, LessonSettings settings) {
  const std::string idOrFolder = absoluteTask(task.toStdString());
  auto world = makeTask(idOrFolder);
  if (!world) return world.error();
  const auto prior =
      settings.prior.isEmpty() ? shippedPolicyBytes(idOrFolder, "prior") : priorFor(**world, settings.prior);
  if (!prior) return prior.error();
  const std::uint64_t seed =
      settings.seed ? settings.seed : static_cast<std::uint64_t>(QDateTime::currentMSecsSinceEpoch() & 0x7FFFFFFF);
  auto store = Store::create(path.toStdString(), describeLesson(**world, seed), prior.value());
  if (!store) return store.error();
  { const Store closed = std::move(store).value(); }
  return open(path, false, std::move(settings));
}

Result<std::vector<std::uint8_t>> Lesson::priorFor(const Task& task, const QString& file) {
  auto policy = loadPolicyFile(file.toStdString());
  if (!policy) return policy.error();
  if (auto fits = checkPolicyFits(*policy, task.spec()); !fits) return fits.error();
  return serializePolicy(*policy);
}

Result<std::unique_ptr<Lesson>> Lesson::open(const QString& path, bool readOnly, LessonSettings settings) {
  std::unique_ptr<EngineBridge> robot;
  if (!readOnly) {
    auto opened = EngineBridge::open(path, std::move(settings.engine));
    if (!opened) return opened.error();
    robot = std::move(opened).value();
  }
  auto document = SessionDocument::open(path, readOnly);
  if (!document) return document.error();
  auto world = makeTask(taskOfLesson((*document)->info().task, (*document)->info().mjcf));
  if (!world) return world.error();
  return std::unique_ptr<Lesson>(new Lesson(std::move(document).value(), std::move(robot), std::move(world).value(),
                                            settings.learnerProgram));
}

Lesson::Lesson(std::unique_ptr<SessionDocument> document, std::unique_ptr<EngineBridge> robot,
               std::unique_ptr<Task> drawn, const QString& learnerProgram)
    : document_(std::move(document)), robot_(std::move(robot)), drawn_(std::move(drawn)), learner_(learnerProgram) {
  refresh_.setInterval(kRefresh_ms);
  connect(&refresh_, &QTimer::timeout, document_.get(), &SessionDocument::refresh);
  connect(document_.get(), &SessionDocument::failed, this, &Lesson::trouble);
  connect(document_.get(), &SessionDocument::policiesChanged, this, &Lesson::followPolicy);
  connect(&learner_, &LearnerProcess::finished, this, &Lesson::learnerFinished);
  connect(&learner_, &LearnerProcess::failed, this, &Lesson::trouble);
  connect(&learner_, &LearnerProcess::cancelled, document_.get(), &SessionDocument::refresh);
  connect(&backups_, &BackupKeeper::failed, this, &Lesson::backupTrouble);
  if (!robot_) return;
  connect(robot_.get(), &EngineBridge::stepDone, this, [this](const EpisodeStart& start, int step, Driver driver) {
    document_->noteLiveStep(start, step, driver, robot_->frame().features);
  });
  connect(robot_.get(), &EngineBridge::recorderChanged, this, [this] {
    Q_EMIT storageTrouble(robot_->storageTrouble());
  });
}

Result<std::unique_ptr<Task>> Lesson::makeWorld() const {
  return makeTask(taskOfLesson(document_->info().task, document_->info().mjcf));
}

Lesson::~Lesson() { static_cast<void>(finish()); }

void Lesson::start() {
  refresh_.start();
  if (robot_) backups_.start(path());
  if (robot_) robot_->start();
}

Status Lesson::finish() {
  refresh_.stop();
  backups_.stop();
  if (!robot_) return {};
  const Status written = robot_->finish();
  document_->refresh();  // stores marks that waited for their episode
  return written;
}

Status Lesson::saveElsewhere(const QString& path) {
  if (!robot_) return Error{ErrorCode::ReadOnly, "This lesson is open for looking only."};
  refresh_.stop();
  static_cast<void>(robot_->finish());  // what it cannot write goes to the other place
  return robot_->saveElsewhere(path);
}

void Lesson::goOn() {
  refresh_.start();
  robot_->start();
  robot_->send(NextEpisode{});
}

void Lesson::learn() {
  if (readOnly()) {
    Q_EMIT trouble(tr("This lesson is open for looking only, so nothing can be learned in it."));
    return;
  }
  backups_.start(path());
  // Whoever only knows actions can be imitated from, and nothing else.
  const bool imitate = !robot_->policyHasDensity();
  if (imitate) {
    Q_EMIT trouble(tr("This lesson's policy only gives actions, not how likely they are, so MEReQ cannot learn here: Learn tunes it to "
                      "your steps instead (HG-DAgger-FT)."));
  }
  learner_.start(path(), imitate ? QStringList{QStringLiteral("--method"), QStringLiteral("hg-dagger-ft")} : QStringList());
}

void Lesson::switchTo(int version) {
  if (document_->setActiveVersion(version)) document_->refresh();
  followPolicy();
}

/// The robot follows what the file says is active, whoever wrote it: the learner or the person.
void Lesson::followPolicy() {
  const int version = document_->activeVersion();
  if (!robot_ || version == robot_->wantedPolicy() || version == refusedVersion_) return;
  const int previous = robot_->wantedPolicy();
  if (const Status used = robot_->usePolicy(version); !used) {
    refusedVersion_ = version;
    Q_EMIT trouble(tr("Policy v%1 cannot drive: %2 The robot goes on with v%3.")
                       .arg(version)
                       .arg(QString::fromStdString(used.error().message))
                       .arg(previous));
    return;
  }
  refusedVersion_ = -1;
  Q_EMIT policyReady(version, previous);
}

void Lesson::learnerFinished(const LearnerResult& result) {
  document_->refresh();
  followPolicy();
  if (robot_) robot_->nextRound();
  if (result.version < 0) Q_EMIT learned(result);
}

void Lesson::paint(const std::vector<MarkedStretch>& stretches) {
  for (const MarkedStretch& stretch : stretches) {
    const QString text = stretch.verdict == Verdict::Good ? tr("mark as good") : tr("mark as bad");
    document_->paint(stretch.episode, stretch.begin, stretch.end, stretch.verdict, text);
  }
}

}  // namespace nudge

#include "moc_lesson.cpp"
