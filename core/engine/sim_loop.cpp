#include "core/engine/sim_loop.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/engine/sim_loop_impl.h"

namespace nudge {
namespace {

constexpr int kLateDecisions = 3;  ///< in a row

template <typename T>
bool allFinite(const std::vector<T>& values) {
  return std::all_of(values.begin(), values.end(), [](T value) { return std::isfinite(value); });
}

}  // namespace

SimLoop::Impl::Impl(std::unique_ptr<Task> ownedTask, std::shared_ptr<const Policy> policy, int version,
                    std::vector<InputDevice*> borrowed, const SimLoopSettings& wanted)
    : task(std::move(ownedTask)),
      settings(wanted),
      devices(std::move(borrowed)),
      deviceStates(devices.size()),
      losses(devices.size()),
      arbiter(wanted.takeOver),
      records(wanted.recordCapacity),
      nextEpisode(wanted.firstEpisode),
      round(wanted.round),
      nextRound(wanted.round),
      recording(wanted.recording),
      practice(wanted.practice),
      nextPractice(wanted.practice),
      slices(std::clamp(wanted.slices, 1, std::max(1, task->spec().substeps))) {
  const auto observations = static_cast<std::size_t>(task->observationSize());
  const auto actions = static_cast<std::size_t>(task->actionSize());
  const auto features = static_cast<std::size_t>(task->featureCount());
  const auto states = static_cast<std::size_t>(task->stateSize());
  step.observation.resize(observations);
  step.proposal.resize(actions);
  step.action.resize(actions);
  step.features.resize(features);
  step.state.resize(states);
  nextObservation.resize(observations);
  nextState.resize(states);
  teacherAction.resize(actions);
  usePolicy({std::move(policy), version});

  Frame frame;
  frame.state = step.state;
  frame.features = step.features;
  frame.action = frame.proposal = step.action;
  for (int buffer = 0; buffer < 3; ++buffer) frames.write(frame), frames.refresh();

  // Every slot gets its buffers now, so that recording never allocates.
  for (std::size_t i = 0; i <= settings.recordCapacity; ++i) {
    Record* slot = records.writable();
    slot->step = step;
    slot->end.end.observation = step.observation;
    slot->end.end.state = step.state;
    records.publish();
    records.readable();
    records.release();
  }
}

// ---- episodes ----------------------------------------------------------------------------------

void SimLoop::Impl::beginWantedEpisode() {
  if (running || hold == HoldReason::Diverged) return;
  const bool goesOn = settings.autoNextEpisode && (!paused || stepOnce);
  if (wantedSeed) startEpisode(*wantedSeed);
  else if (wantNext || goesOn || !startSeen) startEpisode(deriveSeed(settings.seed, static_cast<std::uint64_t>(nextEpisode)));
}

void SimLoop::Impl::startEpisode(std::uint64_t seed) {
  wantedSeed.reset();
  wantNext = false;
  startSeen = true;
  episode = nextEpisode++;
  episodeSeed = seed;
  round = nextRound;
  practice = nextPractice;
  lag.reset();
  // Two runs of one episode seed (ResetEpisode) are two samples of the policy.
  random = Random(deriveSeed(deriveSeed(settings.seed, static_cast<std::uint64_t>(episode)), 1));
  if (nextPolicy) {
    usePolicy(*nextPolicy);
    nextPolicy.reset();
  }
  arbiter.reset();
  decision = {};
  slice = 0;
  step.index = 0;
  started = false;
  proposed = false;
  task->reset(seed);
  for (InputDevice* device : devices) device->episodeStarted(seed);
  task->observe(step.observation);
  task->features(step.features);
  task->save(step.state);
  status = task->status();
  running = true;
}

void SimLoop::Impl::closeEpisode(EpisodeOutcome outcome) {
  if (started) recordEnd(outcome);
  running = false;
  slice = 0;
}

void SimLoop::Impl::usePolicy(const SetPolicy& wanted) {
  actor = wanted.policy ? wanted.policy->actor : Actor();
  policyVersion = wanted.version;
  proposed = false;
  policyFits = wanted.policy && actor.observationSize() == task->observationSize() &&
               actor.actionSize() == task->actionSize() &&
               actor.discrete() == !spec().discreteActions.empty();
}

// ---- one control step --------------------------------------------------------------------------

bool SimLoop::Impl::standsStill() const {
  return !running || stopped || (paused && !stepOnce) || hold == HoldReason::BadPolicy || hold == HoldReason::Diverged ||
         hold == HoldReason::LatePolicy || hold == HoldReason::DeviceLost;
}

bool SimLoop::Impl::beginStep() {
  if (!roomForStep()) {
    if (hold != HoldReason::RecorderFull) ++refusedRecords;
    hold = HoldReason::RecorderFull;
    return false;
  }
  hold = HoldReason::None;
  if (!proposed) {
    const double asked_s = settings.clock ? settings.clock() : 0.0;
    if (!propose()) hold = HoldReason::BadPolicy;
    else if (tooLate(asked_s)) hold = HoldReason::LatePolicy;
    if (hold != HoldReason::None) return false;
  }
  proposed = true;  // one sample a step, however long the teacher takes to choose
  askDevices();
  const int before = decision.device;
  decision = arbiter.decide(deviceStates, now_s, dt_s());
  if (decision.lost) {
    loseDevice(before);
    return false;
  }
  waits = decision.device >= 0 && decision.state.undecided;
  if (waits) return false;
  if (decision.device >= 0) {
    lastDevice = decision.device;
    measureLag();
  } else {
    gripWish = 0.0f;  // the robot's grip again
  }
  chooseAction();
  step.driver = decision.driver;
  step.wallTime_s = now_s - *firstNow_s;
  task->begin(step.action);
  return true;
}

/// The world has stood while the policy thought; a computer that was busy once is no reason to stay there.
bool SimLoop::Impl::tooLate(double asked_s) {
  const bool late = settings.clock && settings.clock() - asked_s > dt_s();
  lateDecisions = late ? lateDecisions + 1 : 0;
  return lateDecisions >= kLateDecisions;
}

bool SimLoop::Impl::propose() {
  if (policyFits) {
    if (settings.stochastic) actor.sample(step.observation, random, step.proposal);
    else actor.mode(step.observation, step.proposal);
  }
  if (policyFits && allFinite(step.proposal)) return true;
  std::fill(step.proposal.begin(), step.proposal.end(), 0.0f);  // nobody may use it
  return false;
}

void SimLoop::Impl::chooseAction() {
  if (!spec().discreteActions.empty()) {
    // Named choices: one or the other, never a blend of the two.
    step.action = step.proposal;
    if (decision.device >= 0) askedFor(step.action);
    const auto last = static_cast<float>(spec().discreteActions.size() - 1);
    step.action[0] = std::clamp(std::round(step.action[0]), 0.0f, last);
    return;
  }
  const auto robot = [](float a) { return std::clamp(a, -1.0f, 1.0f); };
  std::transform(step.proposal.begin(), step.proposal.end(), step.action.begin(), robot);
  if (decision.teacherShare <= 0.0) return;
  askedFor(teacherAction);
  const auto share = static_cast<float>(decision.teacherShare);
  for (std::size_t i = 0; i < step.action.size(); ++i) {
    const float teacher = std::isfinite(teacherAction[i]) ? std::clamp(teacherAction[i], -1.0f, 1.0f) : 0.0f;
    step.action[i] = share >= 1.0f ? teacher : share * teacher + (1.0f - share) * step.action[i];
  }
}

void SimLoop::Impl::endStep() {
  const StepOutcome outcome = task->end();
  slice = 0;
  stepOnce = false;
  proposed = false;
  if (outcome.diverged) return diverge();
  task->observe(nextObservation);
  task->features(step.features);
  task->save(nextState);
  if (!allFinite(nextObservation) || !allFinite(step.features) || !allFinite(nextState)) return diverge();

  ++(step.driver == Driver::Teacher ? teacherSteps : robotSteps);
  recordStep();
  status = task->status();
  step.observation.swap(nextObservation);
  step.state.swap(nextState);
  ++step.index;
  if (outcome.terminated) closeEpisode(EpisodeOutcome::Terminated);
  else if (step.index >= spec().episodeSteps) closeEpisode(EpisodeOutcome::TimeLimit);
}

// The step that led here is not recorded: its end cannot be used. The episode ends where it began.
void SimLoop::Impl::diverge() {
  closeEpisode(EpisodeOutcome::Diverged);
  hold = HoldReason::Diverged;
  if (!task->restore(step.state)) wantNext = true;  // nothing to show but a new episode, once resumed
}

void SimLoop::Impl::fault() {
  closeEpisode(EpisodeOutcome::Diverged);
  hold = HoldReason::Diverged;
}

bool SimLoop::Impl::tick(double now) {
  now_s = now;
  waits = false;
  if (!firstNow_s) firstNow_s = windowStart_s = now;
  applyCommands();
  if (wantsKeep) tellKeep();
  watchDevices();
  wakeWhenGrabbed();
  beginWantedEpisode();
  if (standsStill() || (atBorder() && !beginStep())) {
    measureRealTime(0.0);
    return false;
  }
  const int substeps = spec().substeps;
  task->advance(substeps * (slice + 1) / slices - substeps * slice / slices);
  ++slice;
  measureRealTime(dt_s() / slices);
  if (slice == slices) endStep();
  return true;
}

// ---- records and frames ------------------------------------------------------------------------

// A step may need three: the episode's start, itself, the episode's end. The last place is always kept for
// the end, so that whatever happens a recorded episode is closed.
bool SimLoop::Impl::roomForStep() const {
  return !settings.reserveRecords || !recordsStep() || records.room() >= (started ? 2u : 3u);
}

Record* SimLoop::Impl::record(Record::Kind kind) {
  Record* slot = records.writable();
  if (slot) slot->kind = kind;
  else ++refusedRecords;
  return slot;
}

void SimLoop::Impl::recordStep() {
  if (!started && recordsStep()) {
    if (Record* slot = record(Record::Kind::Start)) {
      passing = !recording;
      slot->passing = passing;
      slot->start = {episode, episodeSeed, policyVersion, round};
      slot->practice = practice;
      records.publish();
      started = true;
    }
  }
  if (!started) return;
  if (Record* slot = record(Record::Kind::Step)) {
    slot->passing = passing;
    slot->step = step;
    records.publish();
  }
}

void SimLoop::Impl::recordEnd(EpisodeOutcome outcome) {
  started = false;
  if (Record* slot = record(Record::Kind::End)) {
    slot->passing = passing;
    slot->end.episode = episode;
    EpisodeEnd& end = slot->end.end;
    end.outcome = outcome;
    end.success = status.success;
    end.maxTilt_rad = status.maxTilt_rad;
    end.observation = step.observation;
    end.state = step.state;
    slot->end.lag = lag.summary();
    records.publish();
  }
}

/// What follows of this episode is recorded too.
void SimLoop::Impl::tellKeep() {
  const std::size_t needed = settings.reserveRecords ? 2 : 1;  // the last place is the end's
  Record* slot = records.room() >= needed ? records.writable() : nullptr;
  if (!slot) return;  // tried again at the next tick
  slot->kind = Record::Kind::Keep;
  records.publish();
  passing = wantsKeep = false;
}

void SimLoop::Impl::measureRealTime(double moved_s) {
  windowMoved_s += moved_s;
  const double elapsed_s = now_s - windowStart_s;
  if (moved_s > 0.0 && elapsed_s < 1.0) return;
  realTimeFactor = moved_s > 0.0 ? windowMoved_s / elapsed_s : 0.0;
  windowStart_s = now_s;
  windowMoved_s = 0.0;
}

void SimLoop::Impl::publishFrame() {
  Frame& frame = frames.back();
  if (atBorder()) std::copy(step.state.begin(), step.state.end(), frame.state.begin());
  else task->save(frame.state);
  frame.features = step.features;
  frame.action = step.action;
  frame.proposal = step.proposal;
  task->toolPosition(frame.p_WT);
  frame.driver = decision.driver;
  frame.gripWish = gripWish;
  frame.paused = paused;
  frame.waits = waits;
  frame.recording = recordsStep() && !passes();
  frame.practice = practice;
  const bool heldForGood =
      hold == HoldReason::BadPolicy || hold == HoldReason::Diverged || hold == HoldReason::LatePolicy;
  frame.hold = stopped && !heldForGood ? HoldReason::Stopped : hold;
  frame.episode = episode;
  frame.step = step.index;
  frame.policyVersion = policyVersion;
  frame.round = round;
  frame.seed = episodeSeed;
  frame.episodeTime_s = dt_s() * (step.index + static_cast<double>(slice) / slices);
  frame.realTimeFactor = realTimeFactor;
  frame.speed = speed;
  frame.tilt_rad = status.maxTilt_rad;
  frame.success = status.success;
  frame.teacherSteps = teacherSteps;
  frame.robotSteps = robotSteps;
  frame.refusedRecords = refusedRecords;
  frame.commandLag_s = commandLag_s;
  frame.lag = lag.summary();
  frame.device = decision.device >= 0 || hold == HoldReason::DeviceLost ? lastDevice : -1;
  frames.publish();
}

// ---- the public face ---------------------------------------------------------------------------

SimLoop::SimLoop(std::unique_ptr<Task> task, std::shared_ptr<const Policy> policy, int policyVersion,
                 std::vector<InputDevice*> devices, const SimLoopSettings& settings)
    : impl_(std::make_unique<Impl>(std::move(task), std::move(policy), policyVersion, std::move(devices), settings)) {}

SimLoop::~SimLoop() = default;

bool SimLoop::tick(double now_s) {
  bool moved = false;
  try {
    moved = impl_->tick(now_s);
  } catch (...) {
    impl_->fault();
  }
  impl_->publishFrame();
  return moved;
}

void SimLoop::closeEpisode() { impl_->closeEpisode(EpisodeOutcome::Reset); }
double SimLoop::slicePeriod_s() const { return impl_->dt_s() / (impl_->slices * impl_->speed); }
bool SimLoop::episodeOver() const { return impl_->startSeen && !impl_->running; }
std::int64_t SimLoop::episode() const { return impl_->episode; }
SpscQueue<Command>& SimLoop::commands() { return impl_->commands; }
LatestValue<Frame>& SimLoop::frames() { return impl_->frames; }
SpscQueue<Record>& SimLoop::records() { return impl_->records; }
const Task& SimLoop::task() const { return *impl_->task; }

}  // namespace nudge
