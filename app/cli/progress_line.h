// Progress for people: a line that is written over itself, a new one for each stage.
#pragma once

#include <cstdio>
#include <string>

#include "core/learn/learn.h"

namespace nudge::cli {

class ProgressLine {
 public:
  void show(const LearnProgress& p) {
    if (p.stage != stage_) end();
    stage_ = p.stage;
    char left[32] = "";
    if (p.secondsLeft >= 0.0) std::snprintf(left, sizeof left, "%.0f s left", p.secondsLeft);
    std::fprintf(stderr, "\r%s %3.0f %%  %-50s %-16s", p.stage.c_str(), 100.0 * p.fraction, p.detail.c_str(), left);
  }
  void end() {
    if (!stage_.empty()) std::fputc('\n', stderr);
    stage_.clear();
  }

 private:
  std::string stage_;
};

}  // namespace nudge::cli
