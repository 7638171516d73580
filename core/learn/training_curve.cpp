#include "core/learn/training_curve.h"

#include <algorithm>
#include <cstdio>

namespace nudge {

double TrainingCurve::seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

void TrainingCurve::add(int step, double episodeReturn, bool success) {
  recent_.push_back({episodeReturn, success ? 1.0 : 0.0});
  if (recent_.size() > 40) recent_.pop_front();
  if (step < nextPoint_) return;
  nextPoint_ += steps_ / 50;
  CurvePoint point{step, 0.0, 0.0, seconds()};
  for (const Episode& episode : recent_) {
    point.episodeReturn += episode.value / static_cast<double>(recent_.size());
    point.success += episode.success / static_cast<double>(recent_.size());
  }
  points_.push_back(point);
}

bool TrainingCurve::report(const ProgressCallback& progress, int done) {
  if (!progress || Clock::now() - reported_ <= std::chrono::milliseconds(500)) return true;
  reported_ = Clock::now();
  return progress(where(done));
}

LearnProgress TrainingCurve::where(int done) const {
  LearnProgress p{"training", static_cast<double>(done) / steps_, -1.0, {}};
  p.secondsLeft = seconds() / std::max(1e-9, p.fraction) * (1.0 - p.fraction);
  if (!points_.empty()) {
    char text[96];
    std::snprintf(text, sizeof text, "step %d, return %.1f, success %.2f", done, points_.back().episodeReturn,
                  points_.back().success);
    p.detail = text;
  }
  return p;
}

}  // namespace nudge
