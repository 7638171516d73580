// A full disk without a disk: for this process alone, while it lives.
#pragma once

#include <sys/resource.h>

#include <csignal>

namespace nudge::test {

/// No file of this process may grow beyond its largest present size while this lives: a full disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t limit_bytes) {
    std::signal(SIGXFSZ, SIG_IGN);  // writing then fails with EFBIG
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit tight{limit_bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

}  // namespace nudge::test
