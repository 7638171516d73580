// Another run of this program, read line by line.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace nudge::cli {

/// A child that dies with its parent, however that ends. One thread.
class ChildProcess {
 public:
  /// Starts this same program with other arguments, at a lower priority, with one thread to calculate with, in
  /// a process group of its own: Ctrl-C reaches the parent alone.
  static Result<std::unique_ptr<ChildProcess>> start(const std::vector<std::string>& arguments);
  /// Kills it if it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Waits up to `timeout_ms` for any of some children to say something or to end.
  static void wait(const std::vector<ChildProcess*>& children, int timeout_ms);
  /// Hands over the lines that have come on its stdout. Returns false once it has ended and all was read.
  bool read(const std::function<void(const std::string&)>& line);
  /// After read() returned false: empty when it ended with 0, else what is to be said about it.
  const std::string& failure() const { return failure_; }

 private:
  ChildProcess(pid_t pid, int output, int errors) : pid_(pid), output_(output), errors_(errors) {}
  /// Appends what can be read now; true when there is no more to come.
  static bool drain(int descriptor, std::string& text);
  void reap();

  pid_t pid_;
  int output_, errors_;
  bool outputOver_ = false, errorsOver_ = false;
  std::string text_, errorText_, failure_;
};

}  // namespace nudge::cli
