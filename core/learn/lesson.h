// A lesson as methods find it: checked, counted, cut.
#pragma once

#include "core/learn/learn.h"

namespace nudge {

/// InvalidInput: no steps, policies or steps of another size than the task's, numbers that are not finite, segments
/// outside their episode.
Status checkLesson(const MereqInput& input, const Task& task);

/// How many steps each verdict has.
MereqReport countSteps(std::span<const LessonEpisode> lesson);

/// Segments with the automatic bad ones cut anew, `window` steps before each expert segment; what a person painted
/// stays as it is.
std::vector<Segment> withBadWindow(std::span<const Segment> segments, int window);

/// The answer of an update that somebody stopped.
Error cancelledUpdate();

}  // namespace nudge
