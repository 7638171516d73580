// A lesson as methods find it: checked, counted, cut.
#pragma once

#include "core/learn/learn.h"

namespace nudge {

/// InvalidInput: no steps, policies or steps of another size than the task's, numbers that are not finite, segments
/// outside their episode.
Status checkLesson(const MereqInput& input, const Task& task);

/// How many steps each verdict has.
MereqReport countSteps(std::span<const LessonEpisode> lesson);

/// Policy updates after an inference step: a round of the paper's 2,000 or 3,000 steps says more than one of the window's 450 to
/// 600, and what it says takes longer to be learned.
int policyUpdates(const MereqSettings& settings, std::span<const LessonEpisode> lesson);

/// Segments with the automatic bad ones cut anew, `window` steps before each expert segment; what a person painted
/// stays as it is.
std::vector<Segment> withBadWindow(std::span<const Segment> segments, int window);

/// The answer of an update that somebody stopped.
Error cancelledUpdate();

}  // namespace nudge
