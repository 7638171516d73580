// The simulation thread of the window.
#pragma once

#include <memory>
#include <thread>

#include "core/engine/sim_loop.h"

namespace nudge {

/// Ticks a SimLoop in real time with absolute deadlines; a tick that comes late by more than a tenth of a
/// second moves the deadlines instead of being made up for in a burst. Start and stop from one thread; what
/// SimLoop offers to other threads (commands, frames, records) may be used from construction to destruction.
class SimThread {
 public:
  explicit SimThread(std::unique_ptr<SimLoop> loop) : loop_(std::move(loop)) {}
  ~SimThread() { stop(); }
  SimThread(const SimThread&) = delete;
  SimThread& operator=(const SimThread&) = delete;

  void start();
  /// Waits for the tick under way. The world stands from then on; start() goes on.
  void stop();
  SimLoop& loop() { return *loop_; }

 private:
  void run(const std::stop_token& stopping);

  std::unique_ptr<SimLoop> loop_;
  std::jthread thread_;
};

}  // namespace nudge
