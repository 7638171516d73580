#include "ui/model/engine_bridge.h"

#include <algorithm>
#include <cmath>

#include "core/base/clock.h"
#include "core/engine/evaluate.h"
#include "core/sim/folder/folder_task.h"

namespace nudge {

namespace {

constexpr double kTakeOverRamp_s = 0.1;  // felt as at once, and no jerk
constexpr double kDrawn_hz = 100.0;  // how often a moving world is published, at real time

/// A policy of the lesson, ready to drive.
Result<std::shared_ptr<const Policy>> loadPolicy(const Store& store, int version) {
  auto row = store.policyVersion(version);
  if (!row) return row.error();
  auto policy = parsePolicy(row->weights);
  if (!policy) return policy.error();
  return std::shared_ptr<const Policy>(std::make_shared<Policy>(std::move(policy).value()));
}

/// The round that steps belong to now: one more than the last update that gave an answer.
int currentRound(const Store& store) {
  int round = 1;
  if (const auto updates = store.updates()) {
    for (const Update& update : updates.value()) {
      const bool answered = update.outcome == UpdateOutcome::NewPolicy || update.outcome == UpdateOutcome::BaseTaskKept ||
                            update.outcome == UpdateOutcome::NothingToCorrect;
      if (answered) round = std::max(round, update.round + 1);
    }
  }
  return round;
}

// Longer than software OpenGL keeps the window from speaking on a busy computer: a hand that holds the tool must not
// lose it between two pictures. A window that hangs still lets go.
constexpr double kSilence_s = 1.5;

double driveSpeed_mps(const TaskSpec& spec) { return spec.actionScale.empty() ? 0.1 : spec.actionScale.front(); }

}  // namespace

/// What open() has made ready; all of it works.
struct EngineBridge::Parts {
  Store store, reader;
  std::unique_ptr<Task> task;
  std::shared_ptr<const Policy> policy;
  int version = 0;
  int round = 1;
  std::int64_t firstEpisode = 1;
  QString notice;
  EngineSettings settings;
};

Result<std::unique_ptr<EngineBridge>> EngineBridge::open(const QString& path, EngineSettings settings) {
  auto store = Store::open(path.toStdString(), OpenMode::ReadWrite);
  if (!store) return store.error();
  if (auto claimed = store->claim(); !claimed) return claimed.error();
  if (auto closed = store->closeUnfinishedEpisodes(); !closed) return closed.error();
  auto reader = Store::open(path.toStdString(), OpenMode::ReadOnly);
  if (!reader) return reader.error();
  auto task = makeTask(taskOfLesson(store->info().task, store->info().mjcf));
  if (!task) return task.error();
  const TaskSpec& spec = (*task)->spec();
  if ((*task)->stateSize() != store->info().stateSize || spec.features.size() != store->info().features.size()) {
    return Error{ErrorCode::InvalidInput,
                 "This lesson was recorded with another version of its task, so the robot cannot go on in it. Nothing "
                 "was changed; it can still be opened for looking."};
  }
  const auto active = store->activeVersion();
  if (!active) return active.error();
  int version = active.value();
  QString notice = QString::fromStdString(folderRemark(store->info().mjcf));
  auto policy = loadPolicy(*store, version);
  if ((!policy || !checkPolicyFits(**policy, spec)) && version != 0) {
    notice = tr("Policy v%1 in this lesson is broken, so the prior (v0) drives. Everything else in the lesson is as it was.")
                 .arg(version);
    policy = loadPolicy(*store, version = 0);
  }
  if (!policy) return policy.error();
  if (!checkPolicyFits(**policy, spec)) return Error{ErrorCode::Corrupt, "The prior in this lesson does not fit its task. Nothing was changed."};
  const auto episodes = store->episodes();
  if (!episodes) return episodes.error();
  const std::int64_t first = episodes->empty() ? 1 : episodes->back().start.episode + 1;
  const int round = currentRound(*store);
  return std::unique_ptr<EngineBridge>(new EngineBridge({std::move(store).value(), std::move(reader).value(),
                                                         std::move(task).value(), policy.value(), version, round, first,
                                                         notice, std::move(settings)}));
}

EngineBridge::EngineBridge(Parts parts)
    : reader_(std::move(parts.reader)),
      spec_(parts.task->spec()),
      teacher_(std::move(parts.settings.teacher)),
      keys_(driveSpeed_mps(spec_)),
      notice_(parts.notice),
      wantedPolicy_(parts.version),
      round_(parts.round) {
  hasDensity_ = parts.policy->actor.hasDensity();
  SimLoopSettings settings;
  settings.seed = parts.store.info().seed;
  settings.firstEpisode = parts.firstEpisode;
  settings.round = parts.round;
  settings.takeOver.staleAfter_s = kSilence_s;
  settings.takeOver.takeOverRamp_s = kTakeOverRamp_s;
  settings.clock = monotonic_s;
  settings.lateCapture = true;
  settings.slices = std::max(1, static_cast<int>(std::lround(kDrawn_hz / spec_.controlRate_hz)));
  devices_ = {&mouse_, &keyboard_, &turns_};
  devices_.insert(devices_.end(), parts.settings.devices.begin(), parts.settings.devices.end());
  if (teacher_) devices_.push_back(teacher_.get());  // a person's hand goes before a synthetic one
  sim_ = std::make_unique<SimThread>(
      std::make_unique<SimLoop>(std::move(parts.task), parts.policy, parts.version, devices_, settings));
  recorder_ = std::make_unique<RecorderThread>(
      std::make_unique<Recorder>(std::move(parts.store), sim_->loop().records()));
  frame_ = sim_->loop().frames().front();
  timer_.setTimerType(Qt::PreciseTimer);
  timer_.setInterval(static_cast<int>(1000.0 / parts.settings.frameRate_hz));
  connect(&timer_, &QTimer::timeout, this, &EngineBridge::look);
}

EngineBridge::~EngineBridge() { static_cast<void>(finish()); }

void EngineBridge::start() {
  recorder_->start();
  sim_->start();
  timer_.start();
}

Status EngineBridge::finish() {
  timer_.stop();
  sim_->stop();
  sim_->loop().closeEpisode();
  return recorder_->stop();
}

double EngineBridge::driveSpeed_m_s() const { return driveSpeed_mps(spec_); }

QString EngineBridge::deviceName(int device) const {
  if (device < 0 || device >= static_cast<int>(devices_.size())) return tr("the device");
  return tr("the %1").arg(QLatin1String(devices_[static_cast<std::size_t>(device)]->name()));
}

void EngineBridge::send(Command command) {
  unsent_.push_back(std::move(command));
  flushCommands();
}

void EngineBridge::flushCommands() {
  while (!unsent_.empty() && sim_->loop().commands().tryPush(unsent_.front())) unsent_.pop_front();
}

Status EngineBridge::usePolicy(int version) {
  auto policy = loadPolicy(reader_, version);
  if (!policy) return policy.error();
  if (!checkPolicyFits(**policy, spec_)) return Error{ErrorCode::InvalidInput, "That policy was made for another robot or task."};
  wantedPolicy_ = version;
  send(SetPolicy{policy.value(), version});
  return {};
}

void EngineBridge::nextRound() { send(SetRound{++round_}); }

void EngineBridge::dragTo(const std::array<double, 3>& p_WT) {
  const double now_s = monotonic_s();
  if (!std::exchange(dragging_, true) || p_WT != dragged_W_) draggedAt_s_ = now_s;
  dragged_W_ = p_WT;
  mouse_.post({true, DeviceMode::Target, p_WT, now_s, draggedAt_s_});
}

void EngineBridge::dropTool() {
  if (!dragging_) return;
  dragging_ = false;
  mouse_.post({false, DeviceMode::Target, {}, monotonic_s()});
}

bool EngineBridge::keyPressed(int key) {
  if (hasChoices()) {
    const auto direction = KeyboardDrive::direction(key);
    const bool chooses = direction[0] != 0.0 || direction[1] != 0.0;
    if (chooses) wish(direction);
    return chooses;
  }
  const bool drives = keys_.press(key);
  if (drives) keysChanged();
  return drives;
}

bool EngineBridge::keyReleased(int key) {
  const bool drove = keys_.release(key);
  if (drove) keysChanged();
  return drove;
}

void EngineBridge::setFine(bool fine) {
  keys_.setFine(fine);
  keysChanged();
}

void EngineBridge::releaseKeys() {
  keys_.releaseAll();
  postKeys();
}

void EngineBridge::wish(const std::array<double, 3>& v_W) {
  turn_.state.engaged = true;
  turn_.state.value = v_W;
  turn_.state.packet_s = monotonic_s();
  ++turn_.wish;
  postTurn();
  if (frame_.paused && frame_.hold == HoldReason::None) send(Resume{});
}

void EngineBridge::keepGoing() {
  if (turn_.state.engaged) wish({});
}

void EngineBridge::handBack() {
  if (!turn_.state.engaged) return;
  turn_.state.engaged = false;
  postTurn();
}

void EngineBridge::setTakeTurns(bool on) {
  turn_.waits = on;
  postTurn();
}

void EngineBridge::postTurn() {
  turn_.state.time_s = monotonic_s();
  turns_.post(turn_);
}

void EngineBridge::keysChanged() {
  keysAt_s_ = monotonic_s();
  postKeys();
}

/// Also the heartbeat: a device that stays silent is let go, so held keys are said again and again.
void EngineBridge::postKeys() {
  if (!keys_.engaged() && !keysWereEngaged_) return;
  keysWereEngaged_ = keys_.engaged();
  keyboard_.post({keys_.engaged(), DeviceMode::Velocity, keys_.velocity(), monotonic_s(), keysAt_s_});
}

void EngineBridge::look() {
  flushCommands();
  postKeys();
  if (turn_.state.engaged) postTurn();
  readRecorder();
  if (!sim_->loop().frames().refresh()) return;
  const Frame before = std::exchange(frame_, sim_->loop().frames().front());
  tellSteps(before);
  if (before.episode != frame_.episode) Q_EMIT episodeChanged(frame_.episode);
  if (before.driver != frame_.driver) Q_EMIT driverChanged(frame_.driver);
  if (before.hold != frame_.hold) Q_EMIT holdChanged(frame_.hold);
  Q_EMIT frameChanged();
}

void EngineBridge::readRecorder() {
  const double now_s = monotonic_s();
  const QString before = storageTrouble();
  if (recorder_->status().refresh()) {
    const std::int64_t saved = std::exchange(recorderStatus_, recorder_->status().front()).savedSteps;
    heardAt_s_ = now_s;
    if (saved != recorderStatus_.savedSteps || recorderStatus_.pendingSteps == 0) savedAt_s_ = now_s;
  }
  // The storage thread speaks twenty times a second, unless a write hangs.
  diskSilent_ = heardAt_s_ > 0.0 && now_s - heardAt_s_ > kLate_s;
  unsaved_s_ = diskSilent_ || recorderStatus_.pendingSteps > 0 ? now_s - savedAt_s_ : 0.0;
  if (before != storageTrouble()) Q_EMIT recorderChanged();
}

QString EngineBridge::storageTrouble() const {
  if (diskSilent_)
    return tr("The disk does not answer. The newest steps wait in memory; when that is full, the robot waits too.");
  return QString::fromStdString(recorderStatus_.error);
}

/// Frames are lossy: of the steps between two frames the last one is told, the file has them all.
void EngineBridge::tellSteps(const Frame& before) {
  const bool sameEpisode = before.episode == frame_.episode;
  if (frame_.recording && frame_.episode > 0 && frame_.step > 0 && (!sameEpisode || frame_.step > before.step)) {
    const EpisodeStart start{frame_.episode, frame_.seed, frame_.policyVersion, frame_.round};
    const Driver driver = sameEpisode ? before.driver : frame_.driver;
    Q_EMIT stepDone(start, frame_.step - 1, driver);
  }
}

}  // namespace nudge

#include "moc_engine_bridge.cpp"
