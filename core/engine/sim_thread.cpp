#include "core/engine/sim_thread.h"

#include <chrono>

#include "core/base/clock.h"

namespace nudge {

void SimThread::start() {
  if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stopping) { run(stopping); });
}

void SimThread::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void SimThread::run(const std::stop_token& stopping) {
  using Clock = std::chrono::steady_clock;
  constexpr auto kForgiven = std::chrono::milliseconds(100);
  Clock::time_point deadline = Clock::now();
  while (!stopping.stop_requested()) {
    loop_->tick(monotonic_s());
    deadline += std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(loop_->slicePeriod_s()));
    const Clock::time_point now = Clock::now();
    if (deadline + kForgiven < now) deadline = now;
    std::this_thread::sleep_until(deadline);
  }
}

}  // namespace nudge
