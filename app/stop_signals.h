// Ctrl+C in the terminal and the end of a desktop session close the window in good order.
#pragma once

#include <QSocketNotifier>
#include <memory>

namespace nudge {

/// While this lives, SIGINT and SIGTERM close all windows as their close button does. GUI thread, one at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  int ends_[2] = {-1, -1};  ///< pipe from the signal handler to the event loop
  std::unique_ptr<QSocketNotifier> notifier_;
};

}  // namespace nudge
