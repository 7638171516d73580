#include "app/stop_signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <QApplication>
#include <atomic>
#include <csignal>

namespace nudge {

namespace {
std::atomic<int> writeEnd{-1};
static_assert(std::atomic<int>::is_always_lock_free, "read in a signal handler");

// Only what is allowed in a signal handler; a full pipe has said it already.
void tell(int) {
  const char byte = 1;
  [[maybe_unused]] const auto written = ::write(writeEnd, &byte, 1);
}
}  // namespace

StopSignals::StopSignals() {
  if (::pipe2(ends_, O_CLOEXEC | O_NONBLOCK) != 0) return;
  writeEnd = ends_[1];
  notifier_ = std::make_unique<QSocketNotifier>(ends_[0], QSocketNotifier::Read);
  QObject::connect(notifier_.get(), &QSocketNotifier::activated, notifier_.get(), [this] {
    char bytes[16];
    while (::read(ends_[0], bytes, sizeof bytes) > 0) {
    }
    QApplication::closeAllWindows();
  });
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, tell);
}

StopSignals::~StopSignals() {
  if (ends_[0] < 0) return;
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
  writeEnd = -1;
  for (const int end : ends_) ::close(end);
}

}  // namespace nudge
