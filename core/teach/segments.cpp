#include "core/teach/segments.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace nudge {
namespace {

/// What the marks say of an episode, step by step.
struct Canvas {
  std::vector<Verdict> verdict;      ///< [steps]
  std::vector<unsigned char> painted;  ///< [steps] a person chose this verdict
  std::vector<unsigned char> cut;      ///< [steps] a border stands before this step
};

void apply(const Mark& mark, std::span<const Driver> drivers, const std::vector<Verdict>& automatic,
           Canvas& canvas) {
  const int steps = static_cast<int>(drivers.size());
  const int begin = std::clamp(mark.begin, 0, steps);
  const int end = std::clamp(mark.end, begin, steps);
  switch (mark.kind) {
    case MarkKind::Paint:
      for (int i = begin; i < end; ++i) {
        const bool robot = drivers[i] == Driver::Robot;
        canvas.verdict[i] = robot && mark.verdict == Verdict::Expert ? Verdict::Good : mark.verdict;
        canvas.painted[i] = 1;
        if (i > begin) canvas.cut[i] = 0;  // one verdict, one piece: an edge that is dragged leaves no scar
      }
      break;
    case MarkKind::Cut:
      // Before the first step and after the last there is a border anyway.
      if (begin <= 0 || begin >= steps || end >= steps) break;
      if (begin == end) canvas.cut[begin] = 1;
      else std::swap(canvas.cut[begin], canvas.cut[end]);
      break;
    case MarkKind::Restore:
      for (int i = begin; i < end; ++i) {
        canvas.verdict[i] = automatic[i];
        canvas.painted[i] = 0;
        if (i > begin) canvas.cut[i] = 0;
      }
      break;
  }
}

}  // namespace

int reactionSteps(double reaction_s, double controlRate_hz) {
  const double steps = std::round(reaction_s * controlRate_hz);
  if (!(steps > 0.0)) return 0;  // also NaN
  return steps < std::numeric_limits<int>::max() ? static_cast<int>(steps) : std::numeric_limits<int>::max();
}

std::vector<Verdict> automaticVerdicts(std::span<const Driver> drivers, int reactionSteps) {
  std::vector<Verdict> verdicts(drivers.size(), Verdict::Good);
  for (std::size_t i = 0; i < drivers.size(); ++i) {
    if (drivers[i] != Driver::Teacher) continue;
    verdicts[i] = Verdict::Expert;
    // The teacher's own earlier steps end the window: what lies before them had its own take-over.
    std::size_t before = i;
    for (int window = reactionSteps; window > 0 && before > 0 && drivers[before - 1] == Driver::Robot; --window)
      verdicts[--before] = Verdict::Bad;
  }
  return verdicts;
}

std::vector<Segment> makeSegments(std::span<const Driver> drivers, int reactionSteps, std::span<const Mark> marks) {
  const std::vector<Verdict> automatic = automaticVerdicts(drivers, reactionSteps);
  const int steps = static_cast<int>(drivers.size());
  Canvas canvas{automatic, std::vector<unsigned char>(drivers.size()), std::vector<unsigned char>(drivers.size())};
  for (const Mark& mark : marks) apply(mark, drivers, automatic, canvas);

  std::vector<Segment> segments;
  for (int i = 0; i < steps; ++i) {
    if (segments.empty() || canvas.cut[i] || canvas.verdict[i] != segments.back().verdict)
      segments.push_back({i, i, canvas.verdict[i], false});
    segments.back().end = i + 1;
    segments.back().byPerson |= canvas.painted[i] != 0;
  }
  return segments;
}

double interventionRate(std::span<const Driver> drivers) {
  if (drivers.empty()) return 0.0;
  const auto teacher = std::count(drivers.begin(), drivers.end(), Driver::Teacher);
  return static_cast<double>(teacher) / static_cast<double>(drivers.size());
}

const char* name(Verdict verdict) {
  switch (verdict) {
    case Verdict::Expert: return "expert";
    case Verdict::Good: return "good";
    case Verdict::Bad: return "bad";
    case Verdict::Excluded: return "excluded";
  }
  return "unknown";
}

const char* name(Driver driver) {
  switch (driver) {
    case Driver::Robot: return "robot";
    case Driver::Teacher: return "teacher";
  }
  return "unknown";
}

const char* name(EpisodeOutcome outcome) {
  switch (outcome) {
    case EpisodeOutcome::Running: return "running";
    case EpisodeOutcome::TimeLimit: return "time limit";
    case EpisodeOutcome::Terminated: return "terminated";
    case EpisodeOutcome::Reset: return "reset";
    case EpisodeOutcome::Diverged: return "diverged";
  }
  return "unknown";
}

}  // namespace nudge
