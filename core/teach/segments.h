// From who-drove to what-it-means: verdicts are painted over the steps of an episode.
//
// Steps are immutable. What a person thinks of them is a list of *marks*, applied in order over the
// automatic verdict (teacher = expert; the reaction window before a take-over = bad; the rest = good).
// A segment is a maximal run of one verdict between cuts. Undo deactivates the last active mark, redo
// activates it again: the mark list in the session file is the undo log.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/teach/step.h"

namespace nudge {

enum class Verdict : std::uint8_t { Expert = 0, Good = 1, Bad = 2, Excluded = 3 };

/// Steps [begin, end) of one episode under one verdict.
struct Segment {
  int begin = 0;
  int end = 0;
  Verdict verdict = Verdict::Good;
  bool byPerson = false;  ///< at least one step was painted by a mark
  friend bool operator==(const Segment&, const Segment&) = default;
};

enum class MarkKind : std::uint8_t { Paint = 0, Cut = 1, Restore = 2 };

/// One act of marking. Paint gives [begin, end) a verdict and removes cuts inside it; Cut puts a border
/// before step `begin`, or with begin < end moves the cut at either end to the other; Restore takes [begin, end) back to the automatic verdict and removes cuts inside it.
/// Cuts at the ends of a range stay.
struct Mark {
  std::int64_t revision = 0;  ///< grows with every mark of the lesson
  std::int64_t episode = 0;
  MarkKind kind = MarkKind::Paint;
  int begin = 0;
  int end = 0;
  Verdict verdict = Verdict::Good;
  std::string text;  ///< what undo names: "mark as bad", "drag edge"
};

/// Steps before a take-over that count as the teacher's reaction: round(seconds · rate).
int reactionSteps(double reaction_s, double controlRate_hz);

/// Automatic verdict of each step, [steps]. An expert verdict needs the teacher at the wheel.
std::vector<Verdict> automaticVerdicts(std::span<const Driver> drivers, int reactionSteps);

/// Segments that cover [0, drivers.size()) without gaps or overlaps, in order. `marks` are the active ones
/// of this episode, in order; they are clipped to it. A mark may not make a robot's step expert (it becomes
/// good). A fumbled correction is painted bad or excluded; a teacher's step painted good counts like a
/// robot's good step, with the lower weight of those.
std::vector<Segment> makeSegments(std::span<const Driver> drivers, int reactionSteps, std::span<const Mark> marks);

/// λ = teacher-driven steps / all steps (mereq.md section 1); 0 for no steps.
double interventionRate(std::span<const Driver> drivers);

const char* name(Verdict verdict);  ///< "expert", "good", "bad", "excluded"
const char* name(Driver driver);    ///< "robot", "teacher"
const char* name(EpisodeOutcome outcome);

}  // namespace nudge
