#include "sessions/recorder.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <utility>

#include "core/base/clock.h"
#include "sessions/copies.h"
#include "sessions/place.h"

namespace nudge {
namespace {

/// Errors that go away when the disk, the lock or the file's place do. The others are the data's own.
bool mayPass(ErrorCode code) {
  return code != ErrorCode::InvalidInput && code != ErrorCode::NotFound;
}

}  // namespace

Recorder::Recorder(Store store, SpscQueue<Record>& records, const RecorderSettings& settings)
    : store_(std::move(store)),
      records_(records),
      settings_(settings),
      chunkSteps_(static_cast<std::size_t>(std::max(1.0, std::round(store_.info().controlRate_hz)))) {}

void Recorder::takeOver() {
  // Copies, so that the queue's slots keep their buffers and the producer never allocates.
  while (status_.pendingSteps < static_cast<std::int64_t>(settings_.memorySteps)) {
    const Record* record = records_.readable();
    if (!record) return;
    add(*record);
    records_.release();
  }
}

void Recorder::add(const Record& record) {
  if (record.kind == Record::Kind::Keep) return keepPassed();
  const bool passes = record.passing;
  std::deque<Batch>& batches = passes ? passing_ : pending_;
  if (record.kind == Record::Kind::Start) {
    if (passes) forgetPassed();
    else passing_.clear(), status_.passingSteps = 0;  // episodes lie in the file in their order
    episode_ = record.start.episode;
    batches.push_back({Record::Kind::Start, episode_, record.start, {}, {}, {}, record.practice, passes});
  } else if (record.kind == Record::Kind::End) {
    batches.push_back({Record::Kind::End, record.end.episode, {}, {}, record.end.end, record.end.lag, false, passes});
  } else {
    if (batches.empty() || batches.back().kind != Record::Kind::Step ||
        batches.back().steps.size() >= chunkSteps_)
      batches.push_back({Record::Kind::Step, episode_, {}, {}, {}, {}, false, passes});
    batches.back().steps.push_back(record.step);
    ++(passes ? status_.passingSteps : status_.pendingSteps);
  }
}

/// Of the episodes that have passed, those that ended too long before the newest one did.
void Recorder::forgetPassed() {
  const auto isEnd = [](const Batch& batch) { return batch.kind == Record::Kind::End; };
  double newest_s = 0.0;
  for (const Batch& batch : passing_)
    if (!batch.steps.empty()) newest_s = batch.steps.back().wallTime_s;
  while (!passing_.empty()) {
    const auto end = std::find_if(passing_.begin(), passing_.end(), isEnd);
    double last_s = 0.0;
    std::int64_t steps = 0;
    for (auto batch = passing_.begin(); batch != end; ++batch) {
      if (!batch->steps.empty()) last_s = batch->steps.back().wallTime_s;
      steps += static_cast<std::int64_t>(batch->steps.size());
    }
    if (end == passing_.end() || newest_s - last_s < settings_.passing_s) return;
    passing_.erase(passing_.begin(), end + 1);
    status_.passingSteps -= steps;
  }
}

void Recorder::keepPassed() {
  std::move(passing_.begin(), passing_.end(), std::back_inserter(pending_));
  passing_.clear();
  status_.pendingSteps += std::exchange(status_.passingSteps, 0);
}

bool Recorder::isWhole(std::size_t batch) const {
  return pending_[batch].kind != Record::Kind::Step || batch + 1 < pending_.size() ||
         pending_[batch].steps.size() >= chunkSteps_;
}

Status Recorder::writeFront() {
  const Batch& batch = pending_.front();
  switch (batch.kind) {
    case Record::Kind::Start:
      return store_.beginEpisode(batch.start, batch.practice);
    case Record::Kind::End:
      return store_.endEpisode(batch.episode, batch.end, batch.lag);
    case Record::Kind::Step:
    case Record::Kind::Keep:  // never waits
      break;
  }
  return store_.appendSteps(batch.episode, batch.steps);
}

void Recorder::refuse(const Batch& batch, const Error& error) {
  const auto steps = static_cast<std::int64_t>(batch.steps.size());
  status_.refusedSteps += steps;
  if (batch.episode != refusedEpisode_)
    refusal_ = error.message;  // what follows in the episode only repeats it
  refusedEpisode_ = batch.episode;
  if (steps > 0)
    unnoted_.push_back({RecordingTrouble::Kind::Refused, batch.episode, batch.steps.front().index, steps, 0.0,
                        error.message, ""});
}

/// What was written in the last tick is in the file by now. The quickest step tells how the two clocks lie.
void Recorder::judgeDelays(double now_s) {
  bool anyLate = false;
  for (const Moment& step : written_) {
    clockOffset_s_ = std::min(clockOffset_s_, now_s - step.wallTime_s);
    const double delay_s = now_s - step.wallTime_s - clockOffset_s_;
    if (delay_s <= kLate_s) continue;
    anyLate = true;
    ++status_.lateSteps;
    if (late_.steps++ == 0) {
      late_.episode = step.episode;
      late_.firstStep = step.step;
      late_.message = lastTrouble_.empty() ? "The disk was slow." : lastTrouble_;
    }
    late_.delay_s = std::max(late_.delay_s, delay_s);
  }
  if (late_.steps > 0 && !anyLate && !written_.empty() && trouble_.empty()) {
    unnoted_.push_back(std::exchange(late_, {}));
    lastTrouble_.clear();
  }
  written_.clear();
}

void Recorder::noteTroubles() {
  while (!unnoted_.empty()) {
    if (const Status noted = store_.noteTrouble(unnoted_.front()); !noted && mayPass(noted.error().code)) return;
    unnoted_.erase(unnoted_.begin());
  }
}

Status Recorder::writeAll(bool partsToo) {
  while (!pending_.empty() && (partsToo || isWhole(0))) {
    const Status written = writeFront();
    if (!written && mayPass(written.error().code)) {
      lastTrouble_ = trouble_ = written.error().message;
      return written;
    }
    const Batch& batch = pending_.front();
    if (!written)
      refuse(batch, written.error());
    else if (!batch.steps.empty()) {
      status_.savedSteps += static_cast<std::int64_t>(batch.steps.size());
      status_.savedUntil_s = batch.steps.back().wallTime_s;
      if (!batch.passed)
        for (const Step& step : batch.steps) written_.push_back({batch.episode, step.index, step.wallTime_s});
    }
    status_.pendingSteps -= static_cast<std::int64_t>(batch.steps.size());
    pending_.pop_front();
  }
  trouble_.clear();
  noteTroubles();
  return {};
}

void Recorder::tick(double now_s) {
  judgeDelays(now_s);
  if (status_.pendingSteps == 0) waitingSince_s_ = now_s;
  takeOver();
  const bool due = status_.pendingSteps > 0 && now_s - waitingSince_s_ >= settings_.flush_s;
  if (now_s >= retryAt_s_ && !pending_.empty() && (due || isWhole(0))) {
    if (writeAll(due))
      waitingSince_s_ = now_s;
    else
      retryAt_s_ = now_s + settings_.retry_s;
  }
  publish(now_s);
}

Status Recorder::moveTo(const std::string& path) {
  if (const Status copied = copyLesson(store_.path(), path); !copied) return copied;
  auto store = Store::open(path, OpenMode::ReadWrite);
  if (!store) return store.error();
  if (const Status claimed = store->claim(); !claimed) return claimed;
  store_ = std::move(store).value();
  refusedEpisode_ = -1;
  const Status written = flush();
  store_.release();
  return written;
}

Status Recorder::drain() {
  while (records_.readable()) {
    takeOver();
    if (const Status written = writeAll(false); !written) return written;
    written_.clear();  // without a clock nothing is late
  }
  if (!refusal_.empty()) return Error{ErrorCode::InvalidInput, refusal_};
  return {};
}

Status Recorder::flush() {
  do {
    takeOver();
    if (const Status written = writeAll(true); !written) {
      publish(spaceAskedAt_s_);
      return written;
    }
  } while (records_.readable());
  if (late_.steps > 0) unnoted_.push_back(std::exchange(late_, {}));
  noteTroubles();
  publish(spaceAskedAt_s_);
  if (!refusal_.empty()) return Error{ErrorCode::InvalidInput, refusal_};
  return {};
}

void Recorder::publish(double now_s) {
  if (now_s - spaceAskedAt_s_ >= 2.0) {
    spaceAskedAt_s_ = now_s;
    status_.freeSpace_bytes = freeSpace(store_.path());
  }
  status_.error = trouble_.empty() ? refusal_ : trouble_;
  if (!trouble_.empty() && status_.pendingSteps > 0)
    status_.error.append(" The newest steps wait in memory and are tried again.");
  else if (trouble_.empty() && status_.refusedSteps > 0)
    status_.error.append(" Some steps could not be stored.");
  published_.write(status_);
}

RecorderThread::RecorderThread(std::unique_ptr<Recorder> recorder)
    : recorder_(std::move(recorder)) {
  start();
}

RecorderThread::~RecorderThread() {
  if (const Status stopped = stop(); !stopped)
    std::fprintf(stderr, "nudge: %s\n", stopped.error().message.c_str());
}

void RecorderThread::start() {
  if (thread_.joinable()) return;
  stopping_ = false;
  thread_ = std::thread([this] { run(); });
}

void RecorderThread::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    recorder_->tick(monotonic_s());
    lock.lock();
    wake_.wait_for(lock, std::chrono::milliseconds(50), [this] { return stopping_; });
  }
}

Status RecorderThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  return recorder_->flush();
}

}  // namespace nudge
